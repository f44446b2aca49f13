"""The classes of SuperCollider and the real daemon: answers, refusals, and a serving process that is killed."""
import os
import signal
import unittest
from pathlib import Path

from program import Program, fake
from sc import Lang, need_supercollider


def serving(oscine):
    """The number of the supervisor's child."""
    children = Path(f"/proc/{oscine.process.pid}/task/{oscine.process.pid}/children").read_text().split()
    return int(children[0])


class Client(unittest.TestCase):
    def test_answers_and_a_restart(self):
        with Program("models:\n" + fake("synth")) as oscine, Lang("sc_client.scd", PORT=oscine.port) as lang:
            lang.wait_line("KILL")
            os.kill(serving(oscine), signal.SIGKILL)
            lang.wait_line("END")
            self.assertEqual(lang.wait(), 0, lang.log)
            self.assertEqual(lang.printed("ASK"), ["0.75 0.75"])
            self.assertEqual(lang.printed("MODELS"), ["synth"])
            self.assertEqual(lang.printed("LABELS"), ["pitch filter"])
            self.assertEqual(len(lang.printed("REFUSED")), 1)
            self.assertTrue(lang.printed("REFUSED")[0].startswith("404 "), lang.log)
            self.assertEqual(lang.printed("RUN"), ["0.5 0.5 2880000", "0.75 0.75 12884901889.0"])
            self.assertEqual(lang.printed("STATE")[:2], ["connected", "restarted"])


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
