"""The front end of the card, in PyTorch: log-mel patches as the daemon computes them (docs/cards.md)."""
import math

import torch

from sources import RATE

WINDOW, HOP, FFT, MELS, LOW, HIGH, FLOOR = 1024, 256, 1024, 64, 30, 16000, 1e-10
# The same for the card; what is left out there has the daemon's default: floor 1e-10, offset 0.
CARD = f"{{kind: log-mel, window: {WINDOW}, hop: {HOP}, mels: {MELS}, min: {LOW}, max: {HIGH}, power: 2, " \
       "scale: slaney, log: natural}"


def to_hz(mel):
    """Slaney's scale: linear below 1000 Hz, then logarithmic."""
    return mel * 200 / 3 if mel < 15 else 1000 * math.exp((mel - 15) * math.log(6.4) / 27)


def to_mel(hz):
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * math.log(hz / 1000) / math.log(6.4)


def edges():
    """The MELS + 2 corners of the triangles, in Hz."""
    low, high = to_mel(LOW), to_mel(HIGH)
    return [to_hz(low + (high - low) * i / (MELS + 1)) for i in range(MELS + 2)]


def bank():
    """[FFT / 2 + 1, MELS]: triangles straight over Hz, not normalised."""
    hz = torch.arange(FFT // 2 + 1, dtype=torch.float64) * RATE / FFT
    corners = edges()
    rows = [torch.minimum((hz - left) / (peak - left), (right - hz) / (right - peak)).clamp(min=0)
            for left, peak, right in zip(corners, corners[1:], corners[2:])]
    return torch.stack(rows, 1).float()


BANK, HANN = bank(), torch.hann_window(WINDOW)


def frames_of(samples):
    return (samples - WINDOW) // HOP + 1


def log_mel(samples):
    """[..., samples] -> [..., MELS, frames]."""
    frames = samples.unfold(-1, WINDOW, HOP) * HANN
    power = torch.fft.rfft(frames, FFT).abs().square()
    return torch.log((power @ BANK).clamp(min=FLOOR)).transpose(-1, -2)


def band_limited(samples, rate):
    """[..., samples] as a recording at `rate` would have kept them: nothing above 0.5 rate, all below 0.45 rate."""
    if rate >= RATE:
        return samples
    spectrum = torch.fft.rfft(samples)
    hz = torch.linspace(0, RATE / 2, spectrum.shape[-1])
    fade = ((.5 * rate - hz) / (.05 * rate)).clamp(0, 1)
    return torch.fft.irfft(spectrum * torch.sin(fade * math.pi / 2) ** 2, samples.shape[-1])
