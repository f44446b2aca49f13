"""kernels: convolutions by kernels of ours beside LibTorch's, on unchanged files: the same blocks in turns in one process and thread.

With the best instruction set that the processor has, and with AVX2 alone for both sides. Beside them stands what memory and
arithmetic of the machine allow.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from figures import tell
from memory import resident_mib
from rave_models import rave_file
from rig import ROOT, SCRATCH, BenchError, Daemon, tool

sys.path.append(str(ROOT / "tests" / "hosts"))
from streaming import Stream  # noqa: E402

PAIRS = 40
ERROR, SLOWER = 50, 1.02  # millionths of the rms; of LibTorch's time
V2, OTHERS = 0.25, 0.35  # of LibTorch's time
AVX2 = {"OSCINE_KERNELS": "AVX2", "ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "ONEDNN_MAX_CPU_ISA": "AVX2"}
# name, block in samples, most of LibTorch's time with the best instructions; with AVX2
RAVE = [("full_v2_quiet", 2048, V2, 0.4), ("full_v2_quiet", 8192, OTHERS, None), ("full_v2_small_quiet", 2048, OTHERS, None),
        ("full_v2_small_quiet", 8192, OTHERS, None), ("full_v1", 2048, OTHERS, None), ("full_v3", 2048, OTHERS, None),
        ("full_discrete", 2048, OTHERS, None), ("full_raspberry", 2048, None, None)]
SESSIONS, MORE_MEMORY = 8, 1.1  # of the packed weights
NO_METHOD = 3  # blocks of this length are too short for it


def measure(file, method, block, pairs, more):
    command = [tool("bench_kernels"), str(file), method, str(block), str(pairs)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=900, check=False, env={**os.environ, **more})
    if done.returncode == NO_METHOD:
        return None
    if done.returncode != 0:
        raise BenchError(f"bench_kernels ended with {done.returncode} on {Path(file).name}")
    return json.loads(done.stdout)


def tell_one(figures, name, got, bar):
    used = got["chosen"].startswith("on")
    tell(f"{name}: {got['ours_ms']:.2f} ms, LibTorch {got['libtorch_ms']:.2f} ms; {got['packed'] or 'nothing packed'}; at load {got['chosen'] or 'none'}")
    figures.add(f"{name}.libtorch", got["libtorch_ms"], "ms")
    figures.add(f"{name}.ours", got["ours_ms"], "ms")
    if got["packed"] and (used or bar):
        figures.add(f"{name}.ours / libtorch", got["ratio"], "x", bar or SLOWER, (got["least"], got["most"]))
        figures.add(f"{name}.difference / rms", 1e6 * got["error"], "millionths", ERROR)


def held(kernels):
    """MiB of a daemon with sessions of RAVE v2, each of which has run."""
    config = SCRATCH / "kernels.yaml"
    config.write_text(f"kernels: {kernels}\nmodels:\n  rave: {{kind: stream, file: '{rave_file('full_v2_quiet')}', block: 2048}}\n",
                      encoding="utf-8")
    sound = np.zeros((4 * 2048, 1), np.float32)
    with Daemon(config, model=None) as daemon:
        sessions = [Stream(daemon.port, "rave", "forward", 44100.0, tcp=True) for _ in range(SESSIONS)]
        for one in sessions:
            one.send(sound)
            one.hear_frames(2 * 2048)
        resident = resident_mib(daemon.pid)
        for one in sessions:
            one.close()
    return resident


def measure_memory(figures, packed):
    """@param packed  what bench_kernels says of RAVE v2: "94 convolutions, 126 MB, AVX2" """
    weights = int(re.search(r"(\d+) MB", packed)[1]) * 1e6 / 2**20
    without, with_ours = held("off"), held("auto")
    figures.add(f"kernels.full_v2.{SESSIONS} sessions, resident without", without, "MiB")
    figures.add(f"kernels.full_v2.{SESSIONS} sessions, resident with", with_ours, "MiB")
    figures.add("kernels.full_v2.more / packed weights", (with_ours - without) / weights, "x", MORE_MEMORY)


def files_of_others():
    """Models of others that stream, where there are any (OSCINE_ASSETS)."""
    folder = Path(os.environ.get("OSCINE_ASSETS", ""))
    return sorted(folder.rglob("*.ts")) + sorted(folder.rglob("*.nm")) if folder.is_dir() and folder.name else []


def run(figures, options):
    pairs = options.rounds or PAIRS
    machine = json.loads(subprocess.run([tool("bench_kernels")], stdout=subprocess.PIPE, text=True, check=True).stdout)
    figures.add("kernels.memory, one thread", machine["memory_gb_s"], "GB/s")
    figures.add("kernels.arithmetic, one thread", machine["gflop_s"], "GFLOP/s")
    sets = [(machine["instructions"], {})] + ([("AVX2", AVX2)] if machine["instructions"] == "AVX-512" else [])
    packed = ""
    for instructions, more in sets:
        for name, block, best, narrow in RAVE:
            got = measure(rave_file(name), "forward", block, pairs, more)
            packed = packed or got["packed"]
            tell_one(figures, f"kernels.{name}.{block}.{instructions}", got, best if instructions == "AVX-512" else narrow)
    measure_memory(figures, packed)
    for file in files_of_others():
        got = measure(file, "default", 2048, pairs, {})
        if got:
            tell_one(figures, f"kernels.{file.stem}.2048", got, None)
