"""Real SuperCollider without a screen or a sound card: sclang, and scsynth on a JACK server that plays nothing."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from osc import GUARD, Peer
from program import ROOT, Child, _end_with_us, skip

CLASSES = ROOT / "clients/supercollider"
TESTS = ROOT / "tests/hosts"


def need_supercollider():
    for program, package in (("sclang", "supercollider-language"), ("scsynth", "supercollider-server"), ("jackd", "jackd2")):
        if not shutil.which(program):
            skip(f"{program} (package {package}) is not installed")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Jack:
    """with Jack(rate) as jack: … jack.environment"""

    def __init__(self, rate=48000, period=256):
        self.name = f"oscine-{os.getpid()}-{free_port()}"
        self.rate, self.period = rate, period
        self.environment = {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1"}

    def __enter__(self):
        self.process = subprocess.Popen(
            ["jackd", "-n", self.name, "-r", "-d", "dummy", "-r", str(self.rate), "-p", str(self.period)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_end_with_us,
            env={**os.environ, **self.environment})
        for _ in range(200):
            if subprocess.run(["jack_lsp"], env={**os.environ, **self.environment}, capture_output=True, check=False).returncode == 0:
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)  # jackd says nothing that could be waited for
        self.__exit__()
        raise AssertionError("jackd did not start")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Lang(Child):
    """sclang with our classes; the script ends it with `N.exit`, whose N `wait` gives. A mistake hangs sclang, so there is a guard."""

    def __init__(self, script, guard=80, jack=None, **variables):
        self.folder = tempfile.TemporaryDirectory(prefix="oscine-sc-")
        home = Path(self.folder.name)
        (home / "run").mkdir(mode=0o700)
        (home / "classes.yaml").write_text(f"includePaths:\n    - {CLASSES}\nexcludePaths: []\npostInlineWarnings: false\n")
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1", "HOME": str(home),
                       "XDG_RUNTIME_DIR": str(home / "run"), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home),
                       **(jack.environment if jack else {}), "SCSYNTH_PORT": str(free_port()), "FOLDER": str(home),
                       **{name: str(value) for name, value in variables.items()}}
        command = ["timeout", "-k", "2", str(guard), "sclang", "-l", str(home / "classes.yaml"), str(TESTS / script)]
        super().__init__(command, "stdout", stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # timeout(1) leads a group: sclang and scsynth are in it
        except ProcessLookupError:
            pass
        self.end()
        self.folder.cleanup()

    def wait_line(self, *parts, guard=3 * GUARD):
        """Compiling the class library and booting a server take long where the machine is busy."""
        return super().wait_line(*parts, guard=guard)

    def printed(self, word):
        return [line.removeprefix(word + " ") for line in self.log if line.startswith(word + " ")]


class Scsynth(Child):
    """scsynth alone, with the SynthDefs of a folder: with Scsynth(jack, folder) as server: … server.ask("/status")"""

    def __init__(self, jack, folder):
        self.port, self.peer = free_port(), Peer()
        environment = {**os.environ, **jack.environment, "SC_SYNTHDEF_PATH": str(folder)}
        super().__init__(["scsynth", "-u", str(self.port), "-R", "0", "-i", "0", "-o", "2", "-l", "8"], "stdout", stdin=subprocess.DEVNULL,
                         stderr=subprocess.STDOUT, env=environment)

    def __enter__(self):
        try:
            ends = time.monotonic() + 3 * GUARD
            while True:
                self.tell("/status")
                if self.peer.hear(0.2):
                    return self
                assert self.process.poll() is None and time.monotonic() < ends, "scsynth does not answer"
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.end()
        self.peer.close()

    def tell(self, address, *arguments):
        self.peer.send(self.port, address, *arguments)

    def ask(self, answer, address, *arguments):
        """What it answers, when that comes by this address; and what came before."""
        self.tell(address, *arguments)
        return self.peer.hear_until(answer)

    def synths(self):
        return self.ask("/status.reply", "/status")[-1][1][2]


def read_floats(path):
    """@return (rate, [channels of 32-bit floats]) of a WAV file as SuperCollider writes it."""
    import array
    data = Path(path).read_bytes()
    at = data.index(b"fmt ")
    channels, rate = int.from_bytes(data[at + 10:at + 12], "little"), int.from_bytes(data[at + 12:at + 16], "little")
    at = data.index(b"data")
    size = int.from_bytes(data[at + 4:at + 8], "little")
    floats = array.array("f")
    floats.frombytes(data[at + 8:at + 8 + size - size % 4])
    return rate, [floats[channel::channels] for channel in range(channels)]
