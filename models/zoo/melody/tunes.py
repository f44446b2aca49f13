"""Tunes as the model sees them: (pitch, duration) pairs with the beat each begins on; variants found, and split by them."""
import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction

import essen

LOW, HIGH = 43, 88                      # MIDI
REST = HIGH - LOW + 1                   # index of the rest among the pitches
PITCHES = REST + 1
DURATIONS = [.25, .5, .75, 1, 1.5, 2, 3, 4]  # beats
GRID = 4                                # places of a beat that notes begin on
# Beats of a bar, and what note is a beat. 6/8 has three quarters: the model hears how it is grouped.
METRES = {"2/4": (2, 4), "3/4": (3, 4), "4/4": (4, 4), "2/2": (4, 4), "4/8": (2, 4), "3/8": (1.5, 4), "6/8": (3, 4),
          "2/1": (4, 2), "3/2": (3, 2), "4/2": (4, 2), "6/4": (3, 2), "3/1": (3, 1), "4/1": (4, 1), "6/2": (3, 1)}
# Written in our time, as the collection's remarks say.
NEW = re.compile(r"neues? volkslied|xin(min)? ?minge|geming|kulturrevolution|komponi|schlager", re.I)
GRAM = 8                                # notes of the runs that variants share
ALIKE, ALIKE_TITLE = .2, .05            # share of the shorter tune's runs that makes two tunes variants; with the same title


@dataclass
class Tune:
    name: str
    title: str
    bar: float                          # beats
    start: float                        # beat of the first note
    notes: list                         # [(pitch index, duration index)]
    split: str = ""

    def beats(self):
        """The beat within the bar of each note's onset, and of what would follow the last."""
        at, found = self.start, []
        for _, duration in self.notes:
            found.append(at)
            at = (at + DURATIONS[duration]) % self.bar
        return found + [at]

    def content(self):
        """What stays when the tune is transposed: (interval or None, rest or not, duration) of each note."""
        last, found = None, []
        for pitch, duration in self.notes:
            step = None if pitch == REST or last is None else pitch - last
            last = last if pitch == REST else pitch
            found.append((step, pitch == REST, duration))
        return found


def joined(raw):
    """Notes and rests, neighbouring rests made one: [(MIDI or -1, quarters, quarters since the start)]."""
    notes, at = [], Fraction(0)
    for midi, quarters in (token for token in raw if token != essen.BAR):
        quarters = Fraction(quarters)
        if midi < 0 and notes and notes[-1][0] < 0:
            notes[-1][1] += quarters
        else:
            notes.append([midi, quarters, at])
        at += quarters
    return notes


def bar_lines(raw):
    """Where the bar lines stand, in quarters since the start."""
    at, lines = Fraction(0), []
    for token in raw:
        if token == essen.BAR:
            lines.append(at)
        else:
            at += Fraction(token[1])
    return [line for line in lines if 0 < line < at]


def read(tune):
    """@return (Tune, "") or (None, why it is not used)"""
    if NEW.search(tune["remarks"]):
        return None, "written in our time"
    if tune["metre"] not in METRES:
        return None, "another metre"
    bar, unit = METRES[tune["metre"]]
    bar, quarters = Fraction(bar), Fraction(4, unit)
    lines, notes = [line / quarters for line in bar_lines(tune["notes"])], joined(tune["notes"])
    if not lines:
        return None, "no bar lines"
    start = -lines[0] % bar
    if any((start + line) % bar for line in lines):
        return None, "bars of several lengths"
    while notes and notes[-1][0] < 0:
        notes.pop()
    while notes and notes[0][0] < 0:
        notes.pop(0)
    if len(notes) < 2 * GRAM:
        return None, "shorter than 16 notes"
    start = float((start + notes[0][2] / quarters) % bar)
    lengths = [float(n[1] / quarters) for n in notes]
    lengths[-1] = max(d for d in DURATIONS if d <= lengths[-1]) if lengths[-1] > .2 else 0
    if any(length not in DURATIONS for length in lengths):
        return None, "other durations"
    pitches = [n[0] for n in notes]
    if min(p for p in pitches if p >= 0) < LOW or max(pitches) > HIGH:
        return None, "out of range"
    pairs = [(REST if p < 0 else p - LOW, DURATIONS.index(d)) for p, d in zip(pitches, lengths)]
    return Tune(tune["name"], tune["title"], float(bar), start, pairs), ""


def runs(tune):
    """The tune's runs of GRAM notes, transposed to one place."""
    content = tune.content()
    return {tuple([content[i][1:], *content[i + 1:i + GRAM]]) for i in range(len(content) - GRAM + 1)}


class Groups:
    """Union-find."""

    def __init__(self, count):
        self.parent = list(range(count))

    def of(self, i):
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, i, j):
        self.parent[self.of(i)] = self.of(j)


def variants(tunes):
    """The group of each tune: tunes that share many runs (fewer where they share the title, too), and so on."""
    sets, where = [runs(tune) for tune in tunes], defaultdict(list)
    for i, found in enumerate(sets):
        for run in found:
            where[run].append(i)
    shared = Counter()
    for owners in where.values():
        shared.update((i, j) for k, i in enumerate(owners) for j in owners[k + 1:])
    groups = Groups(len(tunes))
    for (i, j), count in shared.items():
        share = count / min(len(sets[i]), len(sets[j]))
        title = tunes[i].title.lower()
        if share >= ALIKE or (share >= ALIKE_TITLE and len(title) > 4 and title == tunes[j].title.lower()):
            groups.join(i, j)
    return [groups.of(i) for i in range(len(tunes))]


def load(folder=None):
    """@return (tunes with their split, {why: how many are left out}); nothing here is drawn at random."""
    tunes, why, seen = [], Counter(), set()
    for raw in essen.collection(folder):
        tune, reason = read(raw)
        if tune is None:
            why[reason] += 1
        elif tuple(tune.content()) in seen:
            why["the same as an earlier one"] += 1
        else:
            seen.add(tuple(tune.content()))
            tunes.append(tune)
    names = {}
    for tune, group in zip(tunes, variants(tunes)):
        first = names.setdefault(group, tune.name)
        place = int(hashlib.sha256(first.encode()).hexdigest(), 16) % 10
        tune.split = "test" if place == 0 else "valid" if place == 1 else "train"
    return tunes, dict(why)
