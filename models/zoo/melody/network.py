"""The network: a GRU that hears pitches as steps from the first and from the last note, and answers in the same two ways.
So a tune and its transposition are one to it, but for the first note."""
import torch
from torch import Tensor, nn

import tunes

REACH = 24                      # semitones from the first note: what is farther counts as the farthest
STEP = 16                       # … from the last note
BEATS = 4 * tunes.GRID          # places in a bar that are told apart; longer bars begin again
PITCHES, REST, DURATIONS = tunes.PITCHES, tunes.REST, len(tunes.DURATIONS)
EXTRA = 2                       # numbers of the state beside the GRU's: first and last pitch, plus 1
FEATURES = 48 + 48 + 16 + 32
FAR = 12.0                      # scores of pitches out of reach: so much below the farthest one, and 1 more each semitone


class Ends(nn.Module):
    """What comes before and after the GRU, which works on single notes and on whole tunes alike."""

    def __init__(self, width: int):
        super().__init__()
        self.reach, self.step_reach, self.rest, self.beats = REACH, STEP, REST, BEATS
        self.pitches, self.durations, self.grid, self.far = PITCHES, DURATIONS, tunes.GRID, FAR
        self.degree = nn.Embedding(2 * REACH + 3, 48)      # from the first note; then: a rest; nothing yet
        self.interval = nn.Embedding(2 * STEP + 3, 48)     # from the last note; then: a rest; none yet
        self.duration = nn.Embedding(DURATIONS + 1, 16)    # the last one: nothing yet
        self.beat = nn.Embedding(BEATS, 32)
        self.out = nn.Linear(width + 32, (2 * REACH + 2) * DURATIONS)
        self.out_step = nn.Linear(width + 32, (2 * STEP + 1) * DURATIONS)
        self.begin = nn.Parameter(torch.zeros(PITCHES))    # of the first note
        self.begin_duration = nn.Linear(32, DURATIONS)

    def features(self, pitch: Tensor, duration: Tensor, beat: Tensor, first: Tensor, last: Tensor):
        """All [n], whole numbers; first: of the tune up to here, last: the note before this one, -1 for none."""
        sounds = (pitch >= 0) & (pitch < self.rest)
        no = torch.full_like(pitch, 2 * self.reach + 2)
        degree = torch.where(sounds, (pitch - first).clamp(-self.reach, self.reach) + self.reach,
                             torch.where(pitch < 0, no, no - 1))
        no = torch.full_like(pitch, 2 * self.step_reach + 2)
        interval = torch.where(sounds & (last >= 0),
                               (pitch - last).clamp(-self.step_reach, self.step_reach) + self.step_reach,
                               torch.where(sounds | (pitch < 0), no, no - 1))
        duration = torch.where(duration < 0, torch.full_like(duration, self.durations), duration)
        told = self.beat(beat)
        return torch.cat([self.degree(degree), self.interval(interval), self.duration(duration), told], -1), told

    def scores(self, hidden: Tensor, told: Tensor, first: Tensor, last: Tensor) -> Tensor:
        """[n, width], [n, 32], [n], [n] -> [n, pitches * durations]. first and last: with this note."""
        hidden = torch.cat([hidden, told], -1)
        near = self.out(hidden).view(-1, 2 * self.reach + 2, self.durations)
        step = self.out_step(hidden).view(-1, 2 * self.step_reach + 1, self.durations)
        note = torch.arange(self.rest, device=hidden.device)[None]
        from_first, from_last = note - first[:, None], note - last[:, None]
        at = (from_first.clamp(-self.reach, self.reach) + self.reach)[:, :, None].expand(-1, -1, self.durations)
        at_step = (from_last.clamp(-self.step_reach, self.step_reach) + self.step_reach)[:, :, None]
        beyond = (from_first.abs() - self.reach).clamp(min=0)
        penalty = torch.where(beyond > 0, beyond + self.far, beyond.to(torch.float32))[:, :, None]
        notes = near.gather(1, at) + step.gather(1, at_step.expand(-1, -1, self.durations)) - penalty
        going = torch.cat([notes, near[:, 2 * self.reach + 1:]], 1)
        begin = self.begin[None, :, None] + self.begin_duration(told)[:, None, :]
        return torch.where((first >= 0)[:, None, None], going, begin).flatten(1)


class Melody(nn.Module):
    """What is trained: whole tunes."""

    def __init__(self, width: int = 224, drop: float = .3):
        super().__init__()
        self.width, self.ends, self.drop = width, Ends(width), nn.Dropout(drop)
        self.cell = nn.GRU(FEATURES, width, batch_first=True)

    def forward(self, pitch: Tensor, duration: Tensor, beat: Tensor) -> Tensor:
        """All [rows, steps]: what has just been (-1: nothing yet) and the place of what comes, in 1/GRID of a beat.
        @return [rows, steps, pitches * durations]: scores of what comes."""
        first, last, before = (x.flatten() for x in follow(pitch))
        x, told = self.ends.features(pitch.flatten(), duration.flatten(), beat.flatten(), first, before)
        hidden, _ = self.cell(self.drop(x).view(*pitch.shape, -1))
        return self.ends.scores(self.drop(hidden).flatten(0, 1), told, first, last).view(*pitch.shape, -1)


def follow(pitch: Tensor):
    """[rows, steps] -> first note so far, last note, last note before this one; -1 for none."""
    first, last = torch.full_like(pitch, -1), torch.full_like(pitch, -1)
    f, l = first[:, 0], last[:, 0]
    before = torch.full_like(pitch, -1)
    for t in range(pitch.shape[1]):
        p = pitch[:, t]
        sounds = (p >= 0) & (p < REST)
        before[:, t] = l
        f = torch.where(sounds & (f < 0), p, f)
        l = torch.where(sounds, p, l)
        first[:, t], last[:, t] = f, l
    return first, last, before


class Step(nn.Module):
    """What is exported: one note at a time, its whole memory in the frame."""

    def __init__(self, melody: Melody):
        super().__init__()
        self.ends, self.width = melody.ends, melody.width
        self.cell = nn.GRUCell(FEATURES, melody.width)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(self.cell, name).data = getattr(melody.cell, name + "_l0").data.clone()
        self.states = melody.width + EXTRA

    @torch.jit.export
    def step(self, x: Tensor) -> Tensor:
        """[rows, 3 + S] -> [rows, P * D + S]; each row stands for itself."""
        width = self.width
        pitch = x[:, 0].round().long().clamp(-1, self.ends.pitches - 1)
        duration = x[:, 1].round().long().clamp(-1, self.ends.durations - 1)
        beat = (x[:, 2] * self.ends.grid + .5).floor().long().remainder(self.ends.beats)
        hidden, first, before = x[:, 3:3 + width], x[:, 3 + width].round().long() - 1, x[:, 4 + width].round().long() - 1
        sounds = (pitch >= 0) & (pitch < self.ends.rest)
        first = torch.where(sounds & (first < 0), pitch, first)
        last = torch.where(sounds, pitch, before)
        features, told = self.ends.features(pitch, duration, beat, first, before)
        hidden = self.cell(features, hidden)
        scores = self.ends.scores(hidden, told, first, last)
        return torch.cat([scores, hidden, (first + 1)[:, None].to(x.dtype), (last + 1)[:, None].to(x.dtype)], 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.step(x)
