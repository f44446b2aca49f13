"""What goes wrong around it: a second daemon, a folder that disappears, a full disk, a clock that is set back, a process that
cannot be started. Each behaviour as docs/stage.md states it. The fake engine; needs no LibTorch."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from osc import GUARD, Peer
from program import OSCINE, Child, Program, fake

CARD = ("card: 1\nname: {name}\nkind: params\nengine: fake\ninputs: [x, y]\noutputs: [a, b]\noptions: {{does: sum}}\n")
MODELS = "models:\n" + fake("sum")
NOBODY = 65534


def serving_process(supervisor):
    children = Path(f"/proc/{supervisor.process.pid}/task/{supervisor.process.pid}/children").read_text().split()
    return int(children[0])


def faketime():
    """The library that gives a program another time of day, where it is installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")) + sorted(Path("/usr/lib/faketime").glob("libfaketimeMT*"))
    sanitized = b"__asan_init" in Path(OSCINE).read_bytes() or b"__tsan_init" in Path(OSCINE).read_bytes()
    return None if sanitized or not found else str(found[0])


class Case(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.close)

    def assert_serves(self, port, request, model="sum"):
        self.assertEqual(self.peer.ask(port, "ask", request, model, 0.5, 0.25)[0], "/oscine/v1/result")


class SecondDaemon(Case):
    def test_on_the_same_port_leaves_with_a_sentence_and_the_first_serves_on(self):
        with Program(MODELS) as oscine:
            self.peer.ask(oscine.port, "hello", 1, 0, "first")
            second = subprocess.run([OSCINE, "serve", str(oscine.config), "--listen", str(oscine.port)], capture_output=True,
                                    text=True, timeout=GUARD)
            self.assertEqual(second.returncode, 1)
            self.assertIn(f"port {oscine.port} is in use on 127.0.0.1:{oscine.port} (is oscine running already?)", second.stderr)
            self.assert_serves(oscine.port, 2)


@unittest.skipUnless(Path("/proc/self/task").exists(), "needs Linux's /proc to find the serving process")
class ModelFolder(Case):
    def test_that_disappears_takes_no_model_that_is_served_and_comes_back(self):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "models"
            folder.mkdir()
            (folder / "sum.yaml").write_text(CARD.format(name="sum"))
            (folder / "more.yaml").write_text(CARD.format(name="more"))
            with Program(f"model_folders: [{folder}]\nmodels: [{folder}/sum.yaml]\n") as oscine:
                self.peer.ask(oscine.port, "hello", 1, 0, "folder")
                folder.rename(Path(place) / "away")
                self.assert_serves(oscine.port, 2)
                for request, (address, *rest) in enumerate((("reload", "sum"), ("load", "more", "more")), 3):
                    answer, arguments = self.peer.ask(oscine.port, address, request, *rest)
                    self.assertEqual(answer, "/oscine/v1/fail")
                    self.assertNotIn("\n", arguments[3])
                self.assert_serves(oscine.port, 5)
                os.kill(serving_process(oscine), signal.SIGKILL)  # the next one needs the card
                oscine.wait_line("sum.yaml")
                oscine.wait_line("gave up with code 1", "it starts again")
                (Path(place) / "away").rename(folder)
                self.peer.hear_until("/oscine/v1/restarted")
                self.assert_serves(oscine.port, 6)


class FullDisk(Case):
    @unittest.skipUnless(os.path.exists("/dev/full"), "needs Linux's /dev/full")
    def test_under_the_log_is_one_line_a_process_on_standard_error_and_it_serves(self):
        with tempfile.TemporaryDirectory() as place:
            config = Path(place) / "c.yaml"
            (Path(place) / "log").symlink_to("/dev/full")
            config.write_text("log: {level: debug, file: log}\n" + MODELS)
            door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # the log, which would name a port, is what is broken
            self.addCleanup(door.close)
            door.bind(("127.0.0.1", 0))
            port = door.getsockname()[1]
            child = Child([OSCINE, "serve", str(config), "--fds", str(door.fileno())], "stderr", pass_fds=(door.fileno(),))
            self.addCleanup(child.end)
            child.wait_line("the log cannot be written to", "No space left on device", "make room")
            self.peer.ask(port, "hello", 1, 0, "disk")
            for n in range(200):
                self.assert_serves(port, 10 + n)
            child.process.send_signal(signal.SIGTERM)
            self.assertEqual(child.wait(), 0)
            complaints = [line for line in child.log if "the log cannot be written" in line]
            self.assertLessEqual(len(complaints), 2)  # the supervisor's and the serving process's
            self.assertEqual(child.log, complaints)


