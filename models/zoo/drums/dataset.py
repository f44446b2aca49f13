"""All sounds as patches to train and to measure with, and which kits may never be told apart."""
import pickle
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

import augment
import sources

VARIANTS = 12    # patches made of each sound
SAME = .95       # correlation from which on two sounds are one recording: at most 0.9 elsewhere
KITS = list(sources.LABELS["kits"])
# What a sound was measured with: (name, onset found so much too early in s, rate of the recording)
CONDITIONS = [("clean", 0, sources.RATE), ("onset 3 ms early", .003, sources.RATE),
              ("onset 3 ms late", -.003, sources.RATE), ("8 kHz", 0, 8000), ("11.025 kHz", 0, 11025),
              ("16 kHz", 0, 16000), ("22.05 kHz", 0, 22050)]


class Data(NamedTuple):
    """n sounds: `made` [n, VARIANTS + 1, mels, frames] to train with, `measured` name -> [n, mels, frames]."""
    sounds: list
    labels: torch.Tensor
    made: torch.Tensor
    measured: dict
    pairs: list

    def kit(self, index):
        return self.sounds[index].kit


def load(cache: Path):
    """Made once, then read from `cache`, a folder."""
    path = cache / "oscine-drums.pkl"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        sounds = sources.every()
        path.write_bytes(pickle.dumps((sounds, *patches(sounds), same_recordings(sounds))))
    sounds, made, measured, pairs = pickle.loads(path.read_bytes())
    return Data(sounds, torch.tensor([sound.label for sound in sounds]), made, measured, pairs)


def patches(sounds):
    torch.manual_seed(1)
    samples = torch.tensor(np.stack([sound.samples for sound in sounds]))
    measured = {name: augment.clean(samples, jitter, rate) for name, jitter, rate in CONDITIONS}
    of_kit = {kit: torch.tensor([i for i, sound in enumerate(sounds) if sound.kit == kit])
              for kit in {sound.kit: None for sound in sounds}}
    variants = [measured["clean"].half()]
    for _ in range(VARIANTS):
        company = torch.stack([of_kit[sound.kit][torch.randint(len(of_kit[sound.kit]), ())] for sound in sounds])
        parts = [augment.patches(samples[i:i + 128], samples[company[i:i + 128]]) for i in range(0, len(sounds), 128)]
        variants.append(torch.cat(parts).half())
    return torch.stack(variants, 1), measured


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
    return torch.tensor([i for i, sound in enumerate(data.sounds) if sound.kit not in left_out and i not in seen])


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
    much = torch.tensor([{"clap": .7, "other": 1.15}.get(name, 1) for name in sources.CLASSES])
    return weight * (much / share)[labels]
