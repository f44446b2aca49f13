"""The Quark by its own means: its UnitTests run, SCDoc reads its help, the compiler takes every example."""
import unittest

from sc import CLASSES, Lang, need_supercollider

# Behind the others; no one makes them by hand.
PRIVATE = {"OscineRequest", "OscineIn", "OscineOut", "OscineFeed", "OscineSound", "OscineSeen", "OscineLine", "OscineProbe"}


class Docs(unittest.TestCase):
    def test_unit_tests_help_and_examples(self):
        with Lang("sc_docs.scd", QUARK=CLASSES) as lang:
            lang.wait_line("END")
            self.assertEqual(lang.wait(), 0, lang.log)
        self.assertEqual(lang.printed("FAILED"), [], "\n".join(lang.log))
        self.assertGreater(int(lang.printed("PASSED")[0]), 30)
        self.assertEqual(lang.printed("WRONG"), [], "\n".join(lang.log))
        public = set(lang.printed("CLASS")) - PRIVATE
        self.assertGreaterEqual(len(public), 12)
        self.assertEqual(public - set(lang.printed("HELP")), set(), "each public class has its help")
        self.assertEqual(sorted(lang.printed("EXAMPLE")), sorted(file.name for file in (CLASSES / "Examples").glob("*.scd")))
        self.assertTrue(lang.printed("EXAMPLE"))
        self.assertFalse([line for line in lang.log if line.startswith(("WARNING", "ERROR"))], "\n".join(lang.log))


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
