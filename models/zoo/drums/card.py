"""Writes the network's file, card.yaml beside it, and tables into README.md."""
import hashlib
import platform
import re
import time
import warnings
from pathlib import Path

import torch

import augment
import features
import sources

NAME = "drums.ts"
TEXT = """\
# Written by train.py; docs/cards.md says what each key means.
card: 1
name: drums
kind: classifier
engine: torch
file: {name}
sha256: {sha256}
about: "Names the drum hits in a sound: kick, snare, closed and open hi-hat, tom, cymbal, clap, other."
licence: MIT
authors: [oscine]
modelRate: {rate}
window: {window}
hop: {hop}
shape: [1, 1, mels, frames]
frontEnd: {front_end}
activation: softmax
before: {before}
methods:
  - {{name: hits, call: forward, answer: hits}}
  - {{name: labels, call: forward, answer: labels}}
  - {{name: scores, call: forward, answer: frames}}
labels: [{labels}]
"""


def cpu():
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_network(folder, module):
    """TorchScript whose bytes depend on weights and code only: debug records, which name files, are left out."""
    path, raw = folder / NAME, folder / "drums.raw"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(module.eval()).save(str(raw))
    reader, writer = torch._C.PyTorchFileReader(str(raw)), torch._C.PyTorchFileWriter(str(path))
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name not in ("version", "byteorder", ".data/serialization_id"):
            data = reader.get_record(name)
            writer.write_record(name, data, len(data))
    writer.write_end_of_file()  # which adds the three others itself
    raw.unlink()


def milliseconds(folder):
    """Median time of one forward on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    module, x = torch.jit.load(str(folder / NAME)).eval(), torch.randn(1, 1, features.MELS, frames())
    times = []
    with torch.inference_mode():
        for _ in range(300):
            begin = time.perf_counter()
            module(x)
            times.append(time.perf_counter() - begin)
    torch.set_num_threads(threads)
    return sorted(times)[150] * 1000


def frames():
    return features.frames_of(augment.WINDOW)


def write_card(folder, measured):
    digest = hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
    text = TEXT.format(name=NAME, sha256=digest, rate=sources.RATE, window=augment.WINDOW, hop=20 * features.HOP,
                       front_end=features.CARD, before=augment.LEAD, labels=", ".join(sources.CLASSES))
    text += "measured:\n"
    for key, value in measured.items():
        inside = ", ".join(f"{k}: {v:.4g}" for k, v in value.items()) if isinstance(value, dict) else None
        text += f"  {key}: {{{inside}}}\n" if inside else f"  {key}: {value}\n"
    (folder / "card.yaml").write_text(text)


def write_tables(folder, text):
    """Between the marks of README.md, where there is one."""
    path = folder / "README.md"
    if path.exists():
        pattern = re.compile("(<!-- measured -->\n).*(<!-- /measured -->)", re.S)
        path.write_text(pattern.sub(lambda match: match[1] + text + "\n" + match[2], path.read_text()))
