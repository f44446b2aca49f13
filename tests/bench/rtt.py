"""rtt: the round trip of a small model, beside what it cannot be faster than, and beside python-osc + torch.

Everything is measured in short slices in turn (A B C … A B C …), so that what the machine does meanwhile meets all alike.
Where client and server run decides more than the programs do, so the kernel's own choice ("free") is followed by the
two fixed ones: on one core ("together") and on two ("apart").
"""
import contextlib
import os

from figures import percentile, tell
from rig import Bare, Daemon, Echo, PythonOsc, ask, mlp_config

SLICES = 8  # of a round
OURS = {"10ms": ("paced", 50, 10000), "back": ("back", 0.15)}
THEIRS = {"10ms": ("paced", 15, 10000), "back": ("back", 0.08)}
PYTHON = {"blocking": ("blocking", 1), "asyncio": ("asyncio", 1), "threading": ("threading", 1),
          "threading2": ("threading", 2)}
BESIDE_PYTHON = {"10ms": round(1 / 3, 4), "back": 0.6}


def placements():
    """Name → cores of the client and of the servers."""
    if not hasattr(os, "sched_setaffinity"):
        return {"free": None}
    cores = sorted(os.sched_getaffinity(0))
    out = {"free": ({*cores}, {*cores}), "together": ({cores[0]}, {cores[0]})}
    if len(cores) > 1:
        out["apart"] = ({cores[0]}, {cores[-1]})
    return out


@contextlib.contextmanager
def placed(cores, servers):
    """The client inherits the cores of this process."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    for server in servers:
        server.pin(cores[1])
    os.sched_setaffinity(0, cores[0])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def one_round(name, daemon, echo, bare, python):
    """All times of each, in microseconds."""
    out = {who: [] for who in ("echo", "forward", "oscine", *python)}
    for _ in range(SLICES):
        out["echo"] += ask(echo.port, *OURS[name])
        out["forward"] += bare.forward(*OURS[name])
        out["oscine"] += ask(daemon.port, *OURS[name])
        for who, server in python.items():
            out[who] += ask(server.port, *THEIRS[name])
    return {who: {"p50": percentile(times, 0.5), "p99": percentile(times, 0.99)} for who, times in out.items()}


def rounds_of(label, name, count, parts):
    rounds = []
    for number in range(count):
        rounds.append(one_round(name, *parts))
        told = "  ".join(f"{who} {one['p50']:.0f}/{one['p99']:.0f}" for who, one in rounds[-1].items())
        tell(f"rtt {label} {number + 1}/{count}, p50/p99 us: {told}")
    return rounds


def report(figures, label, name, rounds):
    for who in rounds[0]:
        for part in ("p50", "p99"):
            figures.median(f"rtt.{label}.{who}.{part}", [one[who][part] for one in rounds], "us")
    for part, bar in (("p50", 1.25), ("p99", 2)):
        ratios = [one["oscine"][part] / (one["echo"][part] + one["forward"][part]) for one in rounds]
        figures.median(f"rtt.{label}.{part} / (echo + forward)", ratios, "x", bar)
    ratios = [one["oscine"]["p50"] / min(one[who]["p50"] for who in PYTHON) for one in rounds]
    bar = BESIDE_PYTHON[name] if label.startswith("free") else None  # pinning is not how those servers are run
    figures.median(f"rtt.{label}.p50 / best python-osc", ratios, "x", bar)


def run(figures, options):
    config = mlp_config()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(one) for one in (Daemon(config), Echo(), Bare())]
        python = {name: stack.enter_context(PythonOsc(*kind)) for name, kind in PYTHON.items()}
        for place, cores in placements().items():
            with placed(cores, [*servers, *python.values()]):
                for name in OURS:
                    label = f"{place}.{name}"
                    report(figures, label, name, rounds_of(label, name, options.rounds or 7, [*servers, python]))
