"""Small models in nn~'s convention, old and new, and what stands around it. make_fixtures.py calls write()."""
import os
from typing import List, Optional, Tuple

import torch
from torch import nn


class Declared(nn.Module):
    """Registers methods and attributes as exporters do: buffers NAME_params."""

    def method(self, name, *form, labels=False):
        self.register_buffer(name + "_params", torch.tensor(form))
        if labels:
            setattr(self, name + "_input_labels", [f"(signal) in {i}" for i in range(form[0])])
            setattr(self, name + "_output_labels", [f"(signal) out {i}" for i in range(form[2])])

    def attribute(self, name, *types):
        self.register_buffer(name + "_params", torch.tensor(types))


class NewStyle(Declared):
    """Everything that an exporter of today writes; state in a buffer; attributes of every type."""

    sr: Optional[int]

    def __init__(self):
        super().__init__()
        self.method("encode", 1, 1, 2, 16, labels=True)
        self.method("decode", 2, 16, 1, 1, labels=True)
        self.method("forward", 1, 1, 1, 1, labels=True)
        self.attribute("gain", 2)
        self.attribute("on", 0)
        self.attribute("mixed", 1, 3, 2, 0)
        self.attribute("curve", 4)
        self.attribute("hidden_knob", 2)
        self.gain: Tuple[float] = (1.0,)
        self.on: Tuple[bool] = (True,)
        self.mixed: Tuple[int, str, float, bool] = (1, "a", 0.5, False)
        self.curve: Tuple[torch.Tensor] = (torch.zeros(3),)
        self.hidden: float = 0.0
        self._methods: List[str] = ["encode", "decode", "forward"]
        self._attributes: List[str] = ["none", "gain", "on", "mixed", "curve", "hidden_knob"]
        self.sr = 24000
        self.register_buffer("last", torch.zeros(1, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One sample later, times gain, plus hidden and the sum of the curve."""
        y = torch.cat([self.last, x[..., :-1]], -1)
        self.last = x[..., -1:]
        return y * self.gain[0] + self.hidden + self.curve[0].sum()

    @torch.jit.export
    def encode(self, x: torch.Tensor) -> torch.Tensor:
        frames = x.reshape(x.shape[0], 1, -1, 16)
        return torch.cat([frames.mean(-1), frames[..., 0]], 1)

    @torch.jit.export
    def decode(self, z: torch.Tensor, from_forward: bool = False) -> torch.Tensor:
        return z[:, :1].repeat_interleave(16, -1) + z[:, 1:].repeat_interleave(16, -1)

    @torch.jit.export
    def get_methods(self) -> List[str]:
        return self._methods

    @torch.jit.export
    def get_attributes(self) -> List[str]:
        return self._attributes

    @torch.jit.export
    def get_sample_rate(self) -> int:
        sr = self.sr
        return -1 if sr is None else sr

    @torch.jit.export
    def set_sample_rate(self, sr: Optional[int]):
        self.sr = sr

    @torch.jit.export
    def get_gain(self) -> float:
        return self.gain[0]

    @torch.jit.export
    def set_gain(self, value: float) -> int:
        if value < 0:
            return -1
        self.gain = (value,)
        return 0

    @torch.jit.export
    def get_on(self) -> List[bool]:
        return [self.on[0]]

    @torch.jit.export
    def set_on(self, value: bool):
        self.on = (value,)

    @torch.jit.export
    def get_mixed(self) -> Tuple[int, str, float, bool]:
        return self.mixed

    @torch.jit.export
    def set_mixed(self, a: int, b: str, c: float, d: bool) -> int:
        self.mixed = (a, b, c, d)
        return 0

    @torch.jit.export
    def get_curve(self) -> torch.Tensor:
        return self.curve[0]

    @torch.jit.export
    def set_curve(self, values: torch.Tensor) -> int:
        self.curve = (values,)
        return 0

    @torch.jit.export
    def set_hidden_knob(self, value: float) -> int:
        self.hidden = value
        return 0


class OldStyle(Declared):
    """No get_methods, no get_attributes, no forward; the rate in a tensor; a prior that is none; a method that is only
    there for its block."""

    def __init__(self):
        super().__init__()
        self.method("encode", 1, 1, 1, 8)
        self.method("dummy_method", 1, 32, 1, 32)
        self.attribute("depth", 2)
        self.depth: float = 0.5
        self.register_buffer("sampling_rate", torch.tensor(32000))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.export
    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return x[..., ::8] * self.depth

    @torch.jit.export
    def dummy_method(self, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.export
    def prior(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tensor(0)

    @torch.jit.export
    def get_depth(self) -> float:
        return self.depth

    @torch.jit.export
    def set_depth(self, value: float):
        self.depth = value


class Wrapper(nn.Module):
    """A model inside another module, as combined exports have it."""

    def __init__(self, model):
        super().__init__()
        self._rave = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._rave(x)


class Chunks(Declared):
    """Gives nothing right below 64 frames, which it does not say; one method raises, one gives nothing."""

    def __init__(self):
        super().__init__()
        self.method("forward", 1, 1, 1, 1)
        self.method("broken", 1, 1, 1, 1)
        self.method("empty", 1, 1, 1, 1)
        self.method("pair", 1, 1, 1, 1)
        self.chunk: int = 8

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x if x.shape[-1] >= self.chunk else torch.zeros(1, 1, self.chunk)

    @torch.jit.export
    def broken(self, x: torch.Tensor) -> torch.Tensor:
        raise ValueError("this never works")

    @torch.jit.export
    def empty(self, x: torch.Tensor) -> Optional[torch.Tensor]:
        return None

    @torch.jit.export
    def pair(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        return x, x


class RateTaker(Declared):
    """Has no rate of its own: it says what it was told."""

    sr: Optional[int]

    def __init__(self):
        super().__init__()
        self.method("forward", 1, 1, 1, 1)
        self.sr = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sr = self.sr
        return torch.zeros_like(x) + (0 if sr is None else sr)

    @torch.jit.export
    def get_sample_rate(self) -> int:
        sr = self.sr
        return -1 if sr is None else sr

    @torch.jit.export
    def set_sample_rate(self, sr: Optional[int]) -> None:
        self.sr = sr


class Table(Declared):
    """Says what is in its buffer: [channels, samples, rate]; it takes 4 samples at least."""

    def __init__(self):
        super().__init__()
        self.method("forward", 1, 1, 3, 1)
        self.attribute("table", 5)
        self.value = torch.zeros(0, 0)
        self.rate: int = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.zeros(x.shape[0], 3, x.shape[2])
        if self.value.numel() > 0:
            y[:, 0] = self.value.shape[0]
            y[:, 1] = self.value.shape[1]
            y[:, 2] = self.value.sum() + 1000 * self.rate
        return y

    @torch.jit.export
    def get_buffer_attributes(self) -> List[str]:
        return ["table#0"]

    @torch.jit.export
    def set_buffer_attribute(self, name: str, value: torch.Tensor, sr: int) -> int:
        if name != "table#0" or value.shape[-1] < 4:
            return -1
        self.value = value.clone()
        self.rate = sr
        return 0

    @torch.jit.export
    def clear_buffer_attribute(self, name: str) -> None:
        self.value = torch.zeros(0, 0)

    @torch.jit.export
    def is_buffer_empty(self, name: str) -> bool:
        return self.value.numel() == 0

    @torch.jit.export
    def get_table(self) -> Tuple[str]:
        return ("a buffer",)

    @torch.jit.export
    def set_table(self, name: str) -> int:
        return 0


class Misbehaves(Declared):
    """Fails when its first sample is 0.5, 0.25 …: raises, gives NaN, another length, another rank."""

    def __init__(self):
        super().__init__()
        self.method("forward", 1, 1, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = float(x[0, 0, 0])
        if first == 0.5:
            raise ValueError("half is too much")
        if first == 0.25:
            return x * float("nan")
        if first == 0.125:
            return x[..., 1:]
        if first == 0.0625:
            return x[0]
        return x


class Noise(Declared):
    """Random numbers by several of the ways in which scripts draw them."""

    def __init__(self):
        super().__init__()
        self.method("forward", 1, 1, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shape = x.shape
        drawn = torch.randn_like(x) + torch.rand(shape) + torch.randint(0, 9, shape) + torch.bernoulli(torch.rand(shape))
        return drawn + torch.empty(shape).uniform_(-1.0, 1.0) + torch.normal(0.0, 1.0, shape) + x


def scaled(weights: torch.Tensor, value: float) -> torch.Tensor:
    return weights.mul_(value)


class Convolves(Declared):
    """Convolutions over time of every kind, and knobs that write to the weights of one, each in its own way."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.method("forward", 1, 1, 1, 1)
        for name in ["scale", "row", "alias", "replace", "data", "looped", "forked"]:
            self.attribute(name, 2)
        self.down = nn.Conv1d(1, 32, 16, stride=16)
        self.middle = nn.Conv1d(32, 48, 3, padding=2, dilation=2)
        self.grouped = nn.Conv1d(48, 64, 3, padding=1, groups=2, bias=False)
        self.up = nn.ConvTranspose1d(64, 2, 16, stride=16)
        self.deep = nn.Conv1d(64, 64, 1, groups=64)  # nothing that a kernel of ours takes
        self.register_buffer("last", torch.zeros(1, 1, 16))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.down(torch.cat([self.last, x], -1)[..., :x.size(2)])
        self.last = x[..., -16:]
        y = self.deep(self.grouped(torch.relu(self.middle(y))))
        return self.up(y).sum(1, keepdim=True)

    @torch.jit.export
    def set_scale(self, value: float) -> int:
        self.middle.weight.mul_(value)
        return 0

    @torch.jit.export
    def set_row(self, value: float) -> int:
        self.middle.weight[3] = value
        return 0

    @torch.jit.export
    def set_alias(self, value: float) -> int:
        self.middle.weight.detach().view(-1).add_(value)
        return 0

    @torch.jit.export
    def set_replace(self, value: float) -> int:
        self.middle.weight = self.middle.weight + value
        return 0

    @torch.jit.export
    def set_data(self, value: float) -> int:
        self.middle.weight.data.mul_(value)
        return 0

    @torch.jit.export
    def set_looped(self, value: float) -> int:
        weights = self.middle.weight
        for i in range(int(value * 8)):
            if i > 0:
                weights = weights[1:]
            weights[0].mul_(value)
        return 0

    @torch.jit.export
    def set_forked(self, value: float) -> int:
        torch.jit.wait(torch.jit.fork(scaled, self.middle.weight, value))
        return 0


class WritesSeldom(Convolves):
    """The same, and a loud sound changes a weight."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if bool(x.max() > 10.0):
            self.middle.weight.mul_(0.5)
        return self.up(self.grouped(self.middle(self.down(x)))).sum(1, keepdim=True)


def write(folder):
    def save(name, module):
        torch.jit.script(module.eval()).save(os.path.join(folder, name + ".ts"))

    for name, module in [("new_style", NewStyle()), ("old_style", OldStyle()), ("wrapped", Wrapper(NewStyle())),
                         ("chunks", Chunks()), ("rate_taker", RateTaker()), ("table", Table()), ("noise", Noise()),
                         ("misbehaves", Misbehaves()), ("convolves", Convolves()), ("writes_seldom", WritesSeldom())]:
        save(name, module)
