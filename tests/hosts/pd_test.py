"""Real Pure Data as a host: one [netsend -u -b], every number a float, answers by its right outlet."""
import os
import shutil
import subprocess
import unittest

from osc import GUARD
from program import Program, ROOT, fake, skip

CONFIG = """
aliases:
  /synth/update: {model: synth, send: {pitch: /synth/pitch, filter: /synth/filter}, to: "sender"}
models:
""" + fake("synth") + fake("counter", "count")


class Pd(unittest.TestCase):
    def test_hello_open_run_and_the_alias(self):
        with Program(CONFIG) as oscine:
            # Flags come before the file. The patch prints what it hears and quits after the last answer.
            pd = subprocess.run(["pd", "-nogui", "-noprefs", "-stderr", "-noaudio", "-open",
                                 str(ROOT / "tests/hosts/host.pd"), "-send", f"oscine-start {oscine.port}"],
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=GUARD, check=False,
                                env={**os.environ, "HOME": oscine.folder.name})
            heard = [line[len("HEARD: "):].removeprefix("list ") for line in pd.stderr.splitlines() if line.startswith("HEARD: ")]
            self.assertTrue(heard, pd.stderr)
            self.assertTrue(heard[0].startswith("oscine v1 hello.reply 1 "), heard)
            self.assertEqual(heard[1], "oscine v1 result 2 0 0 0 1 1", heard)
            self.assertEqual(heard[2:4], ["synth pitch 0.75", "synth filter 0.75"], heard)
            self.assertTrue(heard[4].startswith("oscine v1 fail 0 /synth/update 400 "), heard)
            self.assertEqual(heard[5], "oscine v1 done 3 /oscine/v1/sync", heard)


if __name__ == "__main__":
    if not shutil.which("pd"):
        skip("pd (package puredata-core) is not installed")
    unittest.main(verbosity=2)
