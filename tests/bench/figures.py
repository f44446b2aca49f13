"""Figures as JSON lines, and the machine that they were taken on."""
import json
import math
import os
import platform
import statistics
import subprocess
import sys


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.lower().startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:  # macOS
        asked = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            return asked.stdout.strip()
    return platform.processor() or platform.machine()


def machine():
    return f"{cpu_model()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def tell(text):
    print(text, file=sys.stderr, flush=True)


def percentile(values, share):
    """By nearest rank."""
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]


def clean(value):
    return round(value, 4) if isinstance(value, float) else value


class Figures:
    """Prints each figure at once, and remembers which bars were missed."""

    def __init__(self):
        self.machine = machine()
        self.missed = []

    def add(self, name, value, unit, bar=None, spread=None, least=False):
        """`bar` is the most that `value` may be, or with `least` the least; `spread` is (smallest, largest)."""
        ok = bar is None or (value >= bar if least else value <= bar)
        if not ok:
            self.missed.append(name)
        line = {"name": name, "value": clean(value), "unit": unit, "bar": bar, "ok": ok,
                "spread": [clean(one) for one in spread] if spread else None, "machine": self.machine}
        print(json.dumps(line), flush=True)

    def median(self, name, values, unit, bar=None, least=False):
        """The median of the rounds, with the smallest and the largest as its spread."""
        self.add(name, statistics.median(values), unit, bar, (min(values), max(values)), least)
