"""models/zoo/melody: what is committed belongs together; the file does what its card says; the recipe reads, splits and
compares as README.md says."""
import hashlib
import math
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import torch
import yaml

ZOO = Path(__file__).resolve().parents[2] / "models" / "zoo" / "melody"
sys.path.insert(0, str(ZOO))
import card  # noqa: E402
import copies  # noqa: E402
import essen  # noqa: E402
import fit  # noqa: E402
import network  # noqa: E402
import ngram  # noqa: E402
import play  # noqa: E402
import tunes  # noqa: E402

TS = ZOO / card.NAME
CARD = yaml.safe_load((ZOO / "card.yaml").read_text(encoding="utf-8"))
KIND = CARD["melody"]
LOW, HIGH = KIND["pitches"]
LENGTHS, STATE = KIND["durations"], KIND["state"]
PITCHES = HIGH - LOW + 1 + KIND["rest"]
SCORES = PITCHES * len(LENGTHS)
# Beethoven's tune for Schiller's ode, from beat 0 of a bar of 4: (MIDI, beats).
ODE = [(n, 1) for n in (64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64)] + [(64, 1.5), (62, .5), (62, 2)]
ODE = ODE + ODE[:-3] + [(62, 1.5), (60, .5), (60, 2)]
ABC = """X:7
T: Made up
N: M0007
M: 6/4
L: 1/8
K: F
c2 | f4=b2b2c4 | c4z2
z2B4 | f12 |
"""


def load():
    torch.set_num_threads(1)
    return torch.jit.load(str(TS)).eval()


def hear(module, notes, up=0):
    """Scores [1, PITCHES, durations] after each of notes [(MIDI, beats)] from beat 0, and those before the first."""
    frame, beat, found = torch.zeros(1, 3 + STATE), 0.0, []
    frame[:, :2] = -1
    with torch.inference_mode():
        for midi, beats in [*notes, (None, None)]:
            answer = module.step(frame)
            found.append(answer[:, :SCORES].view(1, PITCHES, -1))
            if midi is not None:
                beat = (beat + beats) % 4
                told = torch.tensor([[midi + up - LOW, LENGTHS.index(beats), beat]])
                frame = torch.cat([told, answer[:, SCORES:]], 1)
    return found


def nats(scores, notes, up=0):
    logs = [s.flatten().log_softmax(0).view(PITCHES, -1) for s in scores]
    return -sum(float(log[m + up - LOW, LENGTHS.index(b)]) for log, (m, b) in zip(logs[1:], notes[1:])) / (len(notes) - 1)


class TheFile(unittest.TestCase):
    def test_has_the_hash_that_the_card_names_and_is_below_two_megabytes(self):
        self.assertEqual(CARD["sha256"], hashlib.sha256(TS.read_bytes()).hexdigest())
        self.assertLess(TS.stat().st_size, 2_000_000)

    def test_names_no_path_of_the_machine_it_was_made_on(self):
        with zipfile.ZipFile(TS) as archive:
            for name in archive.namelist():
                self.assertNotIn("debug_pkl", name)
                self.assertNotIn(b"/models/zoo", archive.read(name), name)

    def test_expects_a_tune_that_it_can_know_only_from_its_style(self):
        self.assertLess(nats(hear(load(), ODE), ODE), 2.5)
        backwards = ODE[::-1]
        self.assertLess(nats(hear(load(), ODE), ODE), nats(hear(load(), backwards), backwards))

    def test_hears_a_transposed_tune_as_the_same(self):
        module = load()
        here, there = hear(module, ODE), hear(module, ODE, up=5)
        for low, high in zip(here[1:], there[1:]):
            torch.testing.assert_close(low[:, 5:36], high[:, 10:41], rtol=0, atol=1e-4)
            torch.testing.assert_close(low[:, -1], high[:, -1], rtol=0, atol=1e-4)

    def test_stays_in_the_key_after_a_scale(self):
        scale = [(60 + step, 1) for step in (0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5)]
        p = hear(load(), scale)[-1].flatten().softmax(0).view(PITCHES, -1).sum(1)
        outside = sum(float(p[midi - LOW]) for midi in range(LOW, HIGH + 1) if midi % 12 in (1, 3, 6, 8, 10))
        self.assertLess(outside, .05)

    def test_takes_the_beat_into_account(self):
        frame = torch.zeros(16, 3 + STATE)
        frame[:, 0], frame[:, 1], frame[:, 2] = 17, LENGTHS.index(1), torch.arange(16) / 4
        with torch.inference_mode():
            p = load().step(frame)[:, :SCORES].softmax(1).view(16, PITCHES, -1).sum(1)
        long = p[:, LENGTHS.index(1):].sum(1)  # a quarter or longer, on beats 0 1 2 3 and a quarter after each
        self.assertTrue(bool((long[0::4] > long[1::4]).all()), long)

    def test_gives_numbers_for_every_note_at_every_beat(self):
        module, random = load(), torch.Generator().manual_seed(1)
        rows = [[p, d, b] for p in range(-1, PITCHES) for d in range(len(LENGTHS)) for b in (0, 1.125, 3.999, 15.5)]
        frame = torch.zeros(len(rows), 3 + STATE)
        frame[:, :3] = torch.tensor(rows)
        with torch.inference_mode():
            for _ in range(3):
                answer = module.step(frame)
                self.assertTrue(bool(answer.isfinite().all()))
                frame = torch.cat([frame[torch.randperm(len(rows), generator=random), :3], answer[:, SCORES:]], 1)

    def test_is_the_same_frozen_and_row_by_row_and_keeps_nothing(self):
        module = load()
        before = [value.clone() for value in module.state_dict().values()]
        frame = torch.rand(6, 3 + STATE, generator=torch.Generator().manual_seed(1))
        frame[:, 0], frame[:, 3 + STATE - 2:] = torch.tensor([20., 22, 24, 46, -1, 0]), torch.tensor([21., 20])
        with torch.inference_mode():
            whole, frozen = module.step(frame), torch.jit.freeze(load(), preserved_attrs=["step"])
            self.assertEqual(list(whole.shape), [6, SCORES + STATE])
            for _ in range(3):  # the profiling executor rewrites it at the second call
                torch.testing.assert_close(frozen.step(frame), whole, rtol=1e-5, atol=1e-5)
            torch.testing.assert_close(torch.cat([module.step(row[None]) for row in frame]), whole, rtol=1e-5, atol=1e-5)
        for old, new in zip(before, module.state_dict().values()):
            self.assertTrue(torch.equal(old, new))


