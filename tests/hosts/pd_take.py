"""What [oscine.seq~] makes of planned notes in real Pure Data, as audio; and what must hold of it."""
import hashlib
import random
import tempfile
import unittest
from pathlib import Path

from pd import PureData, impulses, read_floats

DELAY_S = 0.095  # with a horizon of 100 ms


def notes_of(count, rate, seed=5):
    """Notes at random distances; their velocities number them."""
    dice, at, notes = random.Random(seed), 0, []
    for number in range(count):
        at += dice.randint(rate // 400, rate // 40)
        notes.append((at, dice.randint(10, rate // 20), dice.randint(30, 90), 1 + number % 127, 1))
    return notes


class Take:
    """One run: plays from half a second on, ends after `seconds`, and has what sounded and what was printed."""

    def __init__(self, planner, rate, seconds, unit="samples", start=None):
        self.start = rate // 2 if start is None else start
        with tempfile.TemporaryDirectory(prefix="oscine-take-") as folder, planner:
            file = Path(folder) / "take.wav"
            with PureData("seq", f"test {planner.port} {file} {self.start} {int(seconds * 1000)} {unit}", rate=rate) as pd:
                code = pd.wait(30 + seconds)
                self.log = pd.log
            assert code == 0, self.log
            self.sound = read_floats(file)
        self.impulses = impulses(self.sound)

    def printed(self, word):
        return [line.split(": ", 1)[1].removeprefix("list ") for line in self.log if line.startswith(word + ": ")]

    def hash(self):
        last = self.impulses[-1][0] + 1
        return hashlib.sha256(repr(self.sound[:last]).encode()).hexdigest()


class TakeTest(unittest.TestCase):
    def same(self, take, expected):
        """@param expected  [(position, velocity)]"""
        heard = [(position, round(height * 127, 2)) for position, height in take.impulses]
        self.assertEqual(heard, [(position, float(velocity)) for position, velocity in expected])

    def none_hangs(self, take):
        sounding = {}
        for line in take.printed("NOTE"):
            pitch, velocity, _, voice = (float(word) for word in line.split())
            if velocity:
                self.assertNotIn((pitch, voice), sounding, "it was ended before it begins anew")
                sounding[pitch, voice] = velocity
            else:
                self.assertIn((pitch, voice), sounding)
                del sounding[pitch, voice]
        self.assertEqual(sounding, {})
