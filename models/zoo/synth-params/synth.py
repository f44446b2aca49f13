"""The synth that the model speaks to: its parameters, their units and ranges, and the presets file.

Inside the recipe a preset is a row of numbers in 0..1 ("normalised"): linear in the parameter's unit, or linear in its
logarithm where `log` is true, so that equal distances sound about equally large.
"""
import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

HERE = Path(__file__).resolve().parent
SPLITS = ("train", "valid", "test")    # test: held out


class Parameter(NamedTuple):
    name: str
    unit: str
    min: float
    max: float
    log: bool
    about: str


PARAMETERS = [
    Parameter("pitch", "midi", 28, 88, False, "note number of both oscillators, not rounded"),
    Parameter("filter", "Hz", 60, 12000, True, "cutoff of the low-pass, 12 dB per octave"),
    Parameter("resonance", "", 0, 1, False, "of the low-pass: Q = 0.7 * 20 ^ resonance"),
    Parameter("wave", "", 0, 1, False, "of both oscillators: 0 triangle, 0.5 saw, 1 square, crossfaded between"),
    Parameter("detune", "cents", 1, 50, True, "oscillator 2 above oscillator 1"),
    Parameter("mix", "", 0, 1, False, "level of oscillator 2; oscillator 1 is always at 1"),
    Parameter("sub", "", 0, 1, False, "level of a sine one octave below oscillator 1"),
    Parameter("noise", "", 0, 1, False, "level of white noise, before the filter"),
    Parameter("env_amount", "octaves", 0, 6, False, "how far the filter envelope lifts the cutoff"),
    Parameter("env_decay", "s", 0.01, 4, True, "filter envelope: from 1 down to 0.001, exponential, no attack"),
    Parameter("attack", "s", 0.002, 4, True, "amp envelope: linear rise"),
    Parameter("decay", "s", 0.02, 8, True, "amp envelope: time to the sustain level, exponential"),
    Parameter("sustain", "", 0, 1, False, "amp envelope: level while the note is held"),
    Parameter("release", "s", 0.01, 8, True, "amp envelope: time to silence, exponential"),
    Parameter("lfo_rate", "Hz", 0.05, 12, True, "triangle LFO"),
    Parameter("lfo_depth", "octaves", 0, 1.5, False, "how far the LFO moves the cutoff, up and down"),
]
NAMES = [p.name for p in PARAMETERS]
LOG = np.array([p.log for p in PARAMETERS])
MIN = np.array([p.min for p in PARAMETERS], dtype=float)
MAX = np.array([p.max for p in PARAMETERS], dtype=float)
LOW = np.where(LOG, np.log(np.where(LOG, MIN, 1)), MIN)    # ends of the normalised scale
HIGH = np.where(LOG, np.log(np.where(LOG, MAX, 1)), MAX)


def to_normal(rows):
    """[n, parameters] in units -> 0..1."""
    rows = np.asarray(rows, dtype=float)
    return (np.where(LOG, np.log(np.where(LOG, rows, 1)), rows) - LOW) / (HIGH - LOW)


def to_units(rows):
    """[n, parameters] in 0..1 -> units, inside the ranges."""
    rows = LOW + np.asarray(rows, dtype=float) * (HIGH - LOW)
    return np.clip(np.where(LOG, np.exp(np.where(LOG, rows, 0)), rows), MIN, MAX)


class Presets(NamedTuple):
    names: list
    families: np.ndarray
    splits: np.ndarray
    rows: np.ndarray    # [n, parameters], normalised

    def split(self, which):
        keep = self.splits == which
        names = [name for name, kept in zip(self.names, keep) if kept]
        return Presets(names, self.families[keep], self.splits[keep], self.rows[keep])


def read_presets(path):
    """Reads a presets file; a row that cannot be used ends the program with a sentence that says which and why."""
    with open(path, newline="") as file:
        table = csv.DictReader(file)
        missing = [c for c in ["name", "family", *NAMES] if c not in (table.fieldnames or [])]
        if missing:
            raise SystemExit(f"{path}: column {missing[0]} is missing; it needs name, family, {', '.join(NAMES)}")
        lines = list(table)
    rows = np.array([[_number(path, i, line, p) for p in PARAMETERS] for i, line in enumerate(lines, 2)])
    splits = [line.get("split") or _split_of(i) for i, line in enumerate(lines)]
    for i, which in enumerate(splits, 2):
        if which not in SPLITS:
            raise SystemExit(f"{path}:{i}: split is {which}; it is train, valid or test")
    for which in SPLITS:
        if splits.count(which) < 4:
            raise SystemExit(f"{path}: {splits.count(which)} of the presets are for {which}; at least 4 must be")
    families = np.array([line["family"] for line in lines])
    return Presets([line["name"] for line in lines], families, np.array(splits), to_normal(rows))


def _number(path, line_number, line, parameter):
    text = line[parameter.name]
    try:
        value = float(text)
    except (TypeError, ValueError):
        raise SystemExit(f"{path}:{line_number}: {parameter.name} is not a number: {text}") from None
    if not parameter.min <= value <= parameter.max:
        raise SystemExit(f"{path}:{line_number}: {parameter.name} is {text}; "
                         f"it goes from {parameter.min} to {parameter.max} {parameter.unit}".rstrip())
    return value


def _split_of(index):
    """For files without a split column: of every 20 presets 14 train, 3 validate, 3 are held out."""
    place = index * 7 % 20
    return "train" if place < 14 else "valid" if place < 17 else "test"
