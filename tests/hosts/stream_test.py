"""nn~ models behind the real program, against LibTorch called directly in the same blocks. Needs the published files and
a Python that has torch."""
import base64
import ctypes
import ctypes.util
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from listener import read_wav
from program import ROOT, Program, skip
from streaming import Stream, directly, np, torch

ASSETS = Path(os.environ.get("OSCINE_ASSETS", ROOT.parent / "shared/assets")).resolve()
FILES = ASSETS / "nn_tilde"


def noise(frames, channels=1, seed=1):
    return (np.random.default_rng(seed).standard_normal((frames, channels)) * 0.2).astype(np.float32)


def model(name):
    with torch.inference_mode():
        return torch.jit.load(str(FILES / f"{name}.ts")).eval()


class Base(unittest.TestCase):
    FOLDER = FILES

    @classmethod
    def models(cls):
        return f"kernels: off\nmodels: ['{cls.FOLDER}']\n"

    @classmethod
    def setUpClass(cls):
        cls.oscine = Program(cls.models())
        cls.oscine.__enter__()
        cls.addClassCleanup(cls.oscine.__exit__)

    def session(self, name, method="", rate=44100.0, tcp=False, block=None):
        session = Stream(self.oscine.port, name, method, rate, tcp)
        self.addCleanup(session.close)
        if block:
            session.done("set", "block", block)
        return session

    def same(self, session, expected):
        np.testing.assert_array_equal(session.whole()[:len(expected)], expected)
        self.assertEqual(session.fails, [])


class Streams(Base):
    def test_files_are_served_without_a_card(self):
        session = self.session("effects", "saturate")
        self.assertEqual((session.in_channels, session.in_ratio, session.out_channels, session.out_ratio), (1, 1, 1, 1))
        self.assertEqual(self.session("demo_mc", "channel").in_channels, 3)
        self.assertEqual(self.session("features_v1", "centroid").model_rate, 44100)

    def test_whatever_the_way_and_the_size_of_its_messages_it_is_what_libtorch_gives(self):
        sound = noise(20000)
        expected = directly(model("effects"), "saturate", sound, 1024)
        for tcp in (True, False):
            for form in ("f32le", "floats"):
                for size in (32, 333, 1024, 16384) if tcp else (32, 333):
                    with self.subTest(tcp=tcp, form=form, size=size):
                        session = self.session("effects", "saturate", tcp=tcp, block=1024)
                        session.stream(sound, size, form, len(expected))
                        self.same(session, expected)
                        self.assertEqual(session.addresses, {"frames" if form == "floats" else "f32le"})

    def test_several_channels_go_in_and_out(self):
        sound = noise(8192, 2)
        for method in ("midside", "add"):
            expected = directly(model("effects"), method, sound, 1024)
            session = self.session("effects", method, tcp=True, block=1024)
            session.stream(sound, 500, expect=len(expected))
            self.same(session, expected)

    def test_features_stand_where_their_first_sample_does(self):
        at = np.arange(40960) / 44100
        sine = np.sin(2 * np.pi * 440 * at).astype(np.float32)[:, None]
        session = self.session("features_v1", "centroid", tcp=True)
        block = session.lookahead + 1
        expected = directly(model("features_v1"), "centroid", sine, block)
        session.stream(sine, 700, expect=len(expected))
        self.same(session, expected)
        self.assertEqual(session.addresses, {"frames"})
        step = session.out_ratio
        for position, frames in session.out:
            self.assertEqual(position % step, 0)
        self.assertTrue(np.all(np.abs(session.whole()[8:, 0] - 440) < 0.1), session.whole()[8:12])

    def test_run_takes_whole_frames(self):
        session = self.session("effects", "midside")
        frames = noise(1024, 2)
        session.done("mtu", 8192)
        name, said = session.request("run", 0, 0, *frames[:512].reshape(-1).tolist())
        self.assertEqual((name, said[2]), ("fail", 400), said)
        self.assertIn("a multiple of 1024", said[3])
        tcp = self.session("effects", "midside", tcp=True)
        name, said = tcp.request("run", 0, 0, *frames.reshape(-1).tolist())
        self.assertEqual(name, "result")
        expected = directly(model("effects"), "midside", frames, 1024)
        np.testing.assert_array_equal(np.array(said[4:], np.float32).reshape(-1, 2), expected)

    def test_attributes_act_from_the_next_block_on(self):
        sound = noise(2048)
        session = self.session("effects", "saturate", tcp=True, block=1024)
        session.stream(sound[:1024], 1024, expect=1024)
        session.done("set", "gain_factor", 4.0)
        session.done("set", "saturate_mode", "clip")
        session.stream(sound[1024:], 1024, expect=2048)
        module = model("effects")
        first = directly(module, "saturate", sound[:1024], 1024)
        second = directly(module, "saturate", sound[1024:], 1024, gain_factor=[4.0], saturate_mode=["clip"])
        self.same(session, np.concatenate([first, second]))
        self.assertEqual(session.request("get", "saturate_mode")[1][3:], ["clip"])
        name, said = session.request("set", "saturate_mode", "fold")
        self.assertEqual((name, said[2]), ("fail", 500))
        self.assertIn("refused", said[3])
        session.done("reset")
        self.assertEqual(session.request("get", "saturate_mode")[1][3:], ["tanh"])

    def test_every_kind_of_attribute(self):
        session = self.session("demo_attributes")
        for name, values in (("attr_int", [7]), ("attr_float", [0.5]), ("attr_bool", [1]),
                             ("attr_list", [3, "word", 0.25, 1])):
            session.done("set", name, *values)
            self.assertEqual(session.request("get", name)[1][3:], values)
        name, said = session.request("set", "attr_bool", 2)
        self.assertEqual((name, said[2]), ("fail", 400), said)

    def test_a_resting_session_gives_silence(self):
        session = self.session("effects", "saturate", tcp=True, block=1024)
        session.done("enable", 0)
        session.stream(noise(2048), 512, expect=2048)
        np.testing.assert_array_equal(session.whole(), np.zeros((2048, 1), np.float32))

    def test_attributes_change_where_they_are_told_to(self):
        sound = noise(3072)
        session = self.session("effects", "saturate", tcp=True, block=1024)
        session.done("set/at", 0, 1000, "gain_factor", 3.0)
        session.stream(sound, 700, expect=3072)
        module = model("effects")
        first = directly(module, "saturate", sound[:1024], 1024)
        rest = directly(module, "saturate", sound[1024:], 1024, gain_factor=[3.0])
        self.same(session, np.concatenate([first, rest]))
        name, said = session.request("set/at", 0, 0, "gain_factr", 3.0)
        self.assertEqual((name, said[2]), ("fail", 404))
        self.assertIn("gain_factor", said[3])

    def test_what_is_missing_becomes_silence_and_nothing_shifts(self):
        sound = noise(4096)
        session = self.session("effects", "thru", block=1024)
        for seq, i in enumerate(range(0, 4096, 256), start=1):
            session.at = i
            if seq != 5:
                session.send(sound[i:i + 256], seq=seq)
        session.hear_frames(3072)
        expected = sound.copy()
        expected[1024:1280] = 0
        np.testing.assert_array_equal(session.whole()[:3072], expected[:3072])
        self.assertEqual(session.gaps, [[5, 5]])

    def test_another_number_of_channels_is_refused_with_the_right_one(self):
        session = self.session("effects", "midside", tcp=True)
        session.send(noise(64, 1))
        while not session.fails:
            session.take(session.peer.hear())
        self.assertEqual(session.fails[0][2], 400)
        self.assertIn("takes frames of 2; 1 came", session.fails[0][3])

    def test_an_unknown_method_names_those_there_are(self):
        session = self.session("effects")
        name, said = session.request("method", "saturat")
        self.assertEqual((name, said[2]), ("fail", 404))
        self.assertIn("saturate", said[3])


