"""overload: 16 clients ask five times as much as the daemon can do; what it takes on is still answered in time."""
import subprocess
import sys

from figures import tell
from rig import HERE, INPUTS, SCRATCH, BenchError, Daemon, run_json, tool

MODEL = "slow"
STEPS = 200  # of the model: some milliseconds
CLIENTS = 16
SECONDS = 10
USUAL, TOO_MUCH = 0.8, 5
ACCEPTED_BAR = 2  # x, p99 of what is taken on, beside that at the usual load
REFUSED_BAR_MS = 5


def config():
    SCRATCH.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, str(HERE / "make_slow.py"), str(SCRATCH / "slow.ts"), str(STEPS)], check=True)
    file = SCRATCH / "overload.yaml"
    file.write_text(f"models:\n  {MODEL}: {{kind: params, file: slow.ts, inputs: {INPUTS}, outputs: 2}}\n", encoding="utf-8")
    return file


def load(daemon, *mode):
    return run_json([tool("bench_client"), str(daemon.port), *(str(word) for word in mode), MODEL, str(INPUTS)])


def answers(daemon):
    out = load(daemon, "paced", 1, 1000)
    return len(out["times"]) == 1 and not out["failed"]


def capacity(daemon):
    """Answers a second, by the same program: 16 clients that each ask again as soon as they are answered."""
    out = load(daemon, "many", CLIENTS, 25)
    if out["failed"]:
        raise BenchError(f"{out['failed']} requests failed while the capacity was measured")
    return out["answered"] / out["seconds"]


def one_round(daemon):
    able = capacity(daemon)
    usual = load(daemon, "open", CLIENTS, USUAL * able, SECONDS)
    much = load(daemon, "open", CLIENTS, TOO_MUCH * able, SECONDS)
    tell(f"overload: {able:.0f}/s; at {USUAL:.0%} p99 {usual['answered']['p99'] / 1e3:.1f} ms, {usual['refused']['count']} refused; "
         f"at {TOO_MUCH:.0%} p99 {much['answered']['p99'] / 1e3:.1f} ms, refused p99 {much['refused']['p99'] / 1e3:.2f} ms")
    return {"able": able, "usual": usual, "much": much}


def silent(load_of):
    return load_of["sent"] - load_of["failed"] - load_of["answered"]["count"] - load_of["refused"]["count"]


def run(figures, options):
    with Daemon(config(), model=None) as daemon:
        daemon.wait_for(lambda: answers(daemon), f"{MODEL} does not answer")
        rounds = [one_round(daemon) for _ in range(options.rounds or 5)]
    figures.median("overload.capacity", [one["able"] for one in rounds], "requests/s")
    for name in ("usual", "much"):
        figures.median(f"overload.{name}.accepted p99", [one[name]["answered"]["p99"] / 1e3 for one in rounds], "ms")
        figures.median(f"overload.{name}.refused", [one[name]["refused"]["count"] / one[name]["sent"] for one in rounds],
                       "of requests")
        figures.add(f"overload.{name}.neither answered nor refused", sum(silent(one[name]) for one in rounds), "requests", 0)
    figures.median("overload.accepted p99 at 5 x / at 80 %",
                   [one["much"]["answered"]["p99"] / one["usual"]["answered"]["p99"] for one in rounds], "x", ACCEPTED_BAR)
    figures.median("overload.much.answered / capacity",
                   [one["much"]["answered"]["count"] / SECONDS / one["able"] for one in rounds], "x")
    figures.median("overload.refused p50", [one["much"]["refused"]["p50"] / 1e3 for one in rounds], "ms")
    figures.median("overload.refused p99", [one["much"]["refused"]["p99"] / 1e3 for one in rounds], "ms", REFUSED_BAR_MS)
