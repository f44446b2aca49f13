"""The programs that are measured, and those that measure."""
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = Path(os.environ.get("OSCINE_BUILD") or ROOT / "build" / "release")
PROGRAM = Path(os.environ.get("OSCINE_BINARY") or BUILD / "bin" / "oscine")
os.environ.setdefault("OSCINE", str(PROGRAM))  # what the modules of tests/hosts run
SCRATCH = ROOT / "build" / "bench"  # models, configurations and logs of the last run
MODEL, INPUTS = "mlp", 4
PATIENCE_S = 20


class BenchError(Exception):
    """A benchmark that could not be run; one sentence."""


def tool(name):
    path = BUILD / "bin" / name
    if not path.exists():
        raise BenchError(f"{name} is not built in {BUILD.name}; ./bench builds it, or OSCINE_BUILD names another folder")
    return str(path)


def run_json(command, timeout=300, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=timeout, check=False, **more)
    if done.returncode != 0:
        raise BenchError(f"{Path(command[0]).name} ended with {done.returncode}")
    return json.loads(done.stdout)


def ask(port, *mode):
    """The times of one run of the load client against the model, in microseconds."""
    out = run_json([tool("bench_client"), str(port), *(str(word) for word in mode), MODEL, str(INPUTS)])
    if out["failed"] or out["lost"]:
        raise BenchError(f"port {port}: {out['failed']} failed, {out['lost']} without an answer")
    return out["times"]


def mlp_file():
    """The MLP 4-64-64-2 as TorchScript, made anew from its seed."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    file = SCRATCH / "mlp.ts"
    subprocess.run([sys.executable, str(HERE / "make_mlp.py"), str(file)], check=True)
    return file


def mlp_config():
    mlp_file()
    file = SCRATCH / "mlp.yaml"
    file.write_text(f"models:\n  {MODEL}: {{kind: params, file: mlp.ts, inputs: {INPUTS}, outputs: 2, trusted: true}}\n",
                    encoding="utf-8")
    return file


def cpu_seconds(pid):
    """What all threads of a process have taken of the processors until now, to the nanosecond."""
    spent = 0
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            spent += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
    except OSError as error:
        raise BenchError("seconds of the processor stand in /proc/PID/task/*/schedstat, which is not there") from error
    return spent / 1e9


def cpu_seconds_with_ended(pid):
    """The same with threads that have ended, in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def on_cores(count):
    """What starts within shares so many cores with this process."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(before)[:count]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def port_pair():
    """A port that is free for UDP and TCP now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", port))
        return port


class Process:
    """A program that ends with its `with` block."""

    def __init__(self, command, log=None, **more):
        if not Path(command[0]).exists():
            raise BenchError(f"{Path(command[0]).name} is not built; ./bench builds it, or OSCINE_BINARY names another")
        with contextlib.ExitStack() as stack:
            to = stack.enter_context(open(SCRATCH / log, "w", encoding="utf-8")) if log else None
            self.process = subprocess.Popen(command, stderr=to, text=True, **more)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    @property
    def pid(self):
        return self.process.pid

    def pin(self, cores):
        """Keeps all its threads, also later ones, on these cores."""
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
                os.sched_setaffinity(int(thread), cores)


class Daemon(Process):
    """`oscine serve` on a free port. With `model`, begins when that model answers."""

    def __init__(self, config, model=MODEL, more=()):
        port_file = SCRATCH / "port"
        port_file.unlink(missing_ok=True)
        super().__init__([str(PROGRAM), "serve", str(config), "--listen", "0", "--port-file", str(port_file), *more],
                         "daemon.log")
        try:
            self.wait_for(port_file.exists, "it opened no port")
            self.port = int(port_file.read_text(encoding="utf-8"))
            if model:
                self.wait_for(self.answers, f"{model} does not answer")
        except BenchError:
            self.__exit__()
            raise

    @property
    def pid(self):
        """The serving process: a child of the supervisor, which is what was started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with contextlib.suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                return int(child)
        return self.process.pid

    def wait_for(self, there, otherwise):
        ends = time.monotonic() + PATIENCE_S
        while not there():
            if self.process.poll() is not None or time.monotonic() > ends:
                raise BenchError(f"the daemon cannot be measured: {otherwise}; {SCRATCH.name}/daemon.log says more")
            time.sleep(0.01)

    def answers(self):
        out = run_json([tool("bench_client"), str(self.port), "paced", "1", "1000", MODEL, str(INPUTS)])
        return len(out["times"]) == 1 and out["failed"] == 0


class Echo(Process):
    """The plain UDP echo."""

    def __init__(self):
        super().__init__([tool("bench_echo")], stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())


class PythonOsc(Process):
    """One of the python-osc + torch servers. With `ear` (a file) it hears; with `rave` (a model) it streams too."""

    def __init__(self, kind, threads, model=SCRATCH / "mlp.ts", ear=None, rave=None):
        more = [str(one) for one in (ear, rave) if one]
        super().__init__([sys.executable, str(HERE / "python_osc_server.py"), str(model), kind, str(threads), *more],
                         stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline() or 0)
        if not self.port:
            self.__exit__()
            raise BenchError(f"the python-osc server '{kind}' did not start")


class Bare(Process):
    """The model without a server around it."""

    def __init__(self):
        super().__init__([tool("bench_forward"), str(SCRATCH / "mlp.ts"), str(INPUTS)], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def forward(self, *mode):
        self.process.stdin.write(" ".join(str(word) for word in mode) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["times"]


class BareSound(Process):
    """A classifier without a server, that hears a file of sound over and over."""

    def __init__(self, card, sound):
        super().__init__([tool("bench_hear"), "sound", str(card), str(sound)], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
        self.how = self.process.stdout.readline().strip()  # frozen, or optimized for inference

    def hear(self, samples):
        """So many samples more. @return what came of them: windows, index and score of the last."""
        self.process.stdin.write(f"{samples}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline() or "{}")


class BareServer(Process):
    """Bare threads that answer a window by UDP."""

    def __init__(self, card, threads):
        super().__init__([tool("bench_hear"), "serve", str(card), str(threads)], stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline() or 0)
        if not self.port:
            self.__exit__()
            raise BenchError("the bare threads did not start")
