"""[oscine.melody] and [oscine.seq~] in real Pure Data: cuts, a restart in the middle of a phrase, ticks under a tempo that changes."""
import random
import unittest

from pd import need_pd
from pd_take import DELAY_S, Take, TakeTest, notes_of
from planner import Planner, Way


class Line(TakeTest):
    def test_a_cut_voids_what_is_older_and_ends_what_sounds(self):
        dice = random.Random(11)
        for trial in range(2):
            notes, orders, at = notes_of(60, 48000, seed=trial), [], 24000
            for _ in range(8):
                at += dice.randint(2000, 24000)
                order = dice.choice((("play",), ("play",), ("stop",), ("play", float(at + dice.randint(8000, 28000)))))
                orders.append((at, "/orders", *order))
            orders.append((at + 24000, "/orders", "stop"))
            planner = Planner(notes, Way(trial, DELAY_S), horizon_s=0.3, orders=orders)
            take = Take(planner, 48000, (at + 48000) / 48000)
            plays = [(int(a[2]) * 65536 + int(a[3]), int(a[4]), word) for word, a in planner.heard if word in ("play", "stop")]
            self.assertEqual(len(plays), 10)
            expected = []
            for begin, generation, word in plays:
                end = min([position for position, later, _ in plays if later > generation], default=1 << 40)
                if word == "play":
                    expected += [(begin + note[0], note[3]) for note in notes if begin + note[0] < end]
            heard = [(position, round(height * 127)) for position, height in take.impulses]
            self.assertEqual(sorted(set(heard) - set(expected)), [], f"nothing sounds that was void: {plays}")
            told = [line.split() for line in take.printed("LATE")]
            self.assertEqual(len(set(expected) - set(heard)), len([1 for line in told if line[2] == "note"]))
            self.none_hangs(take)

    def test_a_restart_goes_on_from_the_end_of_what_is_held(self):
        notes = [(i * 6000, 6000, 60 + i % 12, 1 + i, 1) for i in range(40)]
        planner = Planner(notes, Way(3, 0.02), orders=[(20000, "/orders", "temperature", 0.5), (60000, "restart")])
        take = Take(planner, 48000, 5.0)
        words = [word for word, _ in planner.heard]
        self.assertEqual(words, ["open", "play", "set", "open", "set", "play"])
        again = planner.heard[-1][1]
        position = int(again[2]) * 65536 + int(again[3])
        self.assertEqual((position - take.start) % 6000, 0, "it begins where a note ends")
        held = (position - take.start) // 6000
        self.assertGreaterEqual(held, 6)
        first = [(take.start + note[0], note[3]) for note in notes[:held]]
        then = [(position + note[0], note[3]) for note in notes if position + note[0] < len(take.sound)]
        self.same(take, first + then)

    def test_ticks_follow_the_tempo_of_the_patch(self):
        notes = [(i * 60, 50, 40 + i % 40, 1 + i % 127, 1) for i in range(120)]
        orders = [(480 + i * 20, "/transport", "tempo", 60.0 + 2 * i) for i in range(60)]
        planner = Planner(notes, Way(6, 0.02), orders=orders)
        take = Take(planner, 48000, 7.0, unit="ticks", start=480)
        self.assertGreater(len(take.impulses), 80)
        self.assertEqual([round(height * 127) for _, height in take.impulses], [note[3] for note in notes[:len(take.impulses)]])


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
