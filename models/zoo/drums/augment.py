"""Makes many patches of each sound, as a microphone in a room among other hits would have heard it."""
import math

import torch

import features
from sources import AFTER, BEFORE, RATE

LEAD = int(.042 * RATE)          # samples of a patch before the onset
WINDOW = features.WINDOW + 38 * features.HOP  # samples of a patch: 336 ms, 39 frames
# Other hits of a patch: (share of patches, earliest and latest begin in s after the onset, lowest and highest level in dB)
GROOVE = ((.8, -.45, -.08, -24, 12), (.5, -.48, -.1, -24, 8), (.7, .08, .3, -20, 10), (.4, .12, .3, -20, 10),
          (.2, -.02, .08, -36, -12))
ALONE = ((.25, -.45, -.06, -30, -6), (.15, -.02, .3, -36, -14), (.25, .08, .3, -24, 4))


def uniform(size, low, high):
    return low + (high - low) * torch.rand(size)


def cut(sounds, first, step, size):
    """[n, size] of sounds [n, samples]: from position `first` [n] on, every `step` [n] samples; by cubic curves."""
    at = first[:, None] + torch.arange(size) * step[:, None]
    whole = at.floor()
    t = at - whole
    taps = whole.long()[:, :, None] + torch.arange(-1, 3)
    inside = (taps >= 0) & (taps < sounds.shape[1])
    values = sounds.gather(1, taps.clamp(0, sounds.shape[1] - 1).flatten(1)).view(taps.shape) * inside
    a, b, c, d = values.unbind(-1)
    return b + .5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))


def reverberated(patches):
    """A third of [n, samples] in a room: noise that falls by 60 dB in 0.1 to 0.7 s, at -26 to -8 dB."""
    n, size = patches.shape
    time = torch.arange(int(.25 * RATE)) / RATE
    fall = 10 ** (-3 * time / uniform((n, 1), .1, .7))
    room = torch.randn(n, len(time)) * fall
    room /= room.norm(dim=1, keepdim=True)
    room *= 10 ** (uniform((n, 1), -26, -8) / 20) * (torch.rand(n, 1) < .33)
    room[:, 0] += 1
    total = 1 << (size + len(time) - 1).bit_length()
    return torch.fft.irfft(torch.fft.rfft(patches, total) * torch.fft.rfft(room, total), total)[:, :size]


def noise(n, size):
    """Between white and brown, at -65 to -25 dB of a patch's peak for half of the patches, lower for the rest."""
    spectrum = torch.fft.rfft(torch.randn(n, size))
    spectrum *= torch.linspace(.01, 1, spectrum.shape[1]) ** -uniform((n, 1), 0, 1)
    found = torch.fft.irfft(spectrum, size)
    level = torch.where(torch.rand(n, 1) < .5, uniform((n, 1), -65, -25), uniform((n, 1), -100, -65))
    return found / found.abs().amax(1, keepdim=True) * 10 ** (level / 20)


def peaks_to_one(patches):
    return patches / patches.abs().amax(1, keepdim=True).clamp(min=1e-9)


def hit(sounds, jitter=.005):
    """[n, WINDOW]: each sound a little higher or lower, with its onset up to `jitter` s from LEAD."""
    step = 2 ** (uniform((len(sounds),), -2, 2) / 12)
    first = BEFORE - (LEAD + uniform((len(sounds),), -jitter, jitter) * RATE) * step
    return cut(sounds, first, step, WINDOW)


def beside(sounds, share, earliest, latest, low, high):
    """[n, WINDOW]: on a `share` of patches another hit, that begins so much after the onset, at such a level."""
    n = len(sounds)
    first = BEFORE - LEAD - (uniform((n, 1), earliest, latest) * RATE).long()
    level = 10 ** (uniform((n, 1), low, high) / 20) * (torch.rand(n, 1) < share)
    at = first + torch.arange(WINDOW)
    inside = (at >= 0) & (at < sounds.shape[1])
    return sounds.gather(1, at.clamp(0, sounds.shape[1] - 1)) * inside * level


def patches(sounds, company, hits):
    """[n, MELS, frames] of sounds [n, BEFORE + AFTER] among other hits, GROOVE or ALONE; `company`: for each of these,
    as many other sounds of the same kits."""
    made = peaks_to_one(hit(sounds))
    for others, (share, *rest) in zip(company, hits):
        made = made + beside(others, share, *rest)
    made = peaks_to_one(reverberated(peaks_to_one(made)))
    made = made + noise(*made.shape)
    loud = (10 ** (uniform((len(made), 1), 0, 6) / 20)) ** (torch.rand(len(made), 1) < .1)
    return features.log_mel((made * loud).clamp(-1, 1))


def clean(sounds, jitter=0., rate=RATE):
    """[n, MELS, frames]: the patches to measure with; `jitter` in s, positive: the onset was found too early."""
    first = BEFORE - LEAD - round(jitter * RATE)
    return features.log_mel(features.band_limited(sounds, rate)[:, first:first + WINDOW])


MEL_HZ = torch.tensor(features.edges()[1:-1])


def coloured(x):
    """[n, mels, frames]: another microphone: a curve over frequency, gaps in frequency and in time."""
    n, mels, _ = x.shape
    knots = torch.randn(n, 1, 6) * uniform((n, 1, 1), 0, 1)
    curve = torch.nn.functional.interpolate(knots, mels, mode="linear", align_corners=True)
    return gaps(gaps(x + curve.transpose(1, 2), 1, 8), 2, 4)


def gaps(x, axis, most):
    """[n, mels, frames], of which on four patches of ten up to `most` rows or columns are silent."""
    n, size = len(x), x.shape[axis]
    begin, place = torch.rand(n, 1) * size, torch.arange(size)
    gap = (place >= begin) & (place < begin + torch.rand(n, 1) * most) & (torch.rand(n, 1) < .4)
    return torch.where(gap.unsqueeze(3 - axis), x.amin((1, 2), keepdim=True), x)


def limited(x, low=3000, high=11000):
    """[n, mels, frames] without what lies above a frequency drawn for each patch, as a recording at a lower rate."""
    edge = uniform((len(x), 1), math.log(low), math.log(high)).exp()
    loss = ((MEL_HZ / edge).log() * 60).clamp(min=0)
    return (x - loss[:, :, None]).clamp(min=math.log(features.FLOOR))
