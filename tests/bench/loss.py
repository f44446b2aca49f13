"""loss: ten minutes of stereo at 48 kHz over UDP, of which some never comes, some comes late and some twice.

What comes out has to be what went in, sample for sample, with silence of the same length where a message was lost; and each
lost message has to be told once. The model gives back what it takes (engine fake), so every sample can be compared.
"""
import random
import sys

import numpy as np

from figures import tell
from rig import ROOT, SCRATCH, BenchError, Daemon

sys.path.append(str(ROOT / "tests" / "hosts"))
from streaming import Stream  # noqa: E402

RATE, CHANNELS, MESSAGE, BLOCK = 48000, 2, 160, 512  # 160 stereo frames fill a datagram
LOST, LATE, TWICE = 0.01, 0.02, 0.01
LATEST = 4  # messages: 13 ms, within the 20 ms that a session waits
AT_ONCE = 12  # messages between two looks whether the daemon has read them
CHUNK, WHOLE_END = 6000, 8  # messages of one comparison; so many at its end come, since a hole is waited for as long


def config():
    SCRATCH.mkdir(parents=True, exist_ok=True)
    target = SCRATCH / "loss.yaml"
    target.write_text("models:\n  wire: {kind: stream, engine: fake, modelRate: 48000, options: {does: echo}, "
                      f"block: {BLOCK}, methods: [{{name: forward, form: [{CHANNELS}, 1, {CHANNELS}, 1]}}]}}\n",
                      encoding="utf-8")
    return target


def on_their_way(numbers, chance):
    """What the network makes of messages: their numbers in the order in which they come, and those that never do."""
    lost = {one for one in numbers if chance.random() < LOST}
    due = []
    for place, one in enumerate(numbers):
        if one in lost:
            continue
        late = chance.randint(1, LATEST) + 0.5 if chance.random() < LATE else 0
        due.append((place + late, one))
        if chance.random() < TWICE:
            due.append((place + chance.randint(1, LATEST) + 0.25, one))
    return [one for _, one in sorted(due)], lost


class Taken:
    """Compares what comes with what was sent, a message at a time, and forgets both."""

    def __init__(self, session):
        self.session, self.frames, self.wrong, self.shifted, self.next = session, 0, 0, 0, 0

    def take(self, sound, base):
        """@param sound  [n, channels] from position `base` on, silent where a message was lost."""
        for position, frames in self.session.out:
            self.shifted += position != self.next
            self.next = position + len(frames)
            self.wrong += int((frames != sound[position - base:position - base + len(frames)]).any(axis=1).sum())
            self.frames += len(frames)
        self.session.out.clear()


def told_once(gaps, lost):
    """Of the lost messages: those that no /gap named, and those that were named more than once or came all the same."""
    told = [one for first, last in gaps for one in range(first, last + 1)]
    return len(lost - set(told)), len(told) - len(set(told) & lost)


def run(figures, options):
    chance, noise = random.Random(options.seed), np.random.default_rng(options.seed)
    messages = round(options.minutes * 60 * RATE / MESSAGE)
    with Daemon(config(), model=None) as daemon:
        session = Stream(daemon.port, "wire", "forward", float(RATE))
        taken, lost, base = Taken(session), set(), 0
        held = np.zeros((0, CHANNELS), np.float32)  # what went in and has not come out yet
        for first in range(0, messages, CHUNK):
            count = min(CHUNK, messages - first)
            sound = (noise.standard_normal((count * MESSAGE, CHANNELS)) * 0.3).astype(np.float32)
            order, gone = on_their_way(range(count), chance)
            gone -= set(range(count - WHOLE_END, count))
            order += [one for one in range(count - WHOLE_END, count) if one not in order[-CHUNK // 2:]]
            for turn, one in enumerate(order):
                session.send(sound[one * MESSAGE:(one + 1) * MESSAGE], at=(first + one) * MESSAGE,
                             seq=(first + one) % 0xFFFFFF + 1)
                if turn % AT_ONCE == AT_ONCE - 1:
                    session.request("sync")
            for one in gone:
                sound[one * MESSAGE:(one + 1) * MESSAGE] = 0
            lost |= {first + one + 1 for one in gone}
            held = np.concatenate([held, sound])
            session.hear_frames((base + len(held)) // BLOCK * BLOCK - taken.frames)
            taken.take(held, base)
            held, base = held[taken.next - base:], taken.next
            tell(f"loss: {(first + count) * MESSAGE / RATE / 60:.1f} minutes, {len(lost)} messages lost")
        session.close()
    if session.fails:
        raise BenchError(f"the daemon complained: {session.fails[0]}")
    silent, doubled = told_once([gap[-2:] for gap in session.gaps], lost)
    figures.add("loss.sound", taken.frames / RATE / 60, "minutes")
    figures.add("loss.lost messages", len(lost), "messages")
    figures.add("loss.samples that differ", taken.wrong, "samples", 0)
    figures.add("loss.messages out of place", taken.shifted, "messages", 0)
    figures.add("loss.lost and not told", silent, "messages", 0)
    figures.add("loss.told twice, or though they came", doubled, "messages", 0)
