"""timing: planned events in real Pure Data, through delays, bursts, doubles and loss: how many do not sound on their own sample."""
import contextlib
import random
import subprocess
import sys

from figures import tell
from rig import ROOT

sys.path.insert(0, str(ROOT / "tests" / "hosts"))
from pd_take import DELAY_S, Take  # noqa: E402
from planner import Planner, Way  # noqa: E402

# How packets travel, the horizon in seconds, and how much sparser the events are: a daemon keeps 256 to send them again.
WAYS = {"uniform": ({"most_s": DELAY_S, "double": 0.05}, 0.1, 1),
        "bursts": ({"most_s": DELAY_S, "burst_s": 0.03}, 0.1, 1),
        "loss": ({"most_s": DELAY_S, "loss": 0.02}, 1.0, 6)}


def notes_of(count, rate, seed, sparser=1):
    dice, at, notes = random.Random(seed), 0, []
    for number in range(count):
        at += sparser * dice.randint(rate // 1200, rate // 320)
        notes.append((at, dice.randint(10, rate // 800), dice.randint(30, 90), 1 + number % 127, 1))
    return notes


@contextlib.contextmanager
def busy(loops):
    """So many processes that do nothing but compute."""
    with contextlib.ExitStack() as stack:
        for _ in range(loops):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(process.kill)
        yield


def off(take, notes):
    """Events that do not sound on their own sample, or sound where none is."""
    return len({take.start + note[0] for note in notes} ^ {position for position, _ in take.impulses})


def run(figures, options):
    for rate in (44100, 48000, 96000):
        for name, (way, horizon, sparser) in WAYS.items():
            notes = notes_of(options.events, rate, options.seed, sparser)
            take = Take(Planner(notes, Way(options.seed, **way), horizon_s=horizon), rate, notes[-1][0] / rate + 1)
            figures.add(f"timing {name} {rate} Hz: not on their sample", off(take, notes), "events", bar=0)
    notes = notes_of(options.events, 48000, options.seed)
    with busy(2):
        take = Take(Planner(notes, Way(options.seed, DELAY_S), horizon_s=0.3), 48000, notes[-1][0] / 48000 + 1)
    figures.add("timing two busy loops 48000 Hz: not on their sample", off(take, notes), "events", bar=0)
    hashes, few = set(), notes[:1000]
    for seed in range(20):
        hashes.add(Take(Planner(few, Way(seed, DELAY_S, double=0.05)), 48000, few[-1][0] / 48000 + 1).hash())
        tell(f"timing: {seed + 1} of 20 seeds")
    figures.add("timing: different sounds of 20 seeds", len(hashes), "hashes", bar=1)
