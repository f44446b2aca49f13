"""Small convolutional networks over a log-mel patch of a hit."""
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

RANGE = 13.8  # natural log of power: what is 60 dB below a patch's loudest place is not looked at
EARLY = 24    # frames that are looked at one by one; the whole patch is looked at three by three


def level(x: torch.Tensor, span: float = RANGE) -> torch.Tensor:
    """[n, ..., mels, frames] -> the same in -span..0: how loud a patch is makes no difference from here on."""
    return (x - x.amax((-2, -1), keepdim=True)).clamp(min=-span)


class Hits(nn.Module):
    """[n, 1, mels, frames] -> [n, classes]: logits."""

    def __init__(self, mels: int, frames: int, classes: int, width: int = 24, drop: float = .4):
        super().__init__()
        self.range, self.early = RANGE, EARLY
        self.body = nn.Sequential(*layer(1, width, 5, 2, 2), *layer(width, width * 3 // 2, 3, 2, 1),
                                  *layer(width * 3 // 2, width * 2, 3, (2, 1), 1))
        self.across = nn.Sequential(*layer(width * 2, width * 4, (mels // 8, 1), 1, 0))
        columns = -(-EARLY // 4) + -(-(frames // 3) // 4)
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(drop), nn.Linear(width * 4 * columns, 64), nn.ReLU(),
                                  nn.Dropout(drop), nn.Linear(64, classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = level(x, self.range) * (2 / self.range) + 1
        early = self.across(self.body(x[:, :, :, :self.early]))
        whole = self.across(self.body(torch.nn.functional.avg_pool2d(x, [1, 3])))
        return self.head(torch.cat([early, whole], 3))


class Several(nn.Module):
    """The mean of what several networks say, as logits."""

    def __init__(self, networks):
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        said = torch.zeros(1)
        for network in self.networks:
            said = said + network(x).log_softmax(1)
        return said / len(self.networks)


class Merged(nn.Module):
    """What Several says, in fewer and larger steps, which takes three quarters of its time; only to be run."""

    def __init__(self, networks):
        super().__init__()
        self.range, self.early, self.count = RANGE, EARLY, len(networks)
        steps = [side_by_side([net.body[i:i + 2] for net in networks], shared=i == 0) for i in (0, 3, 6)]
        self.body = nn.Sequential(*(part for step in steps for part in (step, nn.ReLU())))
        self.across = nn.Sequential(side_by_side([net.across for net in networks], shared=False), nn.ReLU())
        self.weight, self.bias = stacked([net.head[2] for net in networks])
        self.last_weight, self.last_bias = stacked([net.head[5] for net in networks])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = level(x, self.range) * (2 / self.range) + 1
        early = self.across(self.body(x[:, :, :, :self.early]))
        whole = self.across(self.body(torch.nn.functional.avg_pool2d(x, [1, 3])))
        columns = torch.cat([early, whole], 3)
        each = columns.reshape(x.shape[0], self.count, -1).transpose(0, 1)  # [networks, n, numbers]
        hidden = torch.relu(torch.baddbmm(self.bias, each, self.weight))
        return torch.baddbmm(self.last_bias, hidden, self.last_weight).log_softmax(2).mean(0)


def side_by_side(layers, shared):
    """One convolution for those of several (convolution, normalisation), on one input or each on its own."""
    single = [fuse_conv_bn_eval(layer[0], layer[1]) for layer in layers]
    one, count = single[0], len(single)
    inputs, groups = (one.in_channels, 1) if shared else (one.in_channels * count, count)
    merged = nn.Conv2d(inputs, one.out_channels * count, one.kernel_size, one.stride, one.padding, groups=groups)
    merged.weight.data = torch.cat([layer.weight.data for layer in single]).contiguous()
    merged.bias.data = torch.cat([layer.bias.data for layer in single])
    return merged


def stacked(layers):
    """(weights [networks, inputs, outputs], biases [networks, 1, outputs])"""
    weights = torch.stack([layer.weight.data.T.contiguous() for layer in layers])
    return nn.Parameter(weights), nn.Parameter(torch.stack([layer.bias.data[None] for layer in layers]))


def layer(inputs, outputs, size, stride, padding):
    return (nn.Conv2d(inputs, outputs, size, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())
