"""cycles: a model as large as RAVE v2 is loaded, opened, run, closed and unloaded, a thousand times; what stays behind."""
import sys

import numpy as np

from figures import tell
from load import Loader, config
from memory import resident_mib
from rave_models import rave_file
from rig import ROOT, BenchError, Daemon

sys.path.append(str(ROOT / "tests" / "hosts"))

NAME, RATE, BLOCK = "full_v2", 44100.0, 2048
LOOKS, WARM_UP, FLAT = 50, 0.1, 1.05


def once(loader, file, frames):
    loader.ask("load", "rave", file.name)
    opened = loader.ask("open", "rave", "forward", RATE, "samples")
    session = opened[1][1]
    answer = loader.ask("run", session, 0, 0, *frames)
    if not answer[0].endswith("/result"):
        raise BenchError(f"/run: {answer}")
    loader.ask("close", session)
    loader.ask("unload", "rave")


def run(figures, options):
    file = rave_file(NAME)
    frames = (np.random.default_rng(1).standard_normal(BLOCK) * 0.1).astype(np.float32).tolist()
    held, every = [], max(1, options.cycles // LOOKS)
    with Daemon(config(file, "auto")) as daemon:
        loader = Loader(daemon.port)
        loader.ask("mtu", 0, 8192)
        for number in range(1, options.cycles + 1):
            once(loader, file, frames)
            if number % every == 0:
                held.append(resident_mib(daemon.pid))
            if number % (every * 10) == 0:
                tell(f"cycles: {number}, {held[-1]:.1f} MiB")
    settled = held[max(1, round(WARM_UP * len(held))):]
    figures.add("cycles.count", options.cycles, "cycles")
    figures.add("cycles.resident", settled[-1], "MiB", spread=(min(settled), max(settled)))
    figures.add("cycles.resident, largest / smallest", max(settled) / min(settled), "x", FLAT)
