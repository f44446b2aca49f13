"""F1 and confusions on kits that were not trained on, as the tables of the README."""
import math
from collections import Counter

import numpy as np
import torch

from sources import CLASSES

SIX = CLASSES[:6]
FIVE = ["kick", "snare", "hat", "tom", "cymbal"]
HAT = [0, 1, 2, 2, 4, 5, 6, 7]  # open hi-hats counted as closed ones


def confusion(truth, answers, weight=None):
    """[classes, classes]: rows are the truth."""
    counts = torch.zeros(len(CLASSES), len(CLASSES))
    weight = torch.ones(len(truth)) if weight is None else weight
    return counts.index_put((truth, answers), weight, accumulate=True)


def f1(counts):
    return 2 * counts.diag() / (counts.sum(0) + counts.sum(1)).clamp(min=1e-9)


def figures(data, indices, answers):
    """Macro-F1 of `answers` to the sounds `indices`: over all classes, and over those of a drum kit proper."""
    truth, hat = data.labels[indices], torch.tensor(HAT)
    names = [(data.sounds[i].kit, data.sounds[i].instrument) for i in indices]
    count = Counter(names)
    alike = torch.tensor([1 / count[name] for name in names])
    core = truth < 6
    five = [0, 1, 2, 4, 5]
    return {
        "eight": f1(confusion(truth, answers)).mean().item(),
        "instruments_alike": f1(confusion(truth, answers, alike)).mean().item(),
        "six": f1(confusion(truth, answers))[:6].mean().item(),
        "hats_as_one": f1(confusion(hat[truth], hat[answers]))[five].mean().item(),
        "six_alone": f1(confusion(truth[core], answers[core]))[:6].mean().item(),
        "hats_as_one_alone": f1(confusion(hat[truth[core]], hat[answers[core]]))[five].mean().item(),
    }


def centroids(data, train, test):
    """Answers of the baseline: the class whose mean of MFCC statistics is nearest, each standardised."""
    features = mfcc_statistics(data.measured["clean"])
    mean, deviation = features[train].mean(0), features[train].std(0)
    scaled = (features - mean) / deviation
    labels = data.labels[train]
    centres = torch.stack([scaled[train][labels == c].mean(0) for c in range(len(CLASSES))])
    return torch.cdist(scaled[test], centres).argmin(1)


def mfcc_statistics(patches):
    """[n, 80]: mean and deviation over frames of 20 MFCCs and of their steps from frame to frame."""
    mels = patches.shape[1]
    angles = np.pi / mels * np.outer(np.arange(20), np.arange(mels) + .5)
    mfcc = torch.tensor(np.cos(angles) * math.sqrt(2 / mels)).float() @ patches
    steps = mfcc.diff(dim=2)
    return torch.cat([mfcc.mean(2), mfcc.std(2), steps.mean(2), steps.std(2)], 1)


def rows(cells):
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(cells[0]), *lines[1:]])


def tables(data, groups, answers, baseline):
    """Markdown. `answers`: condition -> [n] classes; `groups`: the folds, whose kits were measured."""
    tested = torch.cat([index_of(data, group) for group in groups])
    truth, clean = data.labels[tested], answers["clean"][tested]
    return "\n\n".join([by_condition(data, tested, answers, baseline), by_class(truth, clean, baseline[tested]),
                        by_kit(data, groups, answers, baseline), crossed(truth, clean)])


def index_of(data, group):
    return torch.tensor([i for i, sound in enumerate(data.sounds) if sound.kit in group])


def by_condition(data, tested, answers, baseline):
    names = {"eight": "eight classes", "instruments_alike": "eight, each instrument counted once",
             "six": "kick … cymbal, two hats", "hats_as_one": "… hats as one",
             "six_alone": "two hats, sounds of these only", "hats_as_one_alone": "… hats as one"}
    cells = [["macro-F1", *names.values(), "same answer as clean"]]
    for name, given in [*answers.items(), ("nearest MFCC centroid, clean", baseline)]:
        values = figures(data, tested, given[tested])
        same = (given[tested] == answers["clean"][tested]).float().mean().item()
        cells.append([name, *(f"{values[key]:.3f}" for key in names), f"{same:.1%}"])
    return rows(cells)


def by_class(truth, clean, baseline):
    counts, other = confusion(truth, clean), confusion(truth, baseline)
    cells = [["class", "sounds", "precision", "recall", "F1", "F1 of the nearest centroid"]]
    for c, name in enumerate(CLASSES):
        precision, recall = counts[c, c] / counts[:, c].sum().clamp(min=1), counts[c, c] / counts[c].sum()
        cells.append([name, int(counts[c].sum()), f"{precision:.2f}", f"{recall:.2f}", f"{f1(counts)[c]:.2f}",
                      f"{f1(other)[c]:.2f}"])
    return rows(cells)


def by_kit(data, groups, answers, baseline):
    cells = [["kit", "sounds", "right", "right at 8 kHz", "nearest centroid"]]
    for group in groups:
        for kit in group:
            index = index_of(data, [kit])
            right = [(given[index] == data.labels[index]).float().mean().item()
                     for given in (answers["clean"], answers["8 kHz"], baseline)]
            cells.append([kit + ("" if len(group) == 1 else f" (with {' and '.join(k for k in group if k != kit)})"),
                          len(index), *(f"{value:.0%}" for value in right)])
    return rows(cells)


def crossed(truth, clean):
    counts = confusion(truth, clean).int().tolist()
    return rows([["is ↓, heard as →", *CLASSES], *([f"**{name}**", *row] for name, row in zip(CLASSES, counts))])
