"""What a performer lives through: a model that crashes, hangs or never loads, a process that is killed, a supervisor that
is gone. Real processes, the fake engine; needs no LibTorch."""
import os
import select
import signal
import socket
import unittest
from pathlib import Path

from osc import Peer, pack
from program import Program, fake

CALM = fake("sum")
CRASH = fake("crash", "crash", ", when: 0.25")
ABORT = fake("abort", "abort", ", when: 0.25")
HANG = fake("hang", "hang", ", when: 0.25")
MODELS = "models:\n" + CALM + CRASH + ABORT + HANG


def serving_process(oscine):
    """The child of the supervisor."""
    children = Path(f"/proc/{oscine.process.pid}/task/{oscine.process.pid}/children").read_text().split()
    return int(children[0])


@unittest.skipUnless(Path("/proc/self/task").exists(), "needs Linux's /proc to find the serving process")
class Stage(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.close)

    def hello(self, oscine):
        address, arguments = self.peer.ask(oscine.port, "hello", 1, self.peer.port, "stage")
        self.assertEqual(address, "/oscine/v1/hello.reply", arguments)
        return arguments

    def fall(self, oscine, model, request):
        """Asks a model for what it cannot survive; comes back when the next process has told so."""
        self.peer.send(oscine.port, "ask", request, model, 0.25, 0.5)
        return self.peer.hear_until("/oscine/v1/restarted")[-1][1][0]

    def assert_serves(self, oscine, request=900):
        self.assertEqual(self.peer.ask(oscine.port, "ask", request, "sum", 0.5, 0.25),
                         ("/oscine/v1/result", [request, 0, 0, 0, 0.75, 0.75]))

    def test_a_model_that_crashes_costs_one_restart_and_the_client_is_told(self):
        with Program(MODELS) as oscine:
            _, client, boot, *_, key = self.hello(oscine)
            self.peer.ask(oscine.port, "open", 2, "sum", "", 48000.0, "samples")
            told = self.fall(oscine, "crash", 3)
            self.assertNotEqual(told, boot)
            self.assertIn("(1 of 3)", oscine.wait_line("crashed", "in a call of crash"))
            self.assert_serves(oscine)
            again = self.hello(oscine)
            self.assertEqual((again[1], again[2], again[-1]), (client, told, key))

    def test_the_third_fall_puts_the_model_aside_and_a_reload_brings_it_back(self):
        with Program(MODELS) as oscine:
            self.hello(oscine)
            for n, model in enumerate(("crash", "abort", "crash", "crash")):
                self.fall(oscine, model, 10 + n)
            oscine.wait_line("crash crashed or hung its process 3 times")
            address, arguments = self.peer.ask(oscine.port, "ask", 20, "crash", 0.5, 0.5)
            self.assertEqual((address, arguments[2]), ("/oscine/v1/fail", 503))
            self.assertIn("put aside", arguments[3])
            self.assert_serves(oscine)
            self.assertEqual(self.peer.ask(oscine.port, "reload", 21, "crash")[0], "/oscine/v1/done")
            self.assertEqual(self.peer.ask(oscine.port, "ask", 22, "crash", 0.5, 0.5)[0], "/oscine/v1/result")

    def test_a_model_that_hangs_is_ended_and_named(self):
        with Program(MODELS) as oscine:
            self.hello(oscine)
            self.fall(oscine, "hang", 3)
            oscine.wait_line("hang did not come back for", "1.0 s is its limit")
            self.assert_serves(oscine)

    def test_a_model_on_the_network_thread_that_hangs_is_ended_too(self):
        trusted = "models:\n" + CALM + "  hang:\n    trusted: true\n    card: card.yaml\n"
        with Program("listen: 7770\n") as oscine:  # its folder is where the card goes
            lines = fake("hang", "hang", ", when: 0.25").splitlines()[1:]
            (Path(oscine.folder.name) / "card.yaml").write_text("card: 1\nname: hang\n" + "\n".join(line[4:] for line in lines))
            oscine.config.write_text(trusted)
            oscine.signal(signal.SIGHUP)
            oscine.wait_line("hang is ready")
            self.hello(oscine)
            self.assertEqual(self.peer.ask(oscine.port, "ask", 2, "hang", 0.5, 0.5)[0], "/oscine/v1/result")
            self.fall(oscine, "hang", 3)
            oscine.wait_line("the serving process was ended", "in a call of hang")

    def test_a_kill_from_outside_is_nobodys_fault_however_often(self):
        with Program(MODELS) as oscine:
            self.hello(oscine)
            for n in range(5):
                os.kill(serving_process(oscine), signal.SIGKILL)
                self.peer.hear_until("/oscine/v1/restarted")
                self.assert_serves(oscine, 100 + n)
            for n in range(3):
                os.kill(serving_process(oscine), signal.SIGSEGV)
                self.peer.hear_until("/oscine/v1/restarted")
            self.assertNotIn("put aside", "\n".join(oscine.log))
            self.assertEqual(self.peer.ask(oscine.port, "status", 7)[1][10], 8)

    def test_what_arrives_while_nobody_serves_is_answered_by_the_next(self):
        with Program(MODELS) as oscine:
            self.hello(oscine)
            old = serving_process(oscine)
            os.kill(old, signal.SIGSTOP)  # it reads no more
            for n in range(50):
                self.peer.send(oscine.port, "ask", 200 + n, "sum", 0.5, 0.25)
            os.kill(old, signal.SIGKILL)
            heard = set()
            while len(heard) < 50:
                address, arguments = self.peer.hear_until("/oscine/v1/result")[-1]
                heard.add(arguments[0])
            self.assertEqual(heard, set(range(200, 250)))

    def test_other_ports_by_a_hangup_reach_the_serving_process_and_the_next_one(self):
        with Program("listen: 0\n" + MODELS, listen=False) as oscine:
            self.hello(oscine)
            oscine.config.write_text("listen: [0, \"127.0.0.1:0\"]\n" + MODELS)
            oscine.signal(signal.SIGHUP)
            other = int(oscine.wait_line("listen: 127.0.0.1:", ", udp and tcp").split("127.0.0.1:")[1].split(",")[0])
            self.assertNotEqual(other, oscine.port)
            oscine.wait_line("read again")
            ports = (oscine.port, other)
            self.assertEqual(self.peer.ask(other, "ask", 5, "sum", 0.5, 0.25)[0], "/oscine/v1/result")
            os.kill(serving_process(oscine), signal.SIGKILL)
            self.peer.hear_until("/oscine/v1/restarted")
            for port in ports:
                self.assertEqual(self.peer.ask(port, "ask", 6, "sum", 0.5, 0.25)[0], "/oscine/v1/result")

    def test_a_broken_configuration_does_not_keep_it_from_serving_again(self):
        with Program(MODELS) as oscine:
            self.hello(oscine)
            oscine.config.write_text("modells: {}\n")
            os.kill(serving_process(oscine), signal.SIGKILL)
            self.peer.hear_until("/oscine/v1/restarted")
            self.assert_serves(oscine)

    def test_connections_end_with_the_process_and_new_ones_are_taken(self):
        with Program(MODELS) as oscine:
            self.hello(oscine)
            with socket.create_connection(("127.0.0.1", oscine.port), timeout=20) as line:
                packet = pack("/oscine/v1/ping", 1, 0, 0)
                line.sendall(len(packet).to_bytes(4, "big") + packet)
                self.assertTrue(line.recv(64))
                os.kill(serving_process(oscine), signal.SIGKILL)
                self.assertEqual(line.recv(64), b"")
            self.peer.hear_until("/oscine/v1/restarted")
            with socket.create_connection(("127.0.0.1", oscine.port), timeout=20) as line:
                line.sendall(len(packet).to_bytes(4, "big") + packet)
                self.assertTrue(line.recv(64))

    def test_the_serving_process_leaves_when_its_supervisor_is_gone(self):
        with Program(MODELS) as oscine:
            child = os.pidfd_open(serving_process(oscine))
            self.addCleanup(os.close, child)
            oscine.process.kill()
            self.assertTrue(select.select([child], [], [], 20)[0], "the serving process is still there")

    def test_alone_there_is_one_process(self):
        with Program(MODELS, "--alone") as oscine:
            self.hello(oscine)
            children = Path(f"/proc/{oscine.process.pid}/task/{oscine.process.pid}/children").read_text()
            self.assertEqual(children.strip(), "")
            self.assert_serves(oscine)

    def test_the_service_manager_is_told(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            name = f"\0oscine-test-{os.getpid()}"
            manager.bind(name)
            manager.settimeout(20)
            os.environ.update(NOTIFY_SOCKET="@" + name[1:], WATCHDOG_USEC="2000000")
            try:
                with Program(MODELS) as oscine:
                    heard = {manager.recv(256) for _ in range(4)}
                    self.assertEqual(heard, {b"READY=1", b"WATCHDOG=1"})
                    oscine.signal(signal.SIGTERM)
                    self.assertEqual(oscine.wait(), 0)
            finally:
                del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]


if __name__ == "__main__":
    unittest.main()
