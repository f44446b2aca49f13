"""OscineMelody in real scsynth and the melody model of the real daemon, behind `oscine proxy`: the daemon's own line, on its samples."""
import os
import signal
import subprocess
import time
import unittest

from osc import GUARD, Peer
from program import OSCINE, ROOT, Program
from sc import need_supercollider
from sc_client_test import serving
from sc_seq_test import Take, Takes

TORCH = os.environ.get("OSCINE_TORCH", "0").upper() in ("1", "ON", "TRUE")
FAKE = "{kind: melody, engine: fake, melody: {pitches: [48, 72], rest: true, durations: [0.25, 0.5, 1], state: 1}}"
TRAINED = ROOT / "models/zoo/melody/card.yaml"
WEATHER = ["--delay", "uniform:0:95", "--duplicate", "5%", "--reorder", "5%"]
SEED, RATE, LOAD_S = 11, 48000, 120


class Daemon(Program):
    """Begins when its melody is served: a model may take long to load where the machine is busy."""

    def __init__(self, model=FAKE):
        super().__init__(f"models:\n  melody: {model}\n")

    def __enter__(self):
        super().__enter__()
        peer, ends, number = Peer(), time.monotonic() + LOAD_S, 1
        while peer.ask(self.port, "open", number, "melody", "", float(RATE), "samples")[0].endswith("/fail"):
            assert time.monotonic() < ends, "it does not load"
            number += 1
        peer.close()
        return self


class Weather:
    """A daemon behind a proxy, where Take expects a planner: `port` is that of the proxy."""

    def __init__(self, oscine, *weather, seed=1):
        self.oscine, self.weather, self.seed = oscine, weather or WEATHER, seed

    def __enter__(self):
        self.proxy = subprocess.Popen([OSCINE, "proxy", "--listen", "0", "--to", str(self.oscine.port), "--seed", str(self.seed), *self.weather],
                                      stdout=subprocess.PIPE, text=True)
        self.port = int(self.proxy.stdout.readline().split()[1])
        return self

    def __exit__(self, *_):
        self.proxy.kill()
        self.proxy.wait()
        self.proxy.stdout.close()

    def kill(self):
        os.kill(serving(self.oscine), signal.SIGKILL)


def seen(notes):
    """The last number up to which there is no hole."""
    return next(number for number in range(len(notes) + 1) if number + 1 not in notes)


def line_of(oscine, start, end, seed=SEED, seeds=(), ticks=None, **settings):
    """What the daemon plans from `start` on for a session with this seed: [(position, duration, pitch)] before `end`.
    seeds are (position, pitch, duration); with `ticks` to a beat, positions are ticks."""
    notes, rate, peer = {}, 2 * ticks if ticks else RATE, Peer()
    peer.ask(oscine.port, "hello", 1, 0, "reference")
    session = peer.ask(oscine.port, "open", 2, "melody", "default", float(rate), *(("ticks", ticks) if ticks else ("samples",)))[1][1]
    for number, (name, value) in enumerate({"seed": seed, **settings}.items()):
        peer.ask(oscine.port, "set", 300 + number, session, name, value)
    for number, (position, pitch, duration) in enumerate(seeds, start=4):
        peer.ask(oscine.port, "note", number, session, position >> 16, position & 65535, float(pitch), 100.0, duration)
    peer.ask(oscine.port, "horizon", 98, session, 10000)
    peer.send(oscine.port, "play", 99, session, start >> 16, start & 65535, 1)
    at, ends = start, time.monotonic() + 3 * GUARD
    while at < end:  # the playhead goes on when what lies before it has come: what is long past is told to nobody
        assert time.monotonic() < ends, f"the line does not go on after {sorted(notes.values())[-1:]}"
        peer.send(oscine.port, "playhead", session, at >> 16, at & 65535, seen(notes), float(rate))
        message = peer.hear(0.2)
        while message is not None and not (seen(notes) == len(notes) and any(note[0] > at + rate for note in notes.values())):
            if message[0].endswith("/event"):
                notes[message[1][1]] = (message[1][3] * 65536 + message[1][4], message[1][6], message[1][8])
            message = peer.hear(0.2)
        if any(note[0] > at + rate for note in notes.values()):
            at += rate // 2
    peer.send(oscine.port, "bye", 0)
    peer.close()
    return sorted(note for note in notes.values() if note[0] < end)


class Melody(Takes):
    def positions(self, take):
        return [position for position, _ in take.heard]

    def last(self, take):
        return int(max(take.counter))

    def begin(self, take):
        """Where it was planned from when the session was open: no sooner than it was asked for."""
        return int(take.printed("PLAN")[0].split()[1])

    def late(self, take):
        """What a daemon that had no time to plan told too late, as the host said."""
        return [int(line.split()[2]) for line in take.printed("LATE")]

    def lines(self, oscine, take):
        """The whole line is where the daemon has it, as far as was recorded."""
        expected = [position for position, _, _ in line_of(oscine, self.begin(take), self.last(take))]
        self.assertGreater(len(expected), 3)
        self.assertEqual(sorted(self.positions(take) + self.late(take)), expected)
        self.assertGreater(len(self.positions(take)), 3)

    def test_the_line_of_the_daemon_is_on_its_samples(self):
        with Daemon(TRAINED if TORCH else FAKE) as oscine:
            self.lines(oscine, Take(Weather(oscine), self.jack, 5.0, SEED=SEED, HORIZON=1000))

    def test_a_serving_process_killed_in_the_middle_of_a_phrase(self):
        with Daemon() as oscine:
            weather = Weather(oscine, seed=2)

            def during(lang):
                for _ in range(4):
                    lang.wait_line("NOTE ")
                weather.kill()

            take = Take(weather, self.jack, 6.0, during, SEED=SEED)
            gap = self.goes_on(oscine, take)
        print(f"the line went on {gap / RATE:.3f} s after the end of what was held")

    def goes_on(self, oscine, take):
        """All that was held sounds, and then the line from the end of that. @return samples between the two"""
        plans = [line.split() for line in take.printed("PLAN")]
        self.assertEqual([plan[0] for plan in plans], ["play", "play"], take.lang.log)
        again, held, last = int(plans[1][1]), int(plans[1][3]), self.last(take)
        first = [note for note in line_of(oscine, self.begin(take), last) if note[0] < held]
        then = line_of(oscine, again, last)
        self.assertGreater(len(then), 0, "it goes on")
        heard = [position for position in sorted(self.positions(take) + self.late(take)) if not held <= position < again]  # what came beyond a hole may sound
        self.assertEqual(heard, [note[0] for note in first + then])
        return again - held

    def test_what_comes_too_late_is_told_and_nothing_else(self):
        with Daemon() as oscine:
            take = Take(Weather(oscine, "--down", "delay=uniform:0:900", seed=3), self.jack, 5.0, SEED=SEED, HORIZON=0)
            late, last = set(self.late(take)), self.last(take)
            expected = [position for position, _, _ in line_of(oscine, self.begin(take), last)]
        heard = self.positions(take)
        self.assertEqual(set(heard) & late, set())
        self.assertLessEqual(set(heard) | late, set(expected))
        self.assertLessEqual({one for one in expected if one not in late and one < last - RATE}, set(heard))


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
