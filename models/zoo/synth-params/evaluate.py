"""Measures what was trained, from the exported files alone: synth-params.ts, places.csv and the presets. Writes
card.yaml and plane.png, and the tables between the marks in README.md. Held-out presets (split `test`) had no part in
any choice."""
import argparse
import csv
from pathlib import Path

import numpy as np
import torch

import card
import measure
import plot
import synth


PLANE_ROWS = [
    ("held-out preset to the nearest point of the plane: median", "cover", "median"),
    ("… 90 % are nearer than", "cover", "p90"),
    ("… farthest", "cover", "max"),
    ("… share within 0.1", "cover", "covered"),
    ("point of the plane to the nearest training preset: median", "plausible", "median"),
    ("… 90 % are nearer than", "plausible", "p90"),
    ("step of 0.01, anywhere: largest change of a parameter, median", "smooth", "p50"),
    ("… 99 % of steps below", "smooth", "p99"),
    ("… largest anywhere", "smooth", "max"),
]


def load_plane(path):
    """The exported module, as a function that measure.py takes."""
    module = torch.jit.freeze(torch.jit.load(str(path)).eval())

    def run(places):
        with torch.no_grad():
            units = module(torch.tensor(np.asarray(places).reshape(-1, 2), dtype=torch.float32))
        return synth.to_normal(units.double().numpy()).reshape(*np.shape(places)[:-1], -1)
    return run


def read_places(path):
    with open(path, newline="") as file:
        return np.array([[float(line["x"]), float(line["y"])] for line in csv.DictReader(file)])


def reconstructions(planes, places, train, test):
    """name -> what it makes of the held-out presets, [presets, parameters] normalised."""
    trained, pca = planes
    on_plane = trained(measure.square(measure.GRID))
    return {
        "this model, at the encoder's place": trained(places),
        "this model, at the nearest point of the plane": on_plane[measure.nearest(on_plane, test)[0]],
        "mean preset": np.broadcast_to(train.mean(0), test.shape),
        "2-D PCA, projected": pca(pca.places(test)),
        "nearest training preset (no plane: 16 numbers in)": train[measure.nearest(train, test)[0]],
    }


def unit_error(i, wrong, right):
    """Median absolute error of parameter i, in its unit; for log-scaled ones as a factor."""
    error = np.median(np.abs(wrong - right)[:, i]) * (synth.HIGH - synth.LOW)[i]
    if synth.PARAMETERS[i].log:
        return f"× {np.exp(error):.2f}"
    unit = {"midi": "semitones"}.get(synth.PARAMETERS[i].unit, synth.PARAMETERS[i].unit)
    return f"{error:.2g} {unit}".rstrip()


def error_tables(made, test):
    """Markdown: one line per way to reconstruct, then one line per parameter."""
    lines = ["| reconstruction of held-out presets | error | share within 0.1 |", "|---|---|---|"]
    for name, rows in made.items():
        each = np.sqrt(((rows - test) ** 2).mean(1))
        lines.append(f"| {name} | {measure.rms(rows - test):.3f} | {(each <= measure.NEAR).mean():.0%} |")
    ways = list(made.values())
    lines += ["", "| parameter | this model | mean preset | 2-D PCA | nearest preset | this model, in its unit |",
              "|---|---|---|---|---|---|"]
    for i, name in enumerate(synth.NAMES):
        cells = [f"{measure.rms((ways[k] - test)[:, i]):.3f}" for k in (0, 2, 3, 4)]
        lines.append(f"| {name} | {' | '.join(cells)} | {unit_error(i, ways[0], test)} |")
    return lines


def plane_table(planes, places, presets):
    """Markdown: coverage, plausibility, evenness and smoothness, beside PCA; and the figures themselves."""
    train, test = presets.split("train").rows, presets.split("test").rows
    spread = [places[presets.splits == "train"], planes[1].places(train)]
    figures = [{"cover": measure.coverage(p, test), "plausible": measure.plausibility(p, train),
                "smooth": measure.smoothness(p), "even": measure.evenness(s)} for p, s in zip(planes, spread)]
    lines = ["| plane | this model | 2-D PCA |", "|---|---|---|"]
    lines += [f"| {text} | {' | '.join(f'{f[a][b]:.3f}' for f in figures)} |" for text, a, b in PLANE_ROWS]
    evenness = " | ".join(f"{f['even']:.2f}" for f in figures)
    lines.append(f"| share of 10 × 10 cells with a training preset in them | {evenness} |")
    return lines, figures[0]


