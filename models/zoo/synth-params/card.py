"""Writes card.yaml and expected.csv beside the trained file."""
import csv
import hashlib
import platform
from pathlib import Path

import torch

import synth

NAME = "synth-params.ts"
HEAD = """\
# Written by train.py; docs/cards.md says what each key means.
card: 1
name: synth-params
kind: params
engine: torch
file: {name}
sha256: {sha256}
state: none
about: Two controls in 0..1 to sixteen parameters of a small subtractive synth, over a smooth plane of presets.
licence: MIT
authors: [oscine]
inputs:
  - {{name: x, min: 0, max: 1, default: 0.5}}
  - {{name: y, min: 0, max: 1, default: 0.5}}
outputs:
"""


def cpu():
    """The processor's own name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_card(folder, measured):
    """`measured`: key -> number or text, or key -> such a mapping."""
    digest = hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
    text = HEAD.format(name=NAME, sha256=digest)
    for p in synth.PARAMETERS:
        unit = f"unit: {p.unit}, " if p.unit else ""
        text += f"  - {{name: {p.name}, {unit}min: {p.min:g}, max: {p.max:g}}}\n"
    text += "measured:\n"
    for key, value in measured.items():
        inside = ", ".join(f"{k}: {v:.4g}" for k, v in value.items()) if isinstance(value, dict) else None
        text += f"  {key}: {{{inside}}}\n" if inside else f"  {key}: {value}\n"
    (folder / "card.yaml").write_text(text)


def write_expected(folder):
    """The corners, the middles, and places on a lattice, with what PyTorch answers there to six digits."""
    places = [(x, y) for y in (0, .5, 1) for x in (0, .5, 1)] + [(.4, .7)]
    places += [(round(i * .618034 % 1, 3), round((i * .754878 + .5) % 1, 3)) for i in range(1, 16)]
    module = torch.jit.load(str(folder / NAME))
    with torch.no_grad():
        answers = module(torch.tensor(places)).tolist()
    with open(folder / "expected.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["x", "y", *synth.NAMES])
        out.writerows([f"{value:.6g}" for value in (*place, *answer)] for place, answer in zip(places, answers))
