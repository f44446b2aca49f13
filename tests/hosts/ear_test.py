"""Published classifiers behind the real program: sound by file, by TCP and by UDP, against references. Makes the
imports from the published files first, and needs a Python that has torch."""
import csv
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from listener import Session, TcpPeer, read_wav
from osc import Peer
from program import ROOT, Program, skip

try:
    import numpy as np
    import torch
except ImportError:
    np = torch = None

ASSETS = Path(os.environ.get("OSCINE_ASSETS", ROOT.parent / "shared/assets")).resolve()
IMPORT = ROOT / "models/import"
RECIPES = {"yamnet": ["yamnet/yamnet.tflite", "yamnet/yamnet_class_map.csv"], "crepe": ["crepe/tiny.pth"],
           "silero": ["silero_vad/silero_vad.jit"]}
WINDOW, HOP, RATE = 15600, 7680, 16000  # of YAMNet
DOG = ASSETS / "yamnet/clips/dog_975ms.wav"
WHISTLING = ASSETS / "yamnet/clips/speech_whistling2.wav"
BABY = ASSETS / "yamnet/clips/baby_5000ms.wav"


def resampled(samples, rate):
    """To 16 kHz by the spectrum of the whole."""
    if rate == RATE:
        return samples
    count = len(samples) * RATE // rate
    spectrum = np.fft.rfft(samples.astype(np.float64))[:count // 2 + 1]
    return (np.fft.irfft(spectrum, count) * count / len(samples)).astype(np.float32)


def log_mel(samples):
    """[frames, 64] as docs/cards.md has it for YAMNet's card, in double precision."""
    sys.path.insert(0, str(IMPORT))
    import yamnet
    frames = torch.from_numpy(samples).double().unfold(0, 400, 160) * torch.hann_window(400, dtype=torch.double)
    return torch.log(torch.fft.rfft(frames, 512).abs() @ torch.from_numpy(yamnet.mel_matrix()).T + 0.001).float()


class Ear(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        home = tempfile.TemporaryDirectory(prefix="oscine-ear-")
        cls.addClassCleanup(home.cleanup)
        cls.home = Path(home.name)
        for name, files in RECIPES.items():
            subprocess.run([sys.executable, "-B", str(IMPORT / f"{name}.py"), *[str(ASSETS / one) for one in files],
                            str(cls.home / name)], check=True, stdout=subprocess.DEVNULL)
        models = "".join(f"  {name}: {cls.home / name / 'card.yaml'}\n" for name in RECIPES)
        cls.oscine = Program(f"file_folders: ['{ASSETS}']\nmodels:\n{models}")
        cls.oscine.__enter__()
        cls.addClassCleanup(cls.oscine.__exit__)
        with open(ASSETS / "yamnet/yamnet_class_map.csv", newline="", encoding="utf-8") as file:
            cls.names = [row["display_name"] for row in csv.DictReader(file)]
        cls.yamnet = torch.jit.load(str(cls.home / "yamnet/yamnet.ts"))

    def session(self, model, method="", rate=float(RATE), tcp=False):
        peer = TcpPeer(self.oscine.port) if tcp else Peer()
        self.addCleanup(peer.close)
        return Session(peer, self.oscine.port, model, method, rate, HOP)

    def reference(self, samples, at):
        """[521] of the window at `at`, silence where the sound is over."""
        window = samples[at:at + WINDOW]
        window = np.concatenate([window, np.zeros(WINDOW - len(window), np.float32)])
        with torch.no_grad():
            return self.yamnet(log_mel(window)[None])[0].numpy()

    def agrees(self, events, samples, scale=1.0):
        """Label events against the reference: each score, and the best class where it is plain."""
        self.assertTrue(events)
        for position, kind, name, score, rank in events:
            scores = self.reference(samples, round(position * scale))
            self.assertEqual(kind, "label")
            self.assertLess(abs(scores[self.names.index(name)] - score), 0.02, (position, name, score))
            if rank == 1 and scores.max() >= 0.3:
                self.assertEqual(name, self.names[scores.argmax()], position)

    def by_file(self, file, model="yamnet", method="", rate=float(RATE)):
        session = self.session(model, method, rate)
        session.request("file", session.number, str(file))
        return session.events

    def test_yamnet_hears_a_file_as_the_reference_does(self):
        for file in (DOG, WHISTLING):
            samples, _ = read_wav(file)
            events = self.by_file(file)
            self.agrees(events, samples)
            heard = {event[0] for event in events}
            self.assertLessEqual(set(range(0, max(len(samples) - WINDOW, 0) + 1, HOP)), heard)

    def test_yamnet_hears_a_file_of_another_rate_as_the_reference_does(self):
        samples, rate = read_wav(BABY)
        self.agrees(self.by_file(BABY, rate=float(rate)), resampled(samples, rate), RATE / rate)

    def test_yamnet_names_what_is_in_each_clip(self):
        with open(ASSETS / "clips/expected_yamnet.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertGreater(len(rows), 5)
        for row in rows:
            best = {}
            for _, _, name, score, _ in self.by_file(ASSETS / row["file"]):
                best[name] = max(score, best.get(name, 0))
            top = sorted(best, key=best.get, reverse=True)[:5]
            self.assertTrue(set(top) & set(row["one_of_these_in_top_5"].split("|")), (row, top))

    def windows(self, samples):
        return range(0, len(samples) - WINDOW + 1, HOP)

    def test_all_scores_come_over_tcp_from_16_bit_sound(self):
        samples, _ = read_wav(WHISTLING)
        session = self.session("yamnet", "scores", tcp=True)
        session.pieces(samples, 4096, lambda piece: session.audio(piece, "s16le"))
        wanted = self.windows(samples)
        session.hear_until(lambda: len(session.frames) >= len(wanted))
        self.assertEqual(sorted(session.frames), list(wanted))
        for at in wanted:
            self.assertLess(np.abs(self.reference(samples, at) - session.frames[at]).max(), 0.002, at)

    def test_an_embedding_comes_as_frames(self):
        samples, _ = read_wav(DOG)
        session = self.session("yamnet", "embedding", tcp=True)
        session.audio(samples, "f32le")
        session.hear_until(lambda: session.frames)
        with torch.no_grad():
            wanted = self.yamnet.embed(log_mel(samples)[None])[0].numpy()
        self.assertLess(np.abs(wanted - session.frames[0]).max(), 0.02)

    def test_labels_do_not_depend_on_pieces_nor_on_the_way_they_come(self):
        samples, _ = read_wav(WHISTLING)
        wanted = 5 * len(self.windows(samples))
        ways = {"s16le, TCP, 1000": (True, 1000, lambda s, piece: s.audio(piece, "s16le")),
                "f32le, UDP, 64": (False, 64, lambda s, piece: s.audio(piece, "f32le")),
                "floats, UDP, 281": (False, 281, lambda s, piece: s.floats(piece)),
                "f32le, TCP, 65536": (True, 65536, lambda s, piece: s.audio(piece, "f32le"))}
        heard = {}
        for name, (tcp, size, send) in ways.items():
            session = self.session("yamnet", tcp=tcp)
            session.pieces(samples, size, lambda piece, session=session, send=send: send(session, piece))
            session.hear_until(lambda session=session: len(session.events) >= wanted)
            heard[name] = session.events
        heard["file"] = self.by_file(WHISTLING)[:wanted]
        self.agrees(heard["file"], samples)
        for name, events in heard.items():
            self.assertEqual(events, heard["file"], name)

    def test_silero_gives_the_published_probabilities(self):
        samples, _ = read_wav(ASSETS / "silero_vad/test.wav")
        with open(ASSETS / "silero_vad/expected_probs.csv", encoding="utf-8") as file:
            expected = [float(line) for line in file]
        session = self.session("silero", "scores", tcp=True)
        session.hop = 512
        session.pieces(samples, 10000, lambda piece: session.audio(piece, "s16le"))
        session.hear_until(lambda: len(session.frames) >= len(expected))
        for i, probability in enumerate(expected):
            self.assertLess(abs(session.frames[512 * i][0] - probability), 1e-4, i)

    def test_two_voices_do_not_disturb_each_other(self):
        samples, _ = read_wav(ASSETS / "silero_vad/test.wav")
        one, other = (self.session("silero", "scores", tcp=True) for _ in range(2))
        one.hop = other.hop = 512
        for i in range(0, 102400, 5120):
            one.audio(samples[i:i + 5120], "s16le")
            other.audio(samples[i:i + 5120] * 0, "s16le")
        for session in (one, other):
            session.hear_until(lambda session=session: len(session.frames) >= 200)
        self.assertGreater(max(frame[0] for frame in one.frames.values()), 0.9)
        self.assertLess(max(frame[0] for frame in other.frames.values()), 0.3)

    def test_crepe_gives_the_reference_activations_from_the_same_frames(self):
        frames = np.load(ASSETS / "crepe/frames-crepe.npy")
        wanted = np.load(ASSETS / "crepe/activation-tiny.npy")
        session = self.session("crepe", "activation", tcp=True)
        for i in range(0, len(frames), 10):
            said = session.request("run", session.number, 0, 0, *map(float, frames[i]))
            self.assertLess(np.abs(np.array(said[4:]) - wanted[i]).max(), 1e-5, i)

    def test_crepe_reads_440_hz_at_any_rate(self):
        for rate in (16000, 44100, 48000):
            session = self.session("crepe", rate=float(rate))
            sine = (0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.float32)
            session.pieces(sine, 256, lambda piece, session=session: session.audio(piece, "f32le"))
            session.hear_until(lambda session=session: len(session.events) >= 80)
            for position, kind, hz, confidence in session.events[2:]:
                self.assertEqual(kind, "pitch")
                self.assertLess(abs(hz - 440), 1, (rate, position))
                self.assertGreater(confidence, 0.8)

    def test_a_subscriber_hears_what_others_hear(self):
        watcher = self.session("silero")
        watcher.request("subscribe", "event", 1)
        events = self.by_file(DOG)
        watcher.hear_until(lambda: len(watcher.events) >= len(events))
        self.assertEqual(watcher.events, events)


if __name__ == "__main__":
    if os.environ.get("OSCINE_TORCH") not in ("1", "ON", "TRUE"):
        skip("this build has no LibTorch")
    if torch is None:
        skip("this Python has no torch and numpy")
    if not (ASSETS / "yamnet/yamnet.tflite").exists():
        skip(f"no assets: there is no {ASSETS}/yamnet (OSCINE_ASSETS)")
    unittest.main(verbosity=2)
