"""What oscine record writes, oscine replay answers in the same way: two thousand mixed requests to a real daemon, with a
session that hears, by UDP and TCP, and packets that are no OSC."""
import json
import os
import signal
import struct
import subprocess
import time
import unittest
import zlib
from pathlib import Path

from mixed_requests import Mixed
from osc import GUARD, Peer
from program import OSCINE, ROOT, Program, fake

TORCH = os.environ.get("OSCINE_TORCH", "1").lower() not in ("0", "off", "false")
LOUDNESS = ("  loudness: {kind: classifier, engine: fake, modelRate: 8000, window: 800, hop: 400, top: 2,\n"
            "             frontEnd: {kind: waveform}, labels: [quiet, loud], options: {does: loud}}\n")
SYNTH = f"  synth-params: {{card: {ROOT}/models/zoo/synth-params/card.yaml, trusted: true}}\n" if TORCH else fake("synth-params")
SOME = 4000  # bytes of a recording: its head, and some of 49 pings
MODELS = "models:\n" + SYNTH + LOUDNESS + fake("counter", "count") + fake("slow", "slow", ", ms: 3, when: 0.25")


def replay(file, *options):
    return subprocess.run([OSCINE, "replay", str(file), *options], capture_output=True, text=True, timeout=120, check=False)


class Recording(Program):
    """A daemon that records. with Recording(config) as oscine: … oscine.stop(); replay(oscine.file)"""

    def __init__(self, config, *arguments, files=None):
        super().__init__(config, *arguments, record=True, files=files)

    def stop(self):
        self.process.terminate()
        assert self.wait() == 0, self.log


