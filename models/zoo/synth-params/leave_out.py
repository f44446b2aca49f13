"""How the plane meets sounds of a kind it never saw: for each family, trains once on the other eleven and measures how
near the plane comes to all presets of the one left out. Writes its table between marks in README.md. Two minutes."""
import numpy as np
import torch

import evaluate
import measure
import synth
import train

STEPS = 1500    # one short training per family, seed 1


def without(presets, family):
    """Median distance of the family's presets to the plane, PCA's plane, the mean preset, the nearest of the others."""
    rows = presets.rows[presets.families == family]
    others = presets.rows[(presets.families != family) & (presets.splits == "train")]
    _, decoder = train.fit(torch.tensor(others, dtype=torch.float32), 1, STEPS)

    def trained(places):
        with torch.no_grad():
            return decoder(torch.tensor(places, dtype=torch.float32)).double().numpy()
    on_planes = [plane(measure.square(measure.GRID)) for plane in (trained, measure.Pca(others))]
    return [float(np.median(measure.nearest(points, rows)[1])) for points in (*on_planes, others.mean(0)[None], others)]


def main():
    train.fix_randomness()
    presets = synth.read_presets(synth.HERE / "presets.csv")
    lines = ["| family never seen | this model's plane | 2-D PCA plane | mean preset | nearest training preset |",
             "|---|---|---|---|---|"]
    for family in dict.fromkeys(presets.families):
        lines.append(f"| {family} | {' | '.join(f'{d:.3f}' for d in without(presets, family))} |")
        print(lines[-1], flush=True)
    evaluate.write_section(synth.HERE / "README.md", "left out", lines)


if __name__ == "__main__":
    main()
