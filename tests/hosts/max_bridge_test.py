"""The script of [oscine] in node against the real daemon, by UDP and TCP: what it opens, asks, sets and hears, what it does when
the daemon restarts, falls, or is not there, and that every failure reaches the patch as text."""
import itertools
import os
import shutil
import signal
import socket
import tempfile
import unittest
from pathlib import Path

from maxnode import MaxNode, NODE, WITHOUT_NODE
from program import OSCINE, Program, fake, skip
from stage_test import serving_process

LOUD = ("  loudness: {kind: classifier, engine: fake, modelRate: 8000, window: 800, hop: 400, top: 1,\n"
        "             frontEnd: {kind: waveform}, labels: [quiet, loud], options: {does: loud}}\n")
CONFIG = "models:\n" + fake("synth") + fake("counter", "count") + LOUD


def open_session(patch, name, model, rate=8000):
    patch.send("session", name, "rate", rate)
    return patch.ask(["session", name, "open", model], "session", name, "opened")


class Bridge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        alias = 'aliases:\n  /synth/update: {model: synth, send: {pitch: /synth/pitch}, to: "sender"}\n'
        cls.shared = Program(alias + CONFIG).__enter__()
        cls.addClassCleanup(cls.shared.__exit__)

    def sessions(self, patch):
        return patch.ask(["status"], "status")[3]

    def test_a_session_is_opened_run_and_closed_by_udp_and_tcp(self):
        for way in ("udp", "tcp"):
            with self.subTest(way), MaxNode(self.shared.port, way=way) as patch:
                self.assertEqual(len(patch.hear("state", "connected")), 4)
                self.assertEqual(open_session(patch, "a", "synth")[3:], ["synth", 0, 2, 2, 0, 1, 1, 0])
                self.assertEqual(patch.ask(["session", "a", "run", 1, 2, 0.25, 0.5], "session", "a", "result"),
                                 ["session", "a", "result", 1, 2, 0.75, 0.75])
                self.assertEqual(patch.ask(["session", "a", "ask", "synth", 1, 1], "session", "a", "values")[3:], [2, 2])
                self.assertEqual(patch.ask(["session", "a", "labels", "synth"], "session", "a", "labels")[3:], ["pitch", "filter"])
                self.assertEqual(self.sessions(patch), 1)
                patch.ask(["session", "a", "close"], "session", "a", "closed")
                self.assertEqual(self.sessions(patch), 0)

    def test_models_and_what_is_told_of_one(self):
        with MaxNode(self.shared.port) as patch:
            patch.hear("state", "connected")
            self.assertEqual(patch.ask(["models"], "models")[1], 3)
            self.assertEqual({message[1] for message in patch.passed if message[0] == "model"}, {"synth", "counter", "loudness"})
            patch.ask(["info", "synth"], "info", "synth")
            self.assertEqual([message[0] for message in patch.passed[:2]], ["about", "method"])

    def test_only_the_newest_question_is_kept_while_an_answer_is_awaited(self):
        with MaxNode(self.shared.port) as patch:
            patch.hear("state", "connected")
            for step in range(200):
                patch.send("session", "a", "ask", "synth", step / 256, 0)
            patch.send("session", "a", "ask", "synth", 1, 0.5)
            patch.hear("session", "a", "values", 1.5, 1.5)
            self.assertLess(len(patch.passed), 200)

    def test_sound_is_heard_and_events_stand_at_their_positions(self):
        for way, word in itertools.product(("udp", "tcp"), ("frames", "sound")):
            with self.subTest(f"{word} by {way}"), MaxNode(self.shared.port, way=way) as patch:
                patch.hear("state", "connected")
                open_session(patch, "ear", "loudness")
                start = 3_000_000_000  # beyond 2^31: 17 hours at 48 kHz
                for block in range(20):
                    at = start + block * 200
                    patch.send("session", "ear", word, at // 65536, at % 65536, 1, *[0.9 if block >= 10 else 0.0] * 200)
                heard = [patch.hear("session", "ear", "event") for _ in range(9)]
                self.assertEqual([message[6] * 65536 + message[7] for message in heard], [start + 400 * n for n in range(9)])
                self.assertEqual([message[10] for message in heard], ["label"] * 9)
                self.assertEqual((heard[0][11], heard[-1][11]), ("quiet", "loud"))

    def test_every_failure_reaches_the_patch_as_text(self):
        with MaxNode(self.shared.port) as patch:
            patch.hear("state", "connected")
            for message, code, part in [
                    (["session", "a", "open", "synht"], 404, "synth"),
                    (["session", "a", "open"], 400, "open MODEL"),
                    (["session", "b", "set", "x", 1], 410, "open MODEL first"),
                    (["session", "b", "dance"], 400, "dance is not understood"),
                    (["session", "b", "ask", "synth", 1], 400, "1"),
                    (["session", "b", "labels", "nothing"], 404, "nothing"),
                    (["info", "nothing"], 404, "nothing"),
                    (["send", "ping", 1], 400, "begins with /"),
                    (["send", "/oscine/v1/opne", 3], 404, "/oscine/v1/open"),
                    (["connect", "127.0.0.1", 123456], 400, "65535")]:
                patch.send(*message)
                failed = patch.hear("fail", code)
                self.assertIn(part, failed[3], message)
            self.assertTrue(all("oscine: " in line[0] for line in patch.posted))
            open_session(patch, "c", "synth")
            for words, code, address in [
                    (["set", "no-such", 1], 404, "/set"), (["get", "no-such"], 404, "/get"), (["run", 0, 0, 1], 400, "/run"), (["play", 0, 0], 409, "/play"),
                    (["policy", "maybe"], 400, "/policy"), (["horizon", -1], 400, "/horizon"), (["file", "nowhere.wav"], 409, "/file"),
                    (["folder", "/no/such/folder"], 404, "/file")]:
                patch.send("session", "c", *words)
                failed = patch.hear("session", "c", "fail")
                self.assertEqual(failed[3:5], [code, address], words)
                self.assertEqual(patch.hear("fail")[1:], failed[3:], "and for the console")
            patch.send("session", "c", "sound", 0, 0, 1, 0.5, 0.5)
            self.assertEqual(patch.hear("fail")[2], "/audio", "a failure of the way of sound, too")

    def test_no_daemon_is_noticed_within_a_second_and_told_how_to_start_one(self):
        for way in ("udp", "tcp"):
            with self.subTest(way), socket.create_server(("127.0.0.1", 0)) as taken:
                port = taken.getsockname()[1]
                taken.close()
                with MaxNode(port, way=way) as patch:
                    sentence = f"no oscine at 127.0.0.1:{port}: start it with `oscine serve CONFIG`"
                    self.assertEqual(patch.hear("state", "disconnected"), ["state", "disconnected", sentence])
                    self.assertEqual(patch.passed, [["state", "started"]])
                    patch.send("session", "a", "ask", "synth", 1, 1)
                    self.assertEqual(patch.hear("session", "a", "fail")[3:], [503, "/ask", sentence])

    def test_an_installed_daemon_is_started_and_found(self):
        with tempfile.TemporaryDirectory(prefix="oscine-max-") as home, socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            taken.close()
            (Path(home) / "oscine").symlink_to(shutil.which(OSCINE))
            (Path(home) / "my config.yaml").write_text("allow_quit: true\n" + CONFIG)
            (Path(home) / "wrong.yaml").write_text("modells: 1\n")
            with MaxNode(port, PATH=home + os.pathsep + os.environ["PATH"], TMPDIR=home) as patch:
                patch.hear("state", "disconnected")
                patch.send("start", f"Macintosh HD:{home}/wrong.yaml")
                self.assertIn("modells", patch.hear("fail", 503)[3])
                patch.send("start", f"{home}/my config.yaml")
                self.assertEqual(patch.hear("starting")[1], f"{home}/oscine")
                patch.hear("state", "connected")
                open_session(patch, "a", "synth")
                patch.send("start")
                self.assertIn("already", patch.hear("fail", 409)[3])
                patch.send("send", "/oscine/v1/quit", 0)
                patch.hear("state", "disconnected")

    def test_a_restart_opens_and_sets_again(self):
        for way in ("udp", "tcp"):
            with self.subTest(way), Program(CONFIG) as oscine, MaxNode(oscine.port, way=way) as patch:
                patch.hear("state", "connected")
                open_session(patch, "a", "counter")
                open_session(patch, "b", "synth")
                os.kill(serving_process(oscine), signal.SIGKILL)
                patch.hear("state", "restarted" if way == "udp" else "connected")
                opened = {patch.hear("session")[1:3][0] for _ in range(2)}
                self.assertEqual(opened, {"a", "b"})
                self.assertEqual(patch.ask(["session", "b", "run", 0, 0, 0.25, 0.5], "session", "b", "result")[5:], [0.75, 0.75])

    def test_a_daemon_that_comes_back_is_found_again(self):
        with Program(CONFIG) as oscine:
            port = oscine.port
            patch = MaxNode(port).__enter__()
            patch.hear("state", "connected")
            open_session(patch, "a", "synth")
        patch.hear("state", "disconnected")
        with Program(CONFIG, "--listen", str(port), listen=False) as oscine:
            patch.hear("state", "connected")
            patch.hear("session", "a", "opened")
            self.assertEqual(patch.ask(["session", "a", "run", 0, 0, 1, 1], "session", "a", "result")[5:], [2, 2])
            patch.__exit__()

    def test_two_instances_have_clients_and_sessions_of_their_own_which_leave_with_them(self):
        with MaxNode(self.shared.port, "one") as one:
            one.hear("state", "connected")
            open_session(one, "a", "counter")
            with MaxNode(self.shared.port, "two") as two:
                two.hear("state", "connected")
                open_session(two, "a", "counter")
                self.assertEqual(self.sessions(one), 2)
                for patch in (one, two, one, two):
                    patch.ask(["session", "a", "run", 0, 0, 0, 0], "session", "a", "result")
                self.assertEqual(one.ask(["session", "a", "run", 0, 0, 0, 0], "session", "a", "result")[5:], [3, 3])
            self.assertEqual(self.sessions(one), 1)

    def test_a_request_with_an_id_of_the_patchs_own_is_answered_to_the_patch(self):
        with MaxNode(self.shared.port) as patch:
            patch.hear("state", "connected")
            for _ in range(3):
                self.assertEqual(patch.ask(["send", "/oscine/v1/ask", 1, "synth", 0.25, 0.5], "heard"), ["heard", "/result", 1, 0, 0, 0, 0.75, 0.75])
            patch.send("send", "/oscine/v1/labels", 2, "synth", 0, 0)
            self.assertEqual([patch.hear("heard")[1] for _ in range(3)], ["/model.label", "/model.label", "/done"])
            self.assertEqual(patch.ask(["send", "/oscine/v1/labels", 3, "nobody", 0, 0], "fail")[1:3], [404, "/labels"])

    def test_an_alias_is_answered_to_the_port_it_came_from(self):
        with MaxNode(self.shared.port) as patch:
            patch.hear("state", "connected")
            self.assertEqual(patch.ask(["send", "/synth/update", 0.25, 0.5], "heard"), ["heard", "/synth/pitch", 0.75])


if __name__ == "__main__":
    if not NODE:
        skip(WITHOUT_NODE)
    unittest.main(verbosity=2)
