"""Planned events rendered by scsynth without real time: each on its sample, at three rates."""
import tempfile
import unittest
from pathlib import Path

from sc import Lang, need_supercollider, read_floats
from sc_seq_test import notes_of


class Score(unittest.TestCase):
    def test_every_event_is_on_its_sample(self):
        for rate in (44100, 48000, 96000):
            notes = notes_of(300, rate)
            with self.subTest(rate=rate), tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "notes"
                file.write_text("".join(f"{note[0]} {note[3]}\n" for note in notes))
                with Lang("sc_score.scd", NOTES=file, RATE=rate) as lang:
                    written = lang.wait_line("WRITTEN ").removeprefix("WRITTEN ")
                    _, (sound,) = read_floats(written)
                self.assertEqual([(i, round(value * 128)) for i, value in enumerate(sound) if value],
                                 [(note[0], note[3]) for note in notes])


if __name__ == "__main__":
    need_supercollider()
    unittest.main(verbosity=2)
