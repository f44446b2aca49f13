"""Figures about a plane of presets: any function [n, 2] in 0..1 -> [n, parameters] normalised, so that the trained one
and the baselines are measured by the same code. A distance is the root mean square over the parameters, normalised."""
import numpy as np

GRID = 201
NEAR = 0.10    # a preset counts as covered within this distance
DIRECTIONS = np.array([[np.cos(a), np.sin(a)] for a in np.arange(8) * np.pi / 4])


def square(n):
    """[n * n, 2], rows of constant y."""
    axis = np.linspace(0, 1, n)
    return np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)


def distances(a, b):
    """[len(a), len(b)]"""
    return np.sqrt(np.maximum((a ** 2).mean(1)[:, None] + (b ** 2).mean(1) - 2 * a @ b.T / a.shape[1], 0))


def nearest(points, rows):
    """Of `points`, the index and the distance of the nearest to each of `rows`."""
    all_of_them = distances(rows, points)
    return all_of_them.argmin(1), all_of_them.min(1)


def rms(error):
    return float(np.sqrt((error ** 2).mean()))


class Pca:
    """The plane of the first two principal components; the box of the training scores is the square."""

    def __init__(self, rows):
        self.mean = rows.mean(0)
        axes = np.linalg.svd(rows - self.mean, full_matrices=False)[2][:2]
        scores = (rows - self.mean) @ axes.T
        self.axes, self.low, self.high = axes, scores.min(0), scores.max(0)

    def places(self, rows):
        return ((rows - self.mean) @ self.axes.T - self.low) / (self.high - self.low)

    def __call__(self, places):
        scores = self.low + places * (self.high - self.low)
        return np.clip(self.mean + scores @ self.axes, 0, 1)


def coverage(plane, rows):
    """How near the plane comes to the presets `rows`, wherever on it."""
    reach = nearest(plane(square(GRID)), rows)[1]
    return {"median": float(np.median(reach)), "p90": float(np.quantile(reach, .9)), "max": float(reach.max()),
            "covered": float((reach <= NEAR).mean())}


def plausibility(plane, rows):
    """How near the places of the plane come to a preset of `rows`, whichever."""
    away = nearest(rows, plane(square(51)))[1]
    return {"median": float(np.median(away)), "p90": float(np.quantile(away, .9))}


def smoothness(plane, step=0.01):
    """What a step of that length, from anywhere in any of eight directions, changes: normalised, and in units below."""
    start = square(101)
    ends = start[:, None] + step * DIRECTIONS
    inside = ((ends >= 0) & (ends <= 1)).all(-1)
    change = np.abs(plane(ends[inside]) - np.repeat(plane(start)[:, None], 8, 1)[inside])
    largest = change.max(1)
    return {"p50": float(np.median(largest)), "p99": float(np.quantile(largest, .99)), "max": float(largest.max()),
            "each_max": change.max(0), "each_p99": np.quantile(change, .99, axis=0)}


def evenness(places, cells=10):
    """Share of the square's cells in which at least one of the places lies."""
    index = np.clip((places * cells).astype(int), 0, cells - 1)
    return len({tuple(cell) for cell in index}) / cells ** 2
