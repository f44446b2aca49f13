"""What [oscine.melody] and [oscine.seq~] do in real Pure Data about what is wrong: the table of docs/time.md."""
import contextlib
import socket
import tempfile
import unittest
from pathlib import Path

from melody_host import SECOND, asked
from osc import GUARD, pack
from pd import ToldPd, impulses, need_pd, read_stereo
from pd_melody_test import where, wait_until
from pd_take import hanging
from program import Program

CONFIG = ("models:\n  melody: {kind: melody, engine: fake, melody: {pitches: [48, 72], rest: true, "
          "durations: [0.25, 0.5, 1], state: 1}}\n")
BEGIN = SECOND


class Wrong(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.oscine = Program(CONFIG)
        cls.oscine.__enter__()
        cls.addClassCleanup(cls.oscine.__exit__)

    @contextlib.contextmanager
    def playing(self):
        """A line from BEGIN on; behind it self.heard is [(position, pitch)], and no note hangs."""
        with tempfile.TemporaryDirectory(prefix="oscine-wrong-") as home, ToldPd("melody") as pd:
            pd.tell(f"oscine connect 127.0.0.1 {self.oscine.port}")
            pd.wait_line("STATE: connected")
            pd.tell("melody open melody")
            pd.wait_line("MELODY: session")
            pd.tell("melody seed 5")
            pd.tell("melody tempo 240")
            pd.tell(f"begin {home}/take.wav {BEGIN}")
            pd.wait_line("NOTE")
            yield pd
            pd.tell("melody stop")
            wait_until(pd, where(pd) + SECOND // 10)
            pd.tell("end")
            self.assertEqual(pd.wait(30), 0, pd.log)
            sound, struck = read_stereo(Path(home) / "take.wav")
            self.impulses = impulses(sound)
            self.heard = [(at, height * 128) for at, height in impulses(struck)]
        self.assertEqual(hanging(pd.printed("NOTE")), [])

    def line(self, until):
        return [(position, pitch) for position, _, pitch in asked(self.oscine.port, BEGIN, until, seed=5, tempo=240.0)]

    def goes_on(self, until):
        """What was said changed nothing about the line."""
        self.assertEqual([note for note in self.heard if note[0] < until], self.line(until))

    def test_what_the_daemon_refuses_changes_nothing(self):
        with self.playing() as pd:
            for words, said in (("melody note 200 90 100", ("fail 400 /oscine/v1/note", "pitch")),
                                ("melody play 442968 0", ("fail 400 /oscine/v1/play",)),
                                ("melody horizon 3600000", ("fail 400 /oscine/v1/horizon", "60000")),
                                ("melody temperature 99", ("fail 400 /oscine/v1/set", "temperature")),
                                ("melody temprature 1", ("fail 404 /oscine/v1/set", "temperature"))):
                pd.tell(words)
                pd.wait_line("MELODY", *said)
            until = where(pd) + SECOND
            wait_until(pd, until)
        self.goes_on(until)

    def test_no_horizon_at_all_leaves_the_margin(self):
        with self.playing() as pd:
            pd.tell("melody horizon 0")
            pd.wait_line("MELODY: done", "/oscine/v1/horizon")
            until = where(pd) + SECOND
            wait_until(pd, until)
        self.goes_on(until)

    def test_a_position_in_the_past_is_late_and_the_line_goes_on(self):
        with self.playing() as pd:
            wait_until(pd, 2 * SECOND)
            jump = where(pd)
            pd.tell(f"melody play {jump - SECOND // 2}")
            late = pd.wait_line("LATE").split(": ")[1].split()
            wait_until(pd, jump + SECOND)
        self.assertEqual(late[2], "note")
        self.assertTrue(0 < float(late[0]) < 2 * SECOND, late)
        self.assertTrue([note for note in self.heard if note[0] > jump + SECOND // 2])

    def test_a_jump_back_in_the_middle_of_a_note_ends_it(self):
        with self.playing() as pd:
            for _ in range(4):
                pd.wait_line("NOTE", " 96 ")  # one begins
                pd.tell(f"melody play {where(pd) - SECOND // 4}")
                pd.wait_line("CUT")
        self.assertTrue(self.heard)

    def test_a_session_that_was_closed_is_silent_until_it_is_opened(self):
        with self.playing() as pd:
            pd.tell("melody close")
            closed = where(pd)
            pd.tell("melody play")
            wait_until(pd, closed + 2 * SECOND)
            pd.tell("melody open melody")
            pd.wait_line("MELODY: session")
            opened = where(pd)
            pd.wait_line("NOTE")
        self.assertEqual([note for note in self.heard if closed + SECOND < note[0] < opened], [])
        self.assertTrue([note for note in self.heard if note[0] >= opened])

    def test_another_sample_rate_opens_everything_again(self):
        with self.playing() as pd:
            pd.tell("rate 44100")
            pd.wait_line("CUT: 2")
            pd.wait_line("MELODY: session")
            pd.wait_line("MELODY: done", "/oscine/v1/play")
            pd.wait_line("NOTE", " 96 ")

    def test_no_impulse_is_higher_than_one(self):
        with self.playing() as pd:
            at = where(pd) + SECOND
            for seq, event in enumerate(("pitch 440 0.5", "hit kick 0.25 0.9", "label dog 0.125 1"), 2**23 - 3):
                pd.tell(f"seq event 1 {seq} 16777216 {at >> 16} {(at & 65535) + seq % 8} 1 0 {event}")
            wait_until(pd, at + SECOND // 10)
        self.assertEqual([round(height, 3) for position, height in self.impulses if at <= position < at + 8], [0.5, 0.25, 0.125])
        self.assertLessEqual(max(height for _, height in self.impulses), 1)

    def test_a_daemon_of_another_major_version_is_named(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, ToldPd("melody") as pd:
            other.settimeout(GUARD)
            other.bind(("127.0.0.1", 0))
            pd.tell(f"oscine connect 127.0.0.1 {other.getsockname()[1]}")
            _, peer = other.recvfrom(65536)
            other.sendto(pack("/oscine/v2/fail", 0, "/oscine/v1/hello", 404, "version 2 is spoken here"), peer)
            pd.wait_line("STATE: disconnected", "another", "version")


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
