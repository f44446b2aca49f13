"""The commands of `oscine`, run as a person runs them: python cli_test.py PATH_OF_OSCINE [unittest arguments]."""
import fcntl
import hashlib
import json
import os
import pty
import queue
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import unittest
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUARD = 30  # seconds until a wait counts as hanging
OSCINE = ""

ECHO = "  echo: {kind: params, engine: fake, inputs: [x, y], outputs: [a, b], licence: MIT, about: gives back}\n"
COUNT = "  counting: {kind: params, engine: fake, state: session, options: {does: count}, inputs: 1, outputs: 1}\n"
LOUD = ("  loudness: {kind: classifier, engine: fake, modelRate: 8000, window: 800, hop: 800, top: 2,\n"
        "             frontEnd: {kind: waveform}, labels: [quiet, loud], options: {does: loud}}\n")
CARD = "card: 1\nname: gain\nkind: params\nengine: fake\ninputs: [{name: x, min: 0, max: 1}]\noutputs: [y]\n"


def oscine(*arguments, **environment):
    return subprocess.run([OSCINE, *map(str, arguments)], capture_output=True, text=True, timeout=GUARD, cwd=ROOT,
                          env={**os.environ, **environment})


def has_torch():
    return "LibTorch none" not in oscine("--version").stdout


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def osc(address, types, *values):
    def padded(text):
        return text + b"\0" * (4 - len(text) % 4)
    packet = padded(address.encode()) + padded(b"," + types.encode())
    for letter, value in zip(types, values):
        packet += padded(value) if letter == "s" else struct.pack(">" + letter, value)
    return packet


