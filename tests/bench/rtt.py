"""rtt: the round trip of a small model, beside what it cannot be faster than, and beside python-osc + torch."""
import contextlib

from figures import tell
from rig import Bare, Daemon, Echo, PythonOsc, ask, mlp_config

RHYTHMS = {"10ms": ("paced", 400, 10000), "back": ("back", 1.5)}
PYTHON = {"blocking": ("blocking", 1), "asyncio": ("asyncio", 1), "threading": ("threading", 1),
          "threading2": ("threading", 2)}
BESIDE_PYTHON = {"10ms": round(1 / 3, 4), "back": 0.6}


def one_round(rhythm, daemon, echo, bare, python):
    """Everything once, one after the other, so that what the machine does meanwhile meets all of them."""
    out = {"echo": ask(echo.port, *rhythm), "oscine": ask(daemon.port, *rhythm), "forward": bare.forward(*rhythm)}
    for name, server in python.items():
        out[name] = ask(server.port, *rhythm)
    return out


def rounds_of(rhythm, name, count, parts):
    rounds = []
    for number in range(count):
        rounds.append(one_round(rhythm, *parts))
        told = "  ".join(f"{who} {one['p50']:.0f}/{one['p99']:.0f}" for who, one in rounds[-1].items())
        tell(f"rtt {name} {number + 1}/{count}, p50/p99 us: {told}")
    return rounds


def report(figures, name, rounds):
    for who in rounds[0]:
        for part in ("p50", "p99"):
            figures.median(f"rtt.{name}.{who}.{part}", [one[who][part] for one in rounds], "us")
    for part, bar in (("p50", 1.25), ("p99", 2)):
        ratios = [one["oscine"][part] / (one["echo"][part] + one["forward"][part]) for one in rounds]
        figures.median(f"rtt.{name}.{part} / (echo + forward)", ratios, "x", bar)
    ratios = [one["oscine"]["p50"] / min(one[who]["p50"] for who in PYTHON) for one in rounds]
    figures.median(f"rtt.{name}.p50 / best python-osc", ratios, "x", BESIDE_PYTHON[name])


def run(figures, options):
    config = mlp_config()
    with contextlib.ExitStack() as stack:
        parts = [stack.enter_context(one) for one in (Daemon(config), Echo(), Bare())]
        parts.append({name: stack.enter_context(PythonOsc(*kind)) for name, kind in PYTHON.items()})
        for name, rhythm in RHYTHMS.items():
            report(figures, name, rounds_of(rhythm, name, options.rounds or 7, parts))