class Isolated(Streams):
    """The same, each model in a process of its own."""

    @classmethod
    def models(cls):
        return "kernels: off\nmodels:\n" + "".join(f"  {file.stem}: {{file: '{file}', isolate: true}}\n" for file in FILES.glob("*.ts"))


def decoded(mp3):
    """[frames, 2] of an MP3, by libsndfile; None where there is none that can."""
    name = ctypes.util.find_library("sndfile")
    if name is None:
        return None
    sndfile = ctypes.CDLL(name)
    sndfile.sf_open.restype = ctypes.c_void_p
    sndfile.sf_readf_float.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    sndfile.sf_readf_float.restype = ctypes.c_int64
    sndfile.sf_close.argtypes = [ctypes.c_void_p]

    class Info(ctypes.Structure):
        _fields_ = [("frames", ctypes.c_int64), *[(name, ctypes.c_int) for name in
                                                  ("rate", "channels", "format", "sections", "seekable")]]

    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.write(mp3)
        file.flush()
        info = Info()
        opened = sndfile.sf_open(file.name.encode(), 0x10, ctypes.byref(info))
        if not opened:
            return None
        out = np.zeros((info.frames, info.channels), np.float32)
        count = sndfile.sf_readf_float(opened, out.ctypes.data, info.frames)
        sndfile.sf_close(opened)
        return out[:count]


