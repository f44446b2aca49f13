"""mixed: RAVE v2_small streams in real time while 8 clients each ask a params model every 10 ms.

The python-osc servers get the same: a block of 2048 samples each 46 ms for RAVE, and the same eight clients.

With --sessions N: so many sessions of RAVE v2 at 48 kHz, with the daemon on one core, for --minutes, while one client asks.
"""
import contextlib
import json
import socket
import struct
import subprocess
import sys
import threading
import time

from figures import percentile, tell
from rave_models import rave_file
from rig import INPUTS, MODEL, ROOT, SCRATCH, BenchError, Daemon, PythonOsc, cpu_seconds, mlp_file, tool

sys.path.append(str(ROOT / "tests" / "hosts"))
from osc import Peer, pack, unpack  # noqa: E402  (the tests' own OSC, from the standard library alone)

NAME, RATE, BLOCK = "full_v2_small", 44100, 2048
MANY_NAME, MANY_RATE = "full_v2", 48000
CLIENTS, ASKED, PERIOD_US = 8, 1500, 10000
P99_BAR, TAIL_BAR_US, BESIDE_PYTHON = 3, 2000, 0.5
PYTHON = {"blocking": ("blocking", 1), "asyncio": ("asyncio", 1), "threading": ("threading", 1),
          "threading2": ("threading", 2)}
SILENCE = bytes(4 * BLOCK)


def config(file, more="", of_card=""):
    mlp_file()
    target = SCRATCH / "mixed.yaml"
    target.write_text(f"{more}models:\n  {MODEL}: {{kind: params, file: mlp.ts, inputs: {INPUTS}, outputs: 2, trusted: true}}\n"
                      f"  rave: {{kind: stream, file: {file}{of_card}}}\n", encoding="utf-8")
    return target


def ask_all(port, clients=CLIENTS, asked=ASKED):
    """Times of all clients, in microseconds."""
    command = [tool("bench_client"), str(port), "paced", str(asked), str(PERIOD_US), MODEL, str(INPUTS)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(clients)]
    outs = [json.loads(one.communicate(timeout=300 + asked * PERIOD_US / 1e6)[0]) for one in running]
    if sum(out["failed"] for out in outs):
        raise BenchError(f"port {port}: requests failed")
    return [t for out in outs for t in out["times"]], sum(out["lost"] for out in outs)


class Live:
    """A host that plays: a block in its time, whatever comes back. Counts the blocks that came back too late."""

    def __init__(self, receive, send, rate=RATE):
        self.receive, self.send, self.rate = receive, send, rate
        self.due, self.came, self.ended = [], [], threading.Event()
        self.threads = [threading.Thread(target=self.play), threading.Thread(target=self.hear)]

    def __enter__(self):
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for one in self.threads:
            one.join()

    def play(self):
        began = time.monotonic()
        while not self.ended.is_set():
            due = began + len(self.due) * BLOCK / self.rate
            time.sleep(max(0.0, due - time.monotonic()))
            self.due.append(due)
            self.send(len(self.due))

    def hear(self):
        samples = 0
        while not self.ended.is_set():
            samples += self.receive()
            while samples >= BLOCK * (len(self.came) + 1):
                self.came.append(time.monotonic())

    def late(self):
        """A block is late that is not out two blocks after its last sample came in."""
        ends = self.came[-1] if self.came else float("inf")
        late = sum(came > due + 2 * BLOCK / self.rate for due, came in zip(self.due, self.came))
        missing = [due for due in self.due[len(self.came):] if due + 2 * BLOCK / self.rate < ends]
        return late + len(missing), len(self.due)


def sound_in(message):
    address, arguments = message
    return len(arguments[-1]) // 4 if address.endswith("/audio") else 0


