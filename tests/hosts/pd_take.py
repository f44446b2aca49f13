"""What [oscine.seq~] makes of planned notes in real Pure Data, as audio; and what must hold of it."""
import hashlib
import random
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pd import PureData, impulses, read_floats
from planner import Planner, Way, notes_of

DELAY_S = 0.095  # with a horizon of 100 ms


def hanging(lines):
    """What is wrong about the beginnings and ends of notes, given what [oscine.seq~]'s second outlet said."""
    sounding, wrong = set(), []
    for line in lines:
        pitch, velocity, _, voice = (float(word) for word in line.split())
        if velocity and (pitch, voice) in sounding:
            wrong.append(f"{pitch:g} begins anew, and was not ended")
        if not velocity and (pitch, voice) not in sounding:
            wrong.append(f"{pitch:g} ends, and did not sound")
        (sounding.add if velocity else sounding.discard)((pitch, voice))
    return wrong + [f"{pitch:g} hangs" for pitch, _ in sounding]


def together(play, runs):
    """[play(*run)] of all runs, at the same time: they mostly wait."""
    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(lambda run: play(*run), runs))


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

    def heard(self):
        """[(position, velocity)]"""
        return [(position, round(height * 127)) for position, height in self.impulses]

    def hash(self):
        last = self.impulses[-1][0] + 1
        return hashlib.sha256(repr(self.sound[:last]).encode()).hexdigest()


class TakeTest(unittest.TestCase):
    def same(self, take, expected):
        """@param expected  [(position, velocity)]"""
        heard = [(position, round(height * 127, 2)) for position, height in take.impulses]
        self.assertEqual(heard, [(position, float(velocity)) for position, velocity in expected])

    def none_hangs(self, take):
        self.assertEqual(hanging(take.printed("NOTE")), [])


HORIZON_S = 0.3  # of a sequence


class Sequence:
    """What comes to a patch in a few seconds, by a seed: play, play elsewhere, stop, notes, attributes, the end of the daemon's process."""

    def __init__(self, seed, orders=12):
        self.seed, dice, self.at, said = seed, random.Random(seed), 24000, []
        for _ in range(orders):
            self.at += dice.randint(1000, 20000)
            said.append((self.at, *dice.choice((
                ("/orders", "play"), ("/orders", "play"), ("/orders", "stop"), ("/orders", "play", float(self.at + dice.randint(8000, 28000))),
                ("/orders", "note", float(dice.randint(40, 80)), 90.0, 100.0), ("/orders", "temperature", dice.random()), ("restart",)))))
        said.append((self.at + 24000, "/orders", "stop"))
        self.planner = Planner(notes_of(60, 48000, seed), Way(seed, DELAY_S, double=0.05), horizon_s=HORIZON_S, orders=said)

    def play(self):
        self.take = Take(self.planner, 48000, (self.at + 72000) / 48000)
        return self

    def wrong(self):
        """[sentences]: notes that were void, that hang, or that are missing though the daemon had told them in time."""
        cuts = [(int(float(hi)) * 65536 + int(float(lo)), int(generation)) for generation, hi, lo in map(str.split, self.take.printed("CUT"))]
        line, heard = set(self.planner.line(cuts)), set(self.take.heard())
        void = [f"velocity {velocity} sounds at {position}, and is void" for position, velocity in sorted(heard - line)]
        late = len([one for one in self.take.printed("LATE") if one.split()[2] == "note"])
        missing = (line & self.planner.told) - heard
        if len(missing) > late:
            void.append(f"{len(missing)} are missing, {late} were late: {sorted(missing)[:9]}")
        return void + hanging(self.take.printed("NOTE"))
