"""Starts the real oscine on ports that the system chooses, and hears what it logs."""
import ctypes
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from osc import GUARD, Peer

OSCINE = os.environ.get("OSCINE", "oscine")
ROOT = Path(__file__).resolve().parents[2]


def skip(sentence):
    print("skipped:", sentence)
    raise SystemExit(77)


def fake(name, does="sum", extra=""):
    """A model of the fake engine as lines of a configuration."""
    return (f"  {name}:\n    kind: params\n    engine: fake\n"
            "    inputs: [{name: x, min: 0, max: 1}, {name: y, min: 0, max: 1}]\n"
            f"    outputs: [pitch, filter]\n    options: {{does: {does}{extra}}}\n")


def _end_with_us():
    """Linux: a child of a test that was killed is killed too."""
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except (OSError, AttributeError):
        pass


class Child:
    """A process whose lines come through a queue, so that waiting for one has an end."""

    def __init__(self, command, stream, **options):
        self.process = subprocess.Popen(command, text=True, preexec_fn=_end_with_us, **{stream: subprocess.PIPE}, **options)
        self.source = getattr(self.process, stream)
        self.lines = queue.Queue()
        self.log = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.source:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def wait_line(self, *parts, guard=GUARD):
        """The next line that holds all parts."""
        end = time.monotonic() + guard
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"no line with {parts}; there was:\n" + "\n".join(self.log))
            self.log.append(line)
            if all(part in line for part in parts):
                return line

    def wait(self, guard=GUARD):
        """The exit code; all lines are in the log then."""
        code = self.process.wait(timeout=guard)
        self.reader.join(GUARD)
        while not self.lines.empty():
            line = self.lines.get()
            if line is not None:
                self.log.append(line)
        return code

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(GUARD)
        self.source.close()


class Program(Child):
    """with Program(config_text) as oscine: … oscine.port"""

    def __init__(self, config, *arguments, command=None, listen=True, pass_fds=(), record=False, files=None):
        self.folder = tempfile.TemporaryDirectory(prefix="oscine-hosts-")
        self.config = Path(self.folder.name) / "test.yaml"
        self.config.write_text(config)
        for name, text in (files or {}).items():
            (self.config.parent / name).write_text(text)
        self.port_file = Path(self.folder.name) / "port"
        self.file = Path(self.folder.name) / "test.oscrec"
        verb = ["record", str(self.file)] if record else ["serve"]
        line = (command or [OSCINE]) + [*verb, str(self.config), "--port-file", str(self.port_file), *arguments]
        super().__init__(line + (["--listen", "0"] if listen else []), "stderr", pass_fds=pass_fds)

    def __enter__(self):
        try:
            line = self.wait_line("listen", "127.0.0.1:")
            self.port = int(line.split("127.0.0.1:")[1].split()[0].strip(","))
            peer = Peer()
            peer.ask(self.port, "hello", 1, 0, "test")  # after it, answers come here and to no reply_port
            peer.ask(self.port, "bye", 2)
            peer.close()
            assert int(self.port_file.read_text()) == self.port, "the port file is there before anything is answered"
        except BaseException:
            self.__exit__()
            raise
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def __exit__(self, *_):
        self.end()
        self.folder.cleanup()


def serving(oscine):
    """The process that serves, a child of the one that was started; None where the system does not tell."""
    children = Path(f"/proc/{oscine.process.pid}/task/{oscine.process.pid}/children")
    return int(children.read_text(encoding="ascii").split()[0]) if children.exists() else None
