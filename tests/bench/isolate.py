"""isolate: what a process of its own costs a call, and what others notice when such a model hangs or crashes all the time."""
import contextlib
import subprocess
import sys
import threading
import time

from figures import percentile, tell
from rig import HERE, INPUTS, ROOT, SCRATCH, BenchError, Daemon, mlp_file, run_json, tool

sys.path.append(str(ROOT / "tests" / "hosts"))
from osc import Peer  # noqa: E402  (the tests' own OSC, from the standard library alone)

COUNT, PERIOD_US = 3000, 1000
COST_BAR_US = 30    # p50, a small model
OTHERS_BAR = 1.5    # x, p99 of another model beside its p99 in quiet
NOTICED_BAR_S = 3
TROUBLES = ("hang", "spin", "crash")


def config():
    mlp_file()
    subprocess.run([sys.executable, str(HERE / "make_spin.py"), str(SCRATCH / "spin.ts")], check=True)
    subprocess.run([sys.executable, str(HERE / "make_slow.py"), str(SCRATCH / "slow.ts"), "20"], check=True)
    file = SCRATCH / "isolate.yaml"
    text = "models:\n"
    for name, own in (("here", "false"), ("there", "true")):
        text += f"  {name}: {{kind: params, file: mlp.ts, inputs: {INPUTS}, outputs: 2, isolate: {own}}}\n"
        text += f"  slow-{name}: {{kind: params, file: slow.ts, inputs: {INPUTS}, outputs: 2, isolate: {own}}}\n"
    for name in ("hang", "crash"):
        text += (f"  {name}: {{kind: params, engine: fake, isolate: true, inputs: 2, outputs: 2,"
                 f" options: {{does: {name}, when: 0.25}}}}\n")
    text += "  spin: {kind: params, file: spin.ts, isolate: true, inputs: 2, outputs: 2}\n"
    file.write_text(text, encoding="utf-8")
    return file


def times(daemon, model, *mode):
    out = run_json([tool("bench_client"), str(daemon.port), *(str(word) for word in mode), model, str(INPUTS)])
    if out["failed"] or out["lost"]:
        raise BenchError(f"{model}: {out['failed']} failed, {out['lost']} without an answer")
    return out["times"]


def answers(daemon, model):
    out = run_json([tool("bench_client"), str(daemon.port), "paced", "1", "1000", model, str(INPUTS)])
    return len(out["times"]) == 1 and not out["failed"]


class Trouble(threading.Thread):
    """Asks a model for what it does not survive, again and again, and mends it when it is put aside."""

    def __init__(self, port, model):
        super().__init__(daemon=True)
        self.port, self.model, self.stopped, self.noticed, self.back = port, model, threading.Event(), [], []

    def run(self):
        with contextlib.closing(Peer()) as peer:
            peer.ask(self.port, "hello", 1, peer.port, "trouble " + self.model)
            request = 1
            while not self.stopped.is_set():
                request += 2
                began = time.monotonic()
                said = peer.ask(self.port, "ask", request, self.model, 0.25, 0.5)[1]
                if said[2] == 500:
                    fell = time.monotonic()
                    self.noticed.append(fell - began)
                    request += 1
                    if peer.ask(self.port, "ask", request, self.model, 0.5, 0.5)[0] == "/oscine/v1/result":
                        self.back.append(time.monotonic() - fell)
                elif said[2] == 503:
                    peer.ask(self.port, "reload", request + 1, self.model)
            peer.ask(self.port, "reload", request + 1, self.model)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *ignored):
        self.stopped.set()
        self.join(30)


def one_round(daemon):
    found = {}
    for name in ("here", "there", "slow-here", "slow-there"):
        found[name] = times(daemon, name, "paced", COUNT, PERIOD_US)
    found["back"] = {name: times(daemon, name, "back", 1) for name in ("here", "there")}
    for trouble in TROUBLES:
        quiet = times(daemon, "here", "paced", COUNT, PERIOD_US)
        with Trouble(daemon.port, trouble) as asked:
            troubled = times(daemon, "here", "paced", COUNT, PERIOD_US)
        found[trouble] = (percentile(quiet, 0.99), percentile(troubled, 0.99), asked.noticed, asked.back)
        tell(f"isolate: while {trouble} fell {len(asked.noticed)} times: p99 of another {found[trouble][1]:.0f} us, "
             f"in quiet {found[trouble][0]:.0f} us")
    return found


def run(figures, options):
    with Daemon(config(), model=None) as daemon:
        for model in ("here", "there", "slow-here", "slow-there"):
            daemon.wait_for(lambda model=model: answers(daemon, model), f"{model} does not answer")
        rounds = [one_round(daemon) for _ in range(options.rounds or 5)]
    for name, bar in (("", COST_BAR_US), ("slow-", None)):
        for share, label in ((0.5, "p50"), (0.99, "p99")):
            cost = [percentile(one[name + "there"], share) - percentile(one[name + "here"], share) for one in rounds]
            figures.median(f"isolate.{name or 'small-'}call.{label} more than in the serving process", cost, "us",
                           bar if share == 0.5 else None)
    for where in ("here", "there"):
        figures.median(f"isolate.back to back.{where}.p50", [percentile(one["back"][where], 0.5) for one in rounds], "us")
    for trouble in TROUBLES:
        figures.median(f"isolate.{trouble}.p99 of another / in quiet", [one[trouble][1] / one[trouble][0] for one in rounds],
                       "x", OTHERS_BAR)
        noticed = [took for one in rounds for took in one[trouble][2]]
        if not noticed:
            raise BenchError(f"{trouble} never fell")
        back = [took for one in rounds for took in one[trouble][3]]
        if back:
            figures.add(f"isolate.{trouble}.answers again after, p50", percentile(back, 0.5), "s", None, (min(back), max(back)))
        figures.add(f"isolate.{trouble}.noticed after, at most", max(noticed), "s", NOTICED_BAR_S, (min(noticed), max(noticed)))
