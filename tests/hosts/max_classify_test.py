"""[oscine.classify~] in node against the real daemon: live, as a whole buffer~, as a file and as one dropped into a folder, it says what
`oscine file` says, on the same positions; the impulses stand at position + lookahead."""
import json
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

from maxnode import NODE, WITHOUT_NODE
from pd import write_floats
from pd_classify_test import RATE, by_file, drums
from program import OSCINE, ROOT, Program, skip

CARD = ROOT / "models/zoo/drums/card.yaml"
QUIET = 4800  # samples after the sound, four times


def file_says(path):
    done = subprocess.run([OSCINE, "file", "--json", str(CARD), str(path)], capture_output=True, text=True, check=True)
    return [(one["hit"], one["position"], one["score"]) for one in json.loads(done.stdout)]


class Classify(unittest.TestCase):
    def same(self, rows, expected, offset=0):
        self.assertEqual([(row[0], row[1], row[4] * 65536 + row[5] - offset) for row in rows], [("hit", name, position) for name, position, _ in expected])
        for row, (_, _, score) in zip(rows, expected):
            self.assertAlmostEqual(row[3], score, delta=1e-5)

    def test_the_same_labels_and_positions_as_the_file(self):
        with tempfile.TemporaryDirectory(prefix="oscine-max-") as home:
            home = Path(home)
            (home / "sounds/dropped").mkdir(parents=True)
            # trusted: it is loaded once, and not tried out in another process first; that is most of the time.
            with Program(f"models:\n  drums: {{card: {CARD}, trusted: true}}\nfile_folders: ['{home}']\n") as oscine:
                by_file(oscine, None)
                sound = drums()
                (home / "floats").write_bytes(struct.pack(f"<{len(sound)}f", *sound))
                given = home / "sounds/given.wav"
                write_floats(given, sound, RATE)
                done = subprocess.run([NODE, str(ROOT / "tests/hosts/max/classify.js"), str(oscine.port), "drums", str(home / "floats"), str(given), str(home / "sounds/dropped")],
                                      capture_output=True, text=True, timeout=150, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                told = json.loads(done.stdout)
                live = self.by_file(oscine, told, sound, home / "live.wav")
            expected = file_says(given)
            self.assertEqual(len(expected), 6)
            self.same([row[1:] for row in told["buffer"]], expected)
            self.same([row[1:] for row in told["file"]], expected)
            self.same([row[1:] for row in told["dropped"]], expected)
            self.live(told, live)
            texts = [row[-1] for row in told["state"] if row[0] == "fail"]
            self.assertEqual(texts, ["there is no buffer~ nothing with sound in it", "dance is not understood"])

    def by_file(self, oscine, told, sound, file):
        """What is heard in the sound that went out live."""
        _, high, low = told["begins"]
        write_floats(file, [0.0] * (told["start"] - high * 65536 - low) + sound + [0.0] * (4 * QUIET), RATE)
        return [(name, position, score) for name, score, position in by_file(oscine, file)]

    def live(self, told, expected):
        _, high, low = told["begins"]
        first = high * 65536 + low
        self.assertEqual(len(expected), 6)
        self.same(told["live"], expected, first)
        needs = told["opened"][5]
        lookahead = round(needs + 0.06 * RATE)
        self.assertEqual(told["late"], [])
        self.assertIn(["latency", lookahead], [row[:2] for row in told["state"]])
        self.assertEqual([at for at, _ in told["fires"]], [first + position + lookahead for _, position, _ in expected], "at one constant lookahead")
        self.assertEqual([row[:2] for row in told["now"]], [["hit", name] for name, _, _ in expected])
        for (_, height), row in zip(told["fires"], told["now"]):
            self.assertAlmostEqual(height, row[2], delta=1e-6)


if __name__ == "__main__":
    if not NODE:
        skip(WITHOUT_NODE)
    unittest.main(verbosity=2)
