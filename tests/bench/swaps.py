"""swaps: a RAVE model is reloaded again and again while a session streams through it.

It is an export without noise, so that the same model gives the same sound. What a swap makes of it is compared with the same
stream without a swap: the largest difference beside full scale, in dB. Whoever listens must not hear that it was swapped.
The last swap is to another model, and has to be heard: else the swaps before it were none.
"""
import math
import sys

import numpy as np

from figures import tell
from rave_models import rave_file
from rig import ROOT, SCRATCH, BenchError, Daemon

sys.path.append(str(ROOT / "tests" / "hosts"))
from listener import LOAD_S  # noqa: E402
from osc import Peer  # noqa: E402
from streaming import Stream  # noqa: E402

NAME, OTHER, RATE, BLOCK, MESSAGE = "full_v2_small_quiet", "full_v2_small", 44100, 2048, 1024
BETWEEN = 52  # blocks from one swap to the next: 2.4 s, longer than the new version listens
BAR_DB = -60


def config(file):
    SCRATCH.mkdir(parents=True, exist_ok=True)
    target = SCRATCH / "swaps.yaml"
    target.write_text(f"model_folders: [{file.parent.parent}]\nmodels:\n  rave: {{kind: stream, file: {file}, block: {BLOCK}}}\n", encoding="utf-8")
    return target


class Control:
    """Reloads the model from a client of its own."""

    def __init__(self, port):
        self.port, self.peer, self.id = port, Peer(), 1
        self.peer.ask(port, "hello", 1, 0, "swaps")

    def ask(self, *words):
        self.id += 1
        self.peer.send(self.port, words[0], self.id, *words[1:])
        address, said = self.peer.hear(LOAD_S) or ("no answer", None)
        if not address.endswith("/done"):
            raise BenchError(f"/{words[0]}: {said or address}")

    def swap(self, other):
        if other:
            self.ask("load", "rave", f"{OTHER}/{OTHER}.ts")
        else:
            self.ask("reload", "rave")


def sound_of(blocks):
    """Harmonics that glide, and noise: [n, 1]."""
    at = np.arange(blocks * BLOCK) / RATE
    glide = 2 * np.pi * (110 * at + 40 * np.sin(0.7 * at))
    tones = sum(np.sin(n * glide) / n for n in range(1, 6))
    noise = np.random.default_rng(1).standard_normal(len(at))
    return (0.2 * tones + 0.02 * noise).astype(np.float32)[:, None]


def streamed(port, sound, swaps):
    """@return [n, 1]; with swaps, one after each BETWEEN blocks, and one to another model at the end."""
    session, control = Stream(port, "rave", "forward", float(RATE), tcp=True), Control(port)
    for block in range(len(sound) // BLOCK):
        if swaps and block % BETWEEN == BETWEEN - 1:
            control.swap(other=block // BETWEEN == swaps)
            tell(f"swap {block // BETWEEN + 1}") if block // BETWEEN % 20 == 19 else None
        for i in range(block * BLOCK, (block + 1) * BLOCK, MESSAGE):
            session.send(sound[i:i + MESSAGE])
        session.hear_frames((block + 1) * BLOCK)
    out = session.whole()
    session.close()
    return out


def decibels(share):
    return 20 * math.log10(share) if share else -200.0


def run(figures, options):
    rave_file(OTHER)
    sound = sound_of((options.swaps + 2) * BETWEEN)
    with Daemon(config(rave_file(NAME)), model=None) as daemon:
        without = streamed(daemon.port, sound, 0)
        swapped = streamed(daemon.port, sound, options.swaps)
    apart = np.abs(swapped - without).reshape(-1, BLOCK).max(axis=1)
    apart, control = apart[:-BETWEEN], apart[-1]
    if control == 0:
        raise BenchError("a swap to another model was not heard: sessions are not handed over")
    figures.add("swaps.count", options.swaps, "swaps")
    figures.add("swaps.largest sample without one", decibels(float(np.abs(without).max())), "dB")
    figures.add("swaps.largest difference", decibels(float(apart.max())), "dB", BAR_DB)
    figures.add("swaps.blocks that differ at all", int((apart > 0).sum()), "blocks")
