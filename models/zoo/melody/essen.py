"""The Essen folksong collection as it comes with music21: every tune as notes and bar lines."""
import re
from fractions import Fraction
from pathlib import Path

BAR = "|"
TOKEN = re.compile(r"([_^=]*)([A-Ga-gz])([,']*)(\d*)|(\|+)")
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARPS = "FCGDAEB"
CIRCLE = ["Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#"]


def texts(path):
    """(name, text) of each tune of an .abc file; the name is the file's and the tune's number in it."""
    parts = ("\n" + path.read_text(encoding="utf-8", errors="replace")).split("\nX:")
    for part in parts[1:]:
        number = part.split(None, 1)[0]
        yield f"{path.stem}/{number}", "X:" + part


def headers(text):
    """{letter: values joined by newlines} of the lines before the notes."""
    found = {}
    for line in text.splitlines():
        if line[1:2] == ":" and line[0].isalpha():
            found.setdefault(line[0], []).append(line[2:].strip())
    return {letter: "\n".join(values) for letter, values in found.items()}


def signature(key):
    """{letter: semitones} of a key as the collection writes it: G, Bb, F#, Dm; H and Es as in German."""
    tonic = {"H": "B", "Es": "Eb"}.get(key, key)
    minor = tonic.endswith("m")
    fifths = CIRCLE.index(tonic.rstrip("m")) - CIRCLE.index("C") - 3 * minor
    return {letter: 1 for letter in SHARPS[:max(fifths, 0)]} | {letter: -1 for letter in SHARPS[::-1][:max(-fifths, 0)]}


def tokens(text):
    """[[MIDI note or -1 for a rest, quarters as text], …] with BAR between bars. The collection's ABC has notes, rests,
    accidentals (which hold for the bar), lengths and bar lines, and nothing else."""
    head = headers(text)
    unit, key, held, found = Fraction(head["L"]) * 4, signature(head["K"].split()[0]), {}, []
    for line in text.splitlines():
        if line[1:2] == ":" or line.startswith("%"):
            continue
        for accidental, letter, octave, length, bar in TOKEN.findall(line):
            if bar:
                found.append(BAR)
                held = {}
                continue
            quarters = str(unit * int(length or 1))
            if letter == "z":
                found.append([-1, quarters])
                continue
            if accidental:
                held[letter, octave] = accidental.count("^") - accidental.count("_")
            midi = 60 + SEMITONES[letter.upper()] + 12 * (letter.islower() + octave.count("'") - octave.count(","))
            found.append([midi + held.get((letter, octave), key.get(letter.upper(), 0)), quarters])
    return found


def collection(folder=None):
    """Every tune: {name, title, metre, key, remarks, from, notes}; seconds. folder: music21's where none is named."""
    if folder is None:
        import music21
        folder = Path(music21.__file__).parent / "corpus" / "essenFolksong"
    tunes = []
    for path in sorted(folder.glob("*.abc")):
        for name, text in texts(path):
            head = headers(text)
            tunes.append({"name": name, "title": head.get("T", ""), "metre": head.get("M", ""), "key": head.get("K", ""),
                          "remarks": head.get("N", "") + "\n" + head.get("R", ""), "from": head.get("O", ""),
                          "notes": tokens(text)})
    return tunes
