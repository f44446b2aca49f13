"""[oscine.classify~] in real Pure Data: what Pd sends is answered as the file is, and the triggers stand at position + lookahead."""
import math
import random
import tempfile
import time
import unittest
from pathlib import Path

from osc import Peer
from pd import PureData, need_pd, read_stereo, write_floats
from program import ROOT, Program

RATE = 48000
AHEAD_MS = 2000  # long enough for a daemon that is watched by a sanitizer


def drums():
    """Two seconds with hits of noise and of a falling sine, at odd places."""
    dice, sound = random.Random(4), [0.0] * (2 * RATE)
    for number, onset in enumerate((4801, 20011, 33333, 51277, 70001, 82003)):
        for i in range(9000):
            fall = math.exp(-i / (600.0 if number % 2 else 2400.0))
            value = dice.uniform(-1, 1) if number % 2 else math.sin(2 * math.pi * (55 * i / RATE + 12 * (1 - math.exp(-i / 900))))
            if onset + i < len(sound):
                sound[onset + i] += 0.7 * fall * value
    return sound


def by_file(oscine, file):
    """[(name, score, position)]: what the daemon hears in a file, once its model is there."""
    peer, ends, hits = Peer(), time.monotonic() + 90, []
    address, said = peer.ask(oscine.port, "open", 1, "drums", "", float(RATE), "samples")
    while address.endswith("/fail"):
        assert time.monotonic() < ends, f"it does not load: {said}"
        address, said = peer.ask(oscine.port, "open", 1, "drums", "", float(RATE), "samples")
    if file:
        peer.send(oscine.port, "file", 2, said[1], str(file))
        for address, said in peer.hear_until("/oscine/v1/done"):
            if address.endswith("/event"):
                hits.append((said[8], said[10], said[3] * 65536 + said[4]))
    peer.close()
    return hits


class Classify(unittest.TestCase):
    def test_the_same_labels_and_positions_as_the_file(self):
        with tempfile.TemporaryDirectory(prefix="oscine-classify-") as home:
            # trusted: it is loaded once, and not tried out in another process first; that is most of the time.
            config = f"file_folders: ['{home}']\nmodels:\n  drums: {{card: {ROOT / 'models/zoo/drums/card.yaml'}, trusted: true}}\n"
            with Program(config) as oscine:
                self.compare(oscine, Path(home))

    def compare(self, oscine, home):
        given, take, cut = home / "given.wav", home / "take.wav", home / "cut.wav"
        write_floats(given, drums(), RATE)
        by_file(oscine, None)
        with PureData("classify", f"test {oscine.port} {given} {take} drums {2500 + AHEAD_MS} {AHEAD_MS}", rate=RATE) as pd:
            self.assertEqual(pd.wait(30), 0, pd.log)
            log = pd.log
        sound, triggers = read_stereo(take)
        told = [line.split(": ", 1)[1].split() for line in log if line.startswith("TOLD: ")]
        hi, lo = next(line for line in log if line.startswith("STATUS: begins")).split()[2:]
        first = int(hi) * 65536 + int(float(lo))
        write_floats(cut, sound[first:], RATE)
        expected = by_file(oscine, cut)
        self.assertEqual(len(expected), 6)
        self.assertEqual([(line[0], line[1], int(float(line[4])) * 65536 + int(float(line[5])) - first) for line in told],
                         [("hit", name, position) for name, _, position in expected])
        for line, (_, score, _) in zip(told, expected):
            self.assertAlmostEqual(float(line[3]), score, delta=1e-4)
        self.assertEqual([i for i, x in enumerate(triggers) if x], [first + position + AHEAD_MS * RATE // 1000 for _, _, position in expected])


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
