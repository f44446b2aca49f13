"""oscine render, and /file with an output path, against LibTorch called directly with the same blocks."""
import itertools
import os
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import List

import numpy

from listener import LOAD_S
from osc import Peer
from program import Program

try:
    import torch
except ImportError:
    print("skipped: this Python has no torch")
    sys.exit(77)

PROGRAM = os.environ["OSCINE"]
MADE = Path(os.environ["OSCINE_RAVE_MODELS"]).resolve()
ABSENT = "skipped: no RAVE models (scripts/setup.sh test fetches acids-rave)"
RATE = 44100
PATIENCE = 120


def write_wav(path, samples, channels=1, rate=RATE):
    data = samples.astype("<f4").tobytes()
    head = struct.pack("<IHHIIHH", 16, 3, channels, rate, 4 * rate * channels, 4 * channels, 32)
    path.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + head + b"data" + struct.pack("<I", len(data)) + data)


def read_wav(path):
    content = path.read_bytes()
    at = content.index(b"data")
    return numpy.frombuffer(content[at + 8:at + 8 + struct.unpack("<I", content[at + 4:at + 8])[0]], "<f4")


def noise(frames):
    return (numpy.random.default_rng(3).standard_normal(frames) * 0.1).astype("<f4")


def directly(model, samples, block):
    """What LibTorch gives, block by block, silence behind the end."""
    module = torch.jit.load(model)
    padded = torch.from_numpy(numpy.pad(samples, (0, -len(samples) % block)))[None, None]
    return torch.cat([module(piece) for piece in padded.split(block, -1)], -1)[0, 0, :len(samples)].numpy()


class Gain(torch.nn.Module):
    """The least that nn~ takes for a model with an attribute."""

    def __init__(self):
        super().__init__()
        self.register_buffer("forward_params", torch.tensor([1, 1, 1, 1]))
        self.register_buffer("gain_params", torch.tensor([2]))
        self.gain = (1.0,)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gain[0]

    @torch.jit.export
    def get_methods(self) -> List[str]:
        return ["forward"]

    @torch.jit.export
    def get_attributes(self) -> List[str]:
        return ["gain"]

    @torch.jit.export
    def get_gain(self) -> float:
        return self.gain[0]

    @torch.jit.export
    def set_gain(self, gain: float) -> int:
        self.gain = (gain,)
        return 0


