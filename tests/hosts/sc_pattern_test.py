"""Pmelody in a Pbind in a Pdef in real sclang: the line of the real daemon, on the beats of a TempoClock whose tempo changes at every note."""
import unittest

from sc import Lang, need_supercollider
from sc_melody_test import Daemon, line_of


class Pattern(unittest.TestCase):
    def test_the_line_stands_on_its_beats(self):
        with Daemon() as oscine, Lang("sc_pattern.scd", PORT=oscine.port) as lang:
            lang.wait_line("END")
            self.assertEqual(lang.wait(), 0, lang.log)
            first = int(float(lang.printed("FIRST")[0]))
            seeds = [(first - 960, 60, 480), (first - 240, 64, 240)]
            expected = line_of(oscine, first, first + 24 * 480, seeds=seeds, ticks=480)
        notes = [[float(word) for word in line.split()] for line in lang.printed("NOTE")]
        self.assertEqual(first % (4 * 480), 0)
        self.assertGreater(len(expected), 10)
        self.assertEqual([(round(at, 3), round(length, 3), pitch) for at, pitch, length, _, _ in notes], expected)
        self.assertEqual({(velocity, pan) for _, _, _, velocity, pan in notes}, {(80, 0.25)})
        self.assertEqual(lang.printed("SESSIONS"), ["0", "0"], "a stream that ends or is stopped closes its session")
        self.assertEqual(lang.printed("FAIL"), [])


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
