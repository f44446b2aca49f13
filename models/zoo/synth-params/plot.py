"""Draws plane.png: where the presets lie, and what eight of the parameters do over the square."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from PIL import Image

import measure
import synth

SHOWN = ["pitch", "filter", "wave", "env_amount", "attack", "sustain", "release", "lfo_depth"]
CELLS = 121
LEVELS = 33    # flat steps of colour suit a palette


def draw_families(axes, presets, places):
    """Training presets as dots, held-out ones as rings; the name at the median of its family."""
    families = sorted(set(presets.families))
    colours = plt.get_cmap("tab20")(np.arange(len(families)) % 20)
    for family, colour in zip(families, colours):
        of_it = presets.families == family
        train, test = (of_it & (presets.splits == s) for s in ("train", "test"))
        axes.scatter(*places[train].T, s=9, color=colour, linewidths=0)
        axes.scatter(*places[test].T, s=22, facecolors="none", edgecolors=colour, linewidths=1.1)
        middle = np.median(places[of_it], 0)
        axes.text(*middle, family, ha="center", va="center", fontsize=9, weight="bold",
                  bbox={"facecolor": "white", "alpha": .75, "edgecolor": "none", "pad": 1})
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="x", ylabel="y", aspect="equal")
    axes.set_title("presets by family: dots trained on, rings held out", fontsize=10)


def draw_parameter(figure, axes, plane, name):
    """One heat map, on the normalised scale, with a colour bar in units."""
    i = synth.NAMES.index(name)
    parameter = synth.PARAMETERS[i]
    values = synth.to_units(plane(measure.square(CELLS)))[:, i].reshape(CELLS, CELLS)
    low, high = values.min(), values.max()
    levels = np.geomspace(low, high, LEVELS) if parameter.log else np.linspace(low, high, LEVELS)
    axis = np.linspace(0, 1, CELLS)
    image = axes.contourf(axis, axis, values, levels, cmap="viridis", antialiased=False,
                          norm=LogNorm(low, high) if parameter.log else None)
    axes.contour(axis, axis, values, levels[3:-1:4], colors="white", linewidths=.5, alpha=.6)
    axes.set(xticks=[0, 1], yticks=[0, 1], aspect="equal")
    axes.set_title(f"{name} ({parameter.unit})" if parameter.unit else name, fontsize=10)
    bar = figure.colorbar(image, ax=axes, fraction=.046, pad=.03)
    bar.ax.tick_params(labelsize=8)
    if parameter.log:
        bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        bar.ax.yaxis.set_minor_locator(NullLocator())
    else:
        bar.ax.yaxis.set_major_locator(MaxNLocator(6))


def draw(plane, presets, places, path):
    """`places`: [presets, 2]; `plane`: as in measure.py."""
    figure = plt.figure(figsize=(16, 5.6), layout="constrained")
    grid = figure.add_gridspec(2, 6)
    draw_families(figure.add_subplot(grid[:, :2]), presets, places)
    for k, name in enumerate(SHOWN):
        draw_parameter(figure, figure.add_subplot(grid[k // 4, 2 + k % 4]), plane, name)
    figure.savefig(path, dpi=80, metadata={"Software": None})
    plt.close(figure)
    with Image.open(path) as image:    # a palette: half the bytes
        small = image.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
