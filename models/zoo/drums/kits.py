"""Reads Hydrogen's drum kits, and any sample, as mono float32."""
import os
import wave
import xml.etree.ElementTree as xml
from pathlib import Path
from typing import NamedTuple

import numpy as np

KITS = Path(os.environ.get("HYDROGEN_DRUMKITS", "/usr/share/hydrogen/data/drumkits"))


class Layer(NamedTuple):
    """One recording of an instrument, played at velocities from `low` to `high` (0..1)."""
    path: Path
    low: float
    high: float
    gain: float


class Instrument(NamedTuple):
    name: str
    volume: float
    layers: list


def instruments(kit):
    """The instruments of KITS/kit that have a recording, in the order of drumkit.xml."""
    folder = KITS / kit
    root = xml.parse(folder / "drumkit.xml").getroot()
    for element in root.iter():
        element.tag = element.tag.split("}")[-1]
    found = []
    for element in root.iter("instrument"):
        layers = [layer_of(folder, layer) for layer in element.iter("layer")]
        if not layers and element.findtext("filename"):
            layers = [Layer(folder / element.findtext("filename"), 0, 1, 1)]
        layers = [layer for layer in layers if layer.path.name != "emptySample.flac" and layer.path.exists()]
        if layers:
            found.append(Instrument(element.findtext("name").strip(), number(element, "volume"), layers))
    return found


def layer_of(folder, element):
    path = folder / element.findtext("filename")
    return Layer(path, number(element, "min", 0), number(element, "max"), number(element, "gain"))


def number(element, name, default=1):
    return float(element.findtext(name) or default)


def read(path):
    """(samples, rate): the channels' mean, full scale is 1. WAV of 16 bit needs no package, the rest `soundfile`."""
    try:
        with wave.open(str(path)) as file:
            if file.getsampwidth() == 2:
                samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
                return (samples.mean(axis=1) / 32768).astype(np.float32), file.getframerate()
    except (wave.Error, EOFError):
        pass
    import soundfile
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return samples.mean(axis=1), rate


def start_of(samples):
    """Where the sound begins: its first sample at -40 dB of its peak or louder."""
    level = np.abs(samples)
    return int(np.argmax(level >= level.max() * .01))
