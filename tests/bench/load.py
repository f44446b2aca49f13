"""load: RAVE v2 from /load to ready, beside bare LibTorch that loads it and runs it twice."""
import subprocess
import sys
import time

from figures import tell
from rave_models import rave_file
from rig import ROOT, SCRATCH, BenchError, Daemon, Process, mlp_file, tool

sys.path.insert(0, str(ROOT / "tests" / "hosts"))
from osc import Peer  # noqa: E402  (the tests' own OSC, from the standard library alone)

NAME, BLOCK = "full_v2", 2048
BAR = 1.5
PATIENCE_S = 120


def config(file):
    mlp_file()
    target = SCRATCH / "load.yaml"
    target.write_text(f"model_folders: [{file.parent}]\nmodels:\n  mlp: {{kind: params, file: mlp.ts, inputs: 4, outputs: 2}}\n",
                      encoding="utf-8")
    return target


class Loader:
    """Loads the model into a daemon, and takes it out again."""

    def __init__(self, port):
        self.port, self.peer, self.id = port, Peer(), 0
        self.ask("hello", 0, "bench")

    def ask(self, address, *arguments):
        self.id += 1
        self.peer.send(self.port, address, self.id, *arguments)
        while True:
            message = self.peer.hear(PATIENCE_S)
            if message is None:
                raise BenchError(f"/{address} was not answered")
            if message[1][0] != self.id:
                continue
            if message[0].endswith("/fail"):
                raise BenchError(f"/{address}: {message[1][3]}")
            return message

    def load(self, file):
        """Milliseconds."""
        began = time.monotonic()
        self.ask("load", "rave", file.name)
        took = 1000 * (time.monotonic() - began)
        self.ask("unload", "rave")
        return took


class Bare(Process):
    def __init__(self, file):
        super().__init__([tool("bench_load"), str(file), str(BLOCK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def load(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def run(figures, options):
    file = rave_file(NAME)
    with Daemon(config(file)) as daemon, Bare(file) as bare:
        loader = Loader(daemon.port)
        loader.load(file)
        pairs = []
        for number in range(options.rounds or 9):
            pairs.append((bare.load(), loader.load(file)))
            tell(f"load {number + 1}: bare {pairs[-1][0]:.0f} ms, to ready {pairs[-1][1]:.0f} ms")
    figures.median("load.rave v2.bare, with two forwards", [one for one, _ in pairs], "ms")
    figures.median("load.rave v2.to ready", [one for _, one in pairs], "ms")
    figures.median("load.rave v2.to ready / bare", [ours / one for one, ours in pairs], "x", BAR)
