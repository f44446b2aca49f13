"""[oscine.melody] and [oscine.seq~] against the real daemon, straight and through a network that delays, loses, doubles and reorders:
every note of the daemon fires on its own sample, once, and the same notes for every seed of the network."""
import json
import os
import re
import signal
import subprocess
import unittest

from maxnode import NODE, SCRIPTS, WITHOUT_NODE
from osc import GUARD
from program import OSCINE, ROOT, Child, Program, skip
from stage_test import serving_process

TORCH = os.environ.get("OSCINE_TORCH", "1").lower() not in ("0", "off", "false")
FAKE = ("models:\n  melody: {kind: melody, engine: fake, "
        "melody: {pitches: [48, 72], rest: true, durations: [0.25, 0.5, 1, 1.5, 2], state: 2}}\n")
TRAINED = f"models:\n  melody: {{card: {ROOT / 'models/zoo/melody/card.yaml'}, trusted: true}}\n"
BAD = ["--delay", "uniform:0:95", "--loss", "2%", "--duplicate", "5%", "--reorder", "5%"]


def play(port, seed=7, seconds=10, guard=120):
    done = subprocess.run([NODE, str(ROOT / "tests/hosts/max/melody.js"), str(SCRIPTS / "oscine-node.js"), str(port), str(seconds), str(seed)],
                          capture_output=True, text=True, timeout=guard, check=True)
    return json.loads(done.stdout)


def through(port, seed, way=BAD, **more):
    """The same through a bad network."""
    proxy = Child([OSCINE, "proxy", "--listen", "0", "--to", str(port), *way, "--seed", str(seed)], "stdout")
    try:
        return play(int(re.match(r"port (\d+)", proxy.wait_line("port "))[1]), **more)
    finally:
        proxy.end()


def sounding(told):
    """{position: (pitch, velocity)} of what is to sound until the end: of each generation what no later one voids."""
    (_, first), (again, _) = told["plays"]
    return {position: (pitch, velocity) for position, pitch, generation, velocity in told["given"]
            if position < told["end"] and (position < again) == (generation == first)}


def off(told):
    """Events that do not fire on their own sample, as they are and once, or fire where none is."""
    fired = [(position, pitch, height) for position, pitch, height in told["fired"]]
    return len(set(fired) ^ {(position, *note) for position, note in sounding(told).items()}) + len(fired) - len(set(fired))


class Melody(unittest.TestCase):
    def check(self, told):
        self.assertEqual((told["failed"], told["late"]), ([], []))
        (_, first), (again, second) = told["plays"]
        self.assertEqual((first, second), (1, 2))
        self.assertEqual({generation for _, _, generation, _ in told["given"]}, {1, 2})
        sounds = sounding(told)
        expected = sorted(sounds)
        self.assertGreater(len(expected), 10)
        self.assertTrue(any(position >= again for position in expected))
        self.assertEqual([position for position, _, _ in told["fired"]], expected, "0 samples off, none missing, none twice")
        self.assertEqual([(pitch, height) for _, pitch, height in told["fired"]], [sounds[position] for position in expected])
        self.assertEqual(off(told), 0)
        self.assertTrue(any(position > 2 ** 24 for position in expected))
        begun = [row[0] for row in told["lists"] if row[1] > 0]
        self.assertEqual(begun, [pitch for _, pitch, _ in told["fired"]][:len(begun)], "the lists tell the same notes")
        self.assertGreaterEqual(len(begun), len(expected) - 1)
        return told["fired"]

    def same(self, model, seeds):
        with Program(model) as oscine:
            heard = [self.check(play(oscine.port))] + [self.check(through(oscine.port, seed)) for seed in seeds]
            for other in heard[1:]:
                self.assertEqual(other, heard[0], "the seed alone says what is played")

    def test_every_note_is_on_its_sample_whatever_the_network_does(self):
        self.same(FAKE, (1, 2))

    def test_a_restart_goes_on_from_the_end_of_what_is_held(self):
        with Program(FAKE) as oscine:
            patch = Child([NODE, str(ROOT / "tests/hosts/max/melody.js"), str(SCRIPTS / "oscine-node.js"), str(oscine.port), "6", "7", "restart"], "stdout")
            try:
                patch.wait_line("ready")
                os.kill(serving_process(oscine), signal.SIGKILL)
                told = json.loads(patch.wait_line("fired", guard=3 * GUARD))
            finally:
                patch.end()
        fired = self.check(told)
        self.assertEqual(told["opened"], 2)
        again = told["plays"][1][0]
        held = max(position for position, _, generation, _ in told["given"] if generation == 1)
        self.assertGreater(again, held, "it begins behind the last note that is held")
        self.assertLess(again - held, 48000)
        self.assertTrue(any(position < again for position, _, _ in fired))

    @unittest.skipUnless(TORCH, "built without LibTorch: the trained melody needs it")
    def test_the_trained_melody_too(self):
        self.same(TRAINED, (3,))


if __name__ == "__main__":
    if not NODE:
        skip(WITHOUT_NODE)
    unittest.main(verbosity=2)
