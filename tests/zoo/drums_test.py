"""models/zoo/drums: what is committed belongs together, and the file names drums that are made here from sines and noise."""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
import wave
import zipfile
from pathlib import Path

import numpy as np
import torch
import yaml

ZOO = Path(__file__).resolve().parents[2] / "models" / "zoo" / "drums"
sys.path.insert(0, str(ZOO))
import augment  # noqa: E402
import features  # noqa: E402
from sources import RATE  # noqa: E402

TS = ZOO / "drums.ts"
CARD = yaml.safe_load((ZOO / "card.yaml").read_text(encoding="utf-8"))
LABELS = CARD["labels"]
LENGTH_S = 1.2  # of a drum's sound


def load():
    torch.set_num_threads(1)
    return torch.jit.load(str(TS)).eval()


class Kit:
    """Six drums as a synthesizer makes them."""

    def __init__(self, seed=1):
        self.at = np.arange(int(LENGTH_S * RATE)) / RATE
        self.random = np.random.default_rng(seed)

    def noise(self, low, high=RATE / 2):
        """White between two frequencies, its peak at 1."""
        spectrum = np.fft.rfft(self.random.uniform(-1, 1, len(self.at)))
        hertz = np.fft.rfftfreq(len(self.at), 1 / RATE)
        noise = np.fft.irfft(np.where((hertz >= low) & (hertz <= high), spectrum, 0), len(self.at))
        return noise / np.abs(noise).max()

    def fade(self, seconds):
        return np.exp(-self.at / seconds)

    def glide(self, start, end, seconds):
        """A sine that falls from one frequency to the other."""
        return np.sin(2 * np.pi * (end * self.at + (start - end) * seconds * (1 - self.fade(seconds))))

    def clap(self):
        sound = np.zeros_like(self.at)
        for start, decay in ((0, .008), (.011, .008), (.022, .008), (.033, .08)):
            later = np.maximum(self.at - start, 0)
            sound += np.where(self.at >= start, self.noise(800, 3500) * np.exp(-later / decay), 0)
        return sound

    def sounds(self):
        return {"kick": self.glide(180, 52, .03) * self.fade(.12) + .15 * self.noise(2000) * self.fade(.004),
                "snare": .5 * np.sin(2 * np.pi * 190 * self.at) * self.fade(.06) + .6 * self.noise(800, 12000) * self.fade(.07),
                "closed-hat": self.noise(7000) * self.fade(.025),
                "open-hat": self.noise(6500) * self.fade(.25),
                "tom": self.glide(160, 110, .05) * self.fade(.25) + .05 * self.noise(20) * self.fade(.01),
                "clap": self.clap()}


def patches(sounds):
    """[sounds, 1, mels, frames]: each at its onset, as the daemon hands them to the script."""
    rows = np.zeros((len(sounds), augment.WINDOW), np.float32)
    for row, sound in zip(rows, sounds):
        row[augment.LEAD:] = .7 * sound[:augment.WINDOW - augment.LEAD]
    return features.log_mel(torch.from_numpy(rows))[:, None]


class TheFile(unittest.TestCase):
    def test_has_the_hash_that_the_card_names_and_is_below_two_megabytes(self):
        self.assertEqual(CARD["sha256"], hashlib.sha256(TS.read_bytes()).hexdigest())
        self.assertLess(TS.stat().st_size, 2_000_000)

    def test_names_no_path_of_the_machine_it_was_made_on(self):
        with zipfile.ZipFile(TS) as archive:
            for name in archive.namelist():
                self.assertNotIn("debug_pkl", name)
                self.assertNotIn(b"/models/zoo", archive.read(name), name)

    def test_names_drums_that_it_never_heard(self):
        for seed in range(4):
            sounds = Kit(seed).sounds()
            with torch.no_grad():
                answers = load()(patches(list(sounds.values()))).argmax(1)
            self.assertEqual([LABELS[answer] for answer in answers], list(sounds), seed)

    def test_says_the_same_however_loud_a_hit_is(self):
        sounds = list(Kit().sounds().values())
        with torch.no_grad():
            module = load()
            loud, quiet = module(patches(sounds)), module(patches([.01 * sound for sound in sounds]))
        torch.testing.assert_close(loud.softmax(1), quiet.softmax(1), rtol=0, atol=.02)

    def test_is_the_same_frozen_and_row_by_row(self):
        rows = patches(list(Kit().sounds().values()))
        with torch.no_grad():
            whole, frozen = load()(rows), torch.jit.freeze(load())
            for _ in range(3):  # the profiling executor rewrites it at the second call
                torch.testing.assert_close(frozen(rows), whole, rtol=1e-5, atol=1e-5)
            torch.testing.assert_close(torch.cat([frozen(row[None]) for row in rows]), whole, rtol=1e-5, atol=1e-5)

    def test_has_no_state(self):
        module = load()
        before = [value.clone() for value in module.state_dict().values()]
        module(patches(list(Kit().sounds().values())))
        for old, new in zip(before, module.state_dict().values()):
            self.assertTrue(torch.equal(old, new))


class TheCard(unittest.TestCase):
    def test_lists_the_classes_in_the_order_of_the_answers(self):
        self.assertEqual(LABELS, yaml.safe_load((ZOO / "labels.yaml").read_text(encoding="utf-8"))["classes"])

    def test_describes_the_front_end_that_the_network_was_trained_behind(self):
        self.assertEqual(CARD["frontEnd"], yaml.safe_load(features.CARD))
        self.assertEqual((CARD["modelRate"], CARD["window"], CARD["before"]), (RATE, augment.WINDOW, augment.LEAD))
        with torch.no_grad():
            numbers = features.log_mel(torch.zeros(1, augment.WINDOW))
            self.assertEqual(list(load()(numbers[:, None]).shape), [1, len(LABELS)])


@unittest.skipUnless(os.environ.get("OSCINE"), "OSCINE names no program")
class TheDaemon(unittest.TestCase):
    """`oscine file` with a loop: its own onsets and front end, the names that were played."""

    def loop(self, file, step=.4):
        """Twelve hits, one after the other has faded. @return [(position, name)]"""
        kit, sound, played = Kit(7).sounds(), np.zeros(int(12.5 * step * RATE)), []
        for i, name in enumerate(["kick", "closed-hat", "snare", "closed-hat", "tom", "clap"] * 2):
            at = int((i + .25) * step * RATE) + 37 * i
            hit = kit[name][:int(.95 * step * RATE)] * np.linspace(1, 0, int(.95 * step * RATE)) ** .5
            sound[at:at + len(hit)] += .6 * hit[:len(sound) - at]
            played.append((at, name))
        with wave.open(str(file), "wb") as out:
            out.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
            out.writeframes(np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
        return played

    def test_hears_a_loop_hit_by_hit_on_its_sample(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "loop.wav"
            played = self.loop(file)
            said = subprocess.run([os.environ["OSCINE"], "file", str(ZOO), str(file), "--json"], check=True, text=True,
                                  stdout=subprocess.PIPE).stdout
        heard = json.loads(said)
        self.assertEqual([row["hit"] for row in heard], [name for _, name in played])
        for row, (position, name) in zip(heard, played):
            self.assertLessEqual(abs(row["position"] - position), .003 * RATE, name)


if __name__ == "__main__":
    unittest.main()
