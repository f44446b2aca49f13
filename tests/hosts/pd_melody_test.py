"""[oscine.melody] and [oscine.seq~] in real Pure Data against the real daemon, through oscine proxy: what it plans is what sounds, on the same samples."""
import hashlib
import os
import signal
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from melody_host import LOAD_S, SECOND, Proxy, asked
from pd import ToldPd, impulses, need_pd, read_stereo
from pd_take import hanging
from program import ROOT, Program, serving

SETTINGS = {"seed": 11, "tempo": 240.0}
BEGIN, LENGTH = 3 * SECOND, 4 * SECOND
UNTIL = BEGIN + LENGTH
WAYS = {"seed 1": ("--seed", "1", "--delay", "uniform:0:95", "--duplicate", "5%", "--reorder", "5%", "--cap", "95"),
        "seed 2": ("--seed", "2", "--delay", "uniform:0:95", "--duplicate", "5%", "--reorder", "5%", "--cap", "95"),
        "loss": ("--seed", "3", "--delay", "uniform:0:95", "--loss", "2%")}
HORIZON_MS = {"loss": 1000}


def config():
    """The trained model where there is LibTorch, else the fake one."""
    card = (f"{{card: {ROOT / 'models/zoo/melody/card.yaml'}, trusted: true}}" if os.environ.get("OSCINE_TORCH") == "1" else
            "{kind: melody, engine: fake, melody: {pitches: [48, 72], rest: true, durations: [0.25, 0.5, 1], state: 1}}")
    return f"models:\n  melody: {card}\n"


class Performance:
    """One run of Pd: plays from BEGIN on; `during(pd)` is called once it has begun, and ends when all is played."""

    def __init__(self, port, during, horizon_ms=100, read=read_stereo, **more):
        with tempfile.TemporaryDirectory(prefix="oscine-melody-") as home, ToldPd("melody") as pd:
            file = Path(home) / "take.wav"
            pd.tell(f"oscine connect 127.0.0.1 {port}")
            pd.wait_line("STATE: connected")
            pd.tell("melody open melody")
            pd.wait_line("MELODY: session")
            for name, value in {**SETTINGS, "horizon": horizon_ms, **more}.items():
                pd.tell(f"melody {name} {value}")
            pd.tell(f"begin {file} {BEGIN}")
            during(pd)
            pd.tell("end")
            code = pd.wait(30)
            self.log, self.printed = pd.log, pd.printed
            assert code == 0, pd.log
            self.sound, self.struck = read(file)

    def notes(self, until=UNTIL):
        """[(position, pitch)] of what sounded."""
        return [(at, height * 128) for at, height in impulses(self.struck[:until])]

    def end_of_held(self, before):
        """Where the last note ends that began before a position."""
        notes = [line.split() for line in self.printed("NOTE") if float(line.split()[1])]
        struck = self.notes(before)
        return max(at + round(float(note[2]) * SECOND / 1000) for (at, _), note in zip(struck, notes))

    def hash(self):
        return hashlib.sha256(repr((self.sound[:UNTIL], self.struck[:UNTIL])).encode()).hexdigest()


def where(pd):
    pd.tell("where")
    hi, lo, _ = pd.wait_line("WHERE").split(": ")[1].removeprefix("list ").split()
    return int(float(hi)) * 65536 + int(float(lo))


def wait_until(pd, position):
    while (ahead := position - where(pd)) > 0:
        time.sleep(min(0.25, ahead / SECOND))  # Pd tells nobody that time has passed


def killed(port, oscine):
    """The serving process is killed in the middle of a phrase. @return the performance, and where the axis was."""
    at = []

    def during(pd):
        wait_until(pd, BEGIN + SECOND)
        at.append(where(pd))
        os.kill(serving(oscine), signal.SIGKILL)
        ends = time.monotonic() + LOAD_S
        while not [line for line in pd.printed("CUT") if line.startswith("2 ")]:
            assert time.monotonic() < ends, f"no new line: {pd.log}"
            wait_until(pd, where(pd) + SECOND // 4)
        wait_until(pd, max(UNTIL, where(pd) + 5 * SECOND))

    take = Performance(port, during, horizon_ms=1000)
    return take, at[0]


def cut(take):
    """Where generation 2 begins."""
    _, hi, lo = next(line for line in take.printed("CUT") if line.startswith("2 ")).split()
    return int(float(hi)) * 65536 + int(float(lo))


class Melody(unittest.TestCase):
    def test_the_line_sounds_as_it_is_planned_whatever_the_way_did(self):
        with Program(config()) as oscine:
            line = [(position, pitch) for position, _, pitch in asked(oscine.port, BEGIN, UNTIL, **SETTINGS)]
            self.assertGreater(len(line), 10)

            def run(name):
                with Proxy(oscine.port, *WAYS[name]) as proxy:
                    return Performance(proxy.port, lambda pd: wait_until(pd, UNTIL + SECOND // 10), HORIZON_MS.get(name, 100))

            with ThreadPoolExecutor(len(WAYS) + 1) as pool:
                chords = pool.submit(self.chords, oscine)
                takes = dict(zip(WAYS, pool.map(run, WAYS)))
                chords.result()
            for name, take in takes.items():
                with self.subTest(name):
                    self.assertEqual(take.notes(), line)
                    self.assertEqual(take.printed("LATE"), [])
            self.assertEqual(len({take.hash() for take in takes.values()}), 1, "the same sound for every seed")

    def chords(self, oscine):
        """Four voices, of which notes begin together; stopped in the middle."""
        line = asked(oscine.port, BEGIN, UNTIL, **SETTINGS, voices=4)
        with Proxy(oscine.port, *WAYS["seed 2"]) as proxy:
            take = Performance(proxy.port, lambda pd: (wait_until(pd, UNTIL), pd.tell("melody stop"), pd.wait_line("CUT: 2")), voices=4)
        self.assertEqual([at for at, _ in take.notes()], sorted({at for at, _, _ in line}))
        begun = [float(note.split()[0]) for note in take.printed("NOTE") if float(note.split()[1])]
        self.assertEqual(sorted(begun[:len(line)]), sorted(pitch for _, _, pitch in line))
        self.assertGreater(len(line), len({at for at, _, _ in line}))
        self.assertEqual(hanging(take.printed("NOTE")), [])

    def test_what_is_held_sounds_when_the_daemon_is_killed_and_the_line_goes_on(self):
        with Program(config()) as oscine:
            if serving(oscine) is None:
                self.skipTest("this system does not tell which process serves")
            before = [(position, pitch) for position, _, pitch in asked(oscine.port, BEGIN, BEGIN + 5 * SECOND, **SETTINGS)]
            with Proxy(oscine.port, "--seed", "4", "--delay", "uniform:0:95", "--cap", "95") as proxy:
                take, at = killed(proxy.port, oscine)
            again = cut(take)
            until = again + 3 * SECOND
            after = [(position, pitch) for position, _, pitch in asked(oscine.port, again, until, **SETTINGS)]
        heard = take.notes(until)
        held = [note for note in heard if note[0] < again]
        self.assertEqual(held, before[:len(held)])
        self.assertLessEqual({note for note in before if note[0] < at + SECOND}, set(held), "all within the horizon")
        late = len(take.printed("LATE"))  # where the machine is busy, the new line may come behind its beginning
        self.assertEqual(heard[len(held):], after[late:])
        self.assertGreater(len(after), late + 3)


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