def osc_head(packet):
    """Address, and the first argument where that is an int32."""
    address, rest = packet.split(b"\0", 1)
    at = (len(address) // 4 + 1) * 4
    tags = packet[at:].split(b"\0", 1)[0]
    at += (len(tags) // 4 + 1) * 4
    return address.decode(), struct.unpack_from(">i", packet, at)[0] if tags[1:2] == b"i" else None


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder / name

    def refused(self, result, *words):
        """Exit code 1, and one sentence that holds these words."""
        self.assertEqual(result.returncode, 1, result.stderr + result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("oscine: "), result.stderr)
        for word in words:
            self.assertIn(str(word), result.stderr)


class Help(unittest.TestCase):
    def test_of_every_command_fits_a_screen(self):
        for command in ([], ["serve"], ["record"], ["replay"], ["check"], ["doctor"], ["models"], ["fetch"], ["remove"], ["inspect"], ["card"], ["file"], ["render"], ["compose"],
                        ["status"], ["send"],
                        ["watch"], ["proxy"]):
            result = oscine(*command, "--help")
            self.assertEqual(result.returncode, 0, command)
            lines = result.stdout.splitlines()
            self.assertLessEqual(len(lines), 28, command)
            self.assertLessEqual(max(map(len, lines)), 110, command)

    def test_and_its_options_stand_in_the_document(self):
        page = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
        for command in ("serve", "record", "replay", "check", "doctor", "models", "fetch", "remove", "inspect", "card", "file", "render", "compose", "status",
                        "send", "watch", "proxy"):
            self.assertIn(f"## {command}\n", page)
            section = page.split(f"## {command}\n")[1].split("\n## ")[0]
            options = set(re.findall(r"--[a-z][a-z-]*", oscine(command, "--help").stdout)) - {"--help"}
            for option in sorted(options):
                self.assertIn(option, section, command)
            spoken = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", section))
            self.assertLessEqual(spoken, options | {"--help"}, command)

    def test_version_names_the_commit_and_libtorch(self):
        self.assertRegex(oscine("--version").stdout, r"^oscine [0-9.]+ \(commit \S+, LibTorch \S+\)\n$")

    def test_wrong_use_leaves_with_2(self):
        for arguments in ([], ["send"], ["inspect"], ["status", "--port", "0"], ["nothing"],
                          ["file", "echo"], ["file", "echo", "a.wav", "--json", "--csv"], ["watch", "--port", "0"], ["proxy", "--seed", "x"]):
            self.assertEqual(oscine(*arguments).returncode, 2, arguments)


class Check(Case):
    def test_finds_nothing_wrong_with_the_configurations_that_come_along(self):
        for name in ("default.yaml", "zoo.yaml", "course.yaml"):
            result = oscine("check", f"config/{name}")
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("sha256 as the card says", result.stdout)
            self.assertIn("/synth/update", result.stdout)
            self.assertTrue(result.stdout.endswith(": all is well\n"), result.stdout)

    def test_never_opens_libtorch(self):
        result = oscine("check", "config/default.yaml", OSCINE_ENGINE_PATH=str(self.folder))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_names_a_file_that_is_not_there_and_goes_on_to_the_next(self):
        config = self.write("c.yaml", "models:\n  lost: {kind: params, file: lost.ts, inputs: 1, outputs: 1}\n" + ECHO)
        result = oscine("check", config)
        self.refused(result, "lost: there is no file", self.folder / "lost.ts")
        self.assertIn("echo: params, engine fake", result.stdout)
        self.assertIn("1 model cannot be served", result.stdout)

    def test_tells_both_hashes_of_a_file_that_is_not_the_one_of_its_card(self):
        self.write("m.ts", "something else")
        config = self.write("c.yaml", "models:\n  m: {kind: params, file: m.ts, sha256: '" + "0" * 64 +
                            "', inputs: 1, outputs: 1}\n")
        found = hashlib.sha256(b"something else").hexdigest()
        self.refused(oscine("check", config), "m: ", found, "the card says " + "0" * 64)

    def test_says_where_the_configuration_is_wrong(self):
        self.refused(oscine("check", self.write("c.yaml", "modells: {}\n")), "c.yaml:1: ", "'modells'", "'models'")
        self.refused(oscine("check", self.folder / "none.yaml"), "none.yaml")


class Models(Case):
    def test_are_listed_in_a_table(self):
        result = oscine("models", self.write("c.yaml", "models:\n" + ECHO + COUNT))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        rows = [re.split(r"  +", line) for line in result.stdout.splitlines()]
        self.assertEqual(rows[0], ["name", "kind", "engine", "state", "process", "in → out", "licence", "file"])
        self.assertEqual(rows[1], ["echo", "params", "fake", "stateless", "shared", "2 → 2", "MIT", "no file"])
        self.assertEqual(rows[2], ["counting", "params", "fake", "session", "shared", "1 → 1", "-", "no file"])

    def test_a_long_licence_does_not_push_the_table_apart(self):
        licence = "MIT, but for what it has learned from, which is another matter"
        card = f"models:\n  m: {{kind: params, engine: fake, inputs: 1, outputs: 1, licence: \"{licence}\"}}\n"
        result = oscine("models", self.write("c.yaml", card))
        self.assertIn("  MIT, but for what it has l…  no file", result.stdout)

    def test_are_listed_as_json_without_opening_libtorch(self):
        result = oscine("models", "--json", "config/zoo.yaml", OSCINE_ENGINE_PATH=str(self.folder))
        model, drums, melody = json.loads(result.stdout)
        rows = oscine("models", "config/zoo.yaml", OSCINE_ENGINE_PATH=str(self.folder)).stdout
        self.assertIn("sound → hits", rows)
        self.assertIn("notes → notes", rows)
        self.assertEqual((drums["kind"], melody["kind"]), ("classifier", "melody"))
        self.assertEqual((model["name"], model["engine"], model["present"]), ("synth-params", "torch", True))
        self.assertEqual(model["bytes"], Path(model["file"]).stat().st_size)
        self.assertEqual(model["methods"][0]["outputs"][:2], ["pitch", "filter"])

    def test_texts_are_escaped(self):
        about = 'a "quote", a \\ and a\ttab é'
        config = self.write("c.yaml", "models:\n  m:\n    {kind: params, engine: fake, inputs: 1, outputs: 1, about: " +
                            json.dumps(about) + "}\n")
        self.assertEqual(json.loads(oscine("models", "--json", config).stdout)[0]["about"], about)


class Inspect(Case):
    def test_tells_what_a_card_says_and_what_was_measured_here(self):
        result = oscine("inspect", self.write("card.yaml", CARD))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"forward: 1 → 1, measured here in \d+ runs \(µs\): p50 [0-9.]+, p95 [0-9.]+, "
                                        r"p99 [0-9.]+, p99\.9 [0-9.]+\n")
        self.assertRegex(result.stdout, r"in +x +0 … 1 +default 0\n +out +y +any\n")

    def test_gives_json(self):
        report = json.loads(oscine("inspect", "--json", self.write("card.yaml", CARD)).stdout)
        method, = report["methods"]
        self.assertEqual(method["inputs"], [{"name": "x", "unit": "", "min": 0, "max": 1, "default": 0}])
        self.assertEqual(method["outputs"], [{"name": "y", "unit": "", "min": None, "max": None}])
        self.assertGreater(method["measured"]["runs"], 0)
        self.assertFalse(report["stateful"])

    def test_finds_the_card_beside_a_model_file(self):
        self.write("card.yaml", CARD + "file: gain.bin\n")
        report = json.loads(oscine("inspect", "--json", self.write("gain.bin", "weights")).stdout)
        self.assertEqual(report["card"], str(self.folder / "card.yaml"))
        self.assertEqual(report["sha256"], hashlib.sha256(b"weights").hexdigest())
        self.write("gain.yaml", CARD.replace("name: gain", "name: same-stem") + "file: gain.bin\n")
        report = json.loads(oscine("inspect", "--json", self.folder / "gain.bin").stdout)
        self.assertEqual(report["name"], "same-stem")

    def test_says_what_is_wrong_in_one_sentence(self):
        self.refused(oscine("inspect", self.folder / "no.ts"), "there is no file", "no.ts")
        self.refused(oscine("inspect", self.write("card.yaml", CARD + "kindd: x\n")), "card.yaml:7: ", "'kindd'", "'kind'")
        self.refused(oscine("inspect", self.write("beside.ts", "")), "card.yaml:7: ")
        failing = self.write("fails.yaml", CARD + "options: {load: fail}\n")
        self.refused(oscine("inspect", failing), "gain: ")

    def test_of_a_file_without_a_card_shows_what_the_file_says(self):
        source = ROOT / "models/zoo/synth-params/synth-params.ts"
        bare = shutil.copy(source, self.folder / "bare.ts")
        if not has_torch():
            return self.refused(oscine("inspect", bare), "no LibTorch")
        result = oscine("inspect", bare)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn(hashlib.sha256(source.read_bytes()).hexdigest(), result.stdout)
        self.assertIn(f"docs/cards.md says what {self.folder / 'bare.yaml'} would have to hold", result.stdout)

    def test_a_card_to_start_from_is_a_card(self):
        source = ROOT / "models/zoo/synth-params/synth-params.ts"
        bare = shutil.copy(source, self.folder / "bare.ts")
        if not has_torch():
            return self.refused(oscine("card", bare), "no LibTorch")
        result = oscine("card", bare)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("- {name: forward, form: [1, 1, 1, 1]}", result.stdout)
        self.assertIn(hashlib.sha256(source.read_bytes()).hexdigest(), result.stdout)
        config = self.write("one.yaml", "models: {bare: bare.yaml}\n")
        self.write("bare.yaml", result.stdout)
        self.assertEqual(oscine("check", config).returncode, 0)

    def test_of_the_first_model_loads_it(self):
        if not has_torch():
            self.skipTest("this build has no LibTorch")
        report = json.loads(oscine("inspect", "--json", "models/zoo/synth-params/card.yaml").stdout)
        self.assertTrue(report["engine"].startswith("LibTorch "))
        self.assertEqual(report["methods"][0]["out_channels"], 16)
        self.assertIn("parameters", report["facts"])

    def test_of_what_is_no_model_says_so(self):
        if not has_torch():
            self.skipTest("this build has no LibTorch")
        self.refused(oscine("inspect", self.write("noise.ts", "not a model")), "noise")


class Files(Case):
    """`oscine file` with a classifier of the fake engine: "quiet" and "loud", by the RMS of 100 ms."""

    def setUp(self):
        super().setUp()
        self.config = self.write("c.yaml", f"models:\n{LOUD}{ECHO}")
        self.tone = self.sound("tone.wav", [0] * 800 + [16384, -16384] * 400)

    def sound(self, name, samples, rate=8000, channels=1):
        with wave.open(str(self.folder / name), "wb") as file:
            file.setparams((channels, 2, rate, 0, "NONE", ""))
            file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
        return self.folder / name

    def hear(self, *arguments, model="loudness"):
        return oscine("file", "--config", self.config, model, *arguments)

    def rows(self, *arguments):
        result = self.hear(*arguments, "--json")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)

    def test_are_told_in_a_table(self):
        result = self.hear(self.tone)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        lines = [line.split() for line in result.stdout.splitlines()]
        self.assertEqual(lines, [["position", "time", "label", "score", "rank"],
                                 ["0", "0:00.000", "quiet", "1.000", "1"], ["0", "0:00.000", "loud", "0.000", "2"],
                                 ["800", "0:00.100", "quiet", "0.500", "1"], ["800", "0:00.100", "loud", "0.500", "2"]])

    def test_give_the_same_as_json_and_as_csv(self):
        rows = self.rows(self.tone, "--top", "1")
        self.assertEqual(rows, [{"position": 0, "time": 0.0, "label": "quiet", "score": 1, "rank": 1},
                                {"position": 800, "time": 0.1, "label": "quiet", "score": 0.5, "rank": 1}])
        result = self.hear(self.tone, "--top", "1", "--csv")
        self.assertEqual(result.stdout, "position,time,label,score,rank\n0,0.000000,quiet,1,1\n800,0.100000,quiet,0.5,1\n")

    def test_of_several_names_the_file_in_front(self):
        rows = self.rows(self.tone, self.sound("other.wav", [0] * 800), "--top", "1")
        self.assertEqual([Path(row["file"]).name for row in rows], ["tone.wav", "tone.wav", "other.wav"])

    def test_take_the_settings_of_the_model(self):
        self.assertEqual(len(self.rows(self.tone, "--threshold", "0.75")), 1)
        self.assertEqual(self.rows(self.tone, "--top", "1"), self.rows(self.tone, "--set", "top=1"))
        self.refused(self.hear(self.tone, "--set", "tops=1"), "tops")
        self.refused(self.hear(self.tone, "--set", "top=one"), "top", "'one'")
        self.refused(self.hear(self.tone, "--top", "3"), "top")

    def test_can_be_told_as_numbers(self):
        rows = self.rows(self.tone, "--method", "scores")
        self.assertEqual(rows, [{"position": 0, "time": 0.0, "values": [1, 0]},
                                {"position": 800, "time": 0.1, "values": [0.5, 0.5]}])
        self.assertEqual(self.hear(self.tone, "--method", "scores", "--csv").stdout,
                         "position,time,quiet,loud\n0,0.000000,1,0\n800,0.100000,0.5,0.5\n")
        self.refused(self.hear(self.tone, "--method", "score"), "loudness", "scores")

    def test_of_any_rate_and_channel_count_are_heard(self):
        pair = [8192, -8192] * 4410
        rows = self.rows(self.sound("stereo.wav", pair * 2, 44100, 2), "--top", "1")
        self.assertEqual([row["position"] for row in rows], [0, 4410])
        self.assertEqual(rows[0]["label"], "quiet")  # the channels cancel each other

    def test_need_no_configuration_where_a_card_is_named(self):
        card = "card: 1\nname: of-a-card\n" + "".join(f"{line.strip().rstrip(',')}\n" for line in (
            "kind: classifier", "engine: fake", "modelRate: 8000", "window: 800", "hop: 800",
            "frontEnd: {kind: waveform}", "labels: [quiet, loud]", "options: {does: loud}"))
        (self.folder / "model").mkdir()
        file = self.write("model/card.yaml", card)
        for model in (file, self.folder / "model"):
            result = oscine("file", model, self.tone, "--config", self.folder / "nowhere.yaml")
            self.assertEqual((result.returncode, result.stderr), (0, ""), model)

    def test_that_cannot_be_heard_are_one_sentence_each_and_the_others_are_heard(self):
        text = self.write("text.wav", "this is no sound")
        empty = self.sound("empty.wav", [])
        nowhere = self.folder / "nowhere.wav"
        for wrong in (text, empty, nowhere, self.folder):
            self.refused(self.hear(wrong), wrong)
            result = self.hear(wrong, self.tone, "--json", "--top", "1")
            self.assertEqual((result.returncode, result.stderr.count("\n")), (1, 1), result.stderr)
            self.assertEqual(len(json.loads(result.stdout)), 2)

    def test_a_model_that_is_not_there_or_hears_nothing_is_one_sentence(self):
        self.refused(self.hear(self.tone, model="loudnes"), "did you mean 'loudness'?", "c.yaml")
        self.refused(self.hear(self.tone, model="echo"), "echo", "params")
        self.refused(self.hear(self.tone, model=self.folder / "no.yaml"), "no.yaml")
        self.refused(self.hear(self.tone, model=self.folder), "holds no card.yaml")


