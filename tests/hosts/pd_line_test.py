"""[oscine.melody] and [oscine.seq~] in real Pure Data: cuts, a restart in the middle of a phrase, ticks under a tempo that changes."""
import random
import unittest

from pd import need_pd
from pd_take import DELAY_S, Sequence, Take, TakeTest, together
from planner import Planner, Way, notes_of

SEQUENCES = 4


class Line(TakeTest):
    def test_a_cut_voids_what_is_older_and_ends_what_sounds(self):
        dice, runs = random.Random(11), []
        for trial in range(2):
            notes, orders, at = notes_of(60, 48000, seed=trial), [], 24000
            for _ in range(8):
                at += dice.randint(2000, 24000)
                order = dice.choice((("play",), ("play",), ("stop",), ("play", float(at + dice.randint(8000, 28000)))))
                orders.append((at, "/orders", *order))
            orders.append((at + 24000, "/orders", "stop"))
            runs.append((Planner(notes, Way(trial, DELAY_S), horizon_s=0.3, orders=orders), 48000, (at + 48000) / 48000))
        for (planner, *_), take in zip(runs, together(Take, runs)):
            self.assertEqual(len(planner.cuts()), 10)
            expected, heard = planner.line(), take.heard()
            self.assertEqual(sorted(set(heard) - set(expected)), [], f"nothing sounds that was void: {planner.cuts()}")
            told = [line.split() for line in take.printed("LATE")]
            self.assertEqual(len(set(expected) & planner.told - set(heard)), len([1 for line in told if line[2] == "note"]))
            self.none_hangs(take)

    def test_a_restart_goes_on_from_the_end_of_what_is_held(self):
        notes = [(i * 6000, 6000, 60 + i % 12, 1 + i, 1) for i in range(40)]
        planner = Planner(notes, Way(3, 0.02), orders=[(20000, "/orders", "temperature", 0.5), (60000, "restart")])
        take = Take(planner, 48000, 5.0)
        asked = [one for one in planner.heard if one[0] in ("open", "play", "set")]
        self.assertEqual([word for word, _ in asked], ["open", "play", "set", "open", "set", "play"])
        again = asked[-1][1]
        position = int(again[2]) * 65536 + int(again[3])
        self.assertEqual((position - take.start) % 6000, 0, "it begins where a note ends")
        held = (position - take.start) // 6000
        self.assertGreaterEqual(held, 6)
        first = [(take.start + note[0], note[3]) for note in notes[:held]]
        then = [(position + note[0], note[3]) for note in notes if position + note[0] < len(take.sound)]
        self.same(take, first + then)

    def test_random_sequences_leave_nothing_hanging_and_nothing_void(self):
        for sequence in together(lambda seed: Sequence(seed).play(), [(seed,) for seed in range(SEQUENCES)]):
            self.assertEqual(sequence.wrong(), [], f"seed {sequence.seed}")
            self.assertGreater(len(sequence.take.impulses), 20)

    def test_ticks_follow_a_ramp_of_the_tempo(self):
        notes = [(i * 60, 50, 40 + i % 40, 1 + i % 127, 1) for i in range(120)]
        tempos = [60.0 + 2 * i for i in range(61)]
        orders = [(480 + i * 20, "/transport", "tempo", tempo) for i, tempo in enumerate(tempos)]
        planner = Planner(notes, Way(6, 0.02), orders=orders)
        take = Take(planner, 48000, 7.0, unit="ticks", start=480)
        self.assertGreater(len(take.impulses), 80)
        self.assertEqual([velocity for _, velocity in take.heard()], [note[3] for note in notes[:len(take.impulses)]])
        due = Tempos(take.printed("TEMPO"), tempos)
        errors = [position - due.sample(480 + notes[i][0]) for i, (position, _) in enumerate(take.impulses)]
        self.assertEqual(len(due.marks), 62)
        self.assertLessEqual(max(abs(error) for error in errors), 1.0)


class Tempos:
    """A map from ticks to samples, of where on the axis of samples each tempo began; 120 beats a minute before."""

    def __init__(self, printed, tempos):
        self.marks = [(0.0, 0.0, 120.0)]  # sample, tick, tempo from there on
        for line, tempo in zip(printed, tempos):
            hi, lo, fraction = (float(word) for word in line.split())
            sample = hi * 65536 + lo + fraction
            at, tick, before = self.marks[-1]
            self.marks.append((sample, tick + (sample - at) * before * 480 / 60 / 48000, tempo))

    def sample(self, tick):
        at, begins, tempo = [mark for mark in self.marks if mark[1] <= tick][-1]
        return at + (tick - begins) * 60 / 480 / tempo * 48000


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
