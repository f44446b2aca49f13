"""fuzz: damaged packets through decode and dispatch, under AddressSanitizer and UndefinedBehaviorSanitizer."""
import json
import os
import shutil
import subprocess
import time

from figures import tell
from rig import ROOT, BenchError

FOLDER = ROOT / "build" / "bench-fuzz"
GOLDEN = ROOT / "tests" / "golden"
PROCESSES = 2
OPTIONS = ["-DWITH_TORCH=OFF", "-DSANITIZE=address,undefined", "-DCMAKE_BUILD_TYPE=Release",
           "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -g1", "-DCMAKE_CXX_FLAGS=-D_GLIBCXX_ASSERTIONS"]  # asserts stay on


def build(target="bench_fuzz"):
    cmake = shutil.which("cmake") or "cmake"
    if not (FOLDER / "build.ninja").exists():
        subprocess.run([cmake, "-S", str(ROOT), "-B", str(FOLDER), "-G", "Ninja", *OPTIONS], check=True, stdout=2)
    subprocess.run([cmake, "--build", str(FOLDER), "--target", target, "--parallel", str(os.cpu_count() or 2)],
                   check=True, stdout=2)
    return str(FOLDER / "bin" / target)


def run_all(program, packets, seed):
    share = packets // PROCESSES
    running = [subprocess.Popen([program, str(share), str(seed + i), str(GOLDEN), str(GOLDEN / "bad")],
                                stdout=subprocess.PIPE, text=True) for i in range(PROCESSES)]
    outcomes, failed = [], 0
    for i, process in enumerate(running):
        said, _ = process.communicate()
        if process.returncode == 0:
            outcomes.append(json.loads(said))
            tell(f"fuzz: {outcomes[-1]}")
        else:
            failed += 1
            tell(f"fuzz: seed {seed + i} ended with {process.returncode}; the report is above")
    return outcomes, failed


def run(figures, options):
    try:
        program = build()
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchError("the fuzzing program could not be built; the reason is above") from error
    began = time.monotonic()
    outcomes, failed = run_all(program, options.packets, options.seed)
    figures.add("fuzz.crashes and sanitizer reports", failed, "processes", 0)
    if not outcomes:
        return
    done = sum(one["packets"] for one in outcomes)
    figures.add("fuzz.packets", done, "packets", options.packets // PROCESSES * PROCESSES, least=True)
    figures.add("fuzz.largest allocation", max(one["largest_allocation"] for one in outcomes), "bytes", 1_000_000)
    figures.add("fuzz.live at the end", max(one["live_bytes"] for one in outcomes) / 2**20, "MiB")
    figures.add("fuzz.well formed", 1 - sum(one["malformed"] for one in outcomes) / done, "of packets")
    figures.add("fuzz.answers sent", sum(one["answers"] for one in outcomes), "messages")
    figures.add("fuzz.rate", done / (time.monotonic() - began), "packets/s")
