"""OscineSeq in real scsynth, against a daemon that plans known notes and whose packets take their time: which samples sound."""
import hashlib
import unittest

from osc import GUARD
from planner import Planner, Way
from planner import notes_of as planner_notes
from sc import Jack, Lang, need_supercollider, read_floats

DELAY_S = 0.095  # with a horizon of 100 ms


def notes_of(count, rate, seed=5):
    return planner_notes(count, rate, seed, numbers=1000)


class Take:
    """One run: what sounded by the counter of the server, and what was printed."""

    def __init__(self, planner, jack, seconds, during=None, **variables):
        with planner, Lang("sc_seq.scd", jack=jack, PORT=planner.port, SECONDS=seconds, guard=80 + seconds, QT_LOGGING_RULES="*=false", BEGIN=0.7, **variables) as lang:
            try:
                if during:
                    during(lang)
                file = lang.wait_line("WRITTEN ", guard=3 * GUARD + 2 * seconds).removeprefix("WRITTEN ")
            except AssertionError:
                print("\n".join(lang.log[-30:]))
                raise
            code = lang.wait()
            assert code == 0, lang.log
            self.lang = lang
            _, (self.counter, self.sound, self.gates) = read_floats(file)
        self.start = int(self.printed("START")[0])
        self.heard = [(int(self.counter[i]), round(value * 128)) for i, value in enumerate(self.sound) if value]

    def printed(self, word):
        return self.lang.printed(word)

    def hash(self, units):
        """Of the sound of so many samples from the start on."""
        first = next(i for i, count in enumerate(self.counter) if int(count) == self.start)
        assert int(self.counter[first + units]) == self.start + units, "the counter misses no sample"
        return hashlib.sha256(bytes(self.sound[first:first + units])).hexdigest()


class Takes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.jack = Jack().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.jack.__exit__()

    def same(self, take, notes):
        self.assertEqual(take.heard, [(take.start + note[0], note[3]) for note in notes])


class Seq(Takes):
    def test_every_event_is_on_its_sample_whatever_the_way_did(self):
        notes, hashes = notes_of(300, 48000), set()
        for seed in (1, 2):
            take = Take(Planner(notes, Way(seed, DELAY_S, double=0.05)), self.jack, notes[-1][0] / 48000 + 1.5)
            self.same(take, notes)
            self.assertEqual(take.printed("LATE"), [])
            hashes.add(take.hash(notes[-1][0] + 10))
        self.assertEqual(len(hashes), 1, "the same sound for every seed")

    def test_what_is_lost_comes_again(self):
        notes = notes_of(150, 48000)
        take = Take(Planner(notes, Way(5, DELAY_S, loss=0.02), horizon_s=1.0), self.jack, notes[-1][0] / 48000 + 1.5)
        self.same(take, notes)

    def test_late_ones_are_told_and_handled_by_the_policy(self):
        notes = notes_of(60, 48000, seed=8)
        late = {number: 0.2 for number in range(5, 60, 7)}
        for policy in ("drop", "now", "shift"):
            with self.subTest(policy=policy):
                planner = Planner(notes, late=late)
                take = Take(planner, self.jack, notes[-1][0] / 48000 + 2.0, POLICY=policy)
                told = {int(line.split()[0]) for line in take.printed("LATE")}
                heard = {velocity: position - take.start for position, velocity in take.heard}
                # A machine so busy that it stops the counter makes some of them in time again.
                self.assertLessEqual(told, {note[3] for i, note in enumerate(notes) if i in late or policy == "shift"})
                self.assertTrue(told)
                if policy == "drop":
                    self.same(take, [note for note in notes if note[3] not in told])
                elif policy == "now":
                    self.assertEqual({note[3] for note in notes if heard[note[3]] != note[0]}, told)
                else:
                    self.assertEqual(len(heard), len(notes))
                    moved = [heard[note[3]] - note[0] for note in notes]
                    self.assertEqual(moved[:5], [0] * 5)
                    self.assertGreater(moved[-1], 1000)
                session = planner.sessions[planner.boot]
                self.assertEqual(session.late[0] > 0, True)

    def test_timed_bundles_sound_each_once(self):
        # How near is for the bench: a busy machine moves the time by which scsynth places bundles.
        notes = notes_of(60, 48000)
        take = Take(Planner(notes, Way(2, DELAY_S), horizon_s=0.3), self.jack, notes[-1][0] / 48000 + 2.0, BUNDLED=1)
        heard = {velocity: position - take.start for position, velocity in take.heard}
        late = [int(line.split()[0]) for line in take.printed("LATE")]
        self.assertEqual(sorted([velocity for _, velocity in take.heard] + late), [note[3] for note in notes])
        errors = [heard[note[3]] - note[0] for note in notes if note[3] in heard]
        print("timed bundles: off by", min(errors), "to", max(errors), "samples")


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
