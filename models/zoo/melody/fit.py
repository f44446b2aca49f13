"""Training: batches of whole tunes, each transposed at random, and the measure: nats per note."""
import copy
import math
import random
import time

import torch
from torch.nn import functional

import tunes
from network import Melody

EPOCHS, WIDTH, DROP, RATE = 2, 128, .1, 6e-3
LONGEST = 200           # notes of a tune that are learned from
TRANSPOSE = range(-6, 6)  # semitones
DURATIONS = len(tunes.DURATIONS)


def ways(tune):
    """The transpositions that stay in range; the same for every model that is compared."""
    pitches = [p for p, _ in tune.notes if p != tunes.REST]
    return [t for t in TRANSPOSE if min(pitches) + t >= 0 and max(pitches) + t < tunes.REST]


def transposed(tune, semitones):
    return [(p if p == tunes.REST else p + semitones, d) for p, d in tune.notes]


def batch(rows):
    """[(tune, semitones)] -> pitch, duration, beat [rows, steps] of what has been, target [rows, steps] (-1: none)."""
    steps = max(len(tune.notes) for tune, _ in rows)
    pitch, duration = torch.full((len(rows), steps), -1), torch.full((len(rows), steps), -1)
    beat, target = torch.zeros(len(rows), steps, dtype=torch.long), torch.full((len(rows), steps), -1)
    for row, (tune, semitones) in enumerate(rows):
        notes, n = transposed(tune, semitones), len(tune.notes)
        pairs = torch.tensor(notes)
        pitch[row, 1:n], duration[row, 1:n] = pairs[:-1, 0], pairs[:-1, 1]
        beat[row, :n] = torch.tensor([round(b * tunes.GRID) for b in tune.beats()[:-1]])
        target[row, :n] = pairs[:, 0] * DURATIONS + pairs[:, 1]
    return pitch, duration, beat, target


def batches(rows, tokens, shuffle):
    """Rows of about one length together, some `tokens` notes in a batch."""
    order = sorted(rows, key=lambda row: len(row[0].notes) + (shuffle.uniform(0, 6) if shuffle else 0))
    found, now = [], []
    for row in order:
        if now and len(row[0].notes) * (len(now) + 1) > tokens:
            found.append(now)
            now = []
        now.append(row)
    found.append(now)
    if shuffle:
        shuffle.shuffle(found)
    return found


def loss_of(model, rows, reduction="mean"):
    pitch, duration, beat, target = batch(rows)
    scores = model(pitch, duration, beat)
    return functional.cross_entropy(scores.flatten(0, 1), target.flatten(), ignore_index=-1, reduction=reduction)


def nats(model, some):
    """Mean negative log-likelihood of a note, first notes too, over all transpositions of each tune: only the first note's
    pitch is another in each, so the rest of a tune is looked at once."""
    model.eval()
    total = 0.0
    with torch.inference_mode():
        for rows in batches([(tune, 0) for tune in some], 8000, None):
            total += float(loss_of(model, rows, "sum"))
        for tune in some:
            scores = model(*(torch.tensor([[x]]) for x in (-1, -1, round(tune.start * tunes.GRID)))).flatten().log_softmax(0)
            pitch, duration = tune.notes[0]
            each = [float(scores[(pitch + t) * DURATIONS + duration]) for t in ways(tune)]
            total += float(scores[pitch * DURATIONS + duration]) - sum(each) / len(each)
    return total / sum(len(tune.notes) for tune in some)


class Training:
    """Adam with one rise and fall of its rate; `mean` is the running mean of the weights along the way, which is kept."""

    def __init__(self, learn, seed=1, epochs=EPOCHS, width=WIDTH, drop=DROP, rate=RATE, tokens=2000):
        torch.manual_seed(seed)
        self.learn = [tune for tune in learn if len(tune.notes) <= LONGEST]
        self.shuffle, self.rate, self.tokens, self.step, self.epochs = random.Random(seed), rate, tokens, 0, epochs
        self.model = Melody(width, drop)
        self.mean = copy.deepcopy(self.model)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), rate, weight_decay=.01)
        self.steps = epochs * len(batches([(tune, 0) for tune in self.learn], tokens, random.Random(seed)))

    def epoch(self):
        """All tunes once, each in one transposition. @return mean nats per note on the way"""
        self.model.train()
        rows = batches([(tune, self.shuffle.choice(ways(tune))) for tune in self.learn], self.tokens, self.shuffle)
        return sum(self.learn_from(some) for some in rows) / len(rows)

    def learn_from(self, rows):
        self.step += 1
        fall = .5 * (1 + math.cos(math.pi * min(self.step / self.steps, 1)))
        self.optimiser.param_groups[0]["lr"] = self.rate * min(1, self.step / 100) * (.01 + .99 * fall)
        loss = loss_of(self.model, rows)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(list(self.mean.parameters()), list(self.model.parameters()), max(.01, 1 / self.step))
        return float(loss)


def train(learn, valid, say=print, **how):
    training, begun = Training(learn, **how), time.process_time()
    for epoch in range(training.epochs):
        loss = training.epoch()
        say(f"epoch {epoch + 1}: {loss:.4f} on train, {nats(training.mean, valid):.4f} on valid, "
            f"{time.process_time() - begun:.0f} s")
    return training.mean.eval()