class Daemon:
    """`oscine serve` on a free port. Its log is read until every model is ready."""

    def __init__(self, config, models):
        self.process = subprocess.Popen([OSCINE, "serve", "--listen", "0", str(config)], stderr=subprocess.PIPE,
                                        text=True, cwd=ROOT)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.port = int(self.wait_for(r"listen: 127\.0\.0\.1:(\d+)"))
        for name in models:
            self.wait_for(rf"({name}) is ready")

    def read(self):
        for line in self.process.stderr:
            self.lines.put(line)
        self.lines.put("")

    def wait_for(self, pattern):
        while line := self.lines.get(timeout=GUARD):
            if found := re.search(pattern, line):
                return found.group(1)
        raise AssertionError(f"the daemon left without saying {pattern}")

    def stop(self):
        self.process.terminate()
        code = self.process.wait(GUARD)
        self.reader.join(GUARD)
        self.process.stderr.close()
        return code


class WithDaemon(Case):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.TemporaryDirectory()
        cls.alias_port, cls.reply_port = free_port(), free_port()
        config = Path(cls.home.name) / "c.yaml"
        config.write_text(
            f"reply_port: {cls.reply_port}\nmodels:\n{ECHO}{COUNT}aliases:\n"
            f"  /synth/update: {{model: echo, send: {{a: /synth/pitch, b: /synth/filter}}, to: '127.0.0.1:{cls.alias_port}'}}\n"
            "  /back: {model: echo, send: {b: /b}, to: sender}\n", encoding="utf-8")
        cls.daemon = Daemon(config, ["echo", "counting"])

    @classmethod
    def tearDownClass(cls):
        code = cls.daemon.stop()
        cls.home.cleanup()
        assert code == 0, f"the daemon left with {code}"

    def send(self, *arguments):
        return oscine("send", "--port", self.daemon.port, *arguments)

    def answers(self, *arguments, code=0):
        result = self.send(*arguments)
        self.assertEqual((result.returncode, result.stderr), (code, ""), result.stdout)
        return [re.sub(r"^(/oscine/v1\S+) \d+", r"\1 ID", line) for line in result.stdout.splitlines()]


