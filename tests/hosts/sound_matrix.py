"""The same sound at every rate, in blocks of every size, by every way that sound can come: what is heard must not change.

The sound has nothing above 3.8 kHz, so that at 8 kHz it is still the same, and is 16-bit at each rate, so that s16le is exact.
"""
import itertools
import tempfile
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np

from listener import Session, TcpPeer
from osc import Peer

RATES = [8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000]
SIZES = [1, 2, 7, 32, 64, 100, 441, 512, 1000, 4096, 10000, 65536]
WAYS = ["frames udp", "s16le udp", "f32le udp", "frames tcp", "s16le tcp", "f32le tcp"]
LARGEST = {"frames udp": 10000, "s16le udp": 30000, "f32le udp": 15000}  # that a packet can hold
PASS, STOP = 3000, 3800  # Hz
SECONDS = 3


class Event(NamedTuple):
    position: int
    name: str
    score: float


class Heard(NamedTuple):
    rate: int
    way: str
    size: int
    events: list

    def __str__(self):
        return f"{self.rate} Hz, {self.way}, blocks of {self.size}"


def band_limited(samples, rate, to):
    """Float samples of a whole number of seconds, at another rate, without what lies above STOP."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)
    spectrum *= np.cos(np.clip((hertz - PASS) / (STOP - PASS), 0, 1) * np.pi / 2) ** 2
    count = len(samples) * to // rate
    return np.fft.irfft(spectrum[:count // 2 + 1], count) * count / len(samples)


def sixteen_bits(samples):
    return (np.round(np.clip(samples, -1, 1) * 32767) / 32768).astype(np.float32)


def clip(samples, rate):
    """The first SECONDS of a recording, from silence to silence."""
    samples = np.resize(samples, SECONDS * rate).astype(np.float64)
    ramp = np.minimum(np.arange(len(samples)), len(samples) - 1 - np.arange(len(samples))) / (.05 * rate)
    return samples * np.minimum(1, ramp)


def drummer(rate=48000):
    """A hit every 290 ms: sines that fall, noise, and both."""
    random = np.random.default_rng(3)
    at = np.arange(int(.28 * rate)) / rate
    sound = np.zeros(SECONDS * rate)
    for i in range(int(SECONDS / .29) - 1):
        falling = np.sin(2 * np.pi * (52 * at + 4 * (1 - np.exp(-at / .03)))) * np.exp(-at / .08)
        noise = random.uniform(-1, 1, len(at)) * np.exp(-at / .04)
        hit = [falling, .6 * noise, .6 * noise + .4 * falling][i % 3] * np.minimum(1, (at[-1] - at) / .05)
        start = int((.1 + .29 * i) * rate)
        sound[start:start + len(hit)] += .5 * hit
    return sound, rate


class Matrix:
    """A daemon at `port` may read files below `folder`."""

    def __init__(self, port, folder):
        self.port, self.folder = port, Path(folder)

    def hear_all(self, model, source, source_rate, cases):
        """@param cases  (rate, way, size) …  @return Heard …; that of the file comes first at each rate."""
        everything = []
        for rate, group in itertools.groupby(sorted(cases), key=lambda case: case[0]):
            samples = sixteen_bits(band_limited(source, source_rate, rate))
            everything.append(Heard(rate, "file", 0, self.by_file(model, samples, rate)))
            for _, way, size in group:
                events = self.live(model, samples, rate, way, size, len(everything[-1].events))
                everything.append(Heard(rate, way, size, events))
        return everything

    def by_file(self, model, samples, rate):
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".wav") as file:
            with wave.open(file.name, "wb") as out:
                out.setparams((1, 2, rate, 0, "NONE", "not compressed"))
                out.writeframes((samples * 32768).astype("<i2").tobytes())
            peer = Peer()
            session = Session(peer, self.port, model, rate=float(rate))
            session.request("file", session.number, file.name)
            session.request("bye")
            peer.close()
        return events_of(session)

    def live(self, model, samples, rate, way, size, count):
        """The first so many events. Half a second of silence follows the sound, which lets the last be certain."""
        form, transport = way.split()
        peer = TcpPeer(self.port) if transport == "tcp" else Peer()
        session = Session(peer, self.port, model, rate=float(rate))
        send = session.floats if form == "frames" else lambda piece: session.audio(piece, form)
        samples = np.concatenate([samples, np.zeros(rate // 2, np.float32)])
        session.pieces(samples, min(size, LARGEST.get(way, size)), send)
        session.hear_until(lambda: len(events_of(session)) >= count)
        session.request("bye")
        peer.close()
        return events_of(session)[:count]


def events_of(session):
    """Of each position the best."""
    events = []
    for position, kind, name, *numbers in session.events:
        rank, score = (numbers[1], numbers[0]) if kind == "label" else (1, numbers[1])
        if rank == 1:
            events.append(Event(position, name, score))
    return events


def few_cases():
    """Each rate twice, each way and each size at least once; the smallest blocks at low rates."""
    for i, rate in enumerate(RATES):
        yield rate, WAYS[(i + 3) % len(WAYS)], SIZES[i]
        yield rate, WAYS[(i + 5) % len(WAYS)], SIZES[-1 - i]


def all_cases():
    return itertools.product(RATES, WAYS, SIZES)


def differences(everything):
    """Sentences: what was not heard as from the file at the same rate, and at no other rate."""
    files = {heard.rate: heard.events for heard in everything if heard.way == "file"}
    for heard in everything:
        wanted = files[heard.rate]
        if [event[:2] for event in heard.events] != [event[:2] for event in wanted]:
            yield f"{heard}: {heard.events}, and from the file {wanted}"
        for event, other in zip(heard.events, wanted):
            if abs(event.score - other.score) > 1e-5:
                yield f"{heard}: {event}, and from the file {other}"
    best = max(files)
    for rate, events in files.items():
        apart = [abs(event.position / rate - other.position / best) for event, other in zip(events, files[best])]
        if [event.name for event in events] != [event.name for event in files[best]]:
            yield f"{rate} Hz: {events}, and at {best} Hz {files[best]}"
        elif max(apart) > 1.001 / rate:
            yield f"{rate} Hz: {1e3 * max(apart):.3f} ms from where it is at {best} Hz"
