"""Random orders to OscineMelody in real scsynth: no note hangs, none of an old generation sounds, none is missing untold."""
import unittest

from sc import need_supercollider
from sc_orders import take_of, wrong
from sc_seq_test import Takes


class Random(Takes):
    def test_a_few_sequences(self):
        take, notes, planner = take_of(3, 4, self.jack)
        self.assertEqual(wrong(take, notes), [], "\n".join(take.lang.log[-80:]))
        self.assertGreater(len(take.heard), 30)
        self.assertGreater(len(planner.restarts), 0)


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
