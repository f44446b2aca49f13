"""Mixed requests from several peers at once, right and wrong ones, by UDP and TCP, from a seed: for recordings."""
import math
import random
import select
import socket
import struct

from osc import GUARD, Peer, pack, unpack

RATE = 16000
PIECE = 640  # frames of one message of sound


class TcpPeer:
    """The same by TCP, framed by lengths."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=GUARD)
        self.left = b""

    def send(self, _port, address, *arguments):
        if not address.startswith("/"):
            address = "/oscine/v1/" + address
        packet = pack(address, *arguments)
        self.socket.sendall(struct.pack(">i", len(packet)) + packet)

    def hear(self, guard=GUARD):
        while len(self.left) < 4 or len(self.left) < 4 + struct.unpack(">i", self.left[:4])[0]:
            if not select.select([self.socket], [], [], guard)[0]:
                return None
            piece = self.socket.recv(65536)
            if not piece:
                return None
            self.left += piece
        size = struct.unpack(">i", self.left[:4])[0]
        packet, self.left = self.left[4:4 + size], self.left[4 + size:]
        return unpack(packet)

    def close(self):
        self.socket.close()


class Asker:
    """One client with a session that counts, one that hears, and one that turns controls into parameters."""

    def __init__(self, peer, port, chance):
        self.peer, self.port, self.chance = peer, port, chance
        self.id, self.open, self.heard, self.last_event = 0, {}, 0, 1
        self.seq, self.position, self.phase = 0, 0, 0.0
        self.request("hello", 0, f"mixed {chance.random()}")
        self.settle()
        self.sessions = {model: self.opened(model, rate) for model, rate in
                         (("counter", 48000.0), ("loudness", float(RATE)), ("synth-params", 48000.0))}

    def request(self, address, *arguments):
        self.id += 1
        self.open[self.id] = (address, self.id, *arguments)
        self.peer.send(self.port, *self.open[self.id])

    def opened(self, model, rate):
        for _ in range(int(GUARD)):  # each waits two seconds for a model that still loads
            self.request("open", model, "", rate, "samples")
            for address, arguments in self.settle():
                if address == "/oscine/v1/opened":
                    return arguments[1]
        raise AssertionError(f"{model} was not opened")

    def settle(self, most_open=0):
        """Hears what is there, and until no more than so many requests are open. What the system loses is sent again."""
        heard, silences = [], 0
        while True:
            enough = len(self.open) <= most_open
            message = self.peer.hear(0 if enough else 1.0)
            if message is not None:
                heard.append(message)
                self.note(*message)
            elif enough:
                return heard
            else:
                silences += 1
                if silences > GUARD:
                    raise AssertionError(f"{list(self.open.values())[:5]} were not answered")
                for request in self.open.values():
                    self.peer.send(self.port, *request)

    def note(self, address, arguments):
        """A request ends with one answer; lists end in done."""
        self.heard += 1
        if address == "/oscine/v1/event":
            self.last_event = arguments[1]
        elif address not in ("/oscine/v1/frames", "/oscine/v1/gap") and "/v1/model." not in address:
            self.open.pop(arguments[0], None)

    def sound(self):
        """A piece of sound; now and then one is left out, or comes twice."""
        self.seq += 1
        loud = self.chance.random()
        samples = [loud * math.sin(self.phase + 0.05 * n) for n in range(PIECE)]
        self.phase += 0.05 * PIECE
        hi, lo = self.position >> 16, self.position & 65535
        self.position += PIECE
        if self.chance.random() < 0.05:
            return
        blob = struct.pack(f"<{PIECE}f", *samples)
        for _ in range(2 if self.chance.random() < 0.05 else 1):
            self.peer.send(self.port, "audio", self.sessions["loudness"], self.seq, hi, lo, 1, "f32le", blob)

    def ask_something(self):
        number, session = self.chance.random, self.sessions
        x, y = self.chance.choice([0.25, 0.5, number()]), number()
        kinds = [
            lambda: self.request("ask", "synth-params", x, y),
            lambda: self.request("ask", "slow", x, y),
            lambda: self.request("run", session["counter"], 0, self.id, x, y),
            lambda: self.request("run", session["synth-params"], 0, self.id, x, y),
            lambda: self.request("ping", 3, self.id),
            lambda: self.request("status"),
            lambda: self.request("model/info", self.chance.choice(["counter", "loudness", "synth-params", "lost"])),
            lambda: self.request("models"),
            lambda: self.request("labels", "loudness", 0, 0),
            lambda: self.request("sync"),
            lambda: self.request("reset", session[self.chance.choice(["counter", "loudness"])]),
            lambda: self.request("set", session["loudness"], "top", self.chance.choice([1, 2])),
            lambda: self.request("get", session["loudness"], "threshold"),
            lambda: self.request("resend", session["loudness"], max(1, self.last_event - 8)),
            lambda: self.request("expire", session["counter"], 0),
            lambda: self.request("ask", "synth-params", 7.0, y),  # out of range
            lambda: self.request("ask", "nobody", x, y),
            lambda: self.request("opne", "counter"),
            lambda: self.request("run", 12345, 0, 0, x, y),
            lambda: self.request("open", "counter", "", "48000", "samples"),
            self.sound, self.sound, self.sound, self.sound,
        ]
        self.chance.choice(kinds)()


class Mixed:
    """Several askers, and somebody who sends what is no OSC."""

    def __init__(self, port, seed):
        self.port, self.chance = port, random.Random(seed)
        peers = [Peer(), Peer(), TcpPeer(port)]
        self.askers = [Asker(peer, port, self.chance) for peer in peers]
        self.stranger = Peer()

    def run(self, requests):
        """Sends so many requests, and hears every answer. @return packets heard"""
        while sum(one.id for one in self.askers) < requests:
            asker = self.chance.choice(self.askers)
            asker.ask_something()
            if self.chance.random() < 0.02:
                self.stranger.socket.sendto(self.chance.randbytes(self.chance.randrange(1, 64)), ("127.0.0.1", self.port))
            if self.chance.random() < 0.01:
                self.stranger.send(self.port, "bye", 0)
            for one in self.askers:
                one.settle(most_open=20)
        for asker in self.askers:
            asker.settle()
            asker.peer.close()
        self.stranger.close()
        return sum(one.heard for one in self.askers)
