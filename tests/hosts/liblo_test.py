"""The lines of the README with liblo's own tools: oscsend sends, oscdump receives."""
import queue
import shutil
import subprocess
import unittest

from osc import GUARD, Peer
from program import Child, Program, fake, skip

CONFIG = """
reply_port: %d
aliases:
  /synth/update: {model: synth, send: {pitch: /synth/pitch, filter: /synth/filter}, to: "127.0.0.1:%d"}
models:
""" + fake("synth")


def free_port():
    peer = Peer()
    port = peer.port
    peer.close()
    return port


class Liblo(unittest.TestCase):
    def dump(self, port):
        """oscdump, once it listens: it says nothing until then, so it is sent packets of our own until one comes out."""
        child = Child(["stdbuf", "-oL", "oscdump", "-L", str(port)], "stdout")
        self.addCleanup(child.end)
        peer = Peer()
        self.addCleanup(peer.close)
        for _ in range(400):
            peer.send(port, "/knock")
            try:
                child.lines.get(timeout=0.05)
                return child
            except queue.Empty:
                continue
        raise AssertionError("oscdump does not listen")

    def test_the_line_of_the_readme(self):
        port = free_port()
        dump = self.dump(port)
        with Program(CONFIG % (port, port)) as oscine:
            subprocess.run(["oscsend", "localhost", str(oscine.port), "/synth/update", "ff", "0.25", "0.5"], check=True,
                           timeout=GUARD)
            lines = [dump.wait_line("/synth/"), dump.wait_line("/synth/")]
            self.assertIn("/synth/pitch f 0.750000", lines[0])
            self.assertIn("/synth/filter f 0.750000", lines[1])

    def test_a_wrong_message_is_told_at_the_same_place(self):
        port = free_port()
        dump = self.dump(port)
        with Program(CONFIG % (port, port)) as oscine:
            subprocess.run(["oscsend", "localhost", str(oscine.port), "/synth/update", "f", "0.25"], check=True, timeout=GUARD)
            line = dump.wait_line("/fail")
            self.assertIn('/oscine/v1/fail isis 0 "/synth/update" 400', line)
            self.assertIn("2 are expected: x, y", line)
            oscine.wait_line("/synth/update", "2 are expected")

    def test_a_request_of_an_implied_client(self):
        port = free_port()
        dump = self.dump(port)
        with Program(CONFIG % (port, port)) as oscine:
            subprocess.run(["oscsend", "localhost", str(oscine.port), "/oscine/v1/ask", "isff", "7", "synth", "0.25", "0.5"],
                           check=True, timeout=GUARD)
            self.assertIn("/oscine/v1/result iiiiff 7 0 0 0 0.750000 0.750000", dump.wait_line("/result"))


if __name__ == "__main__":
    if not all(shutil.which(tool) for tool in ("oscsend", "oscdump", "stdbuf")):
        skip("oscsend and oscdump (package liblo-tools) are not installed")
    unittest.main(verbosity=2)
