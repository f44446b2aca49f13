"""timing: planned events in real Pure Data, through delays, bursts, doubles and loss: how many do not sound on their own sample."""
import contextlib
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from arrivals import DELAY, arrivals, picture
from figures import percentile, tell
from rave_models import rave_file
from rig import PROGRAM, ROOT

sys.path.append(str(ROOT / "tests" / "hosts"))
from pd_take import DELAY_S, Sequence, Take  # noqa: E402
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


def ways(figures, options):
    for rate in (44100, 48000, 96000):
        for name, (way, horizon, sparser) in WAYS.items():
            notes = notes_of(options.events, rate, options.seed, sparser)
            take = Take(Planner(notes, Way(options.seed, **way), horizon_s=horizon), rate, notes[-1][0] / rate + 1)
            figures.add(f"timing {name} {rate} Hz: not on their sample", off(take, notes), "events", bar=0)
    notes = notes_of(options.events, 48000, options.seed)
    with busy(2):
        take = Take(Planner(notes, Way(options.seed, DELAY_S), horizon_s=0.3), 48000, notes[-1][0] / 48000 + 1)
    figures.add("timing two busy loops 48000 Hz: not on their sample", off(take, notes), "events", bar=0)
    return [1000 * abs(position - take.start - note[0]) / 48000 for note, (position, _) in zip(notes, take.impulses)]


def seeds(figures, options):
    hashes, few = set(), notes_of(1000, 48000, options.seed)
    for seed in range(20):
        hashes.add(Take(Planner(few, Way(seed, DELAY_S, double=0.05)), 48000, few[-1][0] / 48000 + 1).hash())
        tell(f"timing: {seed + 1} of 20 seeds")
    figures.add("timing: different sounds of 20 seeds", len(hashes), "hashes", bar=1)


def sequences(figures, options):
    """A few at a time: they mostly wait."""
    wrong = 0
    with ThreadPoolExecutor(6) as pool:
        for seed, one in enumerate(pool.map(lambda seed: Sequence(seed).play().wrong(), range(options.sequences))):
            wrong += bool(one)
            if one:
                tell(f"timing: sequence {seed}: {one[:3]}")
    figures.add(f"timing {options.sequences} random sequences: with a note that is void, hangs or is missing", wrong, "sequences", bar=0)


def torch_or_not():
    """Tells the tests of hosts whether this program has LibTorch."""
    version = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True, check=True).stdout
    os.environ["OSCINE_TORCH"] = "1" if "LibTorch" in version else "0"


def kills(figures):
    """The silence between the end of what was held and the new line, as a host hears it."""
    import pd_melody_test as melody
    gaps = []
    for seed in range(5):
        with melody.Program(melody.config()) as oscine, melody.Proxy(oscine.port, "--seed", str(seed), "--delay", "uniform:0:95", "--cap", "95") as proxy:
            melody.asked(oscine.port, melody.BEGIN, melody.BEGIN + 100, **melody.SETTINGS)  # it has loaded
            take, _ = melody.killed(proxy.port, oscine)
        again = melody.cut(take)
        gaps.append((again - take.end_of_held(again)) / melody.SECOND)
    figures.median("timing killed -9 in a phrase: silence until the new line", gaps, "s", bar=1.0)


def stream(figures):
    """A RAVE (v2_small) as wide as what musicians train, through [oscine.stream~], against LibTorch called directly with the same blocks."""
    import numpy as np
    from pd_stream_test import Take as Streamed
    from streaming import directly, torch
    file, ahead = rave_file("full_v2_small_quiet"), 2700
    take = Streamed(f"models:\n  rave: {{kind: stream, file: '{file}', block: 2048, trusted: true}}\n", "forward", ahead=ahead, model="rave", rate=44100)
    begins, session = take.told("begins")[0], take.told("session")[0]
    first, block = int(begins[0]) * 65536 + int(begins[1]), int(session[7]) + 1
    with torch.inference_mode():
        expected = directly(torch.jit.load(str(file)).eval(), "forward", np.array(take.given[first:], np.float32)[:, None], block)[:, 0]
    out = np.array(take.out[first + ahead * 44100 // 1000:], np.float32)
    length = 44100 // block * block  # a second of sound; behind it, a slow machine may still compute
    figures.add("timing RAVE through [oscine.stream~]: of a second, samples that are not the model's, to the bit", int((out[:length] != expected[:length]).sum()), "samples", bar=0)


def run(figures, options):
    torch_or_not()
    placed = ways(figures, options)
    seeds(figures, options)
    sequences(figures, options)
    kills(figures)
    stream(figures)
    count = max(100, options.events // 10)
    with busy(2):
        today, far = arrivals(options.seed, count), arrivals(options.seed, count, DELAY)
    shown = (("oscine: planned, placed by the host; delay 0 to 95 ms", placed), ("python-osc: played on arrival", today),
             ("python-osc: played on arrival; delay 0 to 95 ms", far))
    for name, errors in shown[1:]:
        figures.add(f"timing {name}, two busy loops: p99 of how late", percentile(errors, 0.99), "ms")
    tell(f"timing: {picture(shown)}")
