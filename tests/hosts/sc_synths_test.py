"""scsynth without a language: a configuration and one message play a melody. Which notes sound, with which ids, and that each ends."""
import os
import signal
import tempfile
import unittest
from pathlib import Path

from osc import GUARD, Peer
from program import serving
from sc import Jack, Lang, Scsynth, need_supercollider, read_floats
from sc_melody_test import FAKE, Daemon, line_of

SEED, RATE = 11, 48000
REST_S = 2.0  # of a line that plays: no pause is as long
NODES = range(2113929216, 2113929216 + (1 << 24))


def configured(scsynth, **more):
    keys = {"synth": "click", "controls": "{midinote: pitch}", "set": f"{{seed: {SEED}, tempo: 240}}", **more}
    body = ", ".join(f"{key}: {value}" for key, value in keys.items())
    return f"{FAKE}\nsynths:\n  /bells: {{model: melody, to: {scsynth.port}, {body}}}"


class Synthdefs:
    """The folder with the SynthDefs that a language wrote once."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="oscine-synthdefs-")
        with Lang("sc_synths.scd", FOLDER=self.folder.name) as lang:
            assert lang.wait() == 0, lang.log
        return Path(self.folder.name)

    def __exit__(self, *_):
        self.folder.cleanup()


class Take:
    """What sounds on the two busses while it lasts: [(sample, pitch)], and for how many samples anything does."""

    def __init__(self, scsynth, seconds):
        self.scsynth, self.file = scsynth, tempfile.NamedTemporaryFile(suffix=".wav")
        scsynth.ask("/done", "/b_alloc", 1, int(seconds * RATE), 2)
        scsynth.tell("/s_new", "take", 999, 1, 0, "buffer", 1.0)

    def end(self):
        self.scsynth.tell("/n_free", 999)
        self.scsynth.ask("/done", "/b_write", 1, self.file.name, "wav", "float", -1, 0, 0)
        _, (clicks, gates) = read_floats(self.file.name)
        self.file.close()
        self.heard = [(at, round(click * 128)) for at, click in enumerate(clicks) if click]
        self.gates = gates
        return self


class Nodes:
    """The ids that scsynth tells of as they come and go."""

    def __init__(self, scsynth):
        self.peer, self.port, self.came, self.gone = Peer(), scsynth.port, [], []
        self.peer.send(self.port, "/notify", 1)
        self.peer.hear_until("/done")

    def hear(self, guard):
        message = self.peer.hear(guard)
        if message and message[1][0] in NODES:
            {"/n_go": self.came, "/n_end": self.gone}.get(message[0], []).append(message[1][0])
        return message

    def until(self, count):
        while len(self.came) < count:
            assert self.hear(GUARD), f"scsynth tells nothing more; {len(self.came)} came, {len(self.gone)} went"

    def until_silent(self):
        """After a stop: what scsynth holds is due within a lookahead."""
        while self.hear(REST_S):
            pass

    def close(self):
        self.peer.send(self.port, "/notify", 0)
        self.peer.close()


def command(oscine, word):
    peer = Peer()
    peer.send(oscine.port, f"/bells/{word}")
    peer.close()


class Synths(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.jack = cls.enterClassContext(Jack())
        cls.scsynth = cls.enterClassContext(Scsynth(cls.jack, cls.enterClassContext(Synthdefs())))

    def setUp(self):
        self.nodes = Nodes(self.scsynth)
        self.addCleanup(self.nodes.close)

    def test_one_message_plays_the_line_and_one_ends_it(self):
        with Daemon(configured(self.scsynth)) as oscine:
            take = Take(self.scsynth, 30)
            command(oscine, "play")
            self.nodes.until(20)
            command(oscine, "stop")
            self.nodes.until_silent()
            self.assertEqual(self.scsynth.synths(), 1, "the one that records")
            heard = take.end().heard
            line = [note[2] for note in self.line(oscine, len(heard))]
        self.assertEqual([pitch for _, pitch in heard], line[:len(heard)])
        self.assertEqual(len(heard), len(self.nodes.came))
        self.assertEqual(sorted(self.nodes.came), sorted(self.nodes.gone), "every note came and went, once")
        self.assertEqual(self.nodes.came, list(range(self.nodes.came[0], self.nodes.came[0] + len(heard))), "ids in their order")
        self.assertEqual(set(take.gates[-1:]), {0.0})

    def line(self, oscine, count):
        seconds = 10
        while True:
            line = line_of(oscine, 0, seconds * RATE, SEED, tempo=240.0)
            if len(line) >= count:
                return line
            seconds *= 2

    def test_what_sounds_ends_though_the_serving_process_was_killed_and_it_begins_anew_where_that_is_asked(self):
        with Daemon(configured(self.scsynth, autoplay="true", lookahead_ms=1000)) as oscine:
            self.nodes.until(5)
            os.kill(serving(oscine), signal.SIGKILL)
            before = len(self.nodes.came)
            self.nodes.until(before + 15)  # more than were held
            command(oscine, "stop")
            self.nodes.until_silent()
        self.assertEqual(sorted(self.nodes.came), sorted(self.nodes.gone), "none hangs")
        self.assertEqual(self.scsynth.synths(), 0)

    def test_a_synthdef_that_is_not_there_is_told_in_the_log_once(self):
        with Daemon(configured(self.scsynth, synth="chime")) as oscine:
            command(oscine, "play")
            oscine.wait_line("/bells", "scsynth says", "chime")

    def test_no_scsynth_is_told_in_the_log(self):
        class Nobody:
            port = 9

        with Daemon(configured(Nobody)) as oscine:
            command(oscine, "play")
            oscine.wait_line("/bells", "nothing answers at 127.0.0.1:9")


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
