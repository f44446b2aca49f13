"""The published neural waveshaping violin, made by its recipe and played over OSC. Needs the published files and torch."""
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from program import ROOT, Program, skip
from streaming import Stream, np, torch

FILES = Path(os.environ.get("OSCINE_ASSETS", ROOT.parent / "shared/assets")).resolve() / "newt"
PARTS = ["violin_state_dict.pt", "data_mean.npy", "data_std.npy"]
HOP, RATE, LATENCY = 128, 16000, 64


def recipe(folder, *parts):
    return subprocess.run([sys.executable, "-B", str(ROOT / "models/import/newt.py"), *map(str, parts), str(folder)],
                          capture_output=True, text=True, check=False)


def perceptron(x, weights, name):
    """[1, 128, n] → [1, out, n]"""
    functional = torch.nn.functional
    for at in (0, 3, 6, 9):
        x = functional.conv1d(x, weights[f"{name}.{at}.weight"], weights[f"{name}.{at}.bias"])
        if at < 9:
            norm = f"{name}.{at + 1}.layer_norm"
            x = functional.layer_norm(x.mT, (128,), weights[f"{norm}.weight"], weights[f"{norm}.bias"]).mT
            x = functional.leaky_relu(x)
    return x


def noise_of(magnitudes, noise, window):
    """The published way: a short-time transform of all of it, each column times its filter, back again."""
    impulses = torch.fft.irfft(magnitudes[0].T + 0j).roll(HOP, -1) * window
    whole = torch.cat([noise[:1], noise[1:HOP].flip(0), noise])
    columns = torch.stack([whole[i * HOP:(i + 2) * HOP] for i in range(magnitudes.shape[-1])])
    given = torch.fft.irfft(torch.fft.rfft(columns) * torch.fft.rfft(impulses))
    out, count = torch.zeros(HOP * (len(given) + 1)), torch.zeros(HOP * (len(given) + 1))
    for i, column in enumerate(given):
        out[i * HOP:(i + 2) * HOP] += column
        count[i * HOP:(i + 2) * HOP] += 1
    return (out / count)[:HOP * len(given)]


def offline(frames, seed):
    """[n, 2] → [128 n] of the whole at once, by none of the recipe's code: what the paper describes, without latency."""
    functional = torch.nn.functional
    weights = torch.load(FILES / PARTS[0], weights_only=True)
    mean, deviation = (torch.from_numpy(np.load(FILES / part)[:2, 0].astype(np.float32)) for part in PARTS[1:])
    torch.manual_seed(seed)
    offsets = math.tau * torch.rand(101, 1) - math.pi
    noise = torch.cat([torch.rand(HOP) for _ in frames])
    given = torch.from_numpy(frames)
    gru = torch.nn.GRU(2, 128, batch_first=True)
    gru.load_state_dict({name.removeprefix("embedding.gru."): value for name, value in weights.items()
                         if name.startswith("embedding.gru.")})
    steered = gru(((given - mean) / deviation)[None])[0].mT
    steered = functional.conv1d(steered, weights["embedding.proj.weight"], weights["embedding.proj.bias"])
    hertz = functional.interpolate(given[None, None, :, 0], scale_factor=HOP, mode="linear")[0, 0].double()
    numbers = torch.arange(1, 102)[:, None]
    x = (math.tau * numbers * hertz.cumsum(0) / RATE + offsets).sin() * (numbers * hertz < RATE / 2)
    x = functional.conv1d(x.float()[None], weights["harmonic_mixer.weight"], weights["harmonic_mixer.bias"])
    steering = functional.interpolate(perceptron(steered, weights, "newt.mlp.net"), scale_factor=HOP, mode="linear")
    gain, bias, gain_after, bias_after = steering.split(64, 1)
    x = (gain * x + bias) * weights["newt.shaping_fn.input_scale"]
    for at in (0, 2, 4, 6):
        name = f"newt.shaping_fn.net.{at}"
        x = functional.conv1d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], groups=64).sin()
    x = functional.conv1d(gain_after * x + bias_after, weights["newt.mixer.0.weight"], weights["newt.mixer.0.bias"])
    dry = x[0, 0] + noise_of(perceptron(steered, weights, "h_generator.net"), noise, weights["noise_synth.window"])
    size = len(dry) + 2 * RATE
    response = torch.cat([torch.zeros(1), weights["reverb.ir"][0]])
    wet = torch.fft.irfft(torch.fft.rfft(dry, size) * torch.fft.rfft(response, size), size)
    return (dry + wet[:len(dry)]).numpy()


