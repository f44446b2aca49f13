"""[oscine.seq~] in real Pure Data, against a daemon that plans known notes and whose packets take their time: which samples sound."""
import unittest

from pd import need_pd
from pd_take import DELAY_S, Take, TakeTest, together
from planner import Planner, Way, notes_of


class Seq(TakeTest):
    def test_every_event_is_on_its_sample_whatever_the_way_did(self):
        runs = [(48000, notes_of(300, 48000), 1), (48000, notes_of(300, 48000), 2), (44100, notes_of(100, 44100), 3), (96000, notes_of(100, 96000), 4)]
        takes = together(lambda rate, notes, seed: Take(Planner(notes, Way(seed, DELAY_S, double=0.05)), rate, notes[-1][0] / rate + 0.8), runs)
        for (rate, notes, seed), take in zip(runs, takes):
            with self.subTest(rate=rate, seed=seed):
                self.same(take, [(take.start + note[0], note[3]) for note in notes])
                self.assertEqual(take.printed("LATE"), [])
                self.none_hangs(take)
        self.assertEqual(takes[0].hash(), takes[1].hash(), "the same sound for every seed")

    def test_what_is_lost_comes_again(self):
        notes = notes_of(200, 48000)
        take = Take(Planner(notes, Way(5, DELAY_S, loss=0.02), horizon_s=1.0), 48000, notes[-1][0] / 48000 + 0.8)
        self.same(take, [(take.start + note[0], note[3]) for note in notes])

    def test_late_ones_are_told_and_handled_by_the_policy(self):
        notes = notes_of(60, 48000, seed=8)
        late = {number: 0.03 for number in range(5, 60, 7)}
        planners = {policy: Planner(notes, late=late, orders=[(0, "/reseq", "policy", policy)]) for policy in ("drop", "now", "shift")}
        takes = together(lambda planner: Take(planner, 48000, notes[-1][0] / 48000 + 0.9), [(one,) for one in planners.values()])
        for (policy, planner), take in zip(planners.items(), takes):
            with self.subTest(policy=policy):
                told = {int(float(line.split()[1])) for line in take.printed("LATE")}
                heard = {round(height * 127): position - take.start for position, height in take.impulses}
                at = {note[3]: note[0] for note in notes}
                if policy == "drop":
                    self.assertEqual(len(told), len(late))
                    self.same(take, [(take.start + note[0], note[3]) for i, note in enumerate(notes) if i not in late])
                elif policy == "now":
                    self.assertEqual(len(told), len(late))
                    moved = {velocity for velocity in at if heard[velocity] != at[velocity]}
                    self.assertEqual(moved, {notes[i][3] for i in late})
                    self.assertTrue(all(heard[velocity] - at[velocity] < 48000 for velocity in moved))
                else:
                    moved = [heard[velocity] - at[velocity] for velocity in sorted(at)]
                    told_by = [moved[number] for number in sorted(late)]
                    self.assertEqual(told_by, sorted(told_by), "it only grows")
                    self.assertGreater(told_by[0], 1000)
                    self.assertEqual(moved[:5], [0] * 5)
                    self.assertIn(moved[-1], told_by, "what comes after a late one moves as well")
                session = planner.sessions[planner.boot]
                self.assertEqual(session.late[0], len(take.printed("LATE")))
                self.none_hangs(take)


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
