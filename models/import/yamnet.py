"""Google's YAMNet, 521 classes of everyday sound, from the published .tflite to TorchScript and a card.

The weights are stored as 8-bit numbers with a scale per channel, batch normalisation folded in; here they become
float32 again. The log-mel front end of the file is left out: the card describes it, and the daemon computes it.
"""
import argparse
import csv

import numpy as np
import torch
from torch import nn

import exported
import tflite

FRAMES, MELS = 96, 64
WHENCE = """\
The published files (Apache-2.0):
  MODEL    "YAMNet, classification, TFLite": Kaggle Models, google/yamnet, variation
           tfLite/classification-tflite, version 1 (4.1 MB)
  CLASSES  research/audioset/yamnet/yamnet_class_map.csv of https://github.com/tensorflow/models
Needs: pip install torch numpy
"""
CARD = """\
state: none
modelRate: 16000
about: What a sound is, of 521 everyday classes (AudioSet); a window of 975 ms every 480 ms.
licence: Apache-2.0
authors: [Manoj Plakal, Dan Ellis]
links: ["https://github.com/tensorflow/models/tree/master/research/audioset/yamnet"]
window: 15600
hop: 7680
shape: [1, frames, mels]
frontEnd: {kind: log-mel, window: 400, hop: 160, fft: 512, mels: 64, min: 125, max: 7500, power: 1, scale: tf,
           log: natural, offset: 0.001}
top: 5
methods:
  - {name: labels, call: forward, answer: labels}
  - {name: scores, call: forward, answer: frames}
  - {name: embedding, call: embed, answer: frames}
"""


def convolution(operator):
    """One convolution of the file with its padding and its ReLU6. TensorFlow pads by what is needed to keep the size,
    and puts the odd one last; all sizes that a stride halves here are even."""
    kernel, bias = operator.constants
    options, deep = operator.options, operator.code == tflite.DEPTHWISE
    activation = options.number(4 if deep else 3, "b")
    stride = options.number(2)
    if options.number(0, "b") != tflite.SAME or activation != tflite.RELU6 or options.number(1) != stride:
        raise ValueError("a convolution is padded or limited in another way than YAMNet's")
    kernel = kernel.transpose((3, 0, 1, 2) if deep else (0, 3, 1, 2))  # torch: [out, in / groups, height, width]
    out, size = kernel.shape[0], kernel.shape[2]
    padding = 1 if size == 3 and stride == 1 else 0
    layer = nn.Conv2d(out if deep else kernel.shape[1], out, size, stride, padding, groups=out if deep else 1)
    layer.weight.data = torch.from_numpy(kernel.copy())
    layer.bias.data = torch.from_numpy(bias.copy())
    before = [nn.ZeroPad2d((0, 1, 0, 1))] if stride == 2 else []
    return nn.Sequential(*before, layer, nn.ReLU6())


class YAMNet(nn.Module):
    """The network behind the front end."""

    def __init__(self, operators):
        super().__init__()
        self.tower = nn.Sequential(*[convolution(one) for one in operators
                                     if one.code in (tflite.CONV, tflite.DEPTHWISE)])
        weight, bias = [one for one in operators if one.code == tflite.FULLY_CONNECTED][-1].constants
        self.last = nn.Linear(weight.shape[1], weight.shape[0])
        self.last.weight.data = torch.from_numpy(weight.copy())
        self.last.bias.data = torch.from_numpy(bias.copy())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[n, 96, 64] log-mel -> [n, 521] scores, each 0..1 by itself."""
        return torch.sigmoid(self.last(self.embed(x)))

    @torch.jit.export
    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """[n, 96, 64] log-mel -> [n, 1024]."""
        return self.tower(x.unsqueeze(1)).mean([2, 3])


def mel_matrix():
    """[64, 257]: the matrix that `scale: tf` of the card means."""
    def mel(hertz):
        return 1127 * np.log1p(hertz / 700)
    corners = np.linspace(mel(125.0), mel(7500.0), MELS + 2)
    left, middle, right = (corners[i:i + MELS, None] for i in range(3))
    bins = mel(np.arange(257) * 16000 / 512)[None]
    triangles = np.maximum(0, np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle)))
    triangles[:, 0] = 0
    return triangles


def stored_mel_matrix(operators):
    """The one in the file, with the offset added before the logarithm: [64, 257], [64]."""
    first = [one for one in operators if one.code == tflite.FULLY_CONNECTED][0]
    return first.constants


def check_front_end(operators):
    """@return the largest difference between the file's mel matrix and the card's."""
    matrix, offset = stored_mel_matrix(operators)
    if matrix.shape != (MELS, 257) or np.abs(offset - 0.001).max() > 1e-6:
        raise ValueError("the front end in the file is not the one that the card describes")
    return np.abs(matrix - mel_matrix()).max()


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=WHENCE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="the .tflite")
    parser.add_argument("classes", metavar="CLASSES", help="yamnet_class_map.csv")
    parser.add_argument("folder", metavar="FOLDER", help="yamnet.ts and card.yaml are written here")
    given = parser.parse_args()
    operators = tflite.read(given.model)
    print(f"the mel matrix of the file and of the card differ by {check_front_end(operators):.2g} at most")
    with open(given.classes, newline="", encoding="utf-8") as file:
        labels = [row["display_name"] for row in csv.DictReader(file)]
    # Kernels with the channels last: a third less time for a window on a CPU, and the file keeps them so.
    network = YAMNet(operators).eval().to(memory_format=torch.channels_last)
    if network.last.out_features != len(labels):
        raise ValueError(f"{given.classes} names {len(labels)} classes; the model has {network.last.out_features}")
    card = CARD + f"labels: {exported.texts(labels)}\n"
    exported.write(given.folder, "yamnet", "yamnet.py", torch.jit.script(network), card)


if __name__ == "__main__":
    exported.run(main)
