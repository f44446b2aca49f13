"""[oscine.classify~] in real Pure Data: what Pd sends is answered as the file is, and the triggers stand at position + lookahead."""
import json
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from osc import Peer
from pd import PureData, need_pd, read_stereo, write_floats
from program import OSCINE, ROOT, Program, skip

RATE = 48000


def drums():
    """Two seconds with hits of noise and of a falling sine, at odd places."""
    import random
    dice, sound = random.Random(4), [0.0] * (2 * RATE)
    import math
    for number, onset in enumerate((4801, 20011, 33333, 51277, 70001, 82003)):
        for i in range(9000):
            fall = math.exp(-i / (600.0 if number % 2 else 2400.0))
            value = dice.uniform(-1, 1) if number % 2 else math.sin(2 * math.pi * (55 * i / RATE + 12 * (1 - math.exp(-i / 900))))
            if onset + i < len(sound):
                sound[onset + i] += 0.7 * fall * value
    return sound


def ready(oscine):
    """Waits until the model hears; loading it may take long where the machine is busy."""
    peer, ends = Peer(), time.monotonic() + 90
    while peer.ask(oscine.port, "open", 1, "drums", "", float(RATE), "samples")[0].endswith("/fail"):
        assert time.monotonic() < ends, "it does not load"
    peer.close()


class Classify(unittest.TestCase):
    def test_the_same_labels_and_positions_as_the_file(self):
        config = f"models:\n  drums: {ROOT / 'models/zoo/drums/card.yaml'}\n"
        with tempfile.TemporaryDirectory(prefix="oscine-classify-") as home, Program(config) as oscine:
            ready(oscine)
            given, take, cut = Path(home) / "given.wav", Path(home) / "take.wav", Path(home) / "cut.wav"
            write_floats(given, drums(), RATE)
            with PureData("classify", f"test {oscine.port} {given} {take} drums 3200", rate=RATE) as pd:
                self.assertEqual(pd.wait(30), 0, pd.log)
                log = pd.log
            sound, triggers = read_stereo(take)
            told = [line.split(": ", 1)[1].split() for line in log if line.startswith("TOLD: ")]
            hi, lo = next(line for line in log if line.startswith("STATUS: begins")).split()[2:]
            first = int(hi) * 65536 + int(float(lo))
            write_floats(cut, sound[first:], RATE)
            done = subprocess.run([OSCINE, "file", "--json", str(ROOT / "models/zoo/drums/card.yaml"), str(cut)],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = json.loads(done.stdout)
            self.assertEqual(len(expected), 6)
            self.assertEqual([(line[0], line[1], int(float(line[4])) * 65536 + int(float(line[5])) - first) for line in told],
                             [("hit", one["hit"], one["position"]) for one in expected])
            for line, one in zip(told, expected):
                self.assertAlmostEqual(float(line[3]), one["score"], delta=1e-4)
            ahead = [position - first - one["position"] for position, one in zip([i for i, x in enumerate(triggers) if x], expected)]
            self.assertEqual(len(ahead), len(expected), "each has its trigger")
            self.assertEqual(len(set(ahead)), 1, "at one constant lookahead")


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
