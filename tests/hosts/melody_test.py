"""A melody of the real daemon, heard directly and through oscine proxy: the same notes at the same positions."""
import subprocess
import time

from osc import GUARD, Peer
from program import OSCINE, Program

CONFIG = ("models:\n  melody: {kind: melody, engine: fake, melody: {pitches: [48, 72], rest: true, "
          "durations: [0.25, 0.5, 1], state: 1}}\n")
SECOND = 48000
END = 30 * SECOND
WEATHER = ["--delay", "uniform:0:95", "--duplicate", "5%", "--reorder", "5%", "--down", "loss=5%"]


def wire(position):
    return position >> 16, position & 65535


class Host:
    """Keeps what it was told, by number: doubles drop out, order does not matter."""

    def __init__(self, port):
        self.port, self.peer, self.events = port, Peer(), {}
        self.ask("hello", 1, 0, "host")
        self.session = self.ask("open", 2, "melody", "default", float(SECOND), "samples")[1][1]
        self.ask("set", 3, self.session, "seed", 11)
        self.ask("set", 4, self.session, "voices", 4)
        self.ask("horizon", 5, self.session, 1000)
        self.ask("note", 6, self.session, 0, 0, 60.0, 90.0, SECOND)

    def take(self, message):
        address, values = message
        if address == "/oscine/v1/event" and values[0] == self.session:
            self.events[values[1]] = values
        assert address != "/oscine/v1/fail", message

    def ask(self, address, number, *arguments):
        """Asks until it is answered: the same bytes again are the same request."""
        end = time.monotonic() + GUARD
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

    def play_until(self, end):
        """The host's time goes on as soon as all is there that it needs."""
        position = 0
        guard = time.monotonic() + 5 * GUARD
        while position < end:
            assert time.monotonic() < guard, f"nothing more came at {position}; seen {self.seen()} of {len(self.events)}"
            self.peer.send(self.port, "playhead", self.session, *wire(position), self.seen(), float(SECOND))
            message = self.peer.hear(0.02)
            while message is not None:
                self.take(message)
                message = self.peer.hear(0.02)
            if self.complete_to(position + SECOND // 2):
                position += SECOND // 2

    def notes(self, end):
        rows = [(values[2], values[3] * 65536 + values[4], *values[5:]) for values in self.events.values()]
        return sorted(row for row in rows if row[1] < end)

    def perform(self):
        self.ask("play", 7, self.session, *wire(SECOND), 1)
        self.play_until(END // 2)
        self.ask("set", 8, self.session, "density", 0.9)
        self.ask("play", 9, self.session, *wire(END // 2 + SECOND), 2)
        self.play_until(END)
        self.peer.send(self.port, "bye", 0)
        self.peer.close()
        return self.notes(END)


def through_proxy(port, seed):
    proxy = subprocess.Popen([OSCINE, "proxy", "--listen", "0", "--to", str(port), "--seed", str(seed), *WEATHER],
                             stdout=subprocess.PIPE, text=True)
    try:
        return Host(int(proxy.stdout.readline().split()[1])).perform()
    finally:
        proxy.kill()
        proxy.wait()
        proxy.stdout.close()


with Program(CONFIG) as daemon:
    # What an older generation told beyond the next one's position is void, however it came.
    def sounding(notes):
        change = END // 2 + SECOND
        return [note for note in notes if (note[1] < change) == (note[0] == 1)]

    direct = sounding(Host(daemon.port).perform())
    assert len(direct) > 150, len(direct)
    assert {note[0] for note in direct} == {1, 2} and {note[-1] for note in direct} == {1, 2, 3, 4}
    for jitter in (1, 2):
        assert sounding(through_proxy(daemon.port, jitter)) == direct, f"jitter seed {jitter} changed what sounds"
print(f"{len(direct)} notes, the same three times")
