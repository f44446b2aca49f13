"""A session that hears, by UDP or TCP, and the sound it is sent. Needs numpy."""
import socket
import struct
import time
import wave

from osc import GUARD, pack, unpack

try:
    import numpy as np
except ImportError:
    np = None

LOAD_S = 120  # for a large model on a busy machine
MOST_SAMPLES = 8192  # on their way by UDP: the system's own buffer holds no more than so many floats


class TcpPeer:
    """A TCP connection with length-framed packets."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), GUARD)
        self.buffer, self.messages = b"", []

    def send(self, _, address, *arguments):
        packet = pack("/oscine/v1/" + address, *arguments)
        self.socket.sendall(struct.pack(">i", len(packet)) + packet)

    def hear(self, guard=GUARD):
        self.socket.settimeout(guard)
        while not self.messages:
            try:
                got = self.socket.recv(1 << 20)
            except TimeoutError:
                return None
            if not got:
                raise AssertionError("the daemon closed the connection")
            self.buffer += got
            while len(self.buffer) >= 4 and len(self.buffer) >= 4 + (size := struct.unpack_from(">i", self.buffer)[0]):
                self.messages.append(unpack(self.buffer[4:4 + size]))
                self.buffer = self.buffer[4 + size:]
        return self.messages.pop(0)

    def ask(self, port, address, *arguments):
        self.send(port, address, *arguments)
        return self.hear()

    def close(self):
        self.socket.close()


class Session:
    """One open session of a peer. What it hears is kept: events and frames by position, the latter every `hop`."""

    def __init__(self, peer, port, model, method="", rate=16000.0, hop=0):
        self.peer, self.port, self.ids, self.seq, self.at, self.hop = peer, port, 100, 0, 0, hop
        peer.ask(port, "hello", 1, 0, "ear test")
        end = time.monotonic() + LOAD_S
        address, said = peer.ask(port, "open", 2, model, method, rate, "samples")
        while address.endswith("fail") and said[2] == 503 and time.monotonic() < end:  # it still loads
            self.ids += 1
            address, said = peer.ask(port, "open", self.ids, model, method, rate, "samples")
        assert address == "/oscine/v1/opened", said
        self.number = said[1]
        self.events, self.frames = [], {}

    def take(self, message):
        address, said = message
        if address == "/oscine/v1/event":
            self.events.append((said[3] * 65536 + said[4], *said[7:]))
        elif address == "/oscine/v1/frames":
            position, width = said[2] * 65536 + said[3], said[4]
            for i in range(0, len(said) - 5, width):
                self.frames[position + i // width * self.hop] = said[5 + i:5 + i + width]
        elif address == "/oscine/v1/fail":
            raise AssertionError(said)
        return address, said

    def request(self, address, *arguments):
        """Sends it, takes what comes meanwhile, and gives the answer."""
        self.ids += 1
        self.peer.send(self.port, address, self.ids, *arguments)
        while True:
            message = self.peer.hear()
            if message is None:
                raise AssertionError(f"{address} was not answered")
            address_, said = self.take(message)
            if address_ in ("/oscine/v1/done", "/oscine/v1/result") and said[0] == self.ids:
                return said

    def _counted(self, frames):
        self.seq += 1
        at, self.at = self.at, self.at + frames
        return self.number, self.seq, at >> 16, at & 65535

    def audio(self, samples, form):
        """One message; float32 samples, mono."""
        data = (samples * 32768).astype("<i2") if form == "s16le" else samples.astype("<f4")
        self.peer.send(self.port, "audio", *self._counted(len(samples)), 1, form, data.tobytes())

    def floats(self, samples):
        self.peer.send(self.port, "frames", *self._counted(len(samples)), 1, *samples.tolist())

    def pieces(self, samples, size, send):
        """In messages of `size`; by UDP asks now and then how far it is, so that no buffer overflows."""
        every = len(samples) if isinstance(self.peer, TcpPeer) else max(1, min(32, MOST_SAMPLES // size))
        for n, i in enumerate(range(0, len(samples), size)):
            send(samples[i:i + size])
            if n % every == every - 1:
                self.request("sync")

    def hear_until(self, enough):
        end = time.monotonic() + GUARD
        while not enough():
            message = self.peer.hear(max(0.01, end - time.monotonic()))
            if message is None:
                raise AssertionError(f"waited in vain; {len(self.events)} events, {len(self.frames)} frames")
            self.take(message)


def read_wav(file):
    """float32 mono, rate."""
    with wave.open(str(file)) as source:
        data = np.frombuffer(source.readframes(source.getnframes()), "<i2").reshape(-1, source.getnchannels())
        return (data / 32768).mean(1).astype(np.float32), source.getframerate()
