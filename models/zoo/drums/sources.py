"""The sounds of three Debian packages with their classes, as mono float32 at RATE."""
import fnmatch
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

import kits

RATE = 32000
BEFORE, AFTER = int(.06 * RATE), int(.8 * RATE)  # what is kept of a sound around its start
SOUNDFONT = Path(os.environ.get("FLUID_SOUNDFONT", "/usr/share/sounds/sf2/FluidR3_GM.sf2"))
SONIC_PI = Path(os.environ.get("SONIC_PI_SAMPLES", "/usr/share/sonic-pi/samples"))
NEEDED = {"hydrogen-drumkits": kits.KITS, "sonic-pi-samples": SONIC_PI, "fluid-soundfont-gm": SOUNDFONT}
LABELS = yaml.safe_load((Path(__file__).parent / "labels.yaml").read_text())
CLASSES = LABELS["classes"]
FLUID, SONIC = "FluidR3", "sonic-pi"  # the names of these two among the kits
STEP = 1.5  # seconds from one rendered note to the next


class Sound(NamedTuple):
    """`samples` [BEFORE + AFTER] at RATE, the sound begins at BEFORE; its peak is 1."""
    kit: str
    instrument: str
    name: str
    label: int
    samples: np.ndarray


def missing():
    """The Debian packages that are not installed."""
    found = [package for package, path in NEEDED.items() if not path.exists()]
    return found + ([] if shutil.which("fluidsynth") else ["fluidsynth"])


def resample(samples, rate, to=RATE):
    """By the spectrum: exact below the lower of the two Nyquist frequencies, silence above it."""
    if rate == to:
        return samples
    unit, to_unit = rate // np.gcd(rate, to), to // np.gcd(rate, to)
    blocks = -(-(len(samples) + 64) // unit)  # some silence at the end, for the filter's ringing
    spectrum = np.fft.rfft(np.pad(samples, (0, blocks * unit - len(samples))))
    size = blocks * to_unit
    kept = np.zeros(size // 2 + 1, complex)
    kept[:len(spectrum)] = spectrum[:len(kept)]
    return (np.fft.irfft(kept, size) * (to_unit / unit)).astype(np.float32)


def sound_of(kit, instrument, name, label, samples, rate):
    """A Sound, or None of silence."""
    if len(samples) < 16 or np.abs(samples).max() < 1e-4:
        return None
    samples = resample(np.pad(samples, (32, 0)).astype(np.float32), rate)
    start = kits.start_of(samples)
    kept = np.zeros(BEFORE + AFTER, np.float32)
    first = max(0, start - BEFORE)
    part = samples[first:start + AFTER]
    kept[BEFORE - (start - first):][:len(part)] = part
    return Sound(kit, instrument, name, CLASSES.index(label), kept / np.abs(kept).max())


def hydrogen():
    for kit, classes in LABELS["kits"].items():
        seen = set()
        for instrument in kits.instruments(kit):
            label = label_of(kit, classes, instrument.name)
            for layer in instrument.layers:
                if label == "leave out" or layer.path in seen:
                    continue
                seen.add(layer.path)
                yield sound_of(kit, instrument.name, layer.path.name, label, *kits.read(layer.path))


def label_of(kit, classes, name):
    for label, names in classes.items():
        if name in names:
            return label
    for label, names in classes.items():
        if names == ["*"]:
            return label
    raise SystemExit(f"labels.yaml does not say what {name!r} of {kit} is")


def sonic_pi():
    for label, patterns in LABELS["sonic-pi"].items():
        for path in sorted(SONIC_PI.glob("*.flac")):
            if any(fnmatch.fnmatch(path.stem, pattern) for pattern in patterns):
                yield sound_of(SONIC, path.stem, path.name, label, *kits.read(path))


def drum_presets():
    """The numbers of the soundfont's presets in bank 128, from its `phdr` chunk."""
    data = SOUNDFONT.read_bytes()
    at = data.rindex(b"phdr")
    size = struct.unpack_from("<I", data, at + 4)[0]
    rows = [struct.unpack_from("<20sHH", data, at + 8 + k) for k in range(0, size - 38, 38)]
    return sorted(number for _, number, bank in rows if bank == 128)


def midi_of(program, channel, notes):
    """A MIDI file (bytes) of that program: one note (key, velocity) each STEP seconds, choked before the next."""
    ticks = int(STEP * 1000)  # at 500 per quarter of 0.5 s, a tick is a millisecond
    track = bytes([0, 0xc0 | channel, program])
    for key, velocity in notes:
        track += bytes([0, 0x90 | channel, key, velocity])
        track += length(ticks - 100) + bytes([0x80 | channel, key, 0, 0, 0xb0 | channel, 120, 0])
        track += length(100) + bytes([0xb0 | channel, 123, 0])
    track += bytes([0, 0xff, 0x2f, 0])
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 500) + b"MTrk" + struct.pack(">I", len(track)) + track


def length(value):
    return bytes([0x80 | value >> 7, value & 0x7f])


def rendered(program, channel, notes):
    """What fluidsynth plays for each note, without its reverb and chorus: [notes, STEP seconds at RATE]."""
    with tempfile.TemporaryDirectory() as folder:
        score, out = Path(folder) / "notes.mid", Path(folder) / "notes.wav"
        score.write_bytes(midi_of(program, channel, notes))
        command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.4", "-r", str(RATE), "-F", out, SOUNDFONT,
                   score]
        subprocess.run(command, check=True, capture_output=True)
        samples, _ = kits.read(out)
    size = int(STEP * RATE)
    samples = np.pad(samples, (0, max(0, len(notes) * size - len(samples))))
    return samples[:len(notes) * size].reshape(len(notes), size)


def fluid():
    """Each drum preset at two velocities; a note that sounds as it did in an earlier preset is not taken again."""
    taken = {}
    common, special = LABELS["percussion"], LABELS["percussion of preset"]
    for preset in drum_presets():
        base = {} if preset == 48 else common
        keys = {key: label for label, group in base.items() for key in group}
        for label, group in special.get(preset, {}).items():
            keys |= {key: label for key in group}
        if preset in (40, 41, 42):
            keys.pop(40)
        notes = [(key, velocity) for key in sorted(keys) for velocity in (60, 116)]
        for (key, velocity), samples in zip(notes, rendered(preset, 9, notes)):
            known = taken.setdefault((key, velocity), [])
            if any(alike(samples, other) for other in known):
                continue
            known.append(samples)
            yield sound_of(FLUID, f"drums {preset} key {key}", f"velocity {velocity}", keys[key], samples, RATE)


def alike(one, other):
    """The same recording, at whatever gain."""
    product = np.dot(one, one) * np.dot(other, other)
    return product == 0 or np.dot(one, other) > .98 * np.sqrt(product)


def melodic():
    for label, programs in LABELS["melodic"].items():
        for program in programs:
            notes = [(36, 100), (52, 70), (67, 110), (82, 90)]
            for (key, _), samples in zip(notes, rendered(program, 0, notes)):
                yield sound_of(FLUID, f"program {program}", f"key {key}", label, samples, RATE)


def every():
    """All sounds: [Sound]."""
    found = [sound for source in (hydrogen, sonic_pi, fluid, melodic) for sound in source()]
    return [sound for sound in found if sound]
