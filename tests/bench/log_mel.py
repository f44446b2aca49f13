"""A card's front end with torch, all frames at once, as a Python server would compute it."""
import math

import numpy as np
import torch

SCALES = {
    "tf": (lambda hertz: 1127 * np.log1p(hertz / 700), None),
    "htk": (lambda hertz: 2595 * np.log10(1 + hertz / 700), lambda mel: 700 * (10 ** (mel / 2595) - 1)),
    "slaney": (lambda hertz: np.where(hertz < 1000, hertz * 3 / 200,
                                      15 + 27 * np.log(np.maximum(hertz, 1e-9) / 1000) / math.log(6.4)),
               lambda mel: np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * math.log(6.4) / 27))),
}
LOGS = {"none": lambda x, power: x, "natural": lambda x, power: torch.log(x), "log10": lambda x, power: torch.log10(x),
        "db": lambda x, power: (20 / power) * torch.log10(x)}


def mel_matrix(front, rate):
    """[fft / 2 + 1, mels]: triangles straight over mel (tf), or over Hz."""
    to_mel, to_hertz = SCALES[front["scale"]]
    bins = np.arange(front["fft"] // 2 + 1) * rate / front["fft"]
    low, high = (to_mel(np.array(front[end], float)) for end in ("min", "max"))
    corners = np.linspace(low, high, front["mels"] + 2)
    places = to_mel(bins) if to_hertz is None else bins
    corners = corners if to_hertz is None else to_hertz(corners)
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    places = places[:, None]
    matrix = np.maximum(0, np.minimum((places - left) / (middle - left), (right - places) / (right - middle)))
    if front["scale"] == "tf":
        matrix[0] = 0
    if front.get("norm", "none") == "slaney":
        matrix *= 2 / (right - left)
    return torch.from_numpy(matrix.astype(np.float32))


class LogMel:
    """[window] samples → [frames, mels]."""

    def __init__(self, front, rate):
        front = {"fft": front["window"], "min": 0, "max": rate / 2, "scale": "htk", **front}
        self.window, self.hop, self.fft = front["window"], front["hop"], front["fft"]
        self.power = front.get("power", 2)
        self.hann = torch.hann_window(self.window, periodic=True)
        self.matrix = mel_matrix(front, rate)
        self.log = LOGS[front.get("log", "natural")]
        self.floor, self.offset = front.get("floor", 1e-10), front.get("offset", 0.0)
        self.mean, self.deviation = front.get("mean", 0.0), front.get("deviation", 1.0)

    def __call__(self, samples):
        spectrum = torch.fft.rfft(samples.unfold(0, self.window, self.hop) * self.hann, self.fft).abs()
        mels = (spectrum if self.power == 1 else spectrum.square()) @ self.matrix
        mels = self.log(mels.clamp(min=self.floor) + self.offset, self.power)
        return mels if (self.mean, self.deviation) == (0, 1) else (mels - self.mean) / self.deviation
