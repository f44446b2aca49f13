"""The synth itself, in numpy, so that what README.md says about it can be heard: renders notes from places on the
plane, or a preset by name, into a WAV file."""
import argparse
import wave
from pathlib import Path

import numpy as np
import torch

import card
import synth

RATE = 48000


def shape(phase, width):
    """Triangle, saw, square (wave 0, 0.5, 1) and what lies between; phase in cycles. Naive: it aliases a little."""
    phase = phase % 1
    triangle, saw, square = 4 * np.abs(phase - .5) - 1, 2 * phase - 1, np.where(phase < .5, 1., -1.)
    if width < .5:
        return triangle + 2 * width * (saw - triangle)
    return saw + (2 * width - 1) * (square - saw)


def low_pass(sound, cutoff, q):
    """State-variable filter, 12 dB per octave, trapezoidal; `cutoff` in Hz for each sample."""
    first = second = 0.
    out, gains = np.empty_like(sound), np.tan(np.pi * np.minimum(cutoff, RATE * .45) / RATE)
    for i, (value, g) in enumerate(zip(sound.tolist(), gains.tolist())):
        high = (value - second - (1 / q + g) * first) / (1 + g * (g + 1 / q))
        band = g * high + first
        low = g * band + second
        first, second, out[i] = g * high + band, g * band + low, low
    return out


def amp_envelope(p, time, held):
    """Linear attack; decay and release fall by 60 dB of their way in the time given."""
    def level(t):
        falling = p["sustain"] + (1 - p["sustain"]) * .001 ** (np.maximum(t - p["attack"], 0) / p["decay"])
        return np.where(t < p["attack"], t / p["attack"], falling)
    released = level(np.array(held)) * .001 ** (np.maximum(time - held, 0) / p["release"])
    return np.where(time < held, level(time), released)


def note(row, held=0.8):
    """One note of the preset `row` (in units), key held for that many seconds; float samples at RATE, within -1..1."""
    p = dict(zip(synth.NAMES, map(float, row)))
    time = np.arange(int((held + min(p["release"], 3)) * RATE)) / RATE
    frequency = 440 * 2 ** ((p["pitch"] - 69) / 12)
    sound = shape(time * frequency, p["wave"])
    sound += p["mix"] * shape(time * frequency * 2 ** (p["detune"] / 1200) + .3, p["wave"])
    sound += p["sub"] * np.sin(np.pi * time * frequency)
    sound += p["noise"] * np.random.default_rng(1).uniform(-1, 1, len(time))
    lfo = 4 * np.abs((time * p["lfo_rate"] - .25) % 1 - .5) - 1
    lift = p["env_amount"] * .001 ** (time / p["env_decay"]) + p["lfo_depth"] * lfo
    cutoff = np.clip(p["filter"] * 2 ** lift, 20, 18000)
    filtered = low_pass(sound / 4, cutoff, .7 * 20 ** p["resonance"])
    return np.tanh(filtered * amp_envelope(p, time, held))


def rows_of(options):
    if options.preset:
        presets = synth.read_presets(synth.HERE / "presets.csv")
        if options.preset not in presets.names:
            raise SystemExit(f"no preset is called {options.preset}; presets.csv has their names")
        return synth.to_units(presets.rows[[presets.names.index(options.preset)]])
    if not options.places or len(options.places) % 2:
        raise SystemExit("give x and y for each note, or --preset NAME")
    with torch.no_grad():
        return torch.jit.load(str(synth.HERE / card.NAME))(torch.tensor(options.places).view(-1, 2)).numpy()


def main():
    parser = argparse.ArgumentParser(description="Renders notes of the synth into a WAV file.")
    parser.add_argument("places", type=float, nargs="*", help="x y, for each note")
    parser.add_argument("--preset", help="a name in presets.csv, instead of places")
    parser.add_argument("--out", type=Path, default=Path("synth-params.wav"))
    options = parser.parse_args()
    sound = np.concatenate([note(row) for row in rows_of(options)])
    with wave.open(str(options.out), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes((sound * 32000).astype("<i2").tobytes())
    print(f"{options.out}: {len(sound) / RATE:.1f} s")


if __name__ == "__main__":
    main()
