"""How much of a tune is in the tunes that were learned from, at any pitch: same intervals, same durations."""
import tunes


def index(learn, size=tunes.GRAM):
    """{run: [(tune, place)]} of every run of `size` notes."""
    found = {}
    for n, content in enumerate(learn):
        for i in range(len(content) - size + 1):
            found.setdefault(run(content, i, size), []).append((n, i))
    return found


def run(content, i, size):
    return (content[i][1:], *content[i + 1:i + size])


def copied(tune, learn, known, size=tunes.GRAM):
    """(share of the tune's runs that are known, notes of the longest copied one; less than `size` counts 0)"""
    content = tune.content()
    places = range(len(content) - size + 1)
    hits = [known.get(run(content, i, size), ()) for i in places]
    longest = 0
    for i, starts in zip(places, hits):
        for n, j in starts:
            length = size
            while i + length < len(content) and j + length < len(learn[n]) and content[i + length] == learn[n][j + length]:
                length += 1
            longest = max(longest, length)
    return sum(bool(hit) for hit in hits) / len(hits), longest


def report(some, learn):
    """Share of known runs over all; longest copied run: median, one in ten is longer than, longest."""
    contents = [tune.content() for tune in learn]
    known = index(contents)
    each = [copied(tune, contents, known) for tune in some]
    runs = sum(len(tune.notes) - tunes.GRAM + 1 for tune in some)
    share = sum(s * (len(t.notes) - tunes.GRAM + 1) for (s, _), t in zip(each, some)) / runs
    longest = sorted(length for _, length in each)
    return {"share": share, "median": longest[len(longest) // 2], "p90": longest[len(longest) * 9 // 10], "max": longest[-1]}
