"""Trained models behind the real program: the values of the line in the README, and models that go wrong."""
import csv
import hashlib
import os
import unittest
from pathlib import Path

from osc import Peer
from program import Program, ROOT, fake, skip

FIXTURES = Path(os.environ.get("OSCINE_MODEL_FIXTURES", "."))
ZOO = ROOT / "models/zoo/synth-params"


PATIENT = "limits: {load_wait_ms: 20000}\n"  # on a busy machine models take their time to load


def scripted(name, file, extra="", outputs="[a, b]"):
    return (f"  {name}:\n    kind: params\n    file: {file}\n    inputs: 2\n    outputs: {outputs}\n{extra}")


def default_config(port):
    """config/default.yaml with a destination of our own."""
    text = (ROOT / "config/default.yaml").read_text()
    text = text.replace("../models/zoo", str(ROOT / "models/zoo"))
    assert text.count("7771") >= 2
    return text.replace("7771", str(port))


class Torch(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.close)

    def ask(self, port, request, model, x, y):
        return self.peer.ask(port, "ask", request, model, x, y)

    def test_the_default_configuration_answers_what_was_trained(self):
        with Program(default_config(self.peer.port)) as oscine, open(ZOO / "expected.csv", newline="") as file:
            rows = list(csv.DictReader(file))
            self.assertGreater(len(rows), 10)
            oscine.wait_line("synth-params is ready")
            for row in rows:
                self.peer.send(oscine.port, "/synth/update", float(row["x"]), float(row["y"]))
                for address, column in (("/synth/pitch", "pitch"), ("/synth/filter", "filter")):
                    heard, (value,) = self.peer.hear()
                    self.assertEqual(heard, address)
                    self.assertLess(abs(value - float(row[column])) / abs(float(row[column])), 1e-4, (row, value))

    def test_every_output_of_the_model_agrees(self):
        with Program(default_config(self.peer.port)) as oscine, open(ZOO / "expected.csv", newline="") as file:
            oscine.wait_line("synth-params is ready")
            for n, row in enumerate(csv.DictReader(file)):
                values = [float(text) for text in row.values()]
                answer = self.ask(oscine.port, n + 1, "synth-params", values[0], values[1])[1][4:]
                self.assertEqual(len(answer), len(values) - 2)
                for got, wanted in zip(answer, values[2:]):
                    self.assertLessEqual(abs(got - wanted), 1e-4 * max(abs(wanted), 1e-2), (row, answer))

    def test_a_wrong_alias_message_is_told_at_its_destination(self):
        with Program(default_config(self.peer.port)) as oscine:
            oscine.wait_line("synth-params is ready")
            for arguments in ((0.4,), (0.4, 0.7, 0.1), ("loud", 0.7), (0.4, float("nan")), (0.4, 7.0)):
                self.peer.send(oscine.port, "/synth/update", *arguments)
                address, said = self.peer.hear()
                self.assertEqual((address, said[:3]), ("/oscine/v1/fail", [0, "/synth/update", 400]), arguments)
                oscine.wait_line("/synth/update", said[3])

    def test_models_that_cannot_load_say_why_and_disturb_nobody(self):
        mlp = FIXTURES / "mlp.ts"
        wrong = hashlib.sha256(b"something else").hexdigest()
        config = (PATIENT + "models:\n" + fake("counter", "count") + scripted("missing", FIXTURES / "nowhere.ts")
                  + scripted("hash", mlp, f"    sha256: {wrong}\n") + scripted("damaged", FIXTURES / "damaged.ts")
                  + scripted("wide", FIXTURES / "wide.ts"))
        with Program(config) as oscine:
            oscine.wait_line("wide", "output")  # the last
            session = self.peer.ask(oscine.port, "open", 1, "counter", "", 48000.0, "samples")[1][1]
            self.peer.ask(oscine.port, "run", 2, session, 0, 0, 0.5, 0.5)
            for n, (model, code, words) in enumerate((("missing", 404, "nowhere.ts"), ("hash", 500, "sha256"),
                                                      ("damaged", 500, "damaged"), ("wide", 500, "output"))):
                address, said = self.ask(oscine.port, 10 + n, model, 0.5, 0.5)
                self.assertEqual((address, said[0], said[2]), ("/oscine/v1/fail", 10 + n, code), said)
                self.assertIn(model, said[3])
                self.assertIn(words, said[3])
                self.assertEqual(self.peer.ask(oscine.port, "open", 30 + n, model, "", 48000.0, "samples")[1][2], code)
            self.assertEqual(self.peer.ask(oscine.port, "run", 3, session, 0, 0, 0.5, 0.5)[1][4], 2.0)

    def test_models_that_go_wrong_while_they_run_are_named_and_go_on(self):
        config = (PATIENT + "models:\n" + fake("counter", "count") + scripted("raises", FIXTURES / "raises.ts")
                  + scripted("nan", FIXTURES / "nan.ts"))
        with Program(config) as oscine:
            oscine.wait_line("nan is ready")
            session = self.peer.ask(oscine.port, "open", 1, "counter", "", 48000.0, "samples")[1][1]
            self.peer.ask(oscine.port, "run", 2, session, 0, 0, 0.5, 0.5)
            for n, (model, words) in enumerate((("raises", "the cutoff is above the moon"), ("nan", "NaN"))):
                address, said = self.ask(oscine.port, 10 + n, model, 1.0, 0.5)
                self.assertEqual((address, said[2]), ("/oscine/v1/fail", 500), said)
                self.assertIn(model, said[3])
                self.assertIn(words.lower(), said[3].lower())
                address, said = self.ask(oscine.port, 20 + n, model, 0.5, 0.25)
                self.assertEqual((address, said[4:]), ("/oscine/v1/result", [0.5, 0.25]))
            self.assertEqual(self.peer.ask(oscine.port, "run", 3, session, 0, 0, 0.5, 0.5)[1][4], 2.0)

    def test_hello_is_answered_while_libtorch_loads(self):
        with Program(default_config(self.peer.port), "--log-level", "debug") as oscine:
            self.assertEqual(self.peer.ask(oscine.port, "hello", 1, 0, "early")[0], "/oscine/v1/hello.reply")
            oscine.wait_line("synth-params is ready")
            self.assertEqual(self.ask(oscine.port, 2, "synth-params", 0.5, 0.5)[0], "/oscine/v1/result")


if __name__ == "__main__":
    if os.environ.get("OSCINE_TORCH") not in ("1", "ON", "TRUE"):
        skip("this build has no LibTorch")
    if not (FIXTURES / "made").exists():
        skip(f"the model files are not made yet: build the target model_fixtures ({FIXTURES})")
    unittest.main(verbosity=2)
