"""soak: hours of sound as fast as they go, and what the serving process holds meanwhile."""
import time

import ears
import sounds
from figures import tell
from listening import Listening
from memory import resident_mib
from rig import BenchError, Daemon

STEP_S = 600  # of sound, between two looks; of a short run a 48th
WARM_UP = 0.1  # of the looks
FLAT = 1.05
DRUMS_SHARE = 1 / 8  # of the hours


class Watch:
    """Looks at the process each time that what was heard has gone on by a step."""

    def __init__(self, name, daemon, rate, seconds):
        self.name, self.daemon, self.seconds = name, daemon, seconds
        self.step = min(STEP_S, seconds / 48) * rate
        self.began, self.due, self.held = time.monotonic(), self.step, []

    def look(self, position):
        if position < self.due:
            return
        self.due += self.step
        self.held.append(resident_mib(self.daemon.pid))
        if len(self.held) % 6 == 0:
            tell(f"soak {self.name}: {100 * len(self.held) // round(self.total())} %, {self.held[-1]:.1f} MiB")

    def total(self):
        return self.seconds / min(STEP_S, self.seconds / 48)

    def settled(self):
        return self.held[max(1, round(WARM_UP * len(self.held))):]


def hear_hours(ear, daemon, seconds):
    """@return the watch and the listening after all was heard, and the seconds that it took."""
    with Listening(daemon.port, ear.name, ear.rate) as listening:
        watch = Watch(ear.name, daemon, ear.rate, seconds)

        def heard_until(position):
            while listening.last is None or listening.last["position"] < position:
                listening.turn()
                watch.look(listening.last["position"] if listening.last else 0)

        samples = round(seconds * ear.rate)
        for block in sounds.taken(ear.blocks(), samples):
            listening.send(block)
            if listening.last:
                watch.look(listening.last["position"])
        listening.send(sounds.last_hit(ear.rate))
        heard_until(last_position(ear, listening.samples))
        took = time.monotonic() - watch.began
        if not ear.finds_hits and listening.events != windows(ear, listening.samples):
            raise BenchError(f"{ear.name}: {listening.events} events came of {windows(ear, listening.samples)} windows")
        return watch, listening, took


def windows(ear, samples):
    return (samples - ear.card["window"]) // ear.card["hop"] + 1


def last_position(ear, samples):
    """Where the last answer stands: a window, or the hit a second and a quarter before the end."""
    if ear.finds_hits:
        return samples - round(1.3 * ear.rate)
    return (windows(ear, samples) - 1) * ear.card["hop"]


def run(figures, options):
    for ear in ears.all_ears():
        seconds = 3600 * options.hours * (DRUMS_SHARE if ear.finds_hits else 1)
        config = ears.config("soak", {ear.name: ear.stream_card()}, 1)
        with Daemon(config, model=None) as daemon:
            watch, listening, took = hear_hours(ear, daemon, seconds)
        settled = watch.settled()
        label = f"soak.{ear.name}"
        figures.add(f"{label}.sound", seconds / 3600, "h")
        figures.add(f"{label}.rate", listening.samples / ear.rate / took, "x real time")
        figures.add(f"{label}.events", listening.events, "events", 1, least=True)
        figures.add(f"{label}.events that were left out", listening.holes, "events", 0)
        figures.add(f"{label}.resident", settled[-1], "MiB", spread=(min(settled), max(settled)))
        figures.add(f"{label}.resident, largest / smallest", max(settled) / min(settled), "x", FLAT)
