"""A neural waveshaping instrument (NEWT: pitch and loudness in, sound out) to a TorchScript that streams, and a card.

Each call takes whole control frames, and each frame gives 128 samples: harmonics of the pitch, 64 learned waveshapers that
the loudness and pitch steer, filtered noise, a reverb. Everything that spans two frames is kept as state.
"""
import argparse
import math
import pickle

import numpy as np
import torch
from torch import nn

import exported

WHENCE = """\
Published files: violin_state_dict.pt (the network's state dict), data_mean.npy and data_std.npy (of the pitches and
loudnesses that it was trained on), MPL-2.0, of https://github.com/ben-hayes/neural-waveshaping-synthesis
Needs: pip install torch numpy
"""
CARD = """\
state: session
modelRate: 16000
block: 512
latency: {latency}
about: "Pitch in Hz and loudness to sound: neural waveshaping (Hayes, Saitis and Fazekas 2021)"
licence: MPL-2.0
authors: [Ben Hayes, Charalampos Saitis, György Fazekas]
links: ["https://github.com/ben-hayes/neural-waveshaping-synthesis"]
methods:
  - {{name: forward, form: [2, {hop}, 1, 1]}}
"""
RATE, HOP, HARMONICS, SHAPERS = 16000, 128, 101, 64
LATENCY = HOP // 2  # a control stands in the middle of its frame, and the way to the next one is a straight line


class Part(nn.Module):
    """A script sees no global of its file, but attributes."""

    def __init__(self):
        super().__init__()
        self.rate, self.hop, self.latency = RATE, HOP, LATENCY


def linear(weights, name):
    """A convolution of length one as what it is."""
    weight = weights[f"{name}.weight"].squeeze(-1)
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.data.copy_(weight)
    made.bias.data.copy_(weights[f"{name}.bias"])
    return made


def perceptron(weights, name):
    """Four layers, each but the last normalised over its 128 numbers and leaky."""
    layers = []
    for at in (0, 3, 6):
        norm = nn.LayerNorm(128)
        norm.weight.data.copy_(weights[f"{name}.{at + 1}.layer_norm.weight"])
        norm.bias.data.copy_(weights[f"{name}.{at + 1}.layer_norm.bias"])
        layers += [linear(weights, f"{name}.{at}"), norm, nn.LeakyReLU()]
    return nn.Sequential(*layers, linear(weights, f"{name}.9"))


class Control(nn.Module):
    """[2] of one frame, as it comes → [128] that steer the rest. Remembers: a GRU."""

    def __init__(self, weights, mean, deviation):
        super().__init__()
        self.gru = nn.GRU(2, 128, batch_first=True)
        for name, value in self.gru.named_parameters():
            value.data.copy_(weights[f"embedding.gru.{name}"])
        self.out = linear(weights, "embedding.proj")
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.register_buffer("hidden", torch.zeros(1, 1, 128))

    def forward(self, frame: torch.Tensor) -> torch.Tensor:
        y, self.hidden = self.gru(((frame - self.mean) / self.deviation)[None, None], self.hidden)
        return self.out(y[0, 0])


class Harmonics(Part):
    """[128] Hz, one for each sample → [101, 128]. Remembers the phase; each harmonic begins at a random one."""

    def __init__(self):
        super().__init__()
        self.register_buffer("numbers", torch.arange(1, HARMONICS + 1, dtype=torch.float64)[:, None])
        self.register_buffer("offsets", torch.zeros(HARMONICS, 1))
        self.register_buffer("turns", torch.zeros(1, dtype=torch.float64))

    def forward(self, hertz: torch.Tensor) -> torch.Tensor:
        turns = self.turns + hertz.double().cumsum(0) / self.rate
        self.turns = turns[-1:] - turns[-1:].floor()
        turns = self.numbers * turns
        phases = (math.tau * (turns - turns.floor())).float() + self.offsets
        return phases.sin() * (self.numbers * hertz < self.rate / 2)