class Send(WithDaemon):
    def test_short_addresses_get_an_id_and_their_declared_types(self):
        self.assertEqual(self.answers("ask", "echo", "1", "0.25"), ["/oscine/v1/result ID 0 0 0 1 0.25"])
        self.assertEqual(self.answers("ask", "echo", "-1", "-.5"), ["/oscine/v1/result ID 0 0 0 -1 -0.5"])
        self.assertEqual(self.answers("ping", "3", "4")[0].split()[:4], ["/oscine/v1/pong", "ID", "3", "4"])

    def test_a_number_is_a_text_where_a_text_is_declared(self):
        line, = self.answers("model/info", "12", code=1)
        self.assertTrue(line.startswith("/oscine/v1/fail ID /oscine/v1/model/info 404 "), line)

    def test_prints_every_item_up_to_done(self):
        self.assertEqual(self.answers("models"), ["/oscine/v1/model.item ID 0 2 counting params ready 0 0 0",
                                                  "/oscine/v1/model.item ID 1 2 echo params ready 0 0 0",
                                                  "/oscine/v1/done ID /oscine/v1/models 2"])

    def test_a_text_with_spaces_or_without_letters_is_quoted(self):
        about = self.answers("model/info", "echo")[0]
        self.assertEqual(about, '/oscine/v1/model.about ID echo params ready fake "gives back" MIT 0 0 0')
        self.assertIn('fake "" "" 0', self.answers("model/info", "counting")[0])

    def test_a_failure_is_printed_and_leaves_with_1(self):
        self.assertEqual(self.answers("asq", "echo", code=1),
                         ['/oscine/v1/fail ID /oscine/v1/asq 404 "unknown address; the nearest is /oscine/v1/ask"'])
        line, = self.answers("ask", "echo", "1", code=1)
        self.assertTrue(line.startswith("/oscine/v1/fail ID /oscine/v1/ask 400 "), line)

    def test_full_addresses_go_out_as_they_are(self):
        result = self.send("/oscine/v1/ask", "77", "echo", "1", "2")
        self.assertEqual((result.returncode, result.stdout), (0, "/oscine/v1/result 77 0 0 0 1 2\n"))

    def test_id_0_ends_with_what_the_daemon_says_before_the_next_request(self):
        result = self.send("/oscine/v1/ask", "0", "echo", "1", "2")
        self.assertEqual((result.returncode, result.stdout), (0, "/oscine/v1/result 0 0 0 0 1 2\n"))
        result = self.send("/oscine/v1/sync", "0")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_stream_messages_get_no_id(self):
        line, = self.answers("playhead", "1", "2", "3", "4", "5", code=1)
        self.assertIn("/oscine/v1/playhead 410", line)

    def test_types_are_taken_from_the_option(self):
        self.assertEqual(self.answers("-t", "sff", "ask", "echo", "1", "2"), [
            "/oscine/v1/result ID 0 0 0 1 2"])
        line, = self.answers("-t", "sfs", "ask", "echo", "1", "2", code=1)
        self.assertIn("400", line)

    def test_an_alias_that_answers_elsewhere_is_heard_there(self):
        self.assertEqual(self.answers("--listen", self.alias_port, "/synth/update", "0.4", "0.7"),
                         ["/synth/pitch 0.4", "/synth/filter 0.7"])
        line, = self.answers("--listen", self.alias_port, "/synth/update", "0.4", code=1)
        self.assertIn("/synth/update 400", line)

    def test_an_alias_that_answers_its_sender_is_heard(self):
        self.assertEqual(self.answers("/back", "0.4", "0.7"), ["/b 0.7"])

    def test_silence_is_explained(self):
        self.refused(self.send("--timeout", "50", "/synth/update", "0.4", "0.7"), "/synth/update was sent", "--listen PORT")

    def test_an_unknown_address_is_answered_with_the_nearest(self):
        line, = self.answers("/synth/updat", "1", code=1)
        self.assertIn("404 \"unknown address; the nearest is /synth/update\"", line)

    def test_a_port_in_use_is_one_sentence(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            self.refused(self.send("--listen", port, "/back", "1", "2"), f"port {port} is in use", "--listen")

    def test_wrong_arguments_are_refused_before_anything_is_sent(self):
        self.refused(self.send("-t", "iq", "/x", "1", "2"), "letters i, f and s", "'iq'")
        self.refused(self.send("-t", "i", "/x", "1", "2"), "1 letters for 2 arguments")
        self.refused(self.send("-t", "i", "/x", "1.5"), "argument 1 is '1.5'; a whole number")
        self.refused(self.send("-t", "i", "/x", "16777217"), "from -16777216 to 16777216")
        self.refused(self.send("-t", "f", "/x", "nan"), "argument 1 is 'nan'; a number")
        self.refused(self.send("--host", "nowhere", "ping"), "'nowhere' is no address")
        self.refused(self.send("/" + "a" * 255), "255 bytes")

    def test_leaves_no_client_and_no_session_behind(self):
        self.answers("open", "counting", "default", "48000", "samples")
        status = json.loads(oscine("status", "--json", "--port", self.daemon.port).stdout)
        self.assertEqual(status["sessions"], 0)


class Status(WithDaemon):
    def test_is_a_table_of_figures_and_one_of_models(self):
        result = oscine("status", "--port", self.daemon.port)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, rf"^oscine [0-9.]+ at 127\.0\.0\.1:{self.daemon.port}, up 0:\d\d:\d\d\n")
        rows = [re.split(r"  +", line) for line in result.stdout.splitlines()]
        self.assertIn(["model", "kind", "state", "process", "falls", "rate"], rows)
        self.assertIn(["echo", "params", "ready", "shared", "0", "-"], rows)

    def test_is_given_as_json(self):
        status = json.loads(oscine("status", "--json", "--port", self.daemon.port).stdout)
        self.assertEqual(status["models_ready"], 2)
        self.assertEqual([one["name"] for one in status["models"]], ["counting", "echo"])

    def test_answers_over_ipv6_too(self):
        result = oscine("status", "--host", "::1", "--port", self.daemon.port)
        if "requested address" in result.stderr or "family not supported" in result.stderr:
            self.skipTest("this machine has no IPv6")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"at [::1]:{self.daemon.port}", result.stdout)


