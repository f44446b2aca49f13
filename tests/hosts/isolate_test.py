"""Models in processes of their own, as a performer meets them: one crashes, hangs or is killed, and nobody else notices.
Real processes; the fake engine, and LibTorch where it is built in."""
import os
import select
import signal
import unittest
from pathlib import Path

from osc import Peer
from program import ROOT, Program, fake

TORCH = os.environ.get("OSCINE_TORCH") in ("1", "ON", "TRUE")


PATIENT = "limits: {load_wait_ms: 20000}\n"  # on a busy machine models take their time to load


def apart(name, does="sum", extra=""):
    return fake(name, does, extra) + "    isolate: true\n"


MODELS = (PATIENT + "models:\n" + fake("sum") + apart("calm") + apart("crash", "crash", ", when: 0.25")
          + apart("abort", "abort", ", when: 0.25") + apart("hang", "hang", ", when: 0.25"))


def children(process):
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def started_by(process):
    """Those that any of its threads started."""
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += [int(one) for one in (task / "children").read_text().split()]
    return found


@unittest.skipUnless(Path("/proc/self/task").exists(), "needs Linux's /proc to find the processes")
class Isolate(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.close)

    def hello(self, oscine):
        self.assertEqual(self.peer.ask(oscine.port, "hello", 1, self.peer.port, "stage")[0], "/oscine/v1/hello.reply")

    def ask(self, oscine, request, model, x=0.5):
        return self.peer.ask(oscine.port, "ask", request, model, x, 0.5)

    def open(self, oscine, request, model):
        address, arguments = self.peer.ask(oscine.port, "open", request, model, "", 48000.0, "samples")
        self.assertEqual(address, "/oscine/v1/opened", arguments)
        return arguments[1]

    def serving(self, oscine):
        return children(oscine.process.pid)[0]

    def falls(self, oscine):
        self.peer.send(oscine.port, "models", 77)
        heard = self.peer.hear_until("/oscine/v1/done")
        return {said[3]: tuple(said[7:9]) for address, said in heard if address == "/oscine/v1/model.item"}

    def test_a_crash_costs_its_own_sessions_and_nothing_else(self):
        with Program(MODELS) as oscine:
            self.hello(oscine)
            mine, other = self.open(oscine, 2, "crash"), self.open(oscine, 3, "sum")
            before = self.serving(oscine)
            address, said = self.ask(oscine, 4, "crash", 0.25)
            self.assertEqual((address, said[:3]), ("/oscine/v1/fail", [0, "/oscine/v1/open", 410]))
            self.assertIn(f"session {mine} is gone", said[3])
            address, said = self.peer.hear()
            self.assertEqual((address, said[0], said[2]), ("/oscine/v1/fail", 4, 500))
            self.assertIn("crash: its process crashed (Segmentation fault)", said[3])
            oscine.wait_line("(1 of 3)", "it starts again")
            self.assertEqual(self.peer.ask(oscine.port, "run", 5, other, 0, 0, 0.5, 0.25)[1][4:], [0.75, 0.75])
            self.assertEqual(self.peer.ask(oscine.port, "run", 6, mine, 0, 0, 0.5, 0.25)[1][2], 410)
            self.assertEqual(self.ask(oscine, 7, "crash")[0], "/oscine/v1/result")
            self.assertEqual(self.serving(oscine), before)
            self.assertEqual(self.falls(oscine)["crash"], (1, 1))
            self.assertEqual(self.falls(oscine)["sum"], (0, 0))

    def test_others_are_answered_while_one_hangs(self):
        with Program("workers: 1\n" + MODELS) as oscine:
            self.hello(oscine)
            self.peer.send(oscine.port, "ask", 50, "hang", 0.25, 0.5)
            for n in range(20):
                self.assertEqual(self.ask(oscine, 100 + n, "sum")[0], "/oscine/v1/result")
                self.assertEqual(self.ask(oscine, 200 + n, "calm")[0], "/oscine/v1/result")
            address, said = self.peer.hear_until("/oscine/v1/fail")[-1]
            self.assertEqual((said[0], said[2]), (50, 500))
            self.assertIn("did not come back and was ended", said[3])
            self.assertEqual(self.ask(oscine, 51, "hang")[0], "/oscine/v1/result")

    def test_the_third_fault_puts_it_aside_also_for_the_next_process(self):
        with Program(MODELS) as oscine:
            self.hello(oscine)
            for n in range(3):
                self.assertEqual(self.ask(oscine, 10 + n, "crash", 0.25)[1][2], 500)
                if n < 2:
                    self.assertEqual(self.ask(oscine, 20 + n, "crash")[0], "/oscine/v1/result")
            oscine.wait_line("put aside")
            self.assertEqual(self.ask(oscine, 30, "crash")[1][2], 503)
            os.kill(self.serving(oscine), signal.SIGKILL)
            self.peer.hear_until("/oscine/v1/restarted")
            address, said = self.ask(oscine, 31, "crash")
            self.assertEqual(said[2], 503)
            self.assertIn("put aside", said[3])
            self.assertEqual(self.ask(oscine, 32, "abort")[0], "/oscine/v1/result")
            self.assertEqual(self.peer.ask(oscine.port, "reload", 33, "crash")[0], "/oscine/v1/done")
            self.assertEqual(self.ask(oscine, 34, "crash")[0], "/oscine/v1/result")

    def test_a_kill_from_outside_is_nobodys_fault_however_often(self):
        with Program(PATIENT + "models:\n" + apart("calm")) as oscine:
            self.hello(oscine)
            self.assertEqual(self.ask(oscine, 2, "calm")[0], "/oscine/v1/result")
            self.assertEqual(self.peer.ask(oscine.port, "subscribe", 3, "model.state", 1)[0], "/oscine/v1/done")
            for n in range(5):
                self.assertEqual(self.ask(oscine, 10 + n, "calm")[0], "/oscine/v1/result")
                (worker,) = started_by(self.serving(oscine))
                os.kill(worker, signal.SIGKILL)
                while self.peer.hear_until("/oscine/v1/model.state")[-1][1][1] != "ready":
                    pass
            self.assertEqual(self.falls(oscine)["calm"], (1, 5))

    def test_its_process_leaves_with_the_serving_process_however_that_ends(self):
        with Program(PATIENT + "models:\n" + apart("calm")) as oscine:
            self.hello(oscine)
            self.assertEqual(self.ask(oscine, 2, "calm")[0], "/oscine/v1/result")
            (worker,) = started_by(self.serving(oscine))
            watched = os.pidfd_open(worker)
            self.addCleanup(os.close, watched)
            os.kill(self.serving(oscine), signal.SIGKILL)
            self.assertTrue(select.select([watched], [], [], 20)[0], "the worker is still there")
            self.peer.hear_until("/oscine/v1/restarted")
            self.assertEqual(self.ask(oscine, 3, "calm")[0], "/oscine/v1/result")
            (worker,) = started_by(self.serving(oscine))
            last = os.pidfd_open(worker)
            self.addCleanup(os.close, last)
            oscine.signal(signal.SIGTERM)
            self.assertEqual(oscine.wait(), 0)
            self.assertTrue(select.select([last], [], [], 20)[0], "the worker is still there")

    def test_a_load_that_crashes_or_never_ends_is_a_sentence(self):
        bad = fake("crash").replace("does: sum", "load: crash") + fake("hang").replace("does: sum", "load: hang")
        with Program("limits: {load_seconds: 1}\nmodels:\n" + fake("sum") + bad
                     + apart("later").replace("does: sum", "load: crash")) as oscine:
            self.hello(oscine)
            before = self.serving(oscine)
            for n, (model, words) in enumerate((("crash", "crashed (Segmentation fault) while it was tried out"),
                                                ("hang", "did not come back and was ended while it was tried out"),
                                                ("later", "crashed (Segmentation fault) while it loaded"))):
                oscine.wait_line(f"{model}: its process {words}")
                address, said = self.ask(oscine, 10 + n, model)
                self.assertEqual((address, said[2]), ("/oscine/v1/fail", 500))
                self.assertIn(words, said[3])
            self.assertEqual(self.ask(oscine, 20, "sum")[0], "/oscine/v1/result")
            self.assertEqual(self.serving(oscine), before)
            self.assertEqual(self.peer.ask(oscine.port, "status", 21)[1][10], 0)

    def test_what_was_loaded_well_is_not_tried_again_by_the_next_process(self):
        with Program("models:\n" + fake("sum"), "--log-level", "debug") as oscine:
            self.hello(oscine)
            oscine.wait_line("sum was tried out in another process")
            self.assertEqual(self.ask(oscine, 2, "sum")[0], "/oscine/v1/result")
            os.kill(self.serving(oscine), signal.SIGKILL)
            self.peer.hear_until("/oscine/v1/restarted")
            self.assertEqual(self.ask(oscine, 3, "sum")[0], "/oscine/v1/result")
            oscine.signal(signal.SIGTERM)
            oscine.wait()
            self.assertEqual(sum("was tried out" in line for line in oscine.log), 1)

    @unittest.skipUnless(TORCH, "this build has no LibTorch")
    def test_a_script_is_answered_for_as_in_the_serving_process(self):
        card = ROOT / "models/zoo/synth-params/card.yaml"
        config = PATIENT + f"models:\n  here: {{card: {card}, trusted: true}}\n  there: {{card: {card}, isolate: true}}\n"
        with Program(config) as oscine:
            self.hello(oscine)
            for n in range(20):
                x = n / 20
                here, there = (self.ask(oscine, 100 + 2 * n + i, model, x) for i, model in enumerate(("here", "there")))
                self.assertEqual(here[0], "/oscine/v1/result", here)
                for one, other in zip(here[1][4:], there[1][4:]):
                    self.assertLessEqual(abs(one - other), 1e-5 * max(abs(one), 1))  # one may be rewritten for speed
            session = self.open(oscine, 2, "there")
            (worker,) = started_by(self.serving(oscine))
            os.kill(worker, signal.SIGKILL)
            address, said = self.peer.hear_until("/oscine/v1/fail")[-1]
            self.assertEqual(said[:3], [0, "/oscine/v1/open", 410])
            self.assertIn(str(session), said[3])
            self.assertEqual(self.ask(oscine, 3, "here")[0], "/oscine/v1/result")
            self.assertEqual(self.ask(oscine, 4, "there")[0], "/oscine/v1/result")


if __name__ == "__main__":
    unittest.main()
