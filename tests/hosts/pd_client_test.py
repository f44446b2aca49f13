"""[oscine] and [oscine.params] in real Pure Data, against the real daemon; and that the patches are what their sources say."""
import contextlib
import os
import signal
import subprocess
import sys
import unittest

from osc import Peer
from pd import CLIENT, ToldPd, need_pd
from program import Program, fake, serving

CONFIG = """
aliases:
  /synth/update: {model: synth, send: {pitch: /synth/pitch, filter: /synth/filter}, to: "sender"}
models:
""" + fake("synth")


@contextlib.contextmanager
def answering():
    """The daemon, once its model answers."""
    with Program(CONFIG) as oscine:
        peer = Peer()
        assert peer.ask(oscine.port, "ask", 1, "synth", 0.5, 0.25)[0].endswith("/result")
        peer.close()
        yield oscine


class Sources(unittest.TestCase):
    def test_every_patch_is_what_its_source_says(self):
        done = subprocess.run([sys.executable, "-B", str(CLIENT / "source/make.py"), "--check"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


class Client(unittest.TestCase):
    def test_no_daemon_a_daemon_and_a_new_one(self):
        with ToldPd("client") as pd:
            pd.wait_line("STATE: disconnected no", "oscine", "127.0.0.1:9", "start", "`oscine", "serve")
            with answering() as oscine:
                pd.tell(f"oscine connect 127.0.0.1 {oscine.port}")
                pd.wait_line("STATE: connected")
                pd.tell("oscine models")
                pd.wait_line("STATE: model.item 0 1 synth params ready")
                pd.wait_line("STATE: done /oscine/v1/models 1")
                pd.tell("oscine info sinth")
                pd.wait_line("STATE: fail 404", "sinth")
                pd.tell("oscine status")
                pd.wait_line("STATE: status.reply")
                if process := serving(oscine):
                    os.kill(process, signal.SIGKILL)
                    pd.wait_line("STATE: restarted")
                    pd.tell("params 0.5 0.25")
                    pd.wait_line("ASKED: done")
            pd.wait_line("STATE: disconnected no")

    def test_parameters_by_name(self):
        with Program(CONFIG) as oscine, ToldPd("client") as pd:
            peer = Peer()
            self.addCleanup(peer.close)
            expected = peer.ask(oscine.port, "ask", 1, "synth", 0.5, 0.25)[1][4:]
            pd.tell(f"oscine connect 127.0.0.1 {oscine.port}")
            pd.wait_line("STATE: connected")
            pd.tell("oscine models")  # the names were asked for before this is
            pd.wait_line("STATE: done")
            pd.tell("params 0.5 0.25")
            line = pd.wait_line("ALL: ")
            self.assertEqual([float(word) for word in line.removeprefix("ALL: ").removeprefix("list ").split()], list(expected))
            self.assertEqual(pd.wait_line("NAMED: "), f"NAMED: pitch {expected[0]:g}")
            self.assertEqual(pd.wait_line("NAMED: "), f"NAMED: filter {expected[1]:g}")
            pd.tell("params 0.5")
            pd.wait_line("ASKED: fail 400 /oscine/v1/ask")

    def test_an_alias_comes_out_on_the_right(self):
        with answering() as oscine, ToldPd("client") as pd:
            pd.tell(f"oscine connect 127.0.0.1 {oscine.port}")
            pd.wait_line("STATE: connected")
            pd.tell("oscine send /synth/update 0.25 0.5")
            pd.wait_line("OTHER: synth pitch 0.75")
            pd.wait_line("OTHER: synth filter 0.75")


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
