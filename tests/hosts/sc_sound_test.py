"""OscineStream, OscineClassifier and OscineParams in real scsynth: sound from a bus and from a Buffer, through models of the fake engine."""
import array
import json
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from pd import write_floats
from program import OSCINE, Program, fake
from sc import Jack, Lang, need_supercollider, read_floats

RATE, SECONDS, LOOKAHEAD_MS = 48000, 2, 1500
CARD = """card: 1
name: hears
kind: classifier
engine: fake
modelRate: 48000
window: 4800
hop: 2400
frontEnd: {kind: waveform}
labels: [quiet, loud]
options: {does: loud}
"""
WIRE = "  wire: {kind: stream, engine: fake, modelRate: 48000, options: {does: echo}, block: 1024, methods: [{name: forward, form: [1, 1, 1, 1]}]}\n"


def sound():
    dice = random.Random(7)
    return array.array("f", (dice.uniform(-1, 1) * (0.1 + 0.8 * (i // 7001 % 2)) for i in range(SECONDS * RATE)))


def as_a_file(card, samples, folder):
    """What `oscine file` hears: (label, score, position)."""
    file = Path(folder) / "cut.wav"
    write_floats(file, samples, RATE)
    done = subprocess.run([OSCINE, "file", "--json", str(card), str(file)], capture_output=True, text=True, check=True)
    return [(one["label"], one["score"], one["position"]) for one in json.loads(done.stdout)]


class Sound(unittest.TestCase):
    def same(self, lines, expected, first=0):
        """The labels printed are those expected, as far as both go; @return how many."""
        told = sorted((int(float(position)) - first, name, float(score)) for _, name, score, position in (line.split() for line in lines))
        for (position, name, score), (label, sure, at) in zip(told, expected):
            self.assertEqual((position, name), (at, label))
            self.assertAlmostEqual(score, sure, delta=1e-5)
        return min(len(told), len(expected))

    def test_from_a_bus_and_as_a_buffer(self):
        with tempfile.TemporaryDirectory(prefix="oscine-sound-") as folder, Jack(RATE) as jack:
            card, given = Path(folder) / "hears.yaml", Path(folder) / "given.wav"
            card.write_text(CARD)
            write_floats(given, sound(), RATE)
            config = f"models:\n  hears: {card}\n" + WIRE + fake("synth")
            with Program(config) as oscine, Lang("sc_sound.scd", jack=jack, PORT=oscine.port, SOUND=given, LOOKAHEAD=LOOKAHEAD_MS) as lang:
                lang.wait_line("END")
                self.assertEqual(lang.wait(), 0, lang.log)
                _, (count, sent, back, clicks) = read_floats(lang.printed("WRITTEN")[0])
                _, (processed,) = read_floats(lang.printed("PROCESSED")[0])
            self.assertEqual(lang.printed("FAIL"), [])
            begins, delay, ahead = int(lang.printed("BEGINS")[0]), *(int(float(word)) for word in lang.printed("DELAY")[0].split())
            self.assertEqual(delay, LOOKAHEAD_MS * RATE // 1000)
            with self.subTest("a stream comes back a constant time later, bit for bit"):
                self.assertEqual(lang.printed("LATE"), ["0 0"])
                end = next(i for i in range(len(count) - 1, 0, -1) if count[i])
                self.assertEqual(back[delay:end], sent[:end - delay])
                self.assertGreater(sum(1 for x in back[:end] if x), RATE)
            with self.subTest("what is heard on a bus is what is heard in the file"):
                first = int(count[0])
                heard = [0.0] * (first - begins) + list(sent[:end])
                self.assertGreater(self.same(lang.printed("HEARD"), as_a_file(card, heard, folder), begins), 30)
                expected = {int(float(line.split()[3])) + ahead for line in lang.printed("HEARD")}
                clicked = {int(count[i]) for i in range(end) if clicks[i]}
                self.assertEqual(clicked, {one for one in expected if first <= one < first + end})
            with self.subTest("a Buffer is what the file is"):
                self.assertEqual(list(processed), list(sound()))
                expected = as_a_file(card, sound(), folder)
                self.assertEqual(self.same(lang.printed("BUFFER"), expected), len(expected))
                self.assertEqual(len(lang.printed("BUFFER")), len(expected))
            self.assertEqual(lang.printed("BUS"), ["0.75 0.75"])


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
