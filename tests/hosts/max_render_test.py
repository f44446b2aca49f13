"""[oscine.stream~] in node plays a published nn~ model: what comes out is what LibTorch gives when it is called directly, to the bit, later by the latency."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from maxnode import NODE, WITHOUT_NODE
from program import ROOT, Program, skip
from stream_test import FILES, model, noise
from streaming import directly, np, torch

RATE, BLOCK = 44100, 1024


class Render(unittest.TestCase):
    def test_a_published_model_is_what_libtorch_gives(self):
        sound = noise(RATE)
        with tempfile.TemporaryDirectory(prefix="oscine-max-") as home, Program(f"models: ['{FILES}']\n") as oscine:
            given, played = Path(home) / "given", Path(home) / "played"
            given.write_bytes(sound.tobytes())
            line = [NODE, str(ROOT / "tests/hosts/max/render.js"), str(oscine.port), "effects", "saturate", str(RATE), str(BLOCK), str(given), str(played)]
            done = subprocess.run(line, capture_output=True, text=True, timeout=240, check=True)
            told, heard = json.loads(done.stdout), np.frombuffer(played.read_bytes(), np.float32)
        self.assertEqual(told["fails"], [])
        first = told["begins"] + told["latency"]
        expected = directly(model("effects"), "saturate", sound[told["begins"]:], BLOCK)[:len(heard) - first, 0]
        self.assertGreater(len(expected), RATE // 2)
        np.testing.assert_array_equal(heard[first:first + len(expected)], expected)
        self.assertFalse(np.any(heard[:first]), "silence until then")


if __name__ == "__main__":
    if not NODE:
        skip(WITHOUT_NODE)
    if torch is None:
        skip("this Python has no torch or no numpy")
    if not FILES.is_dir():
        skip(f"no assets: {FILES} is not there (OSCINE_ASSETS names the folder of published models)")
    unittest.main(verbosity=2)
