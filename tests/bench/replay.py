"""replay: ten thousand mixed requests, recorded and replayed: every answer has to be the same, bit for bit."""
import json
import subprocess
import sys
import time

from figures import tell
from rig import PROGRAM, ROOT, SCRATCH, BenchError, Daemon

sys.path.append(str(ROOT / "tests" / "hosts"))
from mixed_requests import Mixed  # noqa: E402

REQUESTS = 10000
CONFIG = """models:
  synth-params: {card: %s/models/zoo/synth-params/card.yaml, trusted: true}
  loudness: {kind: classifier, engine: fake, modelRate: 8000, window: 800, hop: 400, top: 2, frontEnd: {kind: waveform},
             labels: [quiet, loud], options: {does: loud}}
  counter: {kind: params, engine: fake, inputs: [{name: x, min: 0, max: 1}, {name: y, min: 0, max: 1}],
            outputs: [pitch, filter], options: {does: count}}
  slow: {kind: params, engine: fake, inputs: [{name: x, min: 0, max: 1}, {name: y, min: 0, max: 1}],
         outputs: [pitch, filter], options: {does: slow, ms: 3, when: 0.25}}
"""


def record(file, seed):
    config = SCRATCH / "replay.yaml"
    config.write_text(CONFIG % ROOT, encoding="utf-8")
    with Daemon(config, model=None, more=["--record", str(file), "--force"]) as daemon:
        Mixed(daemon.port, seed).run(REQUESTS * 21 // 20)  # some of them ask for what is no request
        daemon.process.terminate()
        if daemon.process.wait(30) != 0:
            raise BenchError("the daemon that records did not end well")


def replayed(file):
    done = subprocess.run([str(PROGRAM), "replay", str(file), "--json"], stdout=subprocess.PIPE, text=True, timeout=600,
                          check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise BenchError("the recording was not replayed")
    return json.loads(done.stdout)


def run(figures, options):
    SCRATCH.mkdir(parents=True, exist_ok=True)
    file = SCRATCH / "replay.oscrec"
    for number in range(options.rounds or 3):
        record(file, options.seed + number)
        began = time.monotonic()
        found = replayed(file)
        took = time.monotonic() - began
        tell(f"replay {number + 1}: {found['requests']} requests in {found['seconds']} s, replayed in {took:.1f} s, "
             f"{file.stat().st_size / 1e6:.1f} MB, {found['notCompared']} not compared")
        for line in found["differences"]:
            tell(f"  then {line['then']}\n  now  {line['now']}")
        figures.add("replay.requests", found["requests"], "requests", REQUESTS, least=True)
        figures.add("replay.answers", found["answers"], "answers")
        figures.add("replay.not_identical", found["different"] + found["missing"] + found["more"], "answers", 0)
