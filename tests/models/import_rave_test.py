"""models/import/rave.py: every kind of RAVE, training runs, and what is said where something is wrong with one."""
import multiprocessing
import os
import subprocess
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import export_rave

MADE = Path(os.environ["OSCINE_RAVE_MODELS"])
SCRIPT = export_rave.ROOT / "models" / "import" / "rave.py"
ABSENT = "skipped: no RAVE models (scripts/setup.sh test fetches acids-rave)"


def forked(action, *arguments):
    """Runs it where gin has read nothing yet."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(action, arguments)


def export(*arguments):
    """@return None, or the sentence of what went wrong."""
    given = rave.parse([str(argument) for argument in arguments])
    try:
        rave.convert(given, rave.run_of(given), *packages)
    except (ValueError, OSError) as error:
        return str(error)
    return None


def train(folder):
    """What a training run leaves, here with weights from a seed: config.gin, and a checkpoint."""
    config = "v2_small"
    given = rave.parse([config, "-", "--seed", "1", "--latents", "16", "--binding", "CAPACITY = 16"])
    import cached_conv
    cached_conv.use_cached_conv(True)
    model, _ = rave.build(packages[0], packages[2], given, None)
    checkpoints = Path(folder) / "version_0" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (Path(folder) / "config.gin").write_text(packages[2].operative_config_str())
    torch.save({"state_dict": model.state_dict(), "callbacks": {}}, checkpoints / "best.ckpt")


def load(name):
    return torch.jit.load(MADE / name / f"{name}.ts")


def sound(samples):
    torch.manual_seed(5)
    return 0.1 * torch.randn(1, 1, samples)


def in_blocks(model, x, block):
    return torch.cat([model(piece) for piece in x.split(block, -1)], -1)


class Exported(unittest.TestCase):
    def test_every_kind_has_the_shapes_that_it_promises(self):
        for name in export_rave.TESTED:
            model = load(name)
            with self.subTest(name):
                self.assertEqual(model.get_methods(), ["encode", "decode", "forward"])
                _, _, latents, ratio = model.encode_params.tolist()
                self.assertEqual(model.decode_params.tolist(), [latents, ratio, 1, 1])
                z = model.encode(sound(2 * ratio))
                self.assertEqual(list(z.shape), [1, latents, 2])
                y = model.decode(z)
                self.assertEqual(list(y.shape), [1, 1, 2 * ratio])
                self.assertTrue(bool(y.isfinite().all()))

    def test_they_are_heard(self):
        for name in export_rave.TESTED:
            with self.subTest(name):
                loudness = float(load(name)(sound(32768))[..., 16384:].std())
                self.assertGreater(loudness, 0.01)
                self.assertLess(loudness, 0.5)

    def test_blocks_are_as_one_where_it_streams_and_click_where_it_does_not(self):
        x = sound(32768)
        for name in ("v1_quiet", "v2_quiet", "v2_small_quiet", "causal_quiet", "whole_quiet"):
            with self.subTest(name):
                whole, pieces = load(name)(x), in_blocks(load(name), x, 4096)
                apart = float((whole - pieces).abs().max() / whole.abs().max())
                if name == "whole_quiet":
                    self.assertGreater(apart, 1e-2)
                else:
                    self.assertLess(apart, 1e-4)

    def test_only_what_is_not_quiet_draws_random_numbers(self):
        x = sound(8192)
        for name, same in (("v2_small_quiet", True), ("discrete_quiet", True), ("v1_quiet", True), ("v2_small", False)):
            with self.subTest(name):
                torch.manual_seed(1)
                first = load(name)(x)
                torch.manual_seed(2)
                self.assertEqual(torch.equal(first, load(name)(x)), same)

    def test_codes_differ(self):
        """An untrained quantizer has a codebook of zeros, and calls everything 0."""
        codes = load("discrete_quiet").encode(sound(65536))
        self.assertGreater(len(codes.unique()), 100)
        self.assertTrue(torch.equal(codes, codes.round()))


class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = TemporaryDirectory()
        cls.trained = Path(cls.folder.name) / "Birds of May"
        forked(train, cls.trained)
        cls.file = cls.trained / "version_0" / "checkpoints" / "best.ckpt"
        cls.stored = torch.load(cls.file)
        cls.out = Path(cls.folder.name) / "out"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        torch.save(self.stored, self.file)

    def convert(self, *options):
        return forked(export, self.trained, self.out, "--batch", "1", *options)

    def test_gives_what_its_weights_give(self):
        self.assertIsNone(self.convert("--deterministic"))
        x = sound(8192)
        self.assertTrue(torch.equal(torch.jit.load(self.out / "birds-of-may.ts")(x), load("v2_small_quiet")(x)))
        card = (self.out / "card.yaml").read_text()
        self.assertIn("name: birds-of-may\nkind: stream\n", card)
        self.assertIn("modelRate: 44100", card)

    def test_of_two_versions_is_refused(self):
        weights = dict(self.stored["state_dict"])
        del weights["decoder.net.0.bias" if "decoder.net.0.bias" in weights else "decoder.net.0.weight_g"]
        torch.save({**self.stored, "state_dict": weights}, self.file)
        self.assertRegex(self.convert(), "best.ckpt lacks 1 tensors of its config.gin, decoder.*two runs")

    def test_of_another_width_is_refused(self):
        self.assertRegex(self.convert("--binding", "CAPACITY = 8"), "best.ckpt does not fit its config.gin: size mismatch")

    def test_without_averages_has_none_to_take(self):
        self.assertRegex(self.convert("--ema"), "best.ckpt has no averaged weights")

    def test_that_could_run_code_needs_trust(self):
        torch.save({**self.stored, "hyper_parameters": export_rave.PACKAGES}, self.file)  # a path: its class is called
        self.assertRegex(self.convert(), "best.ckpt is no checkpoint, or holds more than numbers; --trust")
        self.assertIsNone(self.convert("--trust"))

    def test_that_is_cut_is_damaged(self):
        self.file.write_bytes(self.file.read_bytes()[:5000])
        self.assertRegex(self.convert(), "best.ckpt is damaged")


class Sentences(unittest.TestCase):
    def refused(self, source):
        with self.assertRaises(OSError) as caught:
            rave.run_of(rave.parse([str(source), "out"]))
        return str(caught.exception)

    def test_a_run_that_is_not_there(self):
        self.assertIn("there is no nowhere; a configuration of acids-rave takes --seed", self.refused("nowhere"))

    def test_a_folder_without_a_checkpoint(self):
        with TemporaryDirectory() as folder:
            self.assertIn("has no *.ckpt in it", self.refused(folder))
            Path(folder, "last.ckpt").touch()
            self.assertIn("no config.gin beside", self.refused(folder))

    def test_a_configuration_that_is_not_there(self):
        self.assertRegex(forked(export, "v9", "out", "--seed", "1"), "no configuration v9.gin; it has .*v2_small, .*v3")

    def test_acids_rave_is_missing_is_one_line(self):
        ended = subprocess.run([sys.executable, "-B", SCRIPT, "v2", "out", "--seed", "1"], capture_output=True, text=True,
                               env={**os.environ, "PYTHONPATH": ""}, check=False)
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stderr, "^rave.py: ImportError: No module named .*; pip install --no-deps acids-rave.*\n$")


if __name__ == "__main__":
    if not (MADE / "made").exists():
        print(ABSENT)
        sys.exit(77)
    import torch
    torch.set_num_threads(1)
    rave = export_rave.recipe()
    packages = export_rave.acids(rave)
    torch.set_grad_enabled(False)
    with torch.jit.optimized_execution(False):
        unittest.main()
