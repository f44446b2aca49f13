"""OscineMelody in real scsynth: cuts, restarts and the tempo of a TempoClock, against a daemon that plans known notes."""
import unittest

from planner import Planner, Way
from sc import need_supercollider
from sc_seq_test import DELAY_S, Take, Takes, notes_of


class Plan(Takes):
    def test_a_cut_voids_what_is_older(self):
        notes = notes_of(60, 48000, seed=3)
        orders = [(60000, "/orders", "play"), (90000, "/orders", "stop"), (120000, "/orders", "play"), (150000, "/orders", "stop")]
        planner = Planner(notes, Way(4, DELAY_S), horizon_s=0.3, orders=orders)
        take = Take(planner, self.jack, 3.7)
        self.assertEqual(len(planner.cuts()), 5)
        expected = planner.line()
        self.assertLessEqual(set(take.heard), set(expected), "nothing sounds that was void")
        self.assertEqual(len(set(expected) - set(take.heard)), len(take.printed("LATE")))
        self.assertGreater(len(take.heard), 50)

    def test_a_restart_goes_on_from_the_end_of_what_is_held(self):
        notes = [(i * 6000, 6000, 60 + i % 12, 1 + i, 1) for i in range(40)]
        planner = Planner(notes, Way(3, 0.02), orders=[(50000, "/orders", "temperature", 0.5), (90000, "restart")])
        take = Take(planner, self.jack, 4.5)
        asked = [one for one in planner.heard if one[0] in ("open", "play", "set")]
        self.assertEqual([word for word, _ in asked], ["open", "play", "set", "open", "set", "play"])
        again = asked[-1][1]
        position = int(again[2]) * 65536 + int(again[3])
        self.assertEqual((position - take.start) % 6000, 0, "it begins where a note ends")
        held = (position - take.start) // 6000
        self.assertGreaterEqual(held, 6)
        first = [(take.start + note[0], note[3]) for note in notes[:held]]
        then = [(position + note[0], note[3]) for note in notes]
        expected = [one for one in first + then if one[0] <= take.heard[-1][0]]
        self.assertEqual(take.heard, [one for one in expected if one in take.heard], "in order, and nothing else")
        missing = sorted(number for position, number in set(expected) - set(take.heard))
        told = sorted(int(line.split()[0]) for line in take.printed("LATE"))
        self.assertLessEqual(set(missing), set(told), "each that does not sound was told as late: a starved server is")
        self.assertLessEqual(len(missing), len(told))
        self.assertGreater(len(take.heard), held + 5)

    def test_ticks_follow_a_ramp_of_the_tempo(self):
        notes = [(i * 60, 50, 40 + i % 40, 1 + i, 1) for i in range(100)]
        orders = [(700 + i * 20, "/transport", "tempo", 60.0 + 2 * i) for i in range(60)]
        take = Take(Planner(notes, Way(6, 0.02), horizon_s=0.3, orders=orders), self.jack, 8.0, TICKS=1)
        segments = [tuple(float(word) for word in line.split()) for line in take.printed("SEGMENT")]
        self.assertGreater(len(segments), 50)
        start, errors = take.start, []
        for position, velocity in take.heard:
            beat = (start + notes[velocity - 1][0]) / 480
            at, sample, tempo = [one for one in segments if one[0] <= beat][-1]
            errors.append(position - (sample + (beat - at) / tempo * 48000))
        self.assertEqual([velocity for _, velocity in take.heard], [note[3] for note in notes][:len(errors)])
        self.assertGreater(len(errors), 60)
        self.assertLessEqual(max(abs(error) for error in errors), 1.0)


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