class NoDaemon(Case):
    def test_a_closed_port_is_told_at_once(self):
        port = free_port()
        for command in (["status"], ["send", "ping", "0", "0"], ["send", "/synth/update", "1"], ["watch"]):
            result = oscine(command[0], "--port", port, "--timeout", "600000", *command[1:])
            self.refused(result, f"no daemon answers at 127.0.0.1:{port}; start one with ./run")

    def test_a_port_that_never_answers_is_told_after_the_timeout(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            port = silent.getsockname()[1]
            self.refused(oscine("status", "--port", port, "--timeout", "50"), f"127.0.0.1:{port}")


class Liar(threading.Thread):
    """Answers every hello well, and every other request with the packets of `answers(id)`."""

    def __init__(self, answers):
        super().__init__(daemon=True)
        self.answers = answers
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.socket.settimeout(GUARD)
        self.start()

    def run(self):
        while True:
            packet, sender = self.socket.recvfrom(65536)
            address, number = osc_head(packet)
            if address == "/oscine/v1/bye":
                return self.socket.close()
            replies = self.answers(number)
            if address == "/oscine/v1/hello":
                replies = [osc("/oscine/v1/hello.reply", "iiiisii", number, 1, 2, 0, b"9.9", 30, 3)]
            for reply in replies:
                self.socket.sendto(reply, sender)


class StrangeDaemon(Case):
    def ask(self, answers, *message):
        liar = Liar(answers)
        result = oscine("send", "--port", liar.port, *(message or ["ask", "m", "1"]))
        liar.join(GUARD)
        self.assertFalse(liar.is_alive(), "no bye came")
        return result

    def test_what_is_no_osc_and_what_belongs_to_others_is_passed_over(self):
        killer = bytes.fromhex("2f612020000000002c62000000000000")  # a blob without its bytes
        result = self.ask(lambda number: [b"", b"junk", killer, osc("/oscine/v1/result", "iiiif", number + 1, 0, 0, 0, 5.0),
                                          osc("/oscine/v1/result", "iiiif", number, 0, 0, 0, 7.0)])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"^/oscine/v1/result \d+ 0 0 0 7\n$")

    def test_every_message_of_a_bundle_is_printed(self):
        messages = [osc("/a", "i", 1), osc("/b", "i", 2)]
        bundle = b"#bundle\0" + struct.pack(">Q", 1) + b"".join(struct.pack(">i", len(one)) + one for one in messages)
        self.assertEqual(self.ask(lambda number: [bundle], "/x").stdout, "/a 1\n/b 2\n")

    def test_a_text_cannot_steer_the_terminal(self):
        text = b"red \x1b[31m\n and \xff broken \xc2\x9b"
        result = self.ask(lambda number: [osc("/oscine/v1/fail", "isis", number, b"/oscine/v1/ask", 500, text)])
        self.assertEqual(result.returncode, 1)
        self.assertIn(r'"red \x1b[31m\x0a and \xff broken \xc2\x9b"', result.stdout)


