"""Silero VAD, a speech detector, from the published TorchScript to one that takes sound alone, and a card.

The published script wants the rate with each piece; this one says 16 kHz itself. What was heard before changes the
answer: the state is inside, and each session gets a copy of its own.
"""
import argparse

import torch
from torch import nn

import exported

WHENCE = """\
The published file (MIT):
  MODEL  src/silero_vad/data/silero_vad.jit of https://github.com/snakers4/silero-vad, version 5 or 6 (2.3 MB)
Needs: pip install torch numpy
"""
CARD = """\
state: session
modelRate: 16000
about: Whether somebody speaks, every 32 ms (Silero VAD).
licence: MIT
authors: [Silero Team]
links: ["https://github.com/snakers4/silero-vad"]
window: 512
hop: 512
shape: [1, samples]
frontEnd: {kind: waveform}
methods:
  - {name: labels, call: forward, answer: labels}
  - {name: scores, call: forward, answer: frames}
labels: [speech]
"""


class SpeechDetector(nn.Module):
    def __init__(self, published):
        super().__init__()
        self.published = published

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[1, 512] at 16 kHz, the next piece of the sound -> [1, 1]: how sure it is of speech."""
        return self.published(x, 16000)


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=WHENCE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="silero_vad.jit")
    parser.add_argument("folder", metavar="FOLDER", help="silero.ts and card.yaml are written here")
    given = parser.parse_args()
    published = torch.jit.load(given.model, map_location="cpu").eval()
    exported.write(given.folder, "silero", "silero.py", torch.jit.script(SpeechDetector(published).eval()), CARD)


if __name__ == "__main__":
    exported.run(main)