class TheCard(unittest.TestCase):
    def test_says_what_the_recipe_trained(self):
        self.assertEqual((LOW, HIGH, LENGTHS), (tunes.LOW, tunes.HIGH, tunes.DURATIONS))
        self.assertEqual(PITCHES, tunes.PITCHES)


class TheRecipe(unittest.TestCase):
    def tune(self, notes, name="a/1", bar=4.0):
        return tunes.Tune(name, "", bar, 0.0, notes)

    def melody(self, seed, length=40):
        random = torch.Generator().manual_seed(seed)
        pitch, steps = 20, torch.randint(-2, 3, (length,), generator=random).tolist()
        durations = torch.randint(0, 4, (length,), generator=random).tolist()
        notes = []
        for step, duration in zip(steps, durations):
            pitch = min(max(pitch + step, 10), 35)
            notes.append((pitch, duration))
        return notes

    def test_reads_keys_accidentals_lengths_and_bars(self):
        found = essen.tokens(ABC)
        self.assertEqual(found, [[72, "1"], "|", [77, "2"], [83, "1"], [83, "1"], [72, "2"], "|", [72, "2"], [-1, "1"],
                                 [-1, "1"], [70, "2"], "|", [77, "6"], "|"])

    def test_begins_before_the_bar_and_counts_half_notes_where_the_metre_does(self):
        raw = {"name": "m/7", "title": "", "metre": "6/4", "remarks": "", "notes": essen.tokens(ABC + "f4=b2b2c4 | " * 4)}
        tune, why = tunes.read(raw)
        self.assertEqual(why, "")
        self.assertEqual((tune.bar, tune.start), (3, 2.5))
        self.assertEqual(tune.notes[:7], [(29, 1), (34, 3), (40, 1), (40, 1), (29, 3), (29, 3), (tunes.REST, 3)])
        self.assertEqual(tune.beats()[:4], [2.5, 0, 1, 1.5])

    def test_keeps_a_tune_and_its_variants_together_at_any_pitch(self):
        one = self.melody(1)
        varied = [(p + 3, d) for p, d in one[:20]] + self.melody(2)[:20]
        groups = tunes.variants([self.tune(one), self.tune(self.melody(3)), self.tune(varied)])
        self.assertEqual(groups[0], groups[2])
        self.assertNotEqual(groups[0], groups[1])

    def test_exports_what_it_trained(self):
        torch.manual_seed(1)
        model, tune = network.Melody(16).eval(), self.tune(self.melody(4) + [(tunes.REST, 3), (20, 2)])
        pitch, duration, beat, _ = fit.batch([(tune, 0)])
        with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
            card.write_network(Path(folder), network.Step(model))
            module, state = torch.jit.load(str(Path(folder) / card.NAME)), torch.zeros(1, 16 + network.EXTRA)
            whole = model(pitch, duration, beat)
            for i in range(pitch.shape[1]):
                told = torch.stack([pitch[:, i], duration[:, i], beat[:, i] / tunes.GRID], 1)
                answer = module.step(torch.cat([told, state], 1))
                torch.testing.assert_close(answer[:, :play.SYMBOLS], whole[:, i], rtol=1e-4, atol=1e-4)
                state = answer[:, play.SYMBOLS:]

    def test_compares_with_a_5_gram_whose_probabilities_sum_to_one(self):
        some, other = [self.tune(self.melody(seed)) for seed in range(8)], self.tune(self.melody(99))
        for settings in ({"beat": True}, {"frame": "first"}, {"strength": 1.0}, {"continuation": False}):
            grams = ngram.Grams(**settings).learn(some)
            model = grams.pairs
            known = {symbol for rows, _ in model.levels for found, _, _ in rows.values() for symbol in found}
            for contexts, _ in ngram.told(other, *grams.how)[:9]:
                rest = model.p(contexts, "never seen") * (model.symbols - len(known))
                self.assertAlmostEqual(sum(model.p(contexts, symbol) for symbol in known) + rest, 1, places=6)

    def test_a_5_gram_knows_a_tune_that_it_learned(self):
        some = [self.tune(self.melody(seed)) for seed in range(8)]
        model = ngram.Grams().learn(some)
        learned = sum(math.log(p) for p in model.each(some[0]))
        other = sum(math.log(p) for p in model.each(self.tune(self.melody(50))))
        self.assertGreater(learned, other + 39)

    def test_finds_what_is_copied_at_another_pitch(self):
        learn = [self.tune(self.melody(seed)) for seed in range(4)]
        copy = [(p + 2, d) for p, d in learn[2].notes[5:25]] + self.melody(77)[:20]
        report = copies.report([self.tune(copy)], learn)
        self.assertIn(report["max"], range(19, 23))  # the first note's own interval is not looked at
        self.assertGreater(report["share"], .3)
        self.assertEqual(copies.report([self.tune(self.melody(78))], learn)["max"], 0)


if __name__ == "__main__":
    unittest.main()
