"""The network, presets -> a place on the unit square (encoder) -> presets (decoder), and the module to export."""
import torch
from torch import Tensor, nn

import synth

WIDTH = 64


class Encoder(nn.Module):
    """[n, parameters] normalised -> [n, 2] in 0..1."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(len(synth.NAMES), WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU())
        self.place = nn.Linear(WIDTH, 2)

    def forward(self, rows):
        return torch.sigmoid(self.place(self.body(rows * 2 - 1)))


class Decoder(nn.Module):
    """[n, 2] in 0..1 -> [n, parameters] normalised. tanh and sigmoid only: smooth everywhere."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh(),
                                  nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, len(synth.NAMES)), nn.Sigmoid())

    def forward(self, places: Tensor) -> Tensor:
        return self.body(places * 2 - 1)


class SynthParams(nn.Module):
    """What is exported. forward(x: [n, 2]) -> [n, parameters] in units, inside their ranges for every finite input.

    Inputs outside 0..1 are taken as the nearest border. No state.
    """

    def __init__(self, decoder):
        super().__init__()
        self.decoder = decoder
        for name, values in (("low", synth.LOW), ("high", synth.HIGH), ("least", synth.MIN), ("most", synth.MAX)):
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32))
        self.register_buffer("log", torch.tensor(synth.LOG, dtype=torch.float32))

    def forward(self, x: Tensor) -> Tensor:
        scaled = self.low + self.decoder(x.clamp(0.0, 1.0)) * (self.high - self.low)
        units = torch.where(self.log > 0.5, torch.exp(scaled * self.log), scaled)
        return torch.minimum(torch.maximum(units, self.least), self.most)


def turn(encoder, decoder, matrix):
    """Turns or mirrors the square (`matrix`: a signed permutation, about its centre) without changing any sound."""
    with torch.no_grad():
        decoder.body[0].weight.copy_(decoder.body[0].weight @ matrix.T)
        encoder.place.weight.copy_(matrix @ encoder.place.weight)
        encoder.place.bias.copy_(matrix @ encoder.place.bias)


def export(decoder, path):
    """Saves TorchScript whose bytes depend on the weights and this code only: debug records (they name the file and the
    lines it came from) are left out."""
    raw = path.with_suffix(".raw")
    torch.jit.save(torch.jit.script(SynthParams(decoder).eval()), str(raw))
    reader, writer = torch._C.PyTorchFileReader(str(raw)), torch._C.PyTorchFileWriter(str(path))
    for name in reader.get_all_records():
        if name.endswith(".debug_pkl") or name in ("version", "byteorder", ".data/serialization_id"):
            continue    # the writer adds the last three itself
        data = reader.get_record(name)
        writer.write_record(name, data, len(data))
    writer.write_end_of_file()
    raw.unlink()
