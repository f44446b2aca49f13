"""Writes the TorchScript files that the torch tests load, and what Python says they answer.

Usage: make_fixtures.py FOLDER. NAME.expected has a line per call: the inputs, a bar, the outputs.
Without torch it says so, and the tests that need the files skip.
"""
import os
import sys
import warnings
import zipfile
from typing import List, Tuple

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
try:
    import torch
    from torch import nn
except ImportError:
    print("this Python has no torch: the tests of the LibTorch engine will be skipped")
    open(os.path.join(folder, "made"), "w").close()
    sys.exit(0)

import make_streams

warnings.filterwarnings("ignore")
torch.manual_seed(7)
torch.set_num_threads(1)


def path(name):
    return os.path.join(folder, name)


def save(name, module, evaluate=True):
    scripted = torch.jit.script(module.eval() if evaluate else module)
    scripted.save(path(name + ".ts"))
    return scripted


def expect(name, module, rows):
    with open(path(name + ".expected"), "w") as out, torch.no_grad():
        for row in rows:
            answer = module(row[None, :])[0]
            numbers = lambda t: " ".join(repr(float(v)) for v in t)
            out.write(f"{numbers(row)} | {numbers(answer)}\n")


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)


class Gru(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(2, 8)
        self.out = nn.Linear(8, 2)
        self.register_buffer("hidden", torch.zeros(1, 8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.hidden = self.cell(x, self.hidden)
        return self.out(self.hidden)


class RealGru(nn.Module):
    """nn.GRU keeps lists of its weights, which freezing and copying have to survive."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 6, batch_first=True)
        self.out = nn.Linear(6, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.gru(x[:, None, :])[0][:, 0, :])


class Plain(nn.Module):
    """State in plain attributes and a buffer, no setters."""

    def __init__(self):
        super().__init__()
        self.gain: float = 1.0
        self.steps: int = 3
        self.title: str = "plain"
        self.register_buffer("bias", torch.tensor([0.25, 0.5]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gain + self.bias


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.count: int = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.count += 1
        return torch.full_like(x, float(self.count))


class Sometimes(nn.Module):
    """Only an input of exactly 1 touches the state: running it with anything else shows nothing."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if float(x[0, 0]) == 1.0:
            self.count += 1
        return x * 0 + self.count


class Delay(nn.Module):
    """Keeps the very tensor that came in."""

    def __init__(self):
        super().__init__()
        self.last = torch.zeros(1, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        before = self.last
        self.last = x
        return before


class DelayOfView(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = torch.zeros(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        before = self.last
        self.last = x[0]
        return before


class WritesWeights(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2), requires_grad=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.weight.add_(1)
        return x * 0 + self.weight


class Random(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.rand_like(x)


class Dropout(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.drop(x)


class Identity(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class InPlace(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mul_(2)


class Raises(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if float(x[0, 0]) == 1.0:
            raise ValueError("the cutoff is above the moon")
        if float(x[0, 0]) == 0.0:
            return x @ torch.zeros(7, 2)
        assert float(x[0, 1]) != 1.0, "resonance must stay below one"
        return x


class NotANumber(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.where(x == 1, torch.full_like(x, float("nan")), x)


class Wide(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, x[:, :1]], 1)


class Flat(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.sum(0)


class Odd(nn.Module):
    """float64 and transposed memory."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.double().t().contiguous().t() * 2


class Pair(nn.Module):
    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        return x, x


class TwoInputs(nn.Module):
    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        return x + hidden


class Defaults(nn.Module):
    def forward(self, x: torch.Tensor, scale: float = 2.0, shift: int = 1) -> torch.Tensor:
        return x * scale + shift


class Methods(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decode(self.encode(x))

    @torch.jit.export
    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return x.sum(1, keepdim=True)

    @torch.jit.export
    def decode(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, -x], 1)


class NoForward(nn.Module):
    @torch.jit.export
    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2


class Settings(nn.Module):
    """set_ and get_ in the manner of nn~: 0 for done, -1 for refused."""

    def __init__(self):
        super().__init__()
        self.gain: float = 1.0
        self.steps: int = 3
        self.on: bool = False
        self.name: str = "a"
        self.register_buffer("shape_params", torch.tensor([0.0, 1.0]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gain

    @torch.jit.export
    def set_gain(self, value: float) -> int:
        if value < 0:
            return -1
        if value > 100:
            raise ValueError("that is too loud")
        self.gain = value
        return 0

    @torch.jit.export
    def get_gain(self) -> float:
        return self.gain

    @torch.jit.export
    def set_all(self, steps: int, on: bool, name: str):
        self.steps = steps
        self.on = on
        self.name = name

    @torch.jit.export
    def get_all(self) -> Tuple[int, bool, str]:
        return self.steps, self.on, self.name

    @torch.jit.export
    def set_shape(self, a: torch.Tensor, b: float) -> int:
        self.shape_params = torch.stack([a, torch.tensor(b)])
        return 0

    @torch.jit.export
    def get_shape(self) -> torch.Tensor:
        return self.shape_params


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.level: float = 0.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.level


class Nested(nn.Module):
    """Settings in a list, a dictionary and a part; forward leaves them alone."""

    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.several = [torch.zeros(1), torch.zeros(1)]
        self.by_name = {"a": 0.0}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x) + self.several[0] + self.by_name["a"]

    @torch.jit.export
    def set_inner(self, value: float):
        self.inner.level = value

    @torch.jit.export
    def set_several(self, value: float):
        self.several[1].fill_(value)

    @torch.jit.export
    def set_by_name(self, value: float):
        self.by_name["a"] = value


class Talks(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        print("a script that talks")
        return x


class Means(nn.Module):
    """Of a window: its mean, and its extremes; as a tuple and as a list."""

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        return x.mean(dim=1), torch.stack([x.max(), x.min()])

    @torch.jit.export
    def listed(self, x: torch.Tensor) -> List[torch.Tensor]:
        return [x.mean(dim=1)]


class Rows(nn.Module):
    """Several frames in time for one window."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(1, 4, 200).mean(dim=2, keepdim=True).expand(1, 4, 2)


class Compares(nn.Module):
    """Looks at the other rows: alone, each says 0."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - x.mean(0, keepdim=True))[:, :2]


class Remembers(nn.Module):
    """Keeps the last window in a plain attribute, which no buffer is."""

    def __init__(self):
        super().__init__()
        self._last = torch.zeros(1, 800)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        answer = (x.mean() + self._last.mean()) / 2
        self._last = x
        return answer


class Convolution(nn.Module):
    """What optimizing for inference is good at."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
                                 nn.Conv2d(32, 32, 3, padding=1, groups=32), nn.Conv2d(32, 64, 1), nn.BatchNorm2d(64),
                                 nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x.reshape(-1, 1, 20, 40))


mlp = save("mlp", Mlp())
expect("mlp", mlp, torch.rand(32, 4))
gru = Gru()
save("gru", gru)
expect("gru", gru, torch.rand(20, 2))
real = save("real_gru", RealGru())
expect("real_gru", real, torch.rand(8, 2))
for name, module in [("plain", Plain()), ("counter", Counter()), ("sometimes", Sometimes()), ("delay", Delay()),
                     ("delay_of_view", DelayOfView()), ("writes_weights", WritesWeights()), ("random", Random()),
                     ("identity", Identity()), ("in_place", InPlace()), ("raises", Raises()), ("nan", NotANumber()),
                     ("wide", Wide()), ("flat", Flat()), ("odd", Odd()), ("pair", Pair()), ("two_inputs", TwoInputs()),
                     ("defaults", Defaults()), ("methods", Methods()), ("settings", Settings()), ("nested", Nested()), ("no_forward", NoForward()), ("talks", Talks()),
                     ("means", Means()), ("rows", Rows()), ("remembers", Remembers()), ("convolution", Convolution()),
                     ("compares", Compares())]:
    save(name, module)
make_streams.write(folder)
save("dropout", Dropout().train(), evaluate=False)
torch.save(Mlp().state_dict(), path("weights.ts"))
with open(path("mlp.ts"), "rb") as whole, open(path("cut.ts"), "wb") as cut:
    cut.write(whole.read()[:4000])


def rewritten(name, part, old, new):
    """Copies plain.ts to NAME with one file in the archive changed."""
    with zipfile.ZipFile(path("plain.ts")) as whole, zipfile.ZipFile(path(name), "w") as changed:
        for entry in whole.namelist():
            content = whole.read(entry)
            if entry.endswith(part):
                assert old in content, f"{entry} is not as expected"
                content = content.replace(old, new)
            changed.writestr(entry, content)


rewritten("damaged.ts", "code/__torch__.py", b"def forward", b"dxf forward")
rewritten("unknown_op.ts", "code/__torch__.py", b"torch.mul(", b"ops.nowhere.mul(")
rewritten("bad_pickle.ts", "data.pkl", b"bias", b"bia\xff")
with zipfile.ZipFile(path("plain.ts")) as whole, zipfile.ZipFile(path("bomb.ts"), "w", zipfile.ZIP_DEFLATED) as bomb:
    for entry in whole.namelist():
        bomb.writestr(entry, whole.read(entry))
    with bomb.open("plain/data/9", "w", force_zip64=True) as zeros:
        for _ in range(300):
            zeros.write(bytes(1 << 20))
with open(path("text.ts"), "w") as text:
    text.write("this is no network\n")
open(path("empty.ts"), "w").close()
open(path("made"), "w").close()