class Studio(threading.Thread):
    """A daemon with one listening model that has labels and one that has none; who subscribes is sent these packets."""

    def __init__(self, events):
        super().__init__(daemon=True)
        self.events, self.subscribed = events, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(GUARD)
        self.port = self.socket.getsockname()[1]
        self.start()

    def answer(self, address, number):
        done = osc("/oscine/v1/done", "is", number, address.encode())
        if address == "/oscine/v1/hello":
            return [osc("/oscine/v1/hello.reply", "iiiisii", number, 1, 2, 0, b"9.9", 30, 3)]
        if address == "/oscine/v1/models":
            return [osc("/oscine/v1/model.item", "iiisssf", number, n, 2, name, b"classifier", b"ready", 16000.0)
                    for n, name in enumerate((b"ears", b"pipes"))] + [done]
        if address == "/oscine/v1/labels":  # asked for ears, then for pipes
            self.asked = getattr(self, "asked", 0) + 1
            labels = [b"Dog", b"Cat, far away"] if self.asked == 1 else []
            return [osc("/oscine/v1/model.label", "iiis", number, n, 2, text) for n, text in enumerate(labels)] + [done]
        if address == "/oscine/v1/subscribe":
            self.subscribed.append(number)
            return [done] + (self.events if len(self.subscribed) == 1 else [])
        return [done]

    def run(self):
        while True:
            packet, sender = self.socket.recvfrom(65536)
            address, number = osc_head(packet)
            if address == "/oscine/v1/bye":
                return self.socket.close()
            for reply in self.answer(address, number):
                self.socket.sendto(reply, sender)


