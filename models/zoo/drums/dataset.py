"""All sounds as patches to train and to measure with, and which kits may never be told apart."""
import fnmatch
import pickle
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

import augment
import sources

VARIANTS = 14    # patches made of each sound
GROOVES = 8      # of these in a groove, the rest with one other hit or two at most
SAME = .95       # correlation from which on two sounds are one recording: at most 0.9 elsewhere
KITS = list(sources.LABELS["kits"])
# What a sound was measured with: (name, onset found so much too early in s, rate of the recording)
CONDITIONS = [("clean", 0, sources.RATE), ("onset 3 ms early", .003, sources.RATE),
              ("onset 3 ms late", -.003, sources.RATE), ("8 kHz", 0, 8000), ("11.025 kHz", 0, 11025),
              ("16 kHz", 0, 16000), ("22.05 kHz", 0, 22050)]

# What the network learns to tell: (class, family); a class without families is its own.
FAMILIES = [(label, name) for label in sources.CLASSES for name in sources.LABELS["families"].get(label, [label])]
MEMBERS = torch.tensor([[float(label == name) for name in sources.CLASSES] for label, _ in FAMILIES])


class Data(NamedTuple):
    """n sounds: `made` [n, VARIANTS + 1, mels, frames] to train with, `measured` name -> [n, mels, frames]."""
    sounds: list
    labels: torch.Tensor
    families: torch.Tensor
    made: torch.Tensor
    measured: dict
    pairs: list

    def kit(self, index):
        return self.sounds[index].kit


def load(cache: Path):
    """Made once, then read from `cache`, a folder."""
    path = cache / "oscine-drums.pkl"
    if not path.exists():
        sounds = sources.every()
        pairs = same_recordings(sounds)
        path.write_bytes(pickle.dumps((sounds, *patches(sounds, pairs), pairs)))
    sounds, made, measured, pairs = pickle.loads(path.read_bytes())
    labels, families = torch.tensor([sound.label for sound in sounds]), torch.tensor([family_of(s) for s in sounds])
    return Data(sounds, labels, families, made, measured, pairs)


def family_of(sound):
    """Its index in FAMILIES."""
    label = sources.CLASSES[sound.label]
    for name, patterns in sources.LABELS["families"].get(label, {}).items():
        if any(fnmatch.fnmatchcase(sound.instrument.lower(), pattern) for pattern in patterns):
            return FAMILIES.index((label, name))
    return FAMILIES.index((label, label))


def patches(sounds, pairs):
    """(`made`, `measured`)"""
    torch.manual_seed(1)
    samples = torch.tensor(np.stack([sound.samples for sound in sounds]))
    measured = {name: augment.clean(samples, jitter, rate) for name, jitter, rate in CONDITIONS}
    common = {i for pair in pairs for i in pair}
    of_kit = company(sounds, [sound.kit for sound in sounds], common)
    alike = company(sounds, [(sound.kit, sound.instrument) for sound in sounds], common)
    variants = [measured["clean"].half()]
    for variant in range(VARIANTS):
        hits = augment.GROOVE if variant < GROOVES else augment.ALONE
        parts = []
        for part in torch.arange(len(sounds)).split(64):
            others = [samples[drawn(of_kit, alike, part)] for _ in hits]
            parts.append(augment.patches(samples[part], others, hits))
        variants.append(torch.cat(parts).half())
    return torch.stack(variants, 1), measured


def company(sounds, names, common):
    """[n, 64]: for each sound some of the same name, at random; none that two kits have in `common`, if there are others:
    a recording of a kit that is left out is heard beside no other, too."""
    groups = {}
    for i, name in enumerate(names):
        groups.setdefault(name, []).append(i)
    groups = {name: torch.tensor([i for i in group if i not in common] or group) for name, group in groups.items()}
    return torch.stack([groups[name][torch.randint(len(groups[name]), (64,))] for name in names])


def drawn(of_kit, alike, part, share=.25):
    """[n]: for each of `part` another sound of its kit; for a share of them, of its instrument."""
    groups = torch.where(torch.rand(len(part), 1) < share, alike[part], of_kit[part])
    return groups.gather(1, torch.randint(groups.shape[1], (len(part), 1)))[:, 0]


def same_recordings(sounds):
    """[(i, j)]: sounds of two kits that are one recording, at whatever gain and wherever it begins."""
    samples = np.stack([sound.samples[sources.BEFORE - 320:sources.BEFORE + 6080] for sound in sounds])
    spectra = np.fft.rfft(samples / np.linalg.norm(samples, axis=1, keepdims=True), 16384).astype(np.complex64)
    found = []
    for i, sound in enumerate(sounds):
        others = [j for j in range(i) if sounds[j].kit != sound.kit]
        if others:
            likeness = np.abs(np.fft.irfft(spectra[others] * spectra[i].conj(), 16384)).max(1)
            found += [(i, others[k]) for k in np.nonzero(likeness > SAME)[0]]
    return found


def folds(data):
    """The kits, those together that share a recording: [[kit]]."""
    groups = [[kit] for kit in KITS]
    for i, j in data.pairs:
        one, other = (next((group for group in groups if data.kit(k) in group), None) for k in (i, j))
        if one and other and one is not other:
            one += other
            groups.remove(other)
    return groups


def training(data, left_out):
    """Indices of the sounds that are neither of the kits `left_out` nor a recording that one of them has, too."""
    seen = {k for pair in data.pairs for k, other in (pair, pair[::-1]) if data.kit(other) in left_out}
    return torch.tensor([i for i, sound in enumerate(data.sounds)
                         if sound.kit not in left_out and i not in seen and not against(sound)])


def against(sound):
    return any(fnmatch.fnmatchcase(sound.name, pattern) for pattern in sources.LABELS["against"].get(sound.kit, []))


def of_kits(data, kits):
    return torch.tensor([i for i, sound in enumerate(data.sounds) if sound.kit in kits])


def weights(data, indices):
    """How often each is drawn: the classes alike, in a class the recordings of one instrument less than others'."""
    instruments = [(data.sounds[i].kit, data.sounds[i].instrument) for i in indices]
    count = Counter(instruments)
    weight = torch.tensor([(.25 if name.startswith("program") else 1) / count[kit, name] ** .5
                           for kit, name in instruments])
    labels = data.labels[indices]
    share = torch.zeros(len(sources.CLASSES)).index_add(0, labels, weight)
    much = torch.tensor([{"clap": .7, "other": .9}.get(name, 1) for name in sources.CLASSES])
    return weight * (much / share)[labels]
