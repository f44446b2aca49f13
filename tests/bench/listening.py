"""A session by TCP that is sent sound as fast as the daemon takes it, and what it heard."""
import select
import socket
import struct
import sys
import time

from rig import ROOT, BenchError

sys.path.append(str(ROOT / "tests" / "hosts"))
from osc import pack, unpack  # noqa: E402  the same few lines of OSC that the tests use

BLOCK = 4096  # samples of a message
PATIENCE_S = 60
IN_FLIGHT = 1 << 20  # bytes that wait on this side


class Listening:
    """Sound goes in by send(), and turn() moves what can move."""

    def __init__(self, port, model, rate):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self.unsent, self.unread = bytearray(), bytearray()
        self.samples = self.seq = 0  # sent
        self.events = self.holes = 0  # heard, and numbers that were left out
        self.last = None  # the last event: position and values
        self.answer = None  # to the request that waits for one
        self.request("hello", 0, "bench")
        self.session = self.open(model, float(rate))

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.socket.close()

    def open(self, model, rate):
        """Waits for the model to be loaded."""
        ends = time.monotonic() + PATIENCE_S
        while True:
            address, values = self.request("open", model, "default", rate, "samples")
            if address == "opened":
                return values[1]
            if values[2] != 503 or time.monotonic() > ends:
                raise BenchError(f"{model} cannot be opened: {values[3]}")

    def request(self, address, *arguments):
        """One request in peace. @return its answer."""
        self.put(address, 1, *arguments)
        self.answer = None
        while self.answer is None:
            self.turn()
        return self.answer

    def put(self, address, *arguments):
        packet = pack("/oscine/v1/" + address, *arguments)
        self.unsent += struct.pack(">i", len(packet)) + packet

    def send(self, samples):
        """@param samples  "<i2"; what follows what was sent before. Waits while much is on its way already."""
        for first in range(0, len(samples), BLOCK):
            piece = samples[first:first + BLOCK]
            self.seq = (self.seq + 1) % (1 << 24) or 1
            self.put("audio", self.session, self.seq, self.samples >> 16, self.samples & 0xffff, 1, "s16le",
                     piece.tobytes())
            self.samples += len(piece)
            while len(self.unsent) > IN_FLIGHT:
                self.turn()

    def last_score(self):
        """Of a label (name, score, rank) or a hit (name, velocity, score)."""
        return [value for value in self.last["values"] if isinstance(value, float)][-1]

    def turn(self):
        reads, writes, _ = select.select([self.socket], [self.socket] if self.unsent else [], [], PATIENCE_S)
        if not reads and not writes:
            raise BenchError(f"the daemon said nothing for {PATIENCE_S} s; {self.events} events came until then")
        if writes:
            del self.unsent[:self.socket.send(memoryview(self.unsent)[:1 << 18].tobytes())]
        if reads:
            self.read()

    def read(self):
        came = self.socket.recv(1 << 18)
        if not came:
            raise BenchError("the daemon closed the connection")
        self.unread += came
        while len(self.unread) >= 4 and len(self.unread) >= (size := 4 + struct.unpack_from(">i", self.unread)[0]):
            self.take(*unpack(bytes(self.unread[4:size])))
            del self.unread[:size]

    def take(self, address, values):
        address = address.removeprefix("/oscine/v1/")
        if address == "event":
            self.events += 1
            self.holes += values[1] != self.events % (1 << 24)
            self.last = {"position": values[3] << 16 | values[4], "values": values[8:]}
        elif values[0] == 1 and self.answer is None:
            self.answer = address, values
        else:
            raise BenchError(f"the daemon said {address} {values}")
