"""[oscine.melody] and [oscine.seq~] against the real daemon, straight and through a network that delays, loses, doubles and reorders:
every note of the daemon fires on its own sample, once, and the same notes for every seed of the network."""
import json
import re
import subprocess
import tempfile
import unittest

from maxnode import NODE, SCRIPTS, WITHOUT_NODE
from program import OSCINE, ROOT, Child, Program, skip

MODEL = ("models:\n  melody: {kind: melody, engine: fake, "
         "melody: {pitches: [48, 72], rest: true, durations: [0.25, 0.5, 1, 1.5, 2], state: 2}}\n")
BAD = ["--delay", "uniform:0:95", "--loss", "2%", "--duplicate", "5%", "--reorder", "5%"]


def play(port, seed=7, seconds=10):
    done = subprocess.run([NODE, str(ROOT / "tests/hosts/max/melody.js"), str(SCRIPTS / "oscine-node.js"), str(port), str(seconds), str(seed)],
                          capture_output=True, text=True, timeout=50, check=True)
    return json.loads(done.stdout)


class Melody(unittest.TestCase):
    def check(self, told):
        self.assertEqual((told["failed"], told["late"]), ([], []))
        given = {position: (pitch, generation) for position, pitch, generation in told["given"]}
        expected = sorted(position for position in given if position < told["end"])
        self.assertGreater(len(expected), 10)
        self.assertEqual([position for position, _ in told["fired"]], expected, "0 samples off, none missing, none twice")
        self.assertEqual([pitch for _, pitch in told["fired"]], [given[position][0] for position in expected])
        self.assertTrue(any(position > 2 ** 24 for position in expected))
        return told["fired"]

    def test_every_note_is_on_its_sample_whatever_the_network_does(self):
        with Program(MODEL) as oscine:
            heard = [self.check(play(oscine.port))]
            for seed in (1, 2):
                proxy = Child([OSCINE, "proxy", "--listen", "0", "--to", str(oscine.port), *BAD, "--seed", str(seed)], "stdout")
                try:
                    heard.append(self.check(play(int(re.match(r"port (\d+)", proxy.wait_line("port "))[1]))))
                finally:
                    proxy.end()
            shortest = min(map(len, heard))
            for other in heard[1:]:
                self.assertEqual(other[:shortest], heard[0][:shortest], "the seed alone says what is played")


def serves_melodies():
    """Whether this daemon knows the kind."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(MODEL)
        file.flush()
        return subprocess.run([OSCINE, "check", file.name], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    if not NODE:
        skip(WITHOUT_NODE)
    if not serves_melodies():
        skip("this daemon does not serve the kind melody")
    unittest.main(verbosity=2)