class Render(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.sound = noise(3 * RATE)
        write_wav(self.folder / "in.wav", self.sound)

    def render(self, model, *options, into="out.wav", of="in.wav"):
        return subprocess.run([PROGRAM, "render", of, into, "--model", MADE / model / f"{model}.ts", *options],
                              cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def rendered(self, *arguments, **named):
        result = self.render(*arguments, **named)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return read_wav(self.folder / "out.wav")

    def test_is_what_libtorch_gives_in_the_same_blocks_to_the_bit(self):
        for model in ("v1_quiet", "v2_quiet", "v2_small_quiet", "discrete_quiet"):
            for block in (2048, 8192, 16384):
                with self.subTest(model=model, block=block):
                    out = self.rendered(model, "--set", f"block={block}")
                    numpy.testing.assert_array_equal(out, directly(MADE / model / f"{model}.ts", self.sound, block))

    def test_changes_an_attribute_at_the_block_that_begins_there_or_next(self):
        torch.jit.script(Gain()).save(str(self.folder / "gain.ts"))
        result = subprocess.run([PROGRAM, "render", "in.wav", "out.wav", "--model", "gain.ts", "--set", "block=1024", "--set",
                                 "gain=0.5", "--at", "1s", "gain=2", "--at", str(90 * 1024), "gain=3"],
                                cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        gains = numpy.full(len(self.sound), 0.5, "<f4")
        gains[-(-RATE // 1024) * 1024:] = 2
        gains[90 * 1024:] = 3
        numpy.testing.assert_array_equal(read_wav(self.folder / "out.wav"), self.sound * gains)

    def test_of_another_rate_is_as_long_as_what_came_in(self):
        write_wav(self.folder / "48.wav", noise(48000), rate=48000)
        self.assertEqual(len(self.rendered("v2_small_quiet", of="48.wav")), 48000)

    def test_says_what_is_wrong_and_writes_nothing(self):
        write_wav(self.folder / "stereo.wav", noise(2000), channels=2)
        for words, options, files in (
                ("forward takes 1 channel; 2 came", (), {"of": "stereo.wav"}),
                ("does not end in .wav, .aiff or .flac", (), {"into": "out.mp3"}),
                ("encode takes or gives frames that are no sound", ("--method", "encode"), {}),
                ("--at soon is no time; 3.2s, 3200ms or a number of samples is", ("--at", "soon", "learn_source=1"), {}),
                ("did you mean 'learn_source'?", ("--at", "1s", "learn_sourc=1"), {}),
                ("no attribute 'nothing'", ("--set", "nothing=1"), {}),
                ("there is no file no.wav", (), {"of": "no.wav"}),
                ("nowhere/out.wav cannot be written", (), {"into": "nowhere/out.wav"})):
            with self.subTest(words):
                result = self.render("v2_small_quiet", *options, **files)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertIn(words, result.stderr)
                self.assertEqual(sorted(path.name for path in self.folder.iterdir() if "out" in path.name), [])


class FileOut(unittest.TestCase):
    """/file with an output path, of a running daemon."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        (self.folder / "sounds").mkdir()
        self.sound = noise(RATE)
        write_wav(self.folder / "sounds" / "in.wav", self.sound)
        model = MADE / "v2_small_quiet" / "v2_small_quiet.ts"
        self.daemon = self.enterContext(Program(f"kernels: off\nfile_folders: ['{self.folder / 'sounds'}']\nmodels:\n"
                                                f"  rave: {{kind: stream, file: '{model}'}}\n"))
        self.peer = Peer()
        self.addCleanup(self.peer.close)
        self.peer.ask(self.daemon.port, "hello", 1, 0, "render")

    def open(self, method):
        end, tries = time.monotonic() + LOAD_S, itertools.count(100)
        answer = ("/oscine/v1/fail", (0, "", 503))
        while answer[0].endswith("/fail") and answer[1][2] == 503 and time.monotonic() < end:  # it still loads
            answer = self.peer.ask(self.daemon.port, "open", next(tries), "rave", method, float(RATE), "samples")
        self.assertEqual(answer[0], "/oscine/v1/opened", answer)
        self.peer.ask(self.daemon.port, "set", 3, answer[1][1], "block", 2048)
        return answer[1][1]

    def file(self, session, out):
        self.peer.send(self.daemon.port, "file", 4, session, "in.wav", out)
        while True:
            address, arguments = self.peer.hear(PATIENCE)
            self.assertNotEqual(address, "/oscine/v1/frames", "it is written, and not told")
            if arguments[0] == 4 and not address.endswith("/job"):
                return arguments[3] if address.endswith("/fail") else None

    def test_writes_what_libtorch_gives(self):
        self.assertIsNone(self.file(self.open("forward"), "out.wav"))
        expected = directly(MADE / "v2_small_quiet" / "v2_small_quiet.ts", self.sound, 2048)
        numpy.testing.assert_array_equal(read_wav(self.folder / "sounds" / "out.wav"), expected)

    def test_writes_below_its_folders_only_and_replaces_nothing(self):
        session = self.open("forward")
        for out, words in (("in.wav", "is there already, and is not replaced"), ("../out.wav", "does not lie in the folders"),
                           (str(self.folder / "out.wav"), "does not lie in the folders"), ("deep/out.wav", "there is no 'deep'"),
                           ("out.mp3", "does not end in .wav, .aiff or .flac"), ("..", "names no file")):
            with self.subTest(out):
                self.assertIn(words, self.file(session, out) or "")
        numpy.testing.assert_array_equal(read_wav(self.folder / "sounds" / "in.wav"), self.sound)
        self.assertEqual(os.listdir(self.folder / "sounds"), ["in.wav"])

    def test_of_a_method_that_makes_no_sound(self):
        self.assertIn("encode makes no sound", self.file(self.open("encode"), "out.wav"))


if __name__ == "__main__":
    if not (MADE / "made").exists():
        print(ABSENT)
        sys.exit(77)
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    with torch.jit.optimized_execution(False):
        unittest.main()