class Clock(Case):
    @unittest.skipUnless(Path("/usr/lib").exists() and faketime(), "needs libfaketime, and a program without sanitizers")
    def test_that_is_set_by_an_hour_back_or_ahead_moves_nothing_but_the_time_in_the_log(self):
        with tempfile.TemporaryDirectory() as place:
            rule = Path(place) / "time"
            rule.write_text("+0")
            os.environ.update(LD_PRELOAD=faketime(), FAKETIME_TIMESTAMP_FILE=str(rule), FAKETIME_NO_CACHE="1",
                              FAKETIME_DONT_FAKE_MONOTONIC="1")
            self.addCleanup(lambda: [os.environ.pop(name) for name in
                                     ("LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE", "FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC")])
            with Program("lease_seconds: 2\nlog: {json: true, level: debug}\n" + MODELS) as oscine:
                self.peer.ask(oscine.port, "hello", 1, 0, "clock")
                session = self.peer.ask(oscine.port, "open", 2, "sum", "", 48000.0, "samples")[1][1]
                before = oscine.wait_line("/oscine/v1/open").split('"time":"')[1][:13]
                for n, jump in enumerate(("-1h", "+1h"), 1):
                    (Path(place) / "next").write_text(jump)
                    (Path(place) / "next").rename(rule)
                    for m in range(20):  # a lease by the time of day would end with the jump ahead
                        answer = self.peer.ask(oscine.port, "run", 100 * n + m, session, 0, 0, 0.5, 0.25)
                        self.assertEqual(answer[0], "/oscine/v1/result", answer)
                    after = oscine.wait_line("/oscine/v1/run", f'"id":{100 * n + 19}').split('"time":"')[1][:13]
                    self.assertNotEqual(before, after)  # day and hour: the clock was set indeed
                self.assertLess(self.peer.ask(oscine.port, "status", 400)[1][1], 600)  # how long it is up


@unittest.skipUnless(Path("/proc/self/task").exists() and shutil.which("prlimit"), "needs Linux and util-linux")
class NoProcess(Case):
    def bound(self, process, most, **options):
        """Processes that its user may have, as long as this one asks."""
        subprocess.run(["prlimit", f"--pid={process}", f"--nproc={most}:"], check=True, cwd="/", **options)

    def test_that_can_be_started_is_tried_again_until_it_can(self):
        with tempfile.TemporaryDirectory() as place:
            program, config, options = Path(place) / "oscine", Path(place) / "c.yaml", {}
            shutil.copy2(OSCINE, program)
            config.write_text(MODELS)
            os.chmod(place, 0o755)
            if os.getuid() == 0:
                options = {"user": NOBODY, "extra_groups": []}  # the bound does not hold for root
            child = Child([str(program), "serve", str(config), "--listen", "0"], "stderr", cwd=place, **options)
            self.addCleanup(child.end)
            port = int(child.wait_line("listen", "127.0.0.1:").split("127.0.0.1:")[1].split()[0].strip(","))
            self.peer.ask(port, "hello", 1, 0, "fork")
            supervisor, old = child.process.pid, serving_process(child)
            self.bound(supervisor, "1", **options)
            os.kill(old, signal.SIGKILL)
            child.wait_line("the serving process cannot be started", "the next try is in")
            child.wait_line("the serving process cannot be started", "the next try is in")
            self.bound(supervisor, "4096", **options)
            self.peer.hear_until("/oscine/v1/restarted")
            self.assert_serves(port, 2)


if __name__ == "__main__":
    unittest.main()
