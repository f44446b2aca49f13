"""kill: the serving process is killed at random moments while 16 clients ask; whoever asks again is always answered."""
import os
import random
import select
import signal
import socket
import statistics
import struct
import sys
import time
from pathlib import Path

from figures import percentile, tell
from memory import resident_mib
from rig import ROOT, BenchError, Daemon, cpu_seconds

sys.path.append(str(ROOT / "tests" / "hosts"))
from osc import pack, unpack  # noqa: E402  (the tests' own OSC, from the standard library alone)

CLIENTS = 16
AGAIN_S = 0.1       # a client asks again after so long
LOST_S = 20         # and gives up after so long
LOOK_S = 0.005      # how often it is asked whether the daemon is back
HELLO_BAR_MS, MODELS_BAR_MS = 300, 1000
IDLE_S = 20
CORE_BAR, SERVING_BAR, RSS_BAR_MIB = 0.1, 0.5, 15
PREFIX = "/oscine/v1/"


class Client:
    """Asks the model of the default configuration, one question at a time, each until it is answered."""

    def __init__(self, port, number):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1", port))
        self.random = random.Random(number)
        self.id = 0
        self.answers = {}  # by id: every different answer that came
        self.asked = self.lost = self.again = 0
        self.say(pack(PREFIX + "hello", 1_000_000, 0, f"kill {number}"))
        self.next()

    def say(self, packet):
        try:
            self.socket.send(packet)
        except OSError:
            pass  # what was refused earlier is told now; the next try asks again

    def next(self):
        self.id += 1
        self.asked += 1
        self.packet = pack(PREFIX + "ask", self.id, "synth-params", self.random.random(), self.random.random())
        self.began = self.said = time.monotonic()
        self.say(self.packet)

    def hear(self):
        while True:
            try:
                packet = self.socket.recv(65536)
            except OSError:
                return
            address, arguments = unpack(packet)
            if address not in (PREFIX + "result", PREFIX + "fail") or arguments[0] >= 1_000_000:
                continue
            self.answers.setdefault(arguments[0], set()).add(packet)
            if arguments[0] == self.id:
                self.next()

    def look(self, now):
        if now - self.began > LOST_S:
            self.lost += 1
            self.next()
        elif now - self.said > AGAIN_S:
            self.said, self.again = now, self.again + 1
            self.say(self.packet)

    def different(self):
        return sum(len(one) > 1 for one in self.answers.values())

    def failed(self):
        return sum(unpack(packet)[0].endswith("/fail") for one in self.answers.values() for packet in one)

    def unanswered(self):
        return sum(number not in self.answers for number in range(1, self.id))


class Probe:
    """Measures how long hello, and then the model, is away."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1", port))
        self.id = 0
        self.hello, self.model = [], []
        self.killed = self.said = None

    def begin(self, now):
        self.killed, self.wants, self.said = now, "hello", 0
        self.id += 1

    def look(self, now):
        """True when the daemon is back with its model."""
        try:
            while True:
                address, arguments = unpack(self.socket.recv(65536))
                if arguments[0] == self.id and not address.endswith("/restarted"):
                    self.heard(address, now)
                    if self.killed is None:
                        return True
        except OSError:
            pass
        if now - self.said >= LOOK_S:
            self.said = now
            question = ("hello", self.id, 0, "probe") if self.wants == "hello" else ("ask", self.id, "synth-params", 0.5, 0.5)
            try:
                self.socket.send(pack(PREFIX + question[0], *question[1:]))
            except OSError:
                pass
        return False

    def heard(self, address, now):
        if address.endswith("/hello.reply") and self.wants == "hello":
            self.hello.append(now - self.killed)
            self.wants, self.said = "model", 0
            self.id += 1
        elif address.endswith("/result"):
            self.model.append(now - self.killed)
            self.killed = None


def serve_all(clients, until):
    """Lets the clients ask until `until(now)` is true."""
    sockets = [client.socket for client in clients]
    while not until(time.monotonic()):
        ready, _, _ = select.select(sockets, [], [], LOOK_S)
        now = time.monotonic()
        for client in clients:
            if client.socket in ready:
                client.hear()
            client.look(now)


def killed_once(daemon, clients, probe, chance):
    # Also right after the last one came back: while models load, while clients ask again.
    pause = time.monotonic() + chance.uniform(0, 0.4)
    serve_all(clients, lambda now: now > pause)
    old = daemon.pid
    if old == daemon.process.pid:
        raise BenchError("there is no serving process beside its supervisor")
    os.kill(old, signal.SIGKILL)
    probe.begin(time.monotonic())
    ends = time.monotonic() + LOST_S
    serve_all(clients, lambda now: probe.look(now) or now > ends)


def idle(figures, daemon):
    """What both processes take of a core while nobody asks."""
    supervisor, serving = daemon.process.pid, daemon.pid
    before, began = (cpu_seconds(supervisor), cpu_seconds(serving)), time.monotonic()
    time.sleep(IDLE_S)
    took = time.monotonic() - began
    figures.add("kill.supervisor, idle", 100 * (cpu_seconds(supervisor) - before[0]) / took, "% of a core", CORE_BAR)
    figures.add("kill.serving process, idle", 100 * (cpu_seconds(serving) - before[1]) / took, "% of a core", SERVING_BAR)


def run(figures, options):
    chance = random.Random(options.seed)
    if not Path("/proc/self/task").exists():
        raise BenchError("the serving process is found by Linux's /proc")
    with Daemon(ROOT / "config" / "default.yaml", model=None) as daemon:
        clients = [Client(daemon.port, number) for number in range(CLIENTS)]
        probe = Probe(daemon.port)
        held = []
        for number in range(options.kills):
            killed_once(daemon, clients, probe, chance)
            held.append(resident_mib(daemon.process.pid))
            if number % 50 == 49:
                tell(f"kill: {number + 1} kills, {sum(client.asked for client in clients)} questions, hello back after "
                     f"{1e3 * statistics.median(probe.hello):.0f} ms, the model after {1e3 * statistics.median(probe.model):.0f} ms")
        ends = time.monotonic() + 1
        serve_all(clients, lambda now: now > ends)
        figures.add("kill.questions", sum(client.asked for client in clients), "")
        figures.add("kill.asked again", sum(client.again for client in clients), "")
        figures.add("kill.lost", sum(client.lost + client.unanswered() for client in clients), "", 0)
        figures.add("kill.refused", sum(client.failed() for client in clients), "", 0)
        figures.add("kill.two different answers", sum(client.different() for client in clients), "", 0)
        for name, times, bar in (("hello", probe.hello, HELLO_BAR_MS), ("models", probe.model, MODELS_BAR_MS)):
            spread = (1e3 * min(times), 1e3 * max(times))
            figures.add(f"kill.{name} back, p95", 1e3 * percentile(times, 0.95), "ms", bar, spread)
        figures.add("kill.not back", options.kills - len(probe.model), "", 0)
        figures.add("kill.supervisor, RSS", held[-1], "MiB", RSS_BAR_MIB, (held[0], held[-1]))
        figures.add("kill.supervisor, RSS grown", held[-1] / held[min(20, len(held) - 1)], "x", 1.05)
        for client in clients:
            client.socket.close()
        time.sleep(2)
        idle(figures, daemon)
