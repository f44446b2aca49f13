"""Random orders to an OscineMelody (notes, stops, plays elsewhere, settings, restarts), and what may sound of them."""
import random
from typing import NamedTuple

from planner import Planner, Way
from sc_seq_test import DELAY_S, Take, notes_of

RATE = 48000
BEGIN, QUIET = 130000, 2 * RATE  # where the orders begin, and what is left after them


class Plan(NamedTuple):
    word: str
    at: int
    generation: int
    held: int  # up to there the line was held, when it was planned again after a restart


def orders_of(seed, sequences, each=5):
    """`sequences` of `each` orders, half a second between them, the last one a stop. @return orders of a Planner, seconds"""
    dice, at, orders = random.Random(seed), BEGIN, []
    for _ in range(sequences):
        for _ in range(each):
            at += dice.randint(6000, 20000)
            elsewhere = ("play", float(at + dice.randint(9000, 24000)))
            order = dice.choice((("/orders", "play"), ("/orders", *elsewhere), ("/orders", *elsewhere), ("/orders", "stop"),
                                 ("/orders", "note", 60.0, 100, 200), ("/orders", "set", "temperature", dice.random()), ("restart",)))
            orders.append((at, *order))
        at += RATE // 2
    orders.append((at, "/orders", "stop"))
    return orders, (at + QUIET) / RATE


def line(notes):
    """One note after the other, as one voice has them."""
    return [(at, min(duration, after[0] - at), *more) for (at, duration, *more), after in zip(notes, notes[1:])]


def take_of(seed, sequences, jack):
    orders, seconds = orders_of(seed, sequences)
    notes = line(notes_of(int(seconds * 40), RATE, seed))
    planner = Planner(notes, Way(seed, DELAY_S, double=0.05), horizon_s=0.3, orders=orders)
    return Take(planner, jack, seconds, INSTRUMENT="impulseAndGate"), notes, planner


def plans_of(take):
    return [Plan(line.split()[0], *(int(word) for word in line.split()[1:])) for line in take.printed("PLAN")]


def sounding(plans, notes):
    """{(onset, velocity): (end, generation)} of all that is not void when everything comes in time."""
    out = {}
    for plan in plans:
        if plan.word == "play":
            cut = min((later.at for later in plans if later.generation > plan.generation), default=1 << 40)
            for at, duration, _, velocity, _ in notes:
                if plan.at + at < cut:
                    out[plan.at + at, velocity] = (min(plan.at + at + duration, cut), plan.generation)
    return out


def wrong(take, notes):
    """Sentences about what should not be: what sounds and is void, is missing and was not told late, sounds too long, or never ends."""
    plans, said = plans_of(take), []
    expected, heard = sounding(plans, notes), set(take.heard)
    first, last = int(take.counter[0]), int(max(take.counter))
    late = {(int(line.split()[2]), int(line.split()[0])) for line in take.printed("LATE")}
    holes = [(plan.held, plan.at) for plan in plans]
    for note in sorted(heard - set(expected)):
        said.append(f"{note} sounds, and is void: {plans}")
    for note in sorted(set(expected) - heard - late):
        if first <= note[0] <= last and not any(begin <= note[0] < end for begin, end in holes):
            said.append(f"{note} of generation {expected[note][1]} is missing: {plans}")
    change = {}
    for note in heard & set(expected):
        change[note[0]] = change.get(note[0], 0) + 1
        change[expected[note][0]] = change.get(expected[note][0], 0) - 1
    now = 0
    for count, gates in zip(take.counter, take.gates):
        now += change.get(int(count), 0)
        if round(gates) != now and count:
            said.append(f"at {int(count)} {round(gates)} notes sound, and {now} should: {plans}")
            break
    if now or take.gates[len(take.gates) - 1]:
        said.append("a note hangs")
    if take.printed("SYNTHS") != ["2"]:
        said.append(f"{take.printed('SYNTHS')} synths are left; the clock and the recorder are two")
    return said
