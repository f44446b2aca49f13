"""The model to compare with: an interpolated 5-gram of the same symbols, its contexts transposed to one place (which is what
learning from all transpositions comes to), smoothed after Kneser and Ney with modified discounts and, as Pitman and Yor do,
a strength of what is expected beforehand."""
import math
from collections import Counter, defaultdict

import tunes

ORDER = 5


class Smoothed:
    """p(symbol | contexts), contexts from the longest to the shortest; each a function of the one before it."""

    def __init__(self, symbols, continuation=True, scale=1.0, strength=0.0):
        self.symbols, self.continuation, self.scale, self.strength = symbols, continuation, scale, strength

    def learn(self, seen):
        """seen: [(contexts, symbol)]"""
        depth = len(seen[0][0])
        counts = [defaultdict(Counter) for _ in range(depth)]
        for contexts, symbol in seen:
            for level in range(depth if not self.continuation else 1):
                counts[level][contexts[level]][symbol] += 1
        if self.continuation:  # below the longest: in how many longer contexts a symbol was seen, not how often
            shorter = [{} for _ in range(depth)]
            for contexts, _ in seen:
                for level in range(depth - 1):
                    shorter[level][contexts[level]] = contexts[level + 1]
            for level in range(depth - 1):
                for context, found in counts[level].items():
                    counts[level + 1][shorter[level][context]].update(found.keys())
        self.levels = [self.table(level) for level in counts]
        return self

    def table(self, level):
        """{context: (counts, their sum and the strength, what is left for shorter contexts)}; discounts of 1, 2, 3 and more."""
        of = Counter(min(n, 4) for found in level.values() for n in found.values())
        n1, n2, n3, n4 = (of[i] or 1 for i in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        off = [0, *(min(max(self.scale * d, .01), i) for i, d in
                    ((.95, 1 - 2 * y * n2 / n1), (1.95, 2 - 3 * y * n3 / n2), (2.95, 3 - 4 * y * n4 / n3)))]
        rows = {}
        for context, found in level.items():
            total = sum(found.values()) + self.strength
            rows[context] = (found, total, (sum(off[min(n, 3)] for n in found.values()) + self.strength) / total)
        return rows, off

    def p(self, contexts, symbol):
        p = 1 / self.symbols
        for (rows, off), context in zip(reversed(self.levels), reversed(contexts)):
            row = rows.get(context)
            if row is not None:
                found, total, left = row
                n = found.get(symbol, 0)
                p = (n - off[min(n, 3)]) / total + left * p
        return p


def told(tune, beat, bar, frame):
    """[(contexts, pair)] of each note after the first, transposed. frame: what pitches are counted from, `last` or `first`."""
    pitches, beats, found = [p for p, _ in tune.notes], tune.beats(), []
    first = last = pitches[0]
    for i in range(1, len(pitches)):
        last = last if pitches[i - 1] == tunes.REST else pitches[i - 1]
        zero = last if frame == "last" else first
        heard = [("rest" if p == tunes.REST else p - zero, d) for p, d in tune.notes[max(0, i - ORDER + 1):i]]
        here = ((round(beats[i] * tunes.GRID),) if beat else ()) + ((tune.bar,) if bar else ())
        begin = ["begin"] * (i < ORDER - 1)
        contexts = [(here, tuple(begin + heard))] + [(here, tuple(heard[-n:]) if n else ()) for n in range(ORDER - 2, -1, -1)]
        for size in range(len(here) - 1, -1, -1):
            contexts.append((here[:size], ()))
        p, d = tune.notes[i]
        found.append((contexts, ("rest" if p == tunes.REST else p - zero, d)))
    return found


class Grams:
    """5-grams of pairs."""

    def __init__(self, beat=False, bar=False, frame="last", **smooth):
        self.how, self.smooth = (beat, bar, frame), smooth

    def learn(self, learn):
        seen = [row for tune in learn for row in told(tune, *self.how)]
        self.pairs = Smoothed(tunes.PITCHES * len(tunes.DURATIONS), **self.smooth).learn(seen)
        return self

    def each(self, tune):
        """Probability of each note after the first."""
        return [self.pairs.p(contexts, symbol) for contexts, symbol in told(tune, *self.how)]


class Begin:
    """First notes, of which only the register is known: pitch as counted over all transpositions, duration by beat."""

    def __init__(self, learn, ways, beat):
        self.beat, self.pitch, self.duration = beat, Counter(), defaultdict(Counter)
        for tune in learn:
            for t in ways(tune):
                self.pitch[tune.notes[0][0] + t] += 1 / len(ways(tune))
            self.duration[self.place(tune)][tune.notes[0][1]] += 1

    def place(self, tune):
        return tune.start if self.beat else None

    def nats(self, tune, ways):
        durations = self.duration[self.place(tune)]
        total, count = sum(self.pitch.values()), sum(durations.values())
        p = [(self.pitch[tune.notes[0][0] + t] + .5) / (total + .5 * tunes.PITCHES) for t in ways]
        d = (durations[tune.notes[0][1]] + .5) / (count + .5 * len(tunes.DURATIONS))
        return -sum(math.log(each) for each in p) / len(p) - math.log(d)


def nats(models, weights, begin, some, ways):
    """Mean nats per note of the mixture, first notes too."""
    total, count = 0.0, 0
    for tune in some:
        each = zip(*(model.each(tune) for model in models))
        total += begin.nats(tune, ways(tune)) - sum(math.log(sum(w * p for w, p in zip(weights, ps))) for ps in each)
        count += len(tune.notes)
    return total / count