class Neutone(Base):
    """`.nm` files: stereo, knobs, and the sound that came with them."""

    FOLDER = ASSETS / "neutone"

    def test_all_say_what_they_are(self):
        for name in ("egfx_chorus", "egfx_phaser", "melda_flanger_irregular"):
            session = self.session(name)
            self.assertEqual((session.in_channels, session.out_channels, session.model_rate, session.latency),
                             (2, 2, 44100, 0), name)
            self.assertAlmostEqual(session.request("get", "lfo_rate")[1][3], 0.2, 5)
            name_, said = session.request("set", "lfo_rate", 1.5)
            self.assertEqual((name_, said[2]), ("fail", 400), said)

    def test_they_give_what_libtorch_gives_and_knobs_act(self):
        sound = noise(4096, 2)
        with torch.inference_mode():  # weights that nobody wants gradients of: an LSTM takes another way with others
            published = torch.jit.load(str(self.FOLDER / "egfx_phaser.nm")).eval().w2w_base
        knobs = published.get_default_param_values().clone()
        expected = []
        with torch.inference_mode():
            for i in range(0, len(sound), 512):
                if i == 2048:
                    knobs[1, 0] = 0.25
                planes = torch.from_numpy(np.ascontiguousarray(sound[i:i + 512].T))
                expected.append(published.forward(planes, knobs.repeat(1, 512)).numpy().T.copy())
        session = self.session("egfx_phaser", tcp=True, block=512)
        session.stream(sound[:2048], 300, expect=2048)
        session.done("set", "lfo_depth", 0.25)
        session.stream(sound[2048:], 300, expect=4096)
        self.same(session, np.concatenate(expected))

    def test_they_sound_as_their_authors_heard_them(self):
        for file in sorted(self.FOLDER.glob("*.nm")):
            extra = {"metadata.json": ""}
            torch.jit.load(str(file), _extra_files=extra)
            pair = json.loads(extra["metadata.json"])["sample_sound_files"][0]
            given, heard = (decoded(base64.b64decode(pair[side])) for side in ("in", "out"))
            if given is None or heard is None:
                self.skipTest("no libsndfile that reads MP3")
            frames = 4 * 44100 // 512 * 512
            session = self.session(file.stem, tcp=True, block=512)
            session.stream(given[:frames], 4096, expect=frames)
            ours = session.whole()[2000:100000, 0]
            likeness = np.corrcoef(ours, heard[2000:100000, 0])[0, 1]
            self.assertGreaterEqual(likeness, 0.999, file.name)


class Amplifiers(unittest.TestCase):
    """Captures of Neural Amp Modeler, by the recipe."""

    def test_they_agree_with_their_references(self):
        captures = ASSETS / "nam"
        sound = np.load(captures / "input_48k.npy")[:, None].astype(np.float32)
        with tempfile.TemporaryDirectory(prefix="oscine-nam-") as home:
            for name in ("lstm", "wavenet"):
                subprocess.run([sys.executable, "-B", str(ROOT / "models/import/nam.py"), str(captures / f"{name}.nam"),
                                f"{home}/{name}", "--name", name], check=True, stdout=subprocess.DEVNULL)
            with Program(f"kernels: off\nmodels: ['{home}/lstm/card.yaml', '{home}/wavenet/card.yaml']\n") as oscine:
                for name in ("lstm", "wavenet"):
                    session = Stream(oscine.port, name, rate=48000.0, tcp=True)
                    self.addCleanup(session.close)
                    frames = len(sound) // 512 * 512
                    session.stream(sound, 2000, expect=frames)
                    expected = np.load(captures / f"{name}_core_out.npy")[:frames]
                    self.assertLess(np.abs(session.whole()[:frames, 0] - expected).max(), 1e-6, name)


class Detector(unittest.TestCase):
    """A script of no convention, whose card gives it its form: Silero's speech detector."""

    def test_a_card_makes_it_stream(self):
        folder = ASSETS / "silero_vad"
        expected = np.loadtxt(folder / "expected_probs.csv", ndmin=1)
        sound, rate = read_wav(folder / "test.wav")
        card = (f"{{kind: stream, file: '{folder / 'silero_vad.jit'}', modelRate: 16000, block: 512, "
                "shape: [1, frames], arguments: [16000], methods: [{name: forward, form: [1, 1, 1, 512]}]}")
        with Program(f"kernels: off\nmodels:\n  vad: {card}\n") as oscine:
            session = Stream(oscine.port, "vad", rate=float(rate), tcp=True)
            self.addCleanup(session.close)
            frames = len(sound) // 512
            session.stream(sound[:, None], 4000, expect=frames)
            # They are printed with seven digits.
            self.assertLess(np.abs(session.whole()[:frames, 0] - expected[:frames]).max(), 1e-6 + 5e-8)


if __name__ == "__main__":
    if torch is None:
        skip("this Python has no torch or no numpy")
    if not FILES.is_dir():
        skip(f"no assets: {FILES} is not there (OSCINE_ASSETS names the folder of published models)")
    unittest.main()
