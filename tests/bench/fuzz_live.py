"""fuzz-daemon: damaged packets into a running daemon, through its sockets, under AddressSanitizer (leaks too) and
UndefinedBehaviorSanitizer."""
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import fuzz
from figures import tell
from memory import resident_mib
from rig import BenchError

CONFIG = """allow_quit: false
lease_seconds: 5
model_folders: [.]
file_folders: [.]
models:
  synth-params: {kind: params, engine: fake, inputs: [x, y], outputs: [pitch, filter], trusted: true}
  counter: {kind: params, engine: fake, state: session, inputs: 3, outputs: 2, options: {does: count},
            attributes: [{name: gain, types: f, min: 0, max: 2, default: 1}]}
  stumbling: {kind: params, engine: fake, inputs: 2, outputs: 1, options: {does: throw, when: "0.25"}}
  loudness: {kind: classifier, engine: fake, modelRate: 8000, window: 800, hop: 4000, labels: [quiet, loud],
             shape: [1, samples], options: {does: loud}}
  melody: {kind: melody, engine: fake, melody: {pitches: [48, 72], rest: true, durations: [0.25, 0.5, 1, 2], state: 2}}
  wire: {kind: stream, engine: fake, modelRate: 8000, isolate: true, options: {does: echo},
         methods: [{name: forward, form: [1, 1, 1, 1]}], attributes: [{name: gain, types: f, min: 0, max: 2, default: 1}]}
aliases:
  /synth/update: {model: synth-params, send: {pitch: /synth/pitch, filter: /synth/filter}, to: "sender:9"}
limits: {clients: 64, sessions: 64, queue: 64}
"""
REPORTS = ("Sanitizer", "runtime error", "Assertion")
STOP_S = 30


def reported(text):
    return [line for line in text.splitlines() if any(word in line for word in REPORTS)]


class SanitizedDaemon:
    """The daemon of the sanitizer build, in a folder of its own."""

    def __init__(self, program, folder):
        self.folder, self.log = Path(folder), Path(folder + ".log")
        (self.folder / "fuzz.yaml").write_text(CONFIG, encoding="utf-8")
        port_file = Path(folder + ".port")
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([program, "serve", "fuzz.yaml", "--alone", "--listen", "127.0.0.1:0", "--log-level", "error",
                                             "--port-file", str(port_file)], cwd=folder, stderr=log, stdout=log)
        ends = time.monotonic() + STOP_S
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > ends:
                raise BenchError(f"the sanitized daemon opened no port; {self.log} says more")
            time.sleep(0.05)
        self.port = int(port_file.read_text(encoding="utf-8"))
        port_file.unlink()

    def stop(self):
        """@return the exit code; None where it had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def files(self):
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*"))


def run(figures, options):
    try:
        program = fuzz.build("oscine")
        sender = fuzz.build("bench_fuzz_sockets")
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchError("the fuzzing programs could not be built; the reason is above") from error
    with tempfile.TemporaryDirectory(prefix="oscine-fuzz-") as folder:
        daemon = SanitizedDaemon(program, folder)
        before, began = resident_mib(daemon.process.pid), time.monotonic()
        done = subprocess.run([sender, str(daemon.port), str(options.datagrams), str(options.streams), str(options.seed),
                               str(fuzz.GOLDEN), str(fuzz.GOLDEN / "bad")], stdout=subprocess.PIPE, text=True, check=False)
        took = time.monotonic() - began
        alive = daemon.process.poll() is None
        after = resident_mib(daemon.process.pid) if alive else 0
        files = daemon.files()
        code = daemon.stop()
        log = daemon.log.read_text(encoding="utf-8", errors="replace")
        os.unlink(daemon.log)
    reports = reported(log)
    for line in reports[:20]:
        tell(f"fuzz-daemon: {line}")
    if reports or code != 0:
        tell(log[-8000:])
    figures.add("fuzz-daemon.ends without an answer", int(done.returncode != 0), "ends", 0)
    figures.add("fuzz-daemon.sanitizer reports", len(reports), "lines", 0)
    figures.add("fuzz-daemon.exit code after SIGTERM", -1 if code is None else code, "", 0)
    figures.add("fuzz-daemon.files written", len(files) - 1, "files", 0)
    if done.returncode == 0:
        sent = json.loads(done.stdout)
        figures.add("fuzz-daemon.datagrams", sent["datagrams"], "packets", options.datagrams, least=True)
        figures.add("fuzz-daemon.streams", sent["streams"], "streams", options.streams, least=True)
    figures.add("fuzz-daemon.took", took, "s")
    figures.add("fuzz-daemon.resident at the end", after, "MiB", spread=(before, after))
