"""A host of the real daemon's melodies, without sound: it keeps what it is told, and goes on in time as soon as all is there."""
import subprocess
import time

from osc import GUARD, Peer
from program import OSCINE

SECOND = 48000
LOAD_S = 120
REST_S = 1.0  # where nothing new is told for so long, the line rests: what was lost is sent again every 100 ms


def wire(position):
    return position >> 16, position & 65535


class Host:
    """Keeps what it was told, by number: doubles drop out, order does not matter."""

    def __init__(self, port, **settings):
        """Opens model `melody` at 48 kHz, sets what is given, and gives it a note of a second at 0."""
        self.port, self.peer, self.events, self.number = port, Peer(), {}, 0
        self.request("hello", 0, "host")
        end = time.monotonic() + LOAD_S
        opened = self.request("open", "melody", "default", float(SECOND), "samples")
        while opened[0].endswith("/fail") and time.monotonic() < end:  # it still loads
            opened = self.request("open", "melody", "default", float(SECOND), "samples")
        self.session = opened[1][1]
        for name, value in settings.items():
            self.request("set", self.session, name, value)
        self.request("horizon", self.session, 1000)
        self.request("note", self.session, 0, 0, 60.0, 90.0, SECOND)

    def take(self, message):
        address, values = message
        if address == "/oscine/v1/event" and values[0] == self.session:
            self.events[values[1]] = values
        assert address != "/oscine/v1/fail", message

    def request(self, address, *arguments):
        """Asks until it is answered: the same bytes again are the same request."""
        self.number += 1
        number, end = self.number, time.monotonic() + GUARD
        while time.monotonic() < end:
            self.peer.send(self.port, address, number, *arguments)
            message = self.peer.hear(0.3)
            while message is not None:
                if message[0].split("/")[3] != "event" and message[1][0] == number:
                    return message
                self.take(message)
                message = self.peer.hear(0.3)
        raise AssertionError(f"{address} was not answered")

    def seen(self):
        number = 0
        while number + 1 in self.events:
            number += 1
        return number

    def complete_to(self, position):
        seen = self.seen()
        return seen == len(self.events) and seen > 0 and any(
            values[3] * 65536 + values[4] >= position for values in self.events.values())

    def play_until(self, end, position=0):
        """The host's time goes on as soon as all is there that it needs."""
        guard, news = time.monotonic() + 2 * GUARD, time.monotonic()
        while position < end:
            assert time.monotonic() < guard, f"nothing more came at {position}; seen {self.seen()} of {len(self.events)}"
            self.peer.send(self.port, "playhead", self.session, *wire(position), self.seen(), float(SECOND))
            known = len(self.events)
            message = self.peer.hear(0.02)
            while message is not None:
                self.take(message)
                message = self.peer.hear(0.02)
            news = news if known == len(self.events) else time.monotonic()
            if self.complete_to(position + SECOND // 2) or (self.seen() == known and time.monotonic() - news > REST_S):
                position += SECOND // 2
                guard, news = time.monotonic() + 2 * GUARD, time.monotonic()

    def notes(self, end):
        rows = [(values[2], values[3] * 65536 + values[4], *values[5:]) for values in self.events.values()]
        return sorted(row for row in rows if row[1] < end)

    def play(self, position, generation):
        self.request("play", self.session, *wire(position), generation)

    def leave(self):
        self.peer.send(self.port, "bye", 0)
        self.peer.close()


def asked(port, begin, end, generation=1, **settings):
    """[(position, duration, pitch)]: the line that a session so set plays from `begin` on, asked for without a hurry."""
    host = Host(port, **settings)
    host.play(begin, generation)
    host.play_until(end, begin)
    host.leave()
    return [(row[1], row[3], row[5]) for row in host.notes(end)]


class Proxy:
    """with Proxy(port, *words) as proxy: … proxy.port"""

    def __init__(self, port, *words):
        self.process = subprocess.Popen([OSCINE, "proxy", "--listen", "0", "--to", str(port), *words], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
