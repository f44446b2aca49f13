#!/usr/bin/env python3
"""Benchmarks: `./bench` lists them, `./bench NAME…` runs them, `./bench all` runs all of them.

Each figure is one JSON line on standard output; what happens meanwhile is told on standard error. The exit code is 1 when
a bar is missed. docs/performance.md says how each figure is taken.
"""
import argparse
import sys

import classify
import clients
import connections
import cycles
import fuzz
import fuzz_files
import fuzz_live
import isolate
import kernels
import kill
import load
import loss
import matrix
import memory
import mixed
import overload
import replay
import rtt
import soak
import start
import stream
import swaps
import timing
import timing_max
import timing_sc
import two_hosts
from figures import Figures
from rig import BenchError

BENCHES = {"rtt": rtt, "start": start, "fuzz": fuzz, "clients": clients, "memory": memory,
           "classify": classify, "matrix": matrix, "soak": soak, "replay": replay, "overload": overload,
           "connections": connections, "fuzz-daemon": fuzz_live, "fuzz-files": fuzz_files, "kill": kill, "isolate": isolate,
           "stream": stream, "load": load, "mixed": mixed, "loss": loss, "swaps": swaps, "cycles": cycles,
           "timing": timing, "timing-max": timing_max, "timing-sc": timing_sc, "two-hosts": two_hosts, "kernels": kernels}


def parse(words):
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of: all " + " ".join(BENCHES))
    parser.add_argument("--rounds", type=int, help="rtt: rounds of each rhythm and placement (7); start: runs (10);\n"
                        "classify: rounds of each measurement (7); replay: recordings (3); overload, isolate: rounds (5); load: pairs (9);\n"
                        "kernels: pairs (40);\n"
                        "mixed: rounds (3)")
    parser.add_argument("--packets", type=int, default=10**7, help="fuzz: packets in all (10000000)")
    parser.add_argument("--datagrams", type=int, default=10**7, help="fuzz-daemon: by UDP (10000000)")
    parser.add_argument("--streams", type=int, default=10**5, help="fuzz-daemon: by TCP (100000)")
    parser.add_argument("--kills", type=int, default=300, help="kill: of the serving process (300)")
    parser.add_argument("--files", type=int, default=10**4, help="fuzz-files: in all (10000)")
    parser.add_argument("--seed", type=int, default=1, help="fuzz: of the first process (1); replay: of the first recording; loss: of what is lost")
    parser.add_argument("--hours", type=float, default=8, help="soak: of sound (8), and an eighth of it with drums")
    parser.add_argument("--minutes", type=float, default=10, help="loss: of sound (10); two-hosts: of music (10); mixed --sessions: of sound (10)")
    parser.add_argument("--sessions", type=int, help="mixed: so many of RAVE v2 on one core instead, for --minutes")
    parser.add_argument("--swaps", type=int, default=200, help="swaps: in all (200)")
    parser.add_argument("--cycles", type=int, default=1000, help="cycles: in all (1000)")
    parser.add_argument("--events", type=int, default=10000, help="timing, timing-max, timing-sc: of each run (10000)")
    parser.add_argument("--sequences", type=int, default=200, help="timing, timing-sc: random ones (200)")
    return parser.parse_args(words)


def chosen(names):
    unknown = [name for name in names if name != "all" and name not in BENCHES]
    if unknown:
        raise BenchError(f"there is no benchmark '{unknown[0]}'; there are: all {' '.join(BENCHES)}")
    return list(BENCHES) if "all" in names else list(dict.fromkeys(names))


def main(words):
    options = parse(words)
    if not options.names:
        print("\n".join(BENCHES))
        return 0
    figures = Figures()
    try:
        for name in chosen(options.names):
            BENCHES[name].run(figures, options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if figures.missed:
        print(f"bench: missed: {', '.join(figures.missed)}", file=sys.stderr)
    return 1 if figures.missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
