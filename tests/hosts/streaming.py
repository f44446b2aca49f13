"""A session of a model that streams, by UDP or TCP, and the same model called directly. Needs numpy and torch."""
import time

from listener import LOAD_S, TcpPeer
from osc import GUARD, Peer

try:
    import numpy as np
    import torch
    torch.set_num_threads(1)  # as the daemon: several round otherwise
except ImportError:
    np = torch = None

MOST_FLOATS = 8192  # on their way by UDP: the system's own buffer holds no more
WIRE = {"f32le": "<f4", "s16le": "<i2"}


class Stream:
    """One open session. What comes out is kept: `out[position]` is the first frame of a message, [frames, width]."""

    def __init__(self, port, model, method="", rate=44100.0, tcp=False):
        self.port, self.peer = port, TcpPeer(port) if tcp else Peer()
        self.tcp, self.ids, self.seq, self.at = tcp, 100, 0, 0
        self.out, self.numbers, self.addresses, self.gaps, self.fails = [], [], set(), [], []
        self.peer.ask(port, "hello", 1, 0, "stream test")
        end = time.monotonic() + LOAD_S
        address, said = self.peer.ask(port, "open", 2, model, method, rate, "samples")
        while address.endswith("fail") and said[2] == 503 and time.monotonic() < end:  # it still loads
            self.ids += 1
            address, said = self.peer.ask(port, "open", self.ids, model, method, rate, "samples")
        assert address == "/oscine/v1/opened", said
        (self.number, self.latency, self.in_channels, self.in_ratio, self.out_channels, self.out_ratio, self.model_rate,
         self.lookahead) = said[1:9]

    def close(self):
        self.peer.close()

    def take(self, message):
        address, said = message
        name = address.removeprefix("/oscine/v1/")
        if name in ("frames", "audio"):
            assert said[0] == self.number
            width = said[4]
            if name == "frames":
                frames = np.array(said[5:], np.float32)
            elif said[5] == "f32le":
                frames = np.frombuffer(said[6], "<f4")
            else:
                frames = np.frombuffer(said[6], "<i2").astype(np.float32) / 32768
            self.numbers.append(said[1])
            self.addresses.add(name if name == "frames" else said[5])
            self.out.append((said[2] * 65536 + said[3], frames.reshape(-1, width)))
        elif name == "gap":
            self.gaps.append(said[1:])
        elif name == "fail" and said[0] == 0:
            self.fails.append(said)
        return name, said

    def request(self, address, *arguments):
        """Sends it with this session's number, takes what comes meanwhile, and gives what was answered."""
        self.ids += 1
        number = () if address == "sync" else (self.number,)
        self.peer.send(self.port, address, self.ids, *number, *arguments)
        while True:
            message = self.peer.hear()
            if message is None:
                raise AssertionError(f"{address} was not answered")
            name, said = self.take(message)
            if said and said[0] == self.ids and name not in ("frames", "audio", "job"):
                return name, said

    def done(self, address, *arguments):
        name, said = self.request(address, *arguments)
        assert name == "done", (name, said)

    def send(self, frames, form="f32le", at=None, seq=None):
        """One message, [n, channels]."""
        position = self.at if at is None else at
        self.seq = self.seq + 1 if seq is None else seq
        self.at = position + len(frames)
        head = (self.number, self.seq, position >> 16, position & 65535, frames.shape[1])
        if form == "floats":
            self.peer.send(self.port, "frames", *head, *frames.reshape(-1).tolist())
        else:
            scaled = frames * 32768 if form == "s16le" else frames
            self.peer.send(self.port, "audio", *head, form, scaled.astype(WIRE[form]).tobytes())

    def stream(self, frames, size, form="f32le", expect=None):
        """All of it in messages of `size` frames, then waits for `expect` frames out (as many as full blocks give)."""
        every = max(1, MOST_FLOATS // (size * frames.shape[1]))
        for n, i in enumerate(range(0, len(frames), size)):
            self.send(frames[i:i + size], form)
            if not self.tcp and n % every == every - 1:
                self.request("sync")
        if expect is not None:
            self.hear_frames(expect)

    def frames_out(self):
        return sum(len(frames) for _, frames in self.out)

    def hear_frames(self, count):
        end = time.monotonic() + GUARD
        while self.frames_out() < count:
            message = self.peer.hear(max(0.01, end - time.monotonic()))
            if message is None:
                raise AssertionError(f"{self.frames_out()} of {count} frames came; {self.fails}")
            self.take(message)

    def whole(self):
        """[frames, width] of all that came, which has to be without a hole or a double."""
        assert self.numbers == list(range(1, len(self.numbers) + 1)), self.numbers
        return np.concatenate([frames for _, frames in self.out])

    def positions(self):
        return [at for at, _ in self.out]


def directly(module, method, frames, block, **attributes):
    """[n, in] → [m, out] by calls of `block` frames each; what is left over is left out."""
    for name, values in attributes.items():
        getattr(module, "set_" + name)(*values)
    out = []
    with torch.inference_mode():
        for i in range(0, len(frames) // block * block, block):
            planes = torch.from_numpy(np.ascontiguousarray(frames[i:i + block].T))[None]
            out.append(getattr(module, method)(planes)[0].numpy().T.copy())
    return np.concatenate(out)
