"""Renders drum loops with a known truth: performances of the Groove MIDI dataset, played on the kit held out.

    python loops.py --out /tmp/loops            # 12 loops: 01.wav, 01.csv (position, class, note, velocity), ...

What train.py ships has seen neither the kit nor the performances (of which it sees none at all).
"""
import argparse
import csv
import os
import tarfile
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np

import kits

RATE = 44100
ASSETS = Path(os.environ.get("OSCINE_ASSETS", Path(__file__).resolve().parents[4] / "shared" / "assets"))
KIT = "The Black Pearl 1.0"
# The notes of the electronic kit that the dataset was played on -> (instrument of KIT, class).
NOTES = {
    36: ("Pearl Kick", "kick"),
    38: ("Pearl Snare", "snare"), 40: ("Pearl Snare Rimshot", "snare"), 37: ("Pearl Side Stick", "other"),
    48: ("Pearl Tom 1", "tom"), 50: ("Pearl Tom 1", "tom"), 45: ("Pearl Tom 2", "tom"), 47: ("Pearl Tom 2", "tom"),
    43: ("Pearl Tom Floor", "tom"), 58: ("Pearl Tom Floor", "tom"),
    42: ("Sabian Hat Closed", "closed-hat"), 22: ("Sabian Hat Closed", "closed-hat"),
    44: ("Sabian Hat Pedal", "closed-hat"),
    46: ("Sabian Hat Open", "open-hat"), 26: ("Sabian Hat Open", "open-hat"),
    49: ("Sabian Crash", "cymbal"), 55: ("Zildjian Splash", "cymbal"),
    57: ("Sabian Crash Flink", "cymbal"), 52: ("Sabian Crash Flink", "cymbal"),
    51: ("Paiste Ride", "cymbal"), 59: ("Paiste Ride Flink", "cymbal"), 53: ("Paiste Bell", "cymbal"),
}
HATS = {"closed-hat", "open-hat"}


class Note(NamedTuple):
    seconds: float
    key: int
    velocity: int


def performances(split="test"):
    """[(name, bytes of the MIDI file)] of that split: beats before fills, and of each drummer in turn."""
    with tarfile.open(ASSETS / "groove" / "groove_midi.tar.xz") as archive:
        files = {member.name.split("/", 1)[1]: member for member in archive if member.isfile()}
        rows = list(csv.DictReader(archive.extractfile(files["info.csv"]).read().decode().splitlines()))
        rows = [row for row in rows if row["split"] == split]
        turns = {}
        for row in sorted(rows, key=lambda row: (row["beat_type"], row["midi_filename"])):
            row["turn"] = turns[row["drummer"]] = turns.get(row["drummer"], 0) + 1
        rows.sort(key=lambda row: (row["beat_type"], row["turn"], row["drummer"]))
        return [(row["midi_filename"], archive.extractfile(files[row["midi_filename"]]).read()) for row in rows]


def variable_length(data, at):
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7f
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def events(track):
    """Yields (tick, status, data) of one MIDI track; a meta event's status is 0xff00 + its type."""
    at = tick = status = 0
    while at < len(track):
        delta, at = variable_length(track, at)
        tick += delta
        if track[at] >= 0x80:
            status = track[at]
            at += 1
        kind = status
        if status == 0xff:
            kind = 0xff00 + track[at]
            at += 1
        if status >= 0xf0:
            size, at = variable_length(track, at)
        else:
            size = 1 if status & 0xe0 == 0xc0 else 2
        yield tick, kind, track[at:at + size]
        at += size


def notes_of(midi):
    """The notes of a MIDI file (bytes), in time order, with its tempo changes applied."""
    division = int.from_bytes(midi[12:14], "big")
    at, found = 14, []
    while at + 8 <= len(midi):
        size = int.from_bytes(midi[at + 4:at + 8], "big")
        if midi[at:at + 4] == b"MTrk":
            found += events(midi[at + 8:at + 8 + size])
        at += 8 + size
    seconds, last, tempo, notes = 0., 0, 500000, []
    for tick, kind, data in sorted(found, key=lambda event: event[0]):
        seconds += (tick - last) * tempo / division / 1e6
        last = tick
        if kind == 0xff51:
            tempo = int.from_bytes(data, "big")
        elif kind & 0xfff0 == 0x90 and data[1] > 0:
            notes.append(Note(seconds, data[0], data[1]))
    return notes


class Kit:
    """The held-out kit: a recording for each note and velocity, beginning where its sound begins."""

    def __init__(self):
        self.instruments = {instrument.name: instrument for instrument in kits.instruments(KIT)}
        self.recordings = {}

    def recording(self, path):
        if path not in self.recordings:
            samples, rate = kits.read(path)
            assert rate == RATE, f"{path} is not at {RATE} Hz"
            self.recordings[path] = samples[kits.start_of(samples):]
        return self.recordings[path]

    def sound(self, name, velocity):
        """As Hydrogen plays it: the layer of that velocity (0..1), times velocity and the kit's own gains."""
        instrument = self.instruments[name]
        layer = next((layer for layer in instrument.layers if layer.low <= velocity <= layer.high),
                     instrument.layers[-1])
        return self.recording(layer.path) * (velocity * instrument.volume * layer.gain)


def choke(sound, at):
    """The next hit of the hi-hat: the one before is silent within 10 ms, from sample `at`."""
    ramp = min(int(.01 * RATE), len(sound[at:]))
    sound[at:at + ramp] *= np.linspace(1, 0, ramp, dtype=np.float32)
    sound[at + ramp:] = 0


def placed(notes, kit, size, lead=.1):
    """[(position, note, sound)]: the notes that begin in a loop of `size` samples, the first after `lead` seconds."""
    notes = [note for note in notes if note.key in NOTES]
    hits, hat = [], None
    for note in notes:
        position = round((note.seconds - notes[0].seconds + lead) * RATE)
        if position > size - int(.3 * RATE):
            break
        name, label = NOTES[note.key]
        sound = kit.sound(name, note.velocity / 127).copy()
        if label in HATS:
            if hat:
                choke(hat[1], position - hat[0])
            hat = position, sound
        hits.append((position, note, sound))
    return hits


def render(notes, kit, seconds):
    """(samples, truth): truth is [(position, class, note, velocity)], positions in samples of the loop."""
    hits = placed(notes, kit, int(seconds * RATE))
    size = min(int(seconds * RATE), max(position + len(sound) for position, _, sound in hits))
    mix = np.zeros(size, np.float32)
    for position, _, sound in hits:
        mix[position:position + len(sound)] += sound[:size - position]
    return mix, [(position, NOTES[note.key][1], note.key, note.velocity) for position, note, _ in hits]


def write(folder, name, mix, truth):
    peak = np.abs(mix).max()
    with wave.open(str(folder / f"{name}.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes(np.round(mix * (.7 / peak) * 32767).astype("<i2").tobytes())
    with open(folder / f"{name}.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["position", "class", "note", "velocity"])
        out.writerows(truth)


def main():
    parser = argparse.ArgumentParser(description="Renders drum loops and their truth for evaluation.")
    parser.add_argument("--out", type=Path, default=Path("/tmp/loops"))
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=12)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    kit = Kit()
    for index, (source, midi) in enumerate(performances()[:options.count], 1):
        mix, truth = render(notes_of(midi), kit, options.seconds)
        write(options.out, f"{index:02}", mix, truth)
        print(f"{index:02}.wav  {len(truth):4} notes  {source}")


if __name__ == "__main__":
    main()