def event(session, position, kind, types, *values):
    return osc("/oscine/v1/event", "iiiiiiis" + types, session, 1, 0, position >> 16, position & 65535, 0, 15600, kind,
               *values)


EVENTS = [event(4711, 599040, b"label", "sfi", b"Dog", 0.875, 1),
          event(4711, 599040, b"label", "sfi", b"Cat, far away", 0.5, 2),
          event(99, 160, b"pitch", "ff", 440.0, 0.75), event(5, -1, b"hit", "sff", b"\x1b[31mkick", 0.5, 1.0)]


class Watch(Case):
    def watch(self, events, *arguments, stdout=subprocess.PIPE):
        self.studio = Studio(events)
        child = subprocess.Popen([OSCINE, "watch", "--port", str(self.studio.port), *arguments], text=True,
                                 stdout=stdout, stderr=subprocess.PIPE, cwd=ROOT)
        self.addCleanup(child.wait, GUARD)
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.kill)
        if child.stdout:
            self.addCleanup(child.stdout.close)
        return child

    def ends_well(self, child):
        child.send_signal(signal.SIGINT)
        self.assertEqual((child.wait(GUARD), child.stderr.read()), (0, ""))
        self.studio.join(GUARD)
        self.assertFalse(self.studio.is_alive(), "no bye came")

    def test_prints_a_line_for_each_event_with_the_model_that_its_label_tells(self):
        child = self.watch(EVENTS)
        lines = [child.stdout.readline().rstrip("\n") for _ in EVENTS]
        for line in lines:
            self.assertRegex(line, r"^\d\d:\d\d:\d\d\.\d\d\d ")
        self.assertEqual([line.split(" ", 1)[1] for line in lines],
                         ["4711 ears label 599040 Dog 0.875 1", '4711 ears label 599040 "Cat, far away" 0.5 2',
                          "99 pipes pitch 160 440 0.75", r"5 - hit -1 \x1b[31mkick 0.5 1"])
        self.ends_well(child)

    def test_of_one_model_leaves_the_others_out(self):
        child = self.watch([EVENTS[0], EVENTS[2]], "--model", "pipes")
        self.assertIn(" 99 pipes pitch ", child.stdout.readline())
        self.ends_well(child)

    def test_of_a_model_that_is_not_served_is_one_sentence(self):
        child = self.watch([], "--model", "eyes")
        self.assertEqual(child.wait(GUARD), 1)
        self.assertIn("'eyes'", child.stderr.read())

    def test_on_a_terminal_is_a_line_for_each_session_in_place(self):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 120, 0, 0))
        child = self.watch(EVENTS, stdout=theirs)
        os.close(theirs)
        shown = b""
        while b"kick" not in shown or b"Cat" not in shown or not shown.endswith(b"\x1b[J"):  # a whole picture
            shown += os.read(ours, 65536)
        picture = shown.decode().replace("\x1b[K", "").replace("\r\n", "\n").split("\x1b[J")[-2]
        self.assertNotIn("\x1b[31m", picture)
        self.ends_well(child)
        os.close(ours)
        self.assertRegex(picture, r"ears 4711 +599040 +\[#{18} {2}\] 0\.88  Dog +Cat, far away 0\.50")
        self.assertRegex(picture, r"pipes 99 +160 +\[#{15} {5}\] 0\.75  440\.0 Hz  A4 \+0")

    def test_tells_when_the_daemon_goes(self):
        child = self.watch(EVENTS[:1], "--timeout", "50")
        child.stdout.readline()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ender:
            ender.sendto(osc("/oscine/v1/bye", "i", 0), ("127.0.0.1", self.studio.port))
        self.assertEqual(child.wait(GUARD), 1)
        self.assertIn(f"no daemon answers at 127.0.0.1:{self.studio.port}", child.stderr.read())