def family_table(plane, places, presets):
    """Markdown: how much of the square belongs to each family (that of the nearest training preset); held-out hits."""
    train, test = presets.split("train"), presets.split("test")
    area = train.families[measure.nearest(train.rows, plane(measure.square(101)))[0]]
    neighbour = measure.nearest(places[presets.splits == "train"], places[presets.splits == "test"])[0]
    hit = train.families[neighbour] == test.families
    reach = measure.nearest(plane(measure.square(measure.GRID)), test.rows)[1]
    lines = ["| family | share of the square | held-out that land among their own | median distance to the plane |",
             "|---|---|---|---|"]
    for family in dict.fromkeys(presets.families):
        of_it = test.families == family
        lines.append(f"| {family} | {(area == family).mean():.1%} | {hit[of_it].sum()} of {of_it.sum()} | "
                     f"{np.median(reach[of_it]) if of_it.any() else float('nan'):.3f} |")
    return lines, float(hit.mean())


def step_in_units(smooth):
    """The largest and the usual change of pitch and filter for a step of 0.01, in semitones."""
    pitch, cutoff = (synth.NAMES.index(name) for name in ("pitch", "filter"))
    semitones = {"pitch": (pitch, synth.MAX[pitch] - synth.MIN[pitch]),
                 "filter": (cutoff, 12 * np.log2(synth.MAX[cutoff] / synth.MIN[cutoff]))}
    return {f"{name}_{q}": float(smooth[f"each_{q}"][i] * span)
            for name, (i, span) in semitones.items() for q in ("p99", "max")}


def write_section(readme, mark, lines):
    """Replaces what stands between the two marks; a README without them is left alone."""
    first, last = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    text = readme.read_text() if readme.exists() else ""
    if first in text and last in text:
        head, tail = text.split(first)[0], text.split(last)[1]
        readme.write_text(head + first + "\n".join(lines) + "\n" + last + tail)


def parameter_lines():
    return ["| output | unit | range | scale | |", "|---|---|---|---|---|"] + [
        f"| `{p.name}` | {p.unit or '-'} | {p.min:g} .. {p.max:g} | {'log' if p.log else 'linear'} | {p.about} |"
        for p in synth.PARAMETERS]


def evaluate(presets, folder):
    trained, places = load_plane(folder / card.NAME), read_places(folder / "places.csv")
    train, test = presets.split("train").rows, presets.split("test").rows
    planes = (trained, measure.Pca(train))
    made = reconstructions(planes, places[presets.splits == "test"], train, test)
    plane_lines, figures = plane_table(planes, places, presets)
    family_lines, hits = family_table(trained, places, presets)
    errors = {key: measure.rms(rows - test) for key, rows in
              zip(["encoder", "nearest_point", "mean_preset", "pca_2d", "nearest_preset"], made.values())}
    steps = step_in_units(figures["smooth"])
    card.write_card(folder, {
        "held_out_presets": len(test), "training_presets": len(train),
        "held_out_error": errors, "held_out_to_plane": figures["cover"], "held_out_among_own_family": f"{hits:.4g}",
        "step_0.01_largest_change": {k: figures["smooth"][k] for k in ("p50", "p99", "max")},
        "step_0.01_semitones": steps,
        "note": "errors and changes are normalised (1 = a parameter's whole range); README.md says how",
        "machine": f"{card.cpu()}, one thread, torch {torch.__version__}"})
    lines = [*error_tables(made, test), "", *plane_lines, "", *family_lines]
    write_section(folder / "README.md", "measured", lines)
    write_section(folder / "README.md", "parameters", parameter_lines())
    plot.draw(trained, presets, places, folder / "plane.png")
    print("\n".join(lines), steps, sep="\n")


def main():
    parser = argparse.ArgumentParser(description="Measures what train.py wrote.")
    parser.add_argument("--presets", type=Path, default=synth.HERE / "presets.csv")
    parser.add_argument("--out", type=Path, default=synth.HERE, help="folder that train.py wrote to")
    options = parser.parse_args()
    torch.set_num_threads(1)
    evaluate(synth.read_presets(options.presets), options.out)


if __name__ == "__main__":
    main()
