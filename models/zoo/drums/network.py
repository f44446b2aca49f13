"""Small networks over a log-mel patch of a hit: convolutions along frequency, with stretches of time as channels."""
import torch
from torch import nn

RANGE = 13.8  # natural log of power: what is 60 dB below a patch's loudest place is not looked at
QUIET = 2     # frames that end before the onset
# The first frame of each stretch of time: the first ends before the onset, the last 0.3 s after it.
STRETCHES = (0, QUIET, 3, 4, 5, 6, 7, 9, 12, 16, 21, 29)
CHANNELS = 2 * len(STRETCHES) - 1  # each as it is, and all but the first less what sounded before the onset


def level(x: torch.Tensor, span: float = RANGE) -> torch.Tensor:
    """[n, ..., mels, frames] -> the same in -span..0: how loud a patch is makes no difference from here on."""
    return (x - x.amax((-2, -1), keepdim=True)).clamp(min=-span)


class Stretches(nn.Module):
    """[n, 1, mels, frames] -> [n, mels, CHANNELS]: the level of each band in each stretch, -1..1, as it is and, from the
    second stretch on, less the power that sounded before the onset."""

    def __init__(self, frames: int):
        super().__init__()
        self.range, self.quiet = RANGE, QUIET
        mean = torch.zeros(frames, len(STRETCHES))
        for i, (first, end) in enumerate(zip(STRETCHES, (*STRETCHES[1:], frames))):
            mean[first:end, i] = 1 / (end - first)
        self.register_buffer("mean", mean)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = level(x[:, 0], self.range)
        power = x.exp()
        rest = (power - power[:, :, :self.quiet].mean(2, keepdim=True)).clamp(min=1e-6).log()
        both = torch.cat([x @ self.mean, (level(rest, self.range) @ self.mean)[:, :, 1:]], 2)
        return both * (2 / self.range) + 1


class Along(nn.Module):
    """[n, bands, inputs] -> [n, bands / 2, outputs]: a convolution over three pairs of bands. As one product of
    matrices it takes half the time of nn.Conv1d."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight, self.norm = nn.Linear(6 * inputs, outputs, bias=False), nn.BatchNorm1d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pairs = x.reshape(x.shape[0], x.shape[1] // 2, 2 * x.shape[2])
        padded = torch.nn.functional.pad(pairs, [0, 0, 1, 1])
        wide = torch.cat([padded[:, :-2], pairs, padded[:, 2:]], 2)
        rows = self.norm(self.weight(wide.flatten(0, 1)))
        return torch.relu(rows).reshape(x.shape[0], pairs.shape[1], -1)


class Hits(nn.Module):
    """[n, mels, CHANNELS] -> [n, families]: logits."""

    def __init__(self, mels: int, families: int, width: int = 48, drop: float = .4):
        super().__init__()
        wider = width * 3 // 2
        self.body = nn.Sequential(Along(CHANNELS, width), Along(width, wider), Along(wider, wider))
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(drop), nn.Linear(wider * (mels // 8), 64), nn.ReLU(),
                                  nn.Dropout(drop), nn.Linear(64, families))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x))


class Several(nn.Module):
    """[n, 1, mels, frames] -> [n, classes]: the mean of what several networks say, as logits; `members` [families,
    classes] is 1 where a family is of a class."""

    def __init__(self, networks, frames: int, members: torch.Tensor):
        super().__init__()
        self.stretches, self.networks = Stretches(frames), nn.ModuleList(networks)
        self.register_buffer("members", members)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        stretches, said = self.stretches(x), torch.zeros(1)
        for network in self.networks:
            said = said + (network(stretches).softmax(1) @ self.members).clamp(min=1e-9).log()
        return said / len(self.networks)
