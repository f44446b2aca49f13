"""Some of sound_matrix.py, so that every rate, way and block size is there: labels and positions that do not change. All of
it is `./bench matrix`. Needs a Python with numpy; for YAMNet also torch and the published files."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from listener import read_wav
from program import ROOT, Program, skip

try:
    import sound_matrix
except ImportError:
    sound_matrix = None

ASSETS = Path(os.environ.get("OSCINE_ASSETS", ROOT.parent / "shared/assets")).resolve() / "yamnet"
LIMITS = "limits: {input_ms: 60000}\n"  # sound comes faster by UDP than it is heard


class TheSameSound(unittest.TestCase):
    def check(self, card, source, rate, least):
        with tempfile.TemporaryDirectory(prefix="oscine-matrix-") as folder:
            with Program(f"file_folders: ['{folder}']\n{LIMITS}models:\n  model: '{card}'\n") as oscine:
                matrix = sound_matrix.Matrix(oscine.port, folder)
                everything = matrix.hear_all("model", source, rate, sound_matrix.few_cases())
        self.assertEqual(len(everything), 3 * len(sound_matrix.RATES))
        for heard in everything:
            self.assertGreaterEqual(len(heard.events), least, heard)
        self.assertEqual(list(sound_matrix.differences(everything)), [])

    def test_is_the_same_drums(self):
        self.check(ROOT / "models/zoo/drums/card.yaml", *sound_matrix.drummer(), least=9)

    def test_is_the_same_yamnet(self):
        if not (ASSETS / "yamnet.tflite").exists():
            self.skipTest(f"there is no {ASSETS} (OSCINE_ASSETS)")
        with tempfile.TemporaryDirectory(prefix="oscine-yamnet-") as folder:
            subprocess.run([sys.executable, "-B", str(ROOT / "models/import/yamnet.py"), str(ASSETS / "yamnet.tflite"),
                            str(ASSETS / "yamnet_class_map.csv"), folder], check=True, stdout=subprocess.DEVNULL)
            samples, rate = read_wav(ASSETS / "clips/speech_whistling2.wav")
            self.check(Path(folder) / "card.yaml", sound_matrix.clip(samples, rate), rate, least=5)


if __name__ == "__main__":
    if os.environ.get("OSCINE_TORCH") not in ("1", "ON", "TRUE"):
        skip("this build has no LibTorch")
    if sound_matrix is None:
        skip("this Python has no numpy")
    unittest.main()
