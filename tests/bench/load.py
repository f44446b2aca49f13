"""load: RAVE v2 from /load to ready, beside bare LibTorch that loads it and runs it twice: with LibTorch's kernels alone, and with
ours packed and tried, too."""
import subprocess
import sys
import time

from figures import tell
from rave_models import rave_file
from rig import ROOT, SCRATCH, BenchError, Daemon, Process, mlp_file, tool

sys.path.append(str(ROOT / "tests" / "hosts"))
from osc import Peer  # noqa: E402  (the tests' own OSC, from the standard library alone)

NAME, BLOCK = "full_v2", 2048
BAR, PACKING = 1.5, 1.3
PATIENCE_S = 120


def config(file, kernels):
    mlp_file()
    target = SCRATCH / f"load-{kernels}.yaml"
    target.write_text(f"kernels: {kernels}\nmodel_folders: [{file.parent}]\nmodels:\n  mlp: {{kind: params, file: mlp.ts, inputs: 4, outputs: 2}}\n",
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
    with Daemon(config(file, "off")) as plain, Daemon(config(file, "auto")) as packing, Bare(file) as bare:
        loaders = [Loader(plain.port), Loader(packing.port)]
        for one in loaders:
            one.load(file)
        rounds = []
        for number in range(options.rounds or 9):
            rounds.append((bare.load(), *(one.load(file) for one in loaders)))
            tell("load {}: bare {:.0f} ms, to ready {:.0f} ms, with our kernels {:.0f} ms".format(number + 1, *rounds[-1]))
    figures.median("load.rave v2.bare, with two forwards", [one[0] for one in rounds], "ms")
    figures.median("load.rave v2.to ready", [one[1] for one in rounds], "ms")
    figures.median("load.rave v2.to ready / bare", [one[1] / one[0] for one in rounds], "x", BAR)
    figures.median("load.rave v2.with our kernels / without", [one[2] / one[1] for one in rounds], "x", PACKING)