def live_oscine(port, rate=RATE):
    """By TCP, as a host would that wants nothing lost."""
    peer = socket.create_connection(("127.0.0.1", port))
    peer.settimeout(1)
    left = bytearray()

    def say(address, *arguments):
        packet = pack("/oscine/v1/" + address, *arguments)
        peer.sendall(struct.pack(">i", len(packet)) + packet)

    def message():
        while len(left) < 4 or len(left) < 4 + struct.unpack(">i", left[:4])[0]:
            left.extend(peer.recv(65536))
        size = 4 + struct.unpack(">i", left[:4])[0]
        packet = bytes(left[4:size])
        del left[:size]
        return unpack(packet)

    def answer(of):
        while True:
            got = message()
            if got[1] and got[1][0] == of:
                if got[0].endswith("/fail"):
                    raise BenchError(got[1][3])
                return got

    peer.settimeout(60)
    say("hello", 1, 0, "bench mixed")
    answer(1)
    say("open", 2, "rave", "forward", float(rate), "samples")
    session = answer(2)[1][1]
    say("set", 3, session, "block", BLOCK)
    answer(3)
    peer.settimeout(1)

    def send(number):
        at = (number - 1) * BLOCK
        say("audio", session, number, at >> 16, at & 65535, 1, "f32le", SILENCE)

    def receive():
        try:
            return sound_in(message())
        except TimeoutError:
            return 0

    return Live(receive, send, rate)


def live_python(port):
    peer = Peer()
    return Live(lambda: sound_in(peer.hear(1) or ("", [])),
                lambda number: peer.send(port, "audio", 1, number, 0, 0, 1, "f32le", SILENCE))


def figures_of(times):
    return {"p50": percentile(times, 0.5), "p99": percentile(times, 0.99), "p99.9": percentile(times, 0.999)}


def measure(who, port, live):
    idle, _ = ask_all(port)
    with live(port) as playing:
        time.sleep(1)
        busy, lost = ask_all(port)
    late, blocks = playing.late()
    out = {"idle": figures_of(idle), "busy": figures_of(busy), "lost": lost, "late": late, "blocks": blocks}
    tell(f"mixed {who}: idle p99 {out['idle']['p99']:.0f} us; busy p50/p99/p99.9 "
         + "/".join(f"{out['busy'][part]:.0f}" for part in ("p50", "p99", "p99.9")) + f" us; {late} of {blocks} blocks late")
    return out


def run_many(figures, count, minutes):
    file = rave_file(MANY_NAME)
    asked = int(minutes * 60e6 / PERIOD_US)
    with Daemon(config(file, "workers: 1\n", ", otherRate: warn")) as daemon, contextlib.ExitStack() as stack:
        daemon.pin({0})
        idle = figures_of(ask_all(daemon.port, 1)[0])
        playing = [stack.enter_context(live_oscine(daemon.port, MANY_RATE)) for _ in range(count)]
        time.sleep(1)
        before, began = cpu_seconds(daemon.pid), time.monotonic()
        busy, lost = ask_all(daemon.port, 1, asked)
        busy, used = figures_of(busy), (cpu_seconds(daemon.pid) - before) / (time.monotonic() - began)
    late, blocks = map(sum, zip(*(one.late() for one in playing)))
    label = f"mixed.{count} sessions"
    figures.add(f"{label}.late blocks of {blocks}", late, "blocks", 0)
    figures.add(f"{label}.a core", used, "s/s")
    figures.add(f"{label}.lost answers", lost, "answers")
    figures.add(f"{label}.p99 / idle p99", busy["p99"] / idle["p99"], "x", P99_BAR)


def run(figures, options):
    if options.sessions:
        run_many(figures, options.sessions, options.minutes)
        return
    file = rave_file(NAME)
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(Daemon(config(file)))
        python = {name: stack.enter_context(PythonOsc(*kind, rave=file)) for name, kind in PYTHON.items()}
        rounds = []
        for _ in range(options.rounds or 3):
            one = {"oscine": measure("oscine", daemon.port, live_oscine)}
            one |= {name: measure(name, server.port, live_python) for name, server in python.items()}
            rounds.append(one)
    for who in rounds[0]:
        for part in ("p50", "p99", "p99.9"):
            figures.median(f"mixed.{who}.{part}", [one[who]["busy"][part] for one in rounds], "us")
        figures.median(f"mixed.{who}.late blocks", [one[who]["late"] / one[who]["blocks"] for one in rounds], "of blocks")
    ours = [one["oscine"] for one in rounds]
    figures.median("mixed.p99 / idle p99", [one["busy"]["p99"] / one["idle"]["p99"] for one in ours], "x", P99_BAR)
    figures.median("mixed.p99.9", [one["busy"]["p99.9"] for one in ours], "us", TAIL_BAR_US)
    figures.median("mixed.p99.9 / best python-osc",
                   [one["oscine"]["busy"]["p99.9"] / min(one[who]["busy"]["p99.9"] for who in PYTHON) for one in rounds],
                   "x", BESIDE_PYTHON)
    figures.add("mixed.late blocks", sum(one["late"] for one in ours), "blocks", 0)
