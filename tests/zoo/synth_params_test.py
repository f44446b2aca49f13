"""models/zoo/synth-params: what is committed belongs together, and the file keeps what its card says."""
import csv
import hashlib
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import numpy as np
import torch

ZOO = Path(__file__).resolve().parents[2] / "models" / "zoo" / "synth-params"
sys.path.insert(0, str(ZOO))
import plane  # noqa: E402
import synth  # noqa: E402

TS = ZOO / "synth-params.ts"


def load():
    return torch.jit.load(str(TS)).eval()


def lattice(n):
    axis = torch.linspace(0, 1, n)
    return torch.cartesian_prod(axis, axis)


class TheFile(unittest.TestCase):
    def test_has_the_hash_that_the_card_names(self):
        self.assertIn(f"sha256: {hashlib.sha256(TS.read_bytes()).hexdigest()}\n", (ZOO / "card.yaml").read_text())

    def test_is_below_a_megabyte_and_names_no_path_of_the_machine_it_was_made_on(self):
        self.assertLess(TS.stat().st_size, 1_000_000)
        with zipfile.ZipFile(TS) as archive:
            for name in archive.namelist():
                self.assertNotIn("debug_pkl", name)
                self.assertNotIn(b"/models/zoo", archive.read(name), name)

    def test_answers_as_expected_csv_says(self):
        with open(ZOO / "expected.csv", newline="") as file:
            rows = [[float(row[c]) for c in ("x", "y", *synth.NAMES)] for row in csv.DictReader(file)]
        self.assertGreaterEqual(len(rows), 25)
        table = torch.tensor(rows, dtype=torch.float32)
        with torch.no_grad():
            torch.testing.assert_close(load()(table[:, :2]), table[:, 2:], rtol=1e-5, atol=1e-5)

    def test_answers_inside_its_ranges_over_the_whole_square_and_beyond(self):
        outside = torch.tensor([[-1., 2.], [1e9, -1e9], [float("inf"), float("-inf")]])
        with torch.no_grad():
            answers = load()(torch.cat([lattice(201), outside])).double().numpy()
        self.assertTrue(np.isfinite(answers).all())
        self.assertTrue((answers >= np.float32(synth.MIN)).all() and (answers <= np.float32(synth.MAX)).all())

    def test_is_the_same_frozen_and_row_by_row(self):
        places = lattice(5)
        with torch.no_grad():
            whole, frozen = load()(places), torch.jit.freeze(load())
            for _ in range(3):    # the profiling executor rewrites it at the second call
                torch.testing.assert_close(frozen(places), whole, rtol=1e-5, atol=1e-5)
            torch.testing.assert_close(torch.cat([frozen(p[None]) for p in places]), whole, rtol=1e-5, atol=1e-5)

    def test_has_no_state(self):
        module = load()
        before = [b.clone() for b in module.state_dict().values()]
        module(lattice(3))
        for old, new in zip(before, module.state_dict().values()):
            self.assertTrue(torch.equal(old, new))


class TheCard(unittest.TestCase):
    def test_lists_the_parameters_in_the_order_of_the_outputs(self):
        lines = (ZOO / "card.yaml").read_text().split("outputs:\n")[1].split("measured:")[0].splitlines()
        self.assertEqual([line.split("name: ")[1].split(",")[0] for line in lines], synth.NAMES)
        self.assertEqual(synth.NAMES[:2], ["pitch", "filter"])
        self.assertEqual([float(line.split("max: ")[1].rstrip("}")) for line in lines], synth.MAX.tolist())


class TheRecipe(unittest.TestCase):
    def test_makes_the_presets_that_are_committed(self):
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "presets.csv"
            subprocess.run([sys.executable, "-B", str(ZOO / "make_presets.py"), "--out", str(made)], check=True)
            fresh, kept = synth.read_presets(made), synth.read_presets(ZOO / "presets.csv")
        self.assertEqual(fresh.names, kept.names)
        self.assertEqual(fresh.splits.tolist(), kept.splits.tolist())
        np.testing.assert_allclose(fresh.rows, kept.rows, atol=1e-4)

    def test_exports_the_same_bytes_for_the_same_weights(self):
        torch.manual_seed(1)
        decoder = plane.Decoder()
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / part / "synth-params.ts" for part in ("a", "b")]
            for path in paths:
                path.parent.mkdir()
                plane.export(decoder, path)
            self.assertEqual(paths[0].read_bytes(), paths[1].read_bytes())

    def test_refuses_a_presets_file_in_one_sentence(self):
        good = (ZOO / "presets.csv").read_text().splitlines()
        changed = good[1].split(",")
        changed[4] = "99999"
        cases = {"filter is 99999; it goes from 60 to 12000 Hz": [good[0], ",".join(changed), *good[2:]],
                 "column pitch is missing": [good[0].replace("pitch", "note"), *good[1:]],
                 "1 of the presets are for train; at least 4 must be": good[:3],
                 "split is dev; it is train, valid or test": [good[0], good[1].replace(",train,", ",dev,"), *good[2:]]}
        for sentence, lines in cases.items():
            with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
                file.write("\n".join(lines))
                file.flush()
                with self.assertRaisesRegex(SystemExit, sentence):
                    synth.read_presets(file.name)


if __name__ == "__main__":
    unittest.main()
