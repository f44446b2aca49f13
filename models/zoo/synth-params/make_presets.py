"""Writes presets.csv: 12 families of 60 presets, drawn from the distributions below with a fixed seed.

A preset is  centre of its family
           + sum over the five shared factors of  (one normal number) * (loading of the factor on each parameter)
           + independent normal noise per parameter,
all on the normalised scale of synth.py, folded back at the ends of the range. The factors make parameters vary
together as they do in banks made by people: what is brighter is also a little harder, what is lower has more sub and
longer times. A family can be wider or narrower than others along a factor.
"""
import argparse
import csv

import numpy as np

import synth

SEED = 20240
PER_FAMILY = 60
SPLIT = ["train"] * 42 + ["valid"] * 9 + ["test"] * 9    # of each family, shuffled
NOISE = 0.035

# Loadings on the normalised scale, per standard deviation of the factor.
FACTORS = {
    "bright": {"filter": .10, "wave": .07, "resonance": .03, "noise": .02, "env_amount": .03},
    "high": {"pitch": .11, "filter": .05, "sub": -.09, "decay": -.04, "release": -.04, "env_decay": -.03},
    "long": {"attack": .07, "decay": .08, "release": .09, "env_decay": .08, "lfo_rate": -.05},
    "motion": {"detune": .12, "mix": .09, "lfo_depth": .08, "lfo_rate": .06},
    "hard": {"attack": -.05, "env_amount": .08, "sustain": -.08, "resonance": .07, "env_decay": -.04},
}

# Centres, in units, in the order of synth.PARAMETERS.
#             pitch filter reso wave detune mix  sub noise  env envdec attack decay  sus  rel  rate depth
CENTRES = {
    "bass":       (36,  300, .35, .70,  4, .45, .70, .02, 2.5,  .25, .004,  .50, .55, .12,  .5, .10),
    "lead":       (70, 2600, .45, .60, 10, .65, .15, .04, 1.8,  .50, .008,  .60, .75, .25, 5.5, .25),
    "pad":        (55, 1100, .20, .35, 18, .80, .25, .08,  .8, 2.20, .900, 3.00, .80, 2.8,  .25, .45),
    "pluck":      (64,  700, .40, .55,  7, .50, .15, .03, 3.6,  .18, .003,  .35, .05, .30, 1.0, .08),
    "bell":       (79, 3600, .55, .06,  5, .70, .05, .03, 1.5,  .90, .003, 3.00, .05, 3.0, 2.0, .10),
    "brass":      (57,  800, .15, .50,  6, .60, .20, .06, 2.6,  .70, .060,  .60, .80, .20, 4.5, .12),
    "organ":      (60, 2000, .08, .18,  2, .75, .65, .02,  .3,  .10, .006,  .30, .95, .07, 6.5, .15),
    "strings":    (64, 1800, .10, .48, 15, .75, .15, .10,  .6, 1.20, .250, 1.50, .85, .80, 5.0, .15),
    "keys":       (62, 1400, .15, .22,  4, .50, .25, .03, 1.8,  .45, .004, 1.50, .25, .40, 3.0, .10),
    "percussion": (45,  900, .30, .15,  9, .20, .45, .60, 3.4,  .06, .002,  .12, .02, .10, 1.5, .08),
    "drone":      (34,  400, .50, .65, 22, .85, .60, .15,  .7, 3.00, 1.80, 5.00, .90, 5.0,  .10, .80),
    "sweep":      (50, 1500, .70, .75, 25, .65, .20, .45, 4.0, 2.50, .350, 3.00, .55, 2.0,  .35, .95),
}
WIDER = {"bass": {"high": .5}, "percussion": {"high": 1.3}, "drone": {"high": .6}, "organ": {"hard": .5, "long": .5},
         "lead": {"bright": 1.3}, "pad": {"motion": 1.2, "hard": .5}, "bell": {"high": .8}, "strings": {"hard": .5}}


def fold(rows):
    """Reflects what leaves 0..1 back into it: no heap of presets at the ends of a range."""
    rows = np.abs(rows)
    return np.clip(np.where(rows > 1, 2 - rows, rows), 0, 1)


def draw_family(family, rng):
    loadings = np.array([[of.get(name, 0.) for name in synth.NAMES] for of in FACTORS.values()])
    width = np.array([WIDER.get(family, {}).get(factor, 1.) for factor in FACTORS])
    centre = synth.to_normal([CENTRES[family]])
    factors = rng.normal(size=(PER_FAMILY, len(FACTORS))) * width
    return fold(centre + factors @ loadings + rng.normal(size=(PER_FAMILY, len(synth.NAMES))) * NOISE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=synth.HERE / "presets.csv")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    with open(options.out, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["name", "family", "split", *synth.NAMES])
        for family in CENTRES:
            rows, splits = synth.to_units(draw_family(family, rng)), rng.permutation(SPLIT)
            for i, (row, split) in enumerate(zip(rows, splits), 1):
                row = np.clip([float(f"{value:.4g}") for value in row], synth.MIN, synth.MAX)
                out.writerow([f"{family} {i:02}", family, split, *(f"{value:.4g}" for value in row)])


if __name__ == "__main__":
    main()
