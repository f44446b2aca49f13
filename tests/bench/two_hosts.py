"""two-hosts: two Pds for minutes on one daemon, each with a line of its own: whether every note of each sounds on its sample, by the rendered audio."""
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rig import ROOT  # noqa: F401  it names the program for the modules of tests/hosts
from timing import torch_or_not

HOSTS = ({"seed": 1, "tempo": 240.0}, {"seed": 2, "tempo": 190.0})


def read(file):
    """Two channels of a 32-bit float WAV file."""
    with open(file, "rb") as source:
        at = source.read(200).index(b"data") + 8
    samples = np.fromfile(file, "<f4", offset=at)
    return samples[0::2], samples[1::2]


def run(figures, options):
    torch_or_not()
    import pd_melody_test as melody
    until = int(melody.BEGIN + 60 * options.minutes * melody.SECOND)
    with melody.Program(melody.config()) as oscine:
        def ask(host):
            return [(at, pitch) for at, _, pitch in melody.asked(oscine.port, melody.BEGIN, until, **host)]

        def play(number):
            with melody.Proxy(oscine.port, "--seed", str(number), "--delay", "uniform:0:95", "--cap", "95", "--duplicate", "2%") as proxy:
                return melody.Performance(proxy.port, lambda pd: melody.wait_until(pd, until), 300, read, **HOSTS[number]).notes(until)

        with ThreadPoolExecutor(4) as pool:
            heard, lines = pool.map(play, range(2)), list(pool.map(ask, HOSTS))
    wrong = sum(len(set(line) ^ set(notes)) for line, notes in zip(lines, heard))
    notes = sum(map(len, lines))
    figures.add(f"two-hosts {options.minutes:g} minutes, {notes} notes: missing, or not on their sample", wrong, "notes", bar=0)
