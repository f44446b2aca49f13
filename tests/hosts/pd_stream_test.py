"""[oscine.stream~] in real Pure Data: what comes out is what the model gives, to the bit, exactly lookahead + declared latency later."""
import importlib.util
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from osc import Peer
from pd import PureData, need_pd, read_floats, write_floats
from program import Program, serving

RATE, RATIO, LATENCY = 48000, 2048, 96
AHEAD_MS = 1500  # long enough for a daemon that is watched by a sanitizer
CONFIG = f"""
models:
  copy: {{kind: stream, engine: fake, modelRate: {RATE}, block: {RATIO}, latency: {LATENCY}, options: {{does: echo}}, methods: [
    {{name: forward, form: [1, 1, 1, 1]}}, {{name: both, form: [2, 1, 2, 1]}}, {{name: three, form: [3, 1, 3, 1]}},
    {{name: encode, form: [1, 1, 4, {RATIO}]}}, {{name: decode, form: [4, {RATIO}, 1, 1]}}]}}
"""


# As an exporter for nn~ writes it: so many samples later, from what it keeps between its blocks.
DELAY = f"""
import torch
from torch import nn


class Delay(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
        self.register_buffer("last", torch.zeros(1, 1, {LATENCY}))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        both = torch.cat([self.last, x], -1)
        self.last = both[..., -{LATENCY}:]
        return both[..., :-{LATENCY}]
"""


class Take:
    """One run: the channels of stream.patch, and what was printed."""

    def __init__(self, config, method, seconds=1.5, ahead=AHEAD_MS, model="copy", rate=RATE, kill=False):
        """Half a second less than `seconds` of noise are played. `kill`: the serving process, as soon as something was sent."""
        dice = random.Random(7)
        self.sound = [dice.uniform(-1, 1) for _ in range(int(rate * max(1, seconds - 0.5)))]
        with tempfile.TemporaryDirectory(prefix="oscine-stream-") as home, Program(config) as oscine:
            ready(oscine, model)
            given, take = Path(home) / "given.wav", Path(home) / "take.wav"
            write_floats(given, self.sound, rate)
            more = 2 * ahead if method == "encode" else ahead
            words = f"test {oscine.port} {given} {take} {model} {method} {int(seconds * 1000) + more} {ahead}"
            with PureData("stream", words, rate=rate) as pd:
                self.killed = kill and serving(oscine)  # None where the system does not tell
                if self.killed:
                    pd.wait_line("STATUS: begins")
                    os.kill(self.killed, signal.SIGKILL)
                code = pd.wait(60)
                self.log = pd.log
            assert code == 0, self.log
            every = read_floats(take)
        self.given, self.out, self.second, self.frames, self.decoded = (every[i::5] for i in range(5))

    def told(self, word):
        """[the words behind it] of each such line of the object's last outlet."""
        return [line.split()[2:] for line in self.log if line.startswith(f"STATUS: {word} ")]


def ready(oscine, model):
    peer = Peer()
    ends = time.monotonic() + 90
    while peer.ask(oscine.port, "open", 1, model, "", float(RATE), "samples")[0].endswith("/fail"):
        assert time.monotonic() < ends, "it does not load"
    peer.close()


METHODS = ("forward", "both", "encode", "three")
RUNS = {"forward": {}, "both": {}, "encode": {"seconds": 2}, "three": {"seconds": 0.5, "ahead": 200}, "late": {"ahead": 0},
        "killed": {"seconds": 7, "kill": True}}


