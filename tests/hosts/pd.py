"""Runs real Pure Data on a patch of this folder (NAME.patch, as clients/pd/source), without a sound card and in real time, and reads what it wrote."""
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from program import ROOT, Child, skip

HERE = Path(__file__).resolve().parent
CLIENT = ROOT / "clients/pd"
sys.path.insert(0, str(CLIENT / "source"))
import make  # noqa: E402


def need_pd():
    if not shutil.which("pd"):
        skip("pd (package puredata-core) is not installed")


class PureData(Child):
    """with PureData("seq", "test 1 2 3") as pd: flags come before the file. Lines of its console are waited for.
    `patches` are others that lie beside it, name: text of the .pd; the patch itself may be among them."""

    def __init__(self, patch, *sends, rate=48000, patches=None):
        self.home = tempfile.TemporaryDirectory(prefix="oscine-pd-")
        path = Path(self.home.name) / f"{patch}.pd"
        for name, text in (patches or {}).items():
            path.with_stem(name).write_text(text, encoding="utf-8")
        if not path.exists():
            path.write_text(make.Patch((HERE / f"{patch}.patch").read_text(encoding="utf-8")).text(), encoding="utf-8")
        more = [word for one in sends for word in ("-send", one)]
        super().__init__(["pd", "-nogui", "-noprefs", "-nomidi", "-stderr", "-noaudio", "-r", str(rate), "-path", str(CLIENT),
                          "-open", str(path), *more], "stderr",
                         env={**os.environ, "HOME": self.home.name}, stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        self.home.cleanup()


class ToldPd(PureData):
    """A patch with [netreceive -u], which can be told words while it runs; it listens when it was sent `listen PORT` and prints READY."""

    def __init__(self, patch, rate=48000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        super().__init__(patch, f"listen {self.port}", rate=rate)
        self.voice = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wait_line("READY")

    def tell(self, words):
        self.voice.sendto(f"{words};\n".encode(), ("127.0.0.1", self.port))

    def printed(self, word):
        """What stands behind `WORD: `, of each such line that was waited for or came before."""
        return [line.split(": ", 1)[1].removeprefix("list ") for line in self.log if line.startswith(word + ": ")]

    def __exit__(self, *_):
        self.voice.close()
        super().__exit__()


def write_floats(path, samples, rate):
    """A 32-bit float WAV file of one channel."""
    body = struct.pack(f"<{len(samples)}f", *samples)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 3, 1, rate, 4 * rate, 4, 32)
    Path(path).write_bytes(b"RIFF" + struct.pack("<I", 4 + len(form) + 8 + len(body)) + b"WAVE" + form + b"data" + struct.pack("<I", len(body)) + body)


def read_stereo(path):
    both = read_floats(path)
    return both[0::2], both[1::2]


def read_floats(path):
    """The samples of a 32-bit float WAV file, interleaved."""
    raw = Path(path).read_bytes()
    at = 12
    while raw[at:at + 4] != b"data":
        at += 8 + struct.unpack_from("<I", raw, at + 4)[0]
    body = raw[at + 8:]
    return struct.unpack(f"<{len(body) // 4}f", body[:len(body) // 4 * 4])


def impulses(samples):
    """[(position, height)] of what is not zero."""
    return [(position, height) for position, height in enumerate(samples) if height != 0]