class Shapers(nn.Module):
    """[64, 128] → [64, 128]: for each row a small network of sines of its own."""

    def __init__(self, weights):
        super().__init__()
        self.register_buffer("scale", weights["newt.shaping_fn.input_scale"][0])
        names = [f"newt.shaping_fn.net.{at}" for at in (0, 2, 4, 6)]
        sizes = [(8, 1), (8, 8), (8, 8), (1, 8)]
        self.weights = nn.ParameterList(weights[f"{name}.weight"].reshape(SHAPERS, *size)
                                        for name, size in zip(names, sizes))
        self.biases = nn.ParameterList(weights[f"{name}.bias"].reshape(SHAPERS, size[0], 1)
                                       for name, size in zip(names, sizes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (self.scale * x)[:, None]
        for weight, bias in zip(self.weights, self.biases):
            x = torch.baddbmm(bias, weight, x).sin()
        return x[:, 0]


class Noise(Part):
    """[129] magnitudes of one frame → [128]: uniform noise through a filter. Remembers what overlaps."""

    def __init__(self, weights):
        super().__init__()
        self.register_buffer("window", weights["noise_synth.window"])
        self.register_buffer("heard", torch.zeros(HOP))
        self.register_buffer("rest", torch.zeros(HOP))

    def forward(self, magnitudes: torch.Tensor, first: bool) -> torch.Tensor:
        impulse = torch.fft.irfft(torch.complex(magnitudes, torch.zeros_like(magnitudes))).roll(self.hop)
        new = torch.rand(self.hop)
        before = torch.cat([new[:1], new[1:].flip(0)]) if first else self.heard  # as if mirrored at its beginning
        spectrum = torch.fft.rfft(torch.cat([before, new])) * torch.fft.rfft(impulse * self.window)
        y = torch.fft.irfft(spectrum)
        out = y[:self.hop] if first else (y[:self.hop] + self.rest) / 2
        self.heard, self.rest = new, y[self.hop:].clone()
        return out


class Reverb(Part):
    """[128] → [128]: two seconds of impulse response in pieces of one frame, each a product of spectra."""

    def __init__(self, weights):
        super().__init__()
        response = torch.cat([torch.zeros(1), weights["reverb.ir"][0]]).reshape(-1, HOP)
        self.register_buffer("pieces", torch.view_as_real(torch.fft.rfft(response, 2 * HOP)))
        self.register_buffer("heard", torch.zeros_like(self.pieces))  # spectra, the newest first
        self.register_buffer("last", torch.zeros(HOP))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        spectrum = torch.view_as_real(torch.fft.rfft(torch.cat([self.last, x])))
        self.heard = torch.cat([spectrum[None], self.heard[:-1]])
        self.last = x
        both = (torch.view_as_complex(self.heard) * torch.view_as_complex(self.pieces)).sum(0)
        return x + torch.fft.irfft(both)[self.hop:]


class Instrument(Part):
    """[1, 2, frames] of pitch in Hz and loudness → [1, 1, 128 · frames] at 16 kHz, 64 samples late."""

    started: bool

    def __init__(self, weights, mean, deviation):
        super().__init__()
        self.control = Control(weights, mean, deviation)
        self.harmonics, self.shapers = Harmonics(), Shapers(weights)
        self.noise, self.reverb = Noise(weights), Reverb(weights)
        self.excite, self.mix = linear(weights, "harmonic_mixer"), linear(weights, "newt.mixer.0")
        self.steer, self.colour = perceptron(weights, "newt.mlp.net"), perceptron(weights, "h_generator.net")
        self.started = False
        self.register_buffer("ramp", (torch.arange(HOP) + 0.5) / HOP)
        self.register_buffer("hertz", torch.zeros(1))
        self.register_buffer("steering", torch.zeros(4 * SHAPERS))
        self.register_buffer("hiss", torch.zeros(LATENCY))

    def frame(self, given: torch.Tensor) -> torch.Tensor:
        first = not self.started
        steered = self.control(given)
        hertz, steering = given[:1], self.steer(steered)
        if first:
            self.started = True
            self.harmonics.offsets = math.tau * torch.rand_like(self.harmonics.offsets) - math.pi
            self.hertz, self.steering = hertz, steering
        pitches = self.hertz + (hertz - self.hertz) * self.ramp
        if first:
            pitches[:self.latency] = 0.0  # nothing has begun yet
        ways = (self.steering[:, None] + (steering - self.steering)[:, None] * self.ramp).reshape(4, -1, self.hop)
        self.hertz, self.steering = hertz, steering
        x = self.excite(self.harmonics(pitches).t()).t()
        x = ways[2] * self.shapers(ways[0] * x + ways[1]) + ways[3]
        hiss = torch.cat([self.hiss, self.noise(self.colour(steered), first)])
        self.hiss = hiss[self.hop:].clone()
        sound = self.mix(x.t())[:, 0] + hiss[:self.hop]
        if first:
            sound[:self.latency] = 0.0
        return self.reverb(sound)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: list[torch.Tensor] = []
        for frame in x[0].t():  # one by one: what comes out is the same to the bit, however many are given at once
            out.append(self.frame(frame))
        return torch.cat(out)[None, None]


def instrument(weights, mean, deviation):
    """@param weights  the published state dict.  @param mean, deviation  pitch and loudness first, as published."""
    shapes = {"embedding.gru.weight_hh_l0": (384, 128), "harmonic_mixer.weight": (SHAPERS, HARMONICS, 1),
              "newt.shaping_fn.net.0.weight": (8 * SHAPERS, 1, 1), "noise_synth.window": (2 * HOP,),
              "reverb.ir": (1, 2 * RATE - 1)}
    for name, shape in shapes.items():
        if name not in weights:
            raise ValueError(f"the state dict has no {name}: it is none of a neural waveshaping instrument")
        if tuple(weights[name].shape) != shape:
            raise ValueError(f"{name} is {list(weights[name].shape)}; {list(shape)} is read")
    with torch.no_grad():
        return Instrument(weights, mean, deviation).requires_grad_(False).eval()


def two(file):
    numbers = np.load(file).astype(np.float32).reshape(-1)
    if len(numbers) < 2:
        raise ValueError(f"{file} holds {len(numbers)} numbers; pitch and loudness are its first two")
    return torch.from_numpy(numbers[:2].copy())


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=WHENCE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", metavar="STATE_DICT", help="violin_state_dict.pt")
    parser.add_argument("mean", metavar="MEAN", help="data_mean.npy")
    parser.add_argument("deviation", metavar="DEVIATION", help="data_std.npy")
    parser.add_argument("folder", metavar="FOLDER", help="NAME.ts and card.yaml are written here")
    parser.add_argument("--name", default="violin", help="of the model: a-z 0-9 . _ - (violin)")
    given = parser.parse_args()
    try:
        weights = torch.load(given.weights, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except (pickle.UnpicklingError, EOFError, RuntimeError, OSError):
        raise ValueError(f"{given.weights} is no state dict, or damaged") from None
    made = torch.jit.script(instrument(weights, two(given.mean), two(given.deviation)))
    exported.write(given.folder, given.name, "newt.py", made, CARD.format(latency=LATENCY, hop=HOP), kind="stream")


if __name__ == "__main__":
    exported.run(main)