class Compose(Case):
    CARD = ("card: 1\nname: tune\nkind: melody\nengine: fake\n"
            "melody: {pitches: [48, 72], rest: true, durations: [0.25, 0.5, 1, 2], state: 2}\n")

    def setUp(self):
        super().setUp()
        self.card, self.out = self.write("tune.yaml", self.CARD), self.folder / "out.mid"

    def compose(self, *arguments):
        return oscine("compose", "--model", self.card, self.out, *arguments)

    def test_writes_a_midi_file_and_its_picture_and_goes_on_from_a_seed(self):
        result = self.compose("--bars", "4", "--set", "seed=3")
        self.assertRegex(result.stdout, r"^\S+out\.mid: \d+ notes in 4 bars; \S+out\.svg shows them\n$", result.stderr)
        first = self.out.read_bytes()
        self.assertEqual(first[:4], b"MThd")
        self.assertTrue((self.folder / "out.svg").read_text().startswith("<svg "))
        self.compose("--bars", "4", "--set", "seed=3")
        self.assertEqual(self.out.read_bytes(), first, "the same seed, the same notes")
        seed = self.folder / "seed.mid"
        self.out.rename(seed)
        result = self.compose("--bars", "2", "--seed", seed, "--set", "scale=major", "--set", "range=60,72")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(len(self.out.read_bytes()), len(first), "the seed is in it, and what follows")

    def test_what_cannot_be_is_one_sentence(self):
        self.refused(oscine("compose", "--model", self.card, self.folder / "out.wav"), "out.wav", "*.mid")
        self.refused(self.compose("--seed", self.write("bad.mid", "RIFF")), "bad.mid is no MIDI file")
        self.refused(self.compose("--seed", self.folder / "none.mid"), "there is no file", "none.mid")
        self.refused(self.compose("--set", "temprature=3"), "temprature", "'temperature'")
        self.refused(self.compose("--set", "temperature=9"), "0..4")
        self.refused(oscine("compose", "--model", self.write("gain.yaml", CARD), self.out), "kind params", "kind melody")


class Proxy(Case):
    """A socket of ours stands where the daemon would."""

    def setUp(self):
        super().setUp()
        self.daemon, self.host = self.socket(), self.socket()

    def socket(self, port=0):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(one.close)
        one.bind(("127.0.0.1", port))
        one.settimeout(GUARD)
        return one

    def start(self, *arguments):
        process = subprocess.Popen([OSCINE, "proxy", "--listen", "0", "--to", str(self.daemon.getsockname()[1]),
                                    *arguments], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        line = process.stdout.readline()
        self.assertRegex(line, r"^port \d+ goes to \d+; seed \d+\n$")
        return process, ("127.0.0.1", int(line.split()[1]))

    def counts(self, process):
        """Of both directions, as it tells them when it is stopped."""
        process.send_signal(signal.SIGINT)
        rows = process.stdout.read().splitlines()
        self.assertEqual(process.wait(GUARD), 0)
        self.assertEqual(rows[0].split(), ["direction", "came", "went", "lost", "doubled", "reordered", "longest"])
        return [[int(word) for word in row.split()[-7:-2]] for row in rows[1:]]

    def test_passes_on_in_both_directions_and_counts(self):
        process, door = self.start("--delay", "uniform:0:10")
        self.host.sendto(b"ask", door)
        question, back = self.daemon.recvfrom(100)
        self.daemon.sendto(b"answer", back)
        answer, sender = self.host.recvfrom(100)
        self.assertEqual((question, answer, sender), (b"ask", b"answer", door))
        self.assertEqual(self.counts(process), [[1, 1, 0, 0, 0], [1, 1, 0, 0, 0]])

    def test_each_host_has_its_own_way_back(self):
        _, door = self.start()
        other = self.socket()
        self.host.sendto(b"one", door)
        ways = [self.daemon.recvfrom(100)]
        other.sendto(b"two", door)
        ways.append(self.daemon.recvfrom(100))
        for word, way in ways:
            self.daemon.sendto(b"to " + word, way)
        self.assertEqual([self.host.recv(100), other.recv(100)], [b"to one", b"to two"])

    def test_a_direction_can_have_its_own_weather(self):
        process, door = self.start("--duplicate", "100%", "--up", "duplicate=0", "--up", "loss=0", "--down", "cap=5")
        self.host.sendto(b"ask", door)
        _, back = self.daemon.recvfrom(100)
        self.daemon.sendto(b"answer", back)
        self.assertEqual([self.host.recv(100), self.host.recv(100)], [b"answer", b"answer"])
        self.assertEqual(self.counts(process), [[1, 1, 0, 0, 0], [1, 2, 0, 1, 0]])

    def test_what_comes_to_a_reply_port_goes_on_to_the_host(self):
        reply = free_port()
        _, _ = self.start("--answers", f"{reply}:{self.host.getsockname()[1]}")
        self.daemon.sendto(b"event", ("127.0.0.1", reply))
        self.assertEqual(self.host.recv(100), b"event")

    def test_what_it_cannot_do_is_one_sentence(self):
        self.refused(oscine("proxy", "--delay", "often"), "delay is 'often'", "exponential:MEAN")
        self.refused(oscine("proxy", "--loss", "120%"), "loss is '120%'", "5%")
        self.refused(oscine("proxy", "--up", "loss"), "'loss'", "NAME=VALUE")
        self.refused(oscine("proxy", "--up", "rain=3"), "'rain'", "duplicate")
        self.refused(oscine("proxy", "--to", "0.0.0.0:7770"), "--to", "HOST:PORT")
        self.refused(oscine("proxy", "--answers", "7781"), "--answers", "PORT:PORT")
        self.refused(oscine("proxy", "--listen", str(self.host.getsockname()[1])), "in use")
        self.refused(oscine("proxy", "--listen", "0", "--port-file", self.folder / "no/where"), "no/where")


if __name__ == "__main__":
    OSCINE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
