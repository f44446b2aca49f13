"""How often the shipped network names what was played in the loops of loops.py, where the onsets are known.

    python loops.py --out /tmp/loops && python listen.py /tmp/loops
"""
import argparse
import csv
from pathlib import Path

import numpy as np
import torch

import augment
import card
import features
import kits
import sources

TOGETHER = .02  # seconds: notes nearer than this are one hit, and any of their classes is right
HERE = Path(__file__).resolve().parent


def hits_of(path):
    """[(seconds, {class})] of a truth file, notes that are played together as one hit."""
    hits = []
    for row in csv.DictReader(path.read_text().splitlines()):
        seconds = int(row["position"]) / 44100
        if not hits or seconds - hits[-1][0] > TOGETHER:
            hits.append((seconds, set()))
        hits[-1][1].add(row["class"])
    return hits


def patches_at(path, hits):
    """[hits, 1, mels, frames]"""
    samples = sources.resample(*kits.read(path))
    samples = torch.tensor(np.pad(samples, (augment.LEAD, augment.WINDOW)))  # so a patch begins at its onset's index
    starts = [round(seconds * sources.RATE) for seconds, _ in hits]
    return features.log_mel(torch.stack([samples[start:start + augment.WINDOW] for start in starts]))[:, None]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("loops", type=Path)
    parser.add_argument("--network", type=Path, default=HERE / card.NAME)
    options = parser.parse_args()
    module = torch.jit.load(str(options.network)).eval()
    single, several = [], []
    for path in sorted(options.loops.glob("*.csv")):
        hits = hits_of(path)
        with torch.no_grad():
            answers = module(patches_at(path.with_suffix(".wav"), hits)).argmax(1).tolist()
        for (_, classes), answer in zip(hits, answers):
            (single if len(classes) == 1 else several).append((classes, sources.CLASSES[answer]))
    for name, found in (("one class", single), ("several classes together", several)):
        right = sum(answer in classes for classes, answer in found)
        print(f"{name}: {right} of {len(found)} right ({right / max(1, len(found)):.1%})")
    for label in sources.CLASSES:
        heard = [answer for classes, answer in single if label in classes]
        if heard:
            print(f"  {label}: {heard.count(label)} of {len(heard)};",
                  ", ".join(f"{other} {heard.count(other)}" for other in sorted(set(heard) - {label})))


if __name__ == "__main__":
    main()
