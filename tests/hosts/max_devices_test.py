"""Devices in node against the real daemon: two instances of one and another kind at once, through a restart; sessions leave with their device."""
import json
import os
import signal
import subprocess
import unittest

from max_bridge_test import LOUD
from max_stream_test import WIRE
from maxnode import NODE, WITHOUT_NODE
from osc import GUARD
from program import ROOT, Child, Program, skip
from stage_test import serving_process

HOP = 2400  # samples at 48 kHz of 400 at 8 kHz


class Devices(unittest.TestCase):
    def heard(self, part, name):
        self.assertEqual(part["wrong"], [0, 0], "0 samples differ, in neither instance")
        positions = [row[4] * 65536 + row[5] - part["begins"] for row in part["labels"]]
        self.assertGreater(len(positions), 10)
        self.assertEqual(positions, [HOP * n for n in range(len(positions))])
        self.assertEqual({row[1] for row in part["labels"]}, {name})

    def test_three_at_once_through_a_restart(self):
        with Program(WIRE + LOUD) as oscine:
            patch = Child([NODE, str(ROOT / "tests/hosts/max/devices.js"), str(oscine.port)], "stdout", stdin=subprocess.PIPE)
            try:
                patch.wait_line("ready")
                os.kill(serving_process(oscine), signal.SIGKILL)
                patch.process.stdin.write("go\n")
                patch.process.stdin.flush()
                told = json.loads(patch.wait_line("first", guard=3 * GUARD))
            finally:
                patch.end()
        self.heard(told["first"], "quiet")
        self.heard(told["then"], "loud")
        self.assertEqual((told["before"], told["after"]), (3, 2), "its session left with the device")
        self.assertEqual(told["fails"], [[], [], []])


if __name__ == "__main__":
    if not NODE:
        skip(WITHOUT_NODE)
    unittest.main(verbosity=2)
