"""OscineParams and OscineAttr in real sclang against the real daemon."""
import unittest

from program import Program, fake
from sc import Lang, need_supercollider
from sc_melody_test import FAKE


class Values(unittest.TestCase):
    def test_parameters_and_attributes(self):
        with Program("models:\n" + fake("synth") + f"  melody: {FAKE}\n") as oscine, Lang("sc_values.scd", PORT=oscine.port) as lang:
            lang.wait_line("END")
            self.assertEqual(lang.wait(), 0, lang.log)
        self.assertEqual(lang.printed("EVENT"), ["filter 0.75 pitch 0.75"])
        self.assertEqual(lang.printed("AT"), ["0.75 nil"])
        self.assertEqual(lang.printed("FEWER"), ["true"], "only the newest is asked while an answer is awaited")
        self.assertEqual(lang.printed("SPEC"), ["0.0 4.0"])
        self.assertEqual(lang.printed("VALUE"), ["1.0", "2"])
        self.assertEqual(lang.printed("INPUT"), ["0.25"])
        self.assertEqual([line.split()[0] for line in lang.printed("REFUSED")], ["404", "404"], lang.log)
        self.assertEqual(lang.printed("FAIL"), [])


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
