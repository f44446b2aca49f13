"""A Neural Amp Modeler capture (.nam, architecture LSTM or WaveNet) to a TorchScript that streams, and a card.

The file holds its weights as one list of numbers, in the order in which NAM's core reads them.
"""
import argparse
import json

import torch
from torch import nn

import exported

WHENCE = """\
Captures: .nam files of Neural Amp Modeler (MIT), version 0.5, e.g. from https://tonehunt.org; whose they are, their
author says.
Needs: pip install torch numpy
"""
CARD = """\
modelRate: {rate}
about: {about}
links: ["https://github.com/sdatkinson/neural-amp-modeler"]
methods:
  - {{name: forward, form: [1, 1, 1, 1]}}
"""
ACTIVATIONS = {"Tanh": nn.Tanh, "ReLU": nn.ReLU, "Sigmoid": nn.Sigmoid, "Hardtanh": nn.Hardtanh}


class Weights:
    def __init__(self, numbers):
        self.numbers, self.at = torch.tensor(numbers, dtype=torch.float32), 0

    def take(self, *shape):
        count = 1
        for side in shape:
            count *= side
        if self.at + count > len(self.numbers):
            raise ValueError("the file holds fewer weights than its configuration needs")
        self.at += count
        return self.numbers[self.at - count:self.at].reshape(shape).clone()


class Recurrent(nn.Module):
    """LSTM layers and a linear head; the state is kept from block to block, and begins as the file says."""

    def __init__(self, config, weights):
        super().__init__()
        size, layers = config["hidden_size"], config["num_layers"]
        self.lstm = nn.LSTM(config["input_size"], size, layers, batch_first=True)
        hidden, cell = [], []
        for layer in range(layers):
            inputs = config["input_size"] if layer == 0 else size
            both = weights.take(4 * size, inputs + size)
            parameters = {"weight_ih": both[:, :inputs], "weight_hh": both[:, inputs:],
                          "bias_ih": weights.take(4 * size), "bias_hh": torch.zeros(4 * size)}
            for name, value in parameters.items():
                getattr(self.lstm, f"{name}_l{layer}").data.copy_(value)
            hidden.append(weights.take(size))
            cell.append(weights.take(size))
        self.register_buffer("hidden", torch.stack(hidden)[:, None])
        self.register_buffer("cell", torch.stack(cell)[:, None])
        self.head = nn.Linear(size, 1)
        self.head.weight.data.copy_(weights.take(1, size))
        self.head.bias.data.copy_(weights.take(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y, (hidden, cell) = self.lstm(x.transpose(1, 2), (self.hidden, self.cell))
        self.hidden, self.cell = hidden, cell
        return self.head(y).transpose(1, 2)


class Convolution(nn.Module):
    """A causal dilated convolution that remembers what it needs of the block before."""

    def __init__(self, weights, inputs, outputs, kernel, dilation, bias=True):
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, kernel, dilation=dilation, bias=bias)
        self.conv.weight.data.copy_(weights.take(outputs, inputs, kernel))
        if bias:
            self.conv.bias.data.copy_(weights.take(outputs))
        self.register_buffer("before", torch.zeros(1, inputs, (kernel - 1) * dilation))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.cat([self.before, x], -1)
        self.before = x[..., x.shape[-1] - self.before.shape[-1]:].clone()
        return self.conv(x)


class Layer(nn.Module):
    def __init__(self, config, dilation, weights):
        super().__init__()
        channels = config["channels"]
        self.gated, self.channels = bool(config["gated"]), channels
        middle = 2 * channels if self.gated else channels
        self.conv = Convolution(weights, channels, middle, config["kernel_size"], dilation)
        self.mix = Convolution(weights, config["condition_size"], middle, 1, 1, bias=False)
        self.one = Convolution(weights, channels, channels, 1, 1)
        self.activation = ACTIVATIONS[config["activation"]]()

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = self.conv(x) + self.mix(condition)
        y = self.activation(z[:, :self.channels])
        if self.gated:
            y = y * torch.sigmoid(z[:, self.channels:])
        return x + self.one(y), y


class Stack(nn.Module):
    def __init__(self, config, weights):
        super().__init__()
        self.rechannel = Convolution(weights, config["input_size"], config["channels"], 1, 1, bias=False)
        self.layers = nn.ModuleList(Layer(config, dilation, weights) for dilation in config["dilations"])
        self.head = Convolution(weights, config["channels"], config["head_size"], 1, 1, bias=config["head_bias"])

    def forward(self, x: torch.Tensor, condition: torch.Tensor, head: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.rechannel(x)
        for layer in self.layers:
            x, skip = layer(x, condition)
            head = head + skip
        return x, self.head(head)


class WaveNet(nn.Module):
    def __init__(self, config, weights):
        super().__init__()
        if config.get("head"):
            raise ValueError("a WaveNet with a head of its own is not read")
        self.first = config["layers"][0]["channels"]
        self.stacks = nn.ModuleList(Stack(one, weights) for one in config["layers"])
        self.register_buffer("scale", weights.take(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y, head = x, torch.zeros(x.shape[0], self.first, x.shape[2])
        for stack in self.stacks:
            y, head = stack(y, x, head)
        return self.scale * head


def network(capture):
    weights = Weights(capture["weights"])
    kinds = {"LSTM": Recurrent, "WaveNet": WaveNet}
    if capture["architecture"] not in kinds:
        raise ValueError(f"architecture {capture['architecture']} is not read; LSTM and WaveNet are")
    made = kinds[capture["architecture"]](capture["config"], weights)
    if weights.at != len(weights.numbers):
        raise ValueError(f"{len(weights.numbers) - weights.at} weights are left over")
    made.eval()
    if capture["architecture"] == "WaveNet":  # as NAM's core begins: with silence before the first sample
        field = sum(part.before.shape[-1] for part in made.modules() if isinstance(part, Convolution))
        with torch.no_grad():
            made(torch.zeros(1, 1, field + 1))
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=WHENCE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", metavar="CAPTURE", help="a .nam file")
    parser.add_argument("folder", metavar="FOLDER", help="NAME.ts and card.yaml are written here")
    parser.add_argument("--name", default="amp", help="of the model: a-z 0-9 . _ - (amp)")
    given = parser.parse_args()
    with open(given.capture, encoding="utf-8") as file:
        capture = json.load(file)
    about = (capture.get("metadata") or {}).get("name") or "A capture"
    card = CARD.format(rate=capture.get("sample_rate") or 48000,
                       about=json.dumps(f"{about} (Neural Amp Modeler, {capture['architecture']})"))
    exported.write(given.folder, given.name, "nam.py", torch.jit.script(network(capture)), card, kind="stream")


if __name__ == "__main__":
    exported.run(main)
