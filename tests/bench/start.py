"""start: from exec to the first answers, with the default configuration."""
from figures import tell
from rig import PROGRAM, ROOT, SCRATCH, port_pair, run_json, tool

MODEL, INPUTS = "synth-params", 2


def start_once():
    port = port_pair()
    serve = [str(PROGRAM), "serve", str(ROOT / "config" / "default.yaml"), "--listen", str(port)]
    SCRATCH.mkdir(parents=True, exist_ok=True)
    with open(SCRATCH / "start.log", "a", encoding="utf-8") as log:
        return run_json([tool("bench_start"), str(port), MODEL, str(INPUTS), *serve], stderr=log)


def run(figures, options):
    start_once()  # brings the files into memory, as a second start on the same day finds them
    runs = []
    for number in range(options.rounds or 10):
        runs.append(start_once())
        tell(f"start {number + 1}: hello after {runs[-1]['hello_ms']} ms, first result after {runs[-1]['ready_ms']} ms")
    for name, part, bar in (("hello", "hello_ms", 50), ("ready", "ready_ms", 1500)):
        times = [one[part] for one in runs]
        figures.median(f"start.{name}.median", times, "ms")
        figures.add(f"start.{name}.max", max(times), "ms", bar, (min(times), max(times)))
