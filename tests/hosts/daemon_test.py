"""The life of the real program: ports, signals, another configuration, the end. Needs no LibTorch."""
import json
import os
import signal
import socket
import struct
import subprocess
import unittest

from osc import GUARD, Peer, pack
from program import OSCINE, Program, fake

COUNTER = "models:\n" + fake("counter", "count")
SLOW = "models:\n" + fake("slow", "slow", ", ms: 300, when: 1")


class Daemon(unittest.TestCase):
    def setUp(self):
        self.peer = Peer()
        self.addCleanup(self.peer.close)

    def open(self, port, model):
        address, arguments = self.peer.ask(port, "open", 1, model, "", 48000.0, "samples")
        self.assertEqual(address, "/oscine/v1/opened", arguments)
        return arguments[1]

    def run_once(self, port, session, request):
        address, arguments = self.peer.ask(port, "run", request, session, 0, 0, 0.5, 0.5)
        self.assertEqual(address, "/oscine/v1/result", arguments)
        return arguments[4]

    def test_a_session_from_hello_to_bye(self):
        hears = Peer()
        self.addCleanup(hears.close)
        with Program(COUNTER) as oscine:
            self.peer.send(oscine.port, "hello", 1, hears.port, "test")
            address, arguments = hears.hear()
            self.assertEqual((address, arguments[0]), ("/oscine/v1/hello.reply", 1))
            self.peer.send(oscine.port, "ask", 2, "counter", 0.5, 0.5)
            self.assertEqual(hears.hear(), ("/oscine/v1/result", [2, 0, 0, 0, 1.0, 1.0]))
            self.peer.send(oscine.port, "bye", 3)
            self.assertEqual(hears.hear(), ("/oscine/v1/done", [3, "/oscine/v1/bye"]))

    def test_hangup_keeps_the_sessions_of_unchanged_models(self):
        with Program(COUNTER) as oscine:
            session = self.open(oscine.port, "counter")
            self.assertEqual(self.run_once(oscine.port, session, 2), 1.0)
            oscine.config.write_text(COUNTER + fake("more"))
            oscine.signal(signal.SIGHUP)
            oscine.wait_line("read again")
            self.assertEqual(self.run_once(oscine.port, session, 3), 2.0)
            self.assertEqual(self.peer.ask(oscine.port, "ask", 4, "more", 0.25, 0.5)[1][4], 0.75)

    def test_hangup_with_a_bad_file_is_a_line_of_the_log_and_changes_nothing(self):
        with Program(COUNTER) as oscine:
            session = self.open(oscine.port, "counter")
            self.run_once(oscine.port, session, 2)
            oscine.config.write_text("modells: {}\n")
            oscine.signal(signal.SIGHUP)
            line = oscine.wait_line("the old one stays")
            self.assertIn("modells", line)
            self.assertIn("models", line)
            self.assertEqual(self.run_once(oscine.port, session, 3), 2.0)

    def test_a_hundred_hangups_do_no_harm(self):
        with Program(COUNTER) as oscine:
            session = self.open(oscine.port, "counter")
            for n in range(100):
                oscine.signal(signal.SIGHUP)
                self.run_once(oscine.port, session, 10 + n)
            oscine.wait_line("read again")
            self.assertEqual(self.run_once(oscine.port, session, 200), 101.0)

    def test_terminate_answers_what_was_taken_and_exits_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Program(SLOW) as oscine:
                self.peer.ask(oscine.port, "ask", 1, "slow", 0.5, 0.5)
                self.peer.send(oscine.port, "ask", 2, "slow", 1.0, 0.5)
                self.assertEqual(self.peer.ask(oscine.port, "ping", 3, 0, 0)[0], "/oscine/v1/pong")  # 2 was taken
                oscine.signal(number)
                self.assertEqual(self.peer.hear(), ("/oscine/v1/result", [2, 0, 0, 0, 1.5, 1.5]))
                self.assertEqual(oscine.wait(), 0)
                self.assertIn("goodbye", oscine.log[-1])

    def test_terminate_lets_held_back_answers_go_out(self):
        with Program(COUNTER) as oscine:
            bundle = b"#bundle\0" + struct.pack(">Q", 1)
            for n in range(1, 101):
                ping = pack("/oscine/v1/ping", n, 0, 0)
                bundle += struct.pack(">i", len(ping)) + ping
            self.peer.socket.sendto(bundle, ("127.0.0.1", oscine.port))
            self.assertEqual(self.peer.hear()[1][0], 1)
            oscine.signal(signal.SIGTERM)
            self.assertEqual([self.peer.hear()[1][0] for _ in range(99)], list(range(2, 101)))
            self.assertEqual(oscine.wait(), 0)

    def test_terminate_with_a_peer_that_does_not_read(self):
        with Program("models:\n" + fake("sum")) as oscine:
            with socket.create_connection(("127.0.0.1", oscine.port)) as deaf:
                frame = pack("/oscine/v1/ask", 0, "sum", *[0.5] * 60000)
                for _ in range(40):
                    deaf.sendall(struct.pack(">i", len(frame)) + frame)
                self.peer.ask(oscine.port, "ping", 3, 0, 0)
                oscine.signal(signal.SIGTERM)
                self.assertEqual(oscine.wait(), 0)

    def test_terminate_while_a_model_loads(self):
        with Program("models:\n" + fake("sum")) as oscine:
            oscine.signal(signal.SIGTERM)
            self.assertEqual(oscine.wait(), 0)

    def test_a_port_in_use_is_one_sentence_and_exit_1(self):
        with Program(COUNTER) as oscine:
            other = subprocess.run([OSCINE, "serve", str(oscine.config), "--listen", str(oscine.port), "--log-level", "error"],
                                   capture_output=True, text=True, timeout=GUARD, check=False)
            self.assertEqual(other.returncode, 1)
            self.assertEqual(len(other.stderr.strip().splitlines()), 1, other.stderr)
            self.assertIn(f"port {oscine.port} is in use", other.stderr)
            self.assertIn("--listen", other.stderr)
            self.peer.ask(oscine.port, "ping", 1, 0, 0)

    def test_a_missing_configuration_is_one_sentence_and_exit_1(self):
        other = subprocess.run([OSCINE, "serve", "/nonexistent.yaml"], capture_output=True, text=True, timeout=GUARD,
                               check=False)
        self.assertEqual(other.returncode, 1)
        self.assertEqual(len(other.stderr.strip().splitlines()), 1, other.stderr)
        self.assertIn("/nonexistent.yaml", other.stderr)

    def test_quit_where_it_is_allowed(self):
        with Program("allow_quit: true\n" + COUNTER) as oscine:
            self.assertEqual(self.peer.ask(oscine.port, "quit", 1), ("/oscine/v1/done", [1, "/oscine/v1/quit"]))
            self.assertEqual(oscine.wait(), 0)

    def test_sockets_handed_in_by_the_parent(self):
        udp, tcp = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
        with udp, tcp:
            udp.bind(("127.0.0.1", 0))
            port = udp.getsockname()[1]
            tcp.bind(("127.0.0.1", port))
            numbers = (udp.fileno(), tcp.fileno())
            with Program(COUNTER, "--fds", ",".join(map(str, numbers)), listen=False, pass_fds=numbers) as oscine:
                self.assertEqual(oscine.port, port)
                oscine.signal(signal.SIGHUP)
                oscine.wait_line("read again")
                self.assertEqual(self.peer.ask(port, "ping", 1, 0, 0)[0], "/oscine/v1/pong")

    def test_sockets_handed_in_as_systemd_does(self):
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", 0))
            number = os.dup2(udp.fileno(), 100)
            self.addCleanup(os.close, number)
            # The variables name the process that becomes the daemon, and descriptors count from 3.
            shell = ["python3", "-c", "import os,sys; os.dup2(100, 3); os.set_inheritable(3, True); "
                     "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execv(sys.argv[1], sys.argv[1:])",
                     OSCINE]
            with Program(COUNTER, command=shell, listen=False, pass_fds=(number,)) as oscine:
                self.assertEqual(oscine.port, udp.getsockname()[1])

    def test_the_log_as_json_is_one_object_per_line(self):
        with Program(COUNTER, "--log-json", "--log-level", "debug") as oscine:
            self.peer.ask(oscine.port, "hello", 7, 0, 'a "quoted"\nname')
            line = json.loads(oscine.wait_line('"hello"', "quoted"))
            self.assertIn('a "quoted"\nname', line["who"])
            self.assertEqual(set(line) & {"time", "level", "what"}, {"time", "level", "what"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
