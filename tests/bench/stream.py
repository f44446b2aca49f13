"""stream: what a model that streams costs behind the daemon, beside LibTorch called directly with the same blocks.

Seconds of the processor for each second of sound, in slices in turn. The models are RAVE exports with seeded random
weights. With LibTorch's kernels alone, which is what the daemon itself costs, and as it serves by itself.
"""
import math
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

from figures import tell
from rave_models import rave_file
from rig import SCRATCH, Daemon, Process, cpu_seconds, cpu_seconds_with_ended, tool

sys.path.append(str(Path(__file__).resolve().parent.parent / "hosts"))
from streaming import Stream  # noqa: E402

RATE, BLOCKS, SESSIONS = 44100, (2048, 8192), (1, 2)
MODELS = ("v2_small", "v2")
KERNELS = ("off", "auto")
ROUNDS, SLICE_SAMPLES = 10, 131072
MESSAGE = 1024  # frames
MOST = 1.05


class BareStream(Process):
    def __init__(self, file, block, sessions, sound):
        super().__init__([tool("bench_stream"), str(file), "forward", str(block), str(sessions), str(sound)],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def run(self, blocks):
        self.process.stdin.write(f"{blocks}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def slice_of(daemon, bare, sessions, sound, block):
    before = cpu_seconds_with_ended(bare.pid)
    bare.run(len(sound) // block)
    alone = cpu_seconds_with_ended(bare.pid) - before
    before = cpu_seconds(daemon.pid)
    for one in sessions:
        one.out, one.numbers = [], []
    for i in range(0, len(sound), MESSAGE):
        for one in sessions:
            one.send(sound[i:i + MESSAGE])
    for one in sessions:
        one.hear_frames(len(sound))
    return cpu_seconds(daemon.pid) - before, alone


def upper_end(ratios):
    """Of the 95 % interval of their mean."""
    spread = statistics.stdev(ratios) / math.sqrt(len(ratios))
    return statistics.mean(ratios) + 2.262 * spread  # Student's t for 10 rounds


def measure(figures, name, kernels, block, count, rounds):
    file = rave_file(f"full_{name}")
    sound = (np.random.default_rng(1).standard_normal((SLICE_SAMPLES, 1)) * 0.1).astype(np.float32)
    kept = SCRATCH / "stream.f32"
    sound.tofile(kept)
    config = SCRATCH / "stream.yaml"
    config.write_text(f"workers: {count}\nkernels: {kernels}\nmodels:\n  rave: {{kind: stream, file: '{file}', block: {block}}}\n",
                      encoding="utf-8")
    ratios, ours = [], []
    with Daemon(config, model=None) as daemon, BareStream(file, block, count, kept) as bare:
        sessions = [Stream(daemon.port, "rave", "forward", float(RATE), tcp=True) for _ in range(count)]
        if sessions[0].model_rate not in (0, RATE):
            sessions = [Stream(daemon.port, "rave", "forward", sessions[0].model_rate, tcp=True) for _ in range(count)]
        slice_of(daemon, bare, sessions, sound, block)  # warm
        for number in range(rounds):
            served, alone = slice_of(daemon, bare, sessions, sound, block)
            seconds = count * len(sound) / RATE
            ratios.append(served / alone)
            ours.append(served / seconds)
            tell(f"stream {name} {block} x{count}, kernels {kernels}, {number + 1}/{rounds}: {served / seconds:.3f} s of the processor per "
                 f"second, bare {alone / seconds:.3f}")
        for one in sessions:
            one.close()
    label = f"stream.{name}.{block}.{count} sessions.kernels {kernels}"
    figures.median(f"{label}.cpu", ours, "s/s")
    figures.add(f"{label}.against bare", upper_end(ratios), "x", MOST, (min(ratios), max(ratios)))


def run(figures, options):
    for name in MODELS:
        for block in BLOCKS:
            for count in SESSIONS:
                for kernels in KERNELS if count == 1 else KERNELS[:1]:
                    measure(figures, name, kernels, block, count, options.rounds or ROUNDS)
