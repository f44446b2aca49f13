"""[oscine.stream~] in node against the real daemon, two instances at once: what comes out is what goes in, to the bit, later by the latency that it
tells; so it is again after the daemon restarted."""
import json
import os
import signal
import subprocess
import unittest

from maxnode import NODE, WITHOUT_NODE
from osc import GUARD
from program import ROOT, Child, Program, skip
from stage_test import serving_process

WIRE = ("models:\n  wire: {kind: stream, engine: fake, modelRate: 48000, options: {does: echo}, block: 512, "
        "methods: [{name: forward, form: [2, 1, 2, 1]}]}\n")
LATENTS = ("models:\n  latents: {kind: stream, engine: fake, modelRate: 44100, options: {does: echo}, block: 4096, "
           "methods: [{name: decode, form: [3, 2048, 3, 2048]}]}\n")
FRAME = 2048 * 48000 / 44100  # samples


class Stream(unittest.TestCase):
    def test_sound_comes_back_later_by_the_latency_also_after_a_restart(self):
        with Program(WIRE) as oscine:
            patch = Child([NODE, str(ROOT / "tests/hosts/max/stream.js"), str(oscine.port), "wire"], "stdout", stdin=subprocess.PIPE)
            try:
                patch.wait_line("ready")
                os.kill(serving_process(oscine), signal.SIGKILL)
                patch.process.stdin.write("go\n")
                patch.process.stdin.flush()
                told = json.loads(patch.wait_line("latency", guard=3 * GUARD))
            finally:
                patch.end()
        self.assertEqual(told["opened"][:4], ["opened", "wire", 0, 2])
        self.assertEqual(told["latency"], told["opened"][5] + 0.1 * 48000)
        self.assertEqual((told["first"], told["then"]), ([0, 0], [0, 0]), "0 samples differ")
        self.assertEqual(told["quiet"], [[], []], "nothing late, nothing failed")


    def test_numbers_go_at_the_pace_of_the_model_and_come_at_their_moment(self):
        with Program(LATENTS) as oscine:
            done = subprocess.run([NODE, str(ROOT / "tests/hosts/max/latents.js"), str(oscine.port)], capture_output=True, text=True, timeout=60, check=True)
        told = json.loads(done.stdout)
        rows = [values for _, values in told["numbers"]]
        self.assertEqual(rows, sorted(rows), "first the one, then the other")
        self.assertEqual({tuple(values) for values in rows}, {(1.0, 2.0, 3.5), (4.0, 5.0, 6.5)})
        self.assertGreater(len(rows), 30)
        for n, (now, _) in enumerate(told["numbers"]):
            moment = told["begins"] + int(n * FRAME) + told["latency"]
            self.assertTrue(moment <= now < moment + 1920, f"frame {n} came at {now}, its moment was {moment}")
        self.assertEqual(told["fails"], ["2 numbers came; 3 are expected"])


if __name__ == "__main__":
    if not NODE:
        skip(WITHOUT_NODE)
    unittest.main(verbosity=2)