class Streams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """All of them at the same time: they mostly wait."""
        with ThreadPoolExecutor(len(RUNS)) as pool:
            runs = {name: pool.submit(Take, CONFIG, name if name in METHODS else "forward", **more) for name, more in RUNS.items()}
        cls.takes = {name: run.result() for name, run in runs.items()}

    def later(self, take, out, given, added=0):
        """`out` is `given`, the lookahead and `added` later, sample by sample."""
        delay = AHEAD_MS * RATE // 1000 + added
        self.assertEqual(take.told("latency"), [[str(AHEAD_MS * RATE // 1000 + LATENCY), str(AHEAD_MS + 1000 * LATENCY // RATE)]])
        expected = ((0.0,) * delay + given)[:len(out)]
        self.assertGreater(sum(1 for x in expected if x), RATE - 100, "all of it was heard")
        self.assertEqual([(i, a, b) for i, (a, b) in enumerate(zip(out, expected)) if a != b][:5], [], "sample, heard, expected")
        self.assertEqual(take.told("late"), [])

    def test_sound_comes_back_to_the_bit(self):
        take = self.takes["forward"]
        self.later(take, take.out, take.given)
        self.assertEqual(set(take.second), {0.0})

    @unittest.skipUnless(os.environ.get("OSCINE_TORCH") == "1" and importlib.util.find_spec("torch"), "needs LibTorch and Python's torch")
    def test_what_the_model_adds_is_declared(self):
        with tempfile.TemporaryDirectory(prefix="oscine-delay-") as home:
            source, file = Path(home) / "delay.py", Path(home) / "delay.ts"
            source.write_text(DELAY + f"\n\ntorch.jit.script(Delay()).save({str(file)!r})\n")
            subprocess.run([sys.executable, "-B", str(source)], check=True)
            card = f"{{kind: stream, file: '{file}', modelRate: {RATE}, block: {RATIO}, latency: {LATENCY}}}"
            take = Take(f"models:\n  later: {card}\n", "forward", model="later")
        self.later(take, take.out, take.given, LATENCY)

    def test_two_channels(self):
        take = self.takes["both"]
        self.later(take, take.out, take.given)
        self.later(take, take.second, tuple(-0.5 * x for x in take.given))

    def test_numbers_come_at_their_moment_and_are_taken_once_by_another(self):
        take = self.takes["encode"]
        hi, lo = take.told("begins")[0]
        begins, delay = int(hi) * 65536 + int(lo), AHEAD_MS * RATE // 1000
        expected = [(at + delay, take.given[at]) for at in range(begins, len(take.given), RATIO) if take.given[at]]
        heard = [(at, value) for at, value in enumerate(take.frames) if value]
        self.assertEqual(heard, expected[:len(heard)])
        self.assertGreaterEqual(len(heard), RATE // RATIO)
        runs = [(at, value) for at, value in enumerate(take.decoded) if value != take.decoded[at - 1] and at]
        self.assertEqual([value for _, value in runs if value], [value for _, value in heard])
        self.assertEqual({b - a for (a, value), (b, _) in zip(runs, runs[1:]) if value}, {RATIO})

    def test_its_file_is_loaded_again_by_a_word(self):
        self.assertTrue([line for line in self.takes["forward"].log if line.startswith("DECODER: done") and line.endswith("/oscine/v1/reload")])

    def test_what_cannot_be_is_said(self):
        take = self.takes["three"]
        self.assertIn("STATUS: fail 400 open this method has more than two channels of sound", [line.replace("\\", "") for line in take.log])
        self.assertEqual(set(take.out), {0.0})

    def test_behind_a_restart_it_goes_on_with_the_same_delay(self):
        take, delay = self.takes["killed"], AHEAD_MS * RATE // 1000
        if not take.killed:
            self.skipTest("this system does not tell which process serves")
        hi, lo = take.told("begins")[-1]
        again = int(hi) * 65536 + int(lo)
        self.assertEqual(len(take.told("begins")), 2)
        expected, heard = take.given[again:again + RATE], take.out[again + delay:again + delay + RATE]
        self.assertGreater(sum(1 for x in expected if x), RATE // 2, "it played when the session was there again")
        self.assertEqual([(i, a, b) for i, (a, b) in enumerate(zip(heard, expected)) if a != b][:5], [], "sample, heard, expected")

    def test_what_comes_too_late_is_told_and_silent(self):
        take = self.takes["late"]
        self.assertGreater(len(take.told("late")), 10)
        self.assertEqual(set(take.out), {0.0})


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