class Replay(unittest.TestCase):
    def test_two_thousand_mixed_requests_are_answered_in_the_same_way(self):
        with Recording(MODELS) as oscine:
            mixed = Mixed(oscine.port, seed=1)
            mixed.run(2100)  # some of them are no requests
            oscine.stop()
            done = replay(oscine.file, "--json")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            told = json.loads(done.stdout)
            self.assertGreaterEqual(told["requests"], 2000)
            self.assertGreater(told["answers"], 2000)
            self.assertEqual(told["identical"], told["answers"], told)
            self.assertEqual(told["notes"], [])

    def test_a_recording_reads_as_what_was_said(self):
        with Recording(MODELS) as oscine:
            peer = Peer()
            peer.ask(oscine.port, "ping", 41, 1, 2)
            peer.close()
            oscine.stop()
            listed = replay(oscine.file, "--print")
            self.assertEqual(listed.returncode, 0, listed.stderr)
            self.assertRegex(listed.stdout, r"→  127\.0\.0\.1:\d+  /oscine/v1/ping 41 1 2\n")
            self.assertRegex(listed.stdout, r"←  127\.0\.0\.1:\d+  /oscine/v1/pong 41 1 2 ")

    def test_another_model_answers_otherwise_and_both_answers_are_shown(self):
        with Recording("models:\n" + fake("counter", "count")) as oscine:
            peer = Peer()
            peer.ask(oscine.port, "ask", 7, "counter", 0.5, 0.25)
            peer.close()
            oscine.stop()
            other = Path(oscine.folder.name) / "other.yaml"
            other.write_text("models:\n" + fake("counter", "sum"))
            done = replay(oscine.file, "--config", str(other))
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("then  /oscine/v1/result 7 0 0 0 1 1", done.stdout)
            self.assertIn("now   /oscine/v1/result 7 0 0 0 0.75 0.75", done.stdout)

    def test_a_card_that_is_not_the_one_of_the_recording_is_named(self):
        card = "card: 1\nname: gain\nkind: params\nengine: fake\ninputs: [x]\noutputs: [y]\n"
        with Recording("models: {gain: card.yaml}\n", files={"card.yaml": card}) as oscine:
            peer = Peer()
            peer.ask(oscine.port, "load", 1, "gain")  # the files are hashed after it
            peer.ask(oscine.port, "reload", 2, "gain")
            peer.close()
            oscine.stop()
            self.assertEqual(json.loads(replay(oscine.file, "--json").stdout)["notes"], [])
            path = oscine.config.parent / "card.yaml"
            path.write_text(card + "about: another\n")
            done = replay(oscine.file)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn(f"note: {path} is not the file of the recording", done.stdout)
            path.unlink()
            done = replay(oscine.file)
            self.assertEqual(done.returncode, 1)
            self.assertIn("card.yaml", done.stderr)
            self.assertIn("--config", done.stderr)

    def test_a_recording_that_was_cut_short_is_replayed_up_to_there(self):
        with Recording(MODELS) as oscine:
            Mixed(oscine.port, seed=2).run(100)
            oscine.stop()
            whole = oscine.file.read_bytes()
            for size in (len(whole) // 2, len(whole) - 1):
                oscine.file.write_bytes(whole[:size])
                done = replay(oscine.file, "--json")
                told = json.loads(done.stdout)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual(told["identical"], told["answers"])
                self.assertIn("cut short", told["notes"][0])
            oscine.file.write_bytes(whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:])
            done = replay(oscine.file)
            self.assertIn("damaged", done.stdout + done.stderr)

    def end_by(self, number):
        """What a replay says of a daemon that this signal ended after 49 pings and two answers of Program's own."""
        with Recording(MODELS) as oscine:
            peer = Peer()
            for n in range(1, 50):
                peer.ask(oscine.port, "ping", n, 0, 0)
            peer.close()
            ends = time.monotonic() + GUARD
            while number == signal.SIGKILL and oscine.file.stat().st_size < SOME:  # what is written then, the system decides
                self.assertLess(time.monotonic(), ends)
            oscine.signal(number)
            self.assertIn(oscine.process.wait(GUARD), (-number, 1, 66))  # sanitizers report a crash, and leave with these
            told = json.loads(replay(oscine.file, "--json").stdout)
            self.assertEqual(told["identical"], told["answers"], told)
            return told

    def test_a_crash_waits_until_all_that_led_to_it_is_written(self):
        for number in (signal.SIGSEGV, signal.SIGABRT):
            self.assertEqual(self.end_by(number)["requests"], 51)

    def test_a_killed_daemon_leaves_a_recording(self):
        self.assertGreater(self.end_by(signal.SIGKILL)["answers"], 0)

    def test_the_file_is_as_the_page_says(self):
        with Recording("models:\n" + fake("sum")) as oscine:
            oscine.stop()
            data = oscine.file.read_bytes()
            head = b"oscine recording 1\n"
            self.assertTrue(data.startswith(head))
            at, kinds = len(head), []
            while at < len(data):
                size, crc = struct.unpack_from("<II", data, at)
                body = data[at + 8:at + 8 + size]
                self.assertEqual(zlib.crc32(body), crc)
                kinds.append(body[0])
                at += 8 + size
            self.assertEqual((kinds[0], kinds[-1]), (1, 48))
            self.assertEqual(oscine.file.stat().st_mode & 0o777, 0o600)

    def test_a_full_disk_ends_the_recording_and_nothing_else(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with Program(MODELS, "--record", "/dev/full", "--force") as oscine:
            line = oscine.wait_line("the recording ends here")
            self.assertIn("the daemon serves on", line)
            peer = Peer()
            self.assertEqual(peer.ask(oscine.port, "ping", 1, 0, 0)[0], "/oscine/v1/pong")
            peer.close()

    def test_a_file_that_exists_is_not_replaced(self):
        with Recording(MODELS) as oscine:
            oscine.stop()
            before = oscine.file.read_bytes()
            again = subprocess.run([OSCINE, "record", str(oscine.file), str(oscine.config), "--listen", "0", "--log-level", "error"],
                                   capture_output=True, text=True, timeout=GUARD, check=False)
            self.assertEqual(again.returncode, 1)
            self.assertIn("exists already", again.stderr)
            self.assertEqual(oscine.file.read_bytes(), before)

    def test_after_a_restart_the_next_file_is_written(self):
        with Recording(MODELS) as first:
            first.stop()
            with Program(MODELS, "--record", str(first.file), "--record-again") as second:
                second.process.terminate()
                self.assertEqual(second.wait(), 0)
            self.assertEqual(json.loads(replay(str(first.file) + ".2", "--json").stdout)["notes"], [])

    def test_what_is_no_recording_is_one_sentence(self):
        for file in ("/nonexistent", str(Path(__file__)), str(ROOT)):
            done = replay(file)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(file, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