def phrase(count):
    """[n, 2]: a gliding, swelling line within what the violin was trained on."""
    at = np.arange(count) / count
    return np.stack([440 + 220 * at + 5 * np.sin(60 * at), 0.09 + 0.04 * np.sin(9 * at)], 1).astype(np.float32)


class Violin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        home = tempfile.TemporaryDirectory(prefix="oscine-newt-")
        cls.addClassCleanup(home.cleanup)
        cls.home = Path(home.name)
        made = recipe(cls.home / "violin", *[FILES / part for part in PARTS])
        assert made.returncode == 0, made.stderr
        cls.oscine = Program(f"models: ['{cls.home}/violin']\n")
        cls.oscine.__enter__()
        cls.addClassCleanup(cls.oscine.__exit__)

    def play(self, frames, size, block=512, seed=7):
        session = Stream(self.oscine.port, "violin", rate=float(RATE), tcp=True)
        self.addCleanup(session.close)
        self.assertEqual((session.in_channels, session.in_ratio, session.out_channels, session.out_ratio,
                          session.model_rate, session.latency), (2, HOP, 1, 1, RATE, LATENCY))
        session.done("set", "block", block)
        session.done("set", "seed", seed)
        for i in range(0, len(frames), size):
            session.send(frames[i:i + size], "floats", at=i * HOP)
        session.hear_frames(len(frames) * HOP // block * block)
        self.assertEqual(session.fails, [])
        return session.whole()[:, 0]

    def test_440_hz_sounds_at_440_hz(self):
        sound = self.play(np.tile(np.float32([440, 0.0946]), (500, 1)), 4)[RATE // 2:]
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 2**19))
        spectrum[:int(50 * 2**19 / RATE)] = 0
        peak = spectrum.argmax() * RATE / 2**19
        self.assertLess(abs(peak - 440), 1, peak)

    def test_it_is_what_the_whole_at_once_gives_64_samples_later(self):
        frames = phrase(400)
        sound = self.play(frames, 5)
        with torch.inference_mode():
            expected = offline(frames, 7)
        self.assertLess(np.abs(sound[:LATENCY]).max(), 1e-7)  # the reverb goes through spectra
        apart = np.abs(sound[LATENCY:] - expected[:len(sound) - LATENCY]).max()
        print(f"violin: {apart / np.abs(expected).max():.1e} of the highest sample apart", file=sys.stderr)
        self.assertLess(apart, 1e-3 * np.abs(expected).max())

    def test_blocks_and_messages_of_any_length_give_the_same_bits(self):
        frames = phrase(128)
        expected = self.play(frames, 1, 128)
        for size, block in ((3, 256), (7, 512), (64, 2048)):
            np.testing.assert_array_equal(self.play(frames, size, block), expected, f"{size} {block}")
        self.assertGreater(np.abs(self.play(frames, 7, seed=8) - expected).max(), 0)

    def test_wrong_files_are_one_sentence(self):
        cut = self.home / "cut.pt"
        cut.write_bytes((FILES / PARTS[0]).read_bytes()[:5000])
        torch.save({"weight": torch.zeros(3)}, self.home / "other.pt")
        for file, sentence in ((cut, "is no state dict, or damaged"), (self.home / "other.pt", "the state dict has no")):
            made = recipe(self.home / "none", file, *[FILES / part for part in PARTS[1:]])
            self.assertEqual(made.returncode, 1)
            self.assertIn(sentence, made.stderr)
            self.assertEqual(len(made.stderr.splitlines()), 1, made.stderr)


if __name__ == "__main__":
    if torch is None:
        skip("this Python has no torch or no numpy")
    if not FILES.is_dir():
        skip(f"no assets: {FILES} is not there (OSCINE_ASSETS names the folder of published models)")
    unittest.main()
