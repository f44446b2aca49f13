"""Writes the network's file, card.yaml beside it, and tables into README.md."""
import hashlib
import platform
import re
from pathlib import Path

import torch

import tunes

NAME = "melody.ts"
TEXT = """\
# Written by train.py; docs/cards.md says what each key means.
card: 1
name: melody
kind: melody
engine: torch
file: {name}
sha256: {sha256}
about: Goes on with a melody, note by note, as European and Chinese folk songs do.
licence: "code MIT; the weights were learned from a collection that is given out for non-commercial use (README.md)"
authors: [oscine]
melody:
  method: step
  pitches: [{low}, {high}]
  rest: true
  durations: {durations}
  beats_per_bar: 4
  state: {state}
"""


def cpu():
    """The processor's own name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_network(folder, module):
    """TorchScript whose bytes depend on weights and code only: debug records, which name files, are left out."""
    path, raw = folder / NAME, folder / "melody.raw"
    torch.jit.script(module.eval()).save(str(raw))
    reader, writer = torch._C.PyTorchFileReader(str(raw)), torch._C.PyTorchFileWriter(str(path))
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name not in ("version", "byteorder", ".data/serialization_id"):
            data = reader.get_record(name)
            writer.write_record(name, data, len(data))
    writer.write_end_of_file()  # which adds the three others itself
    raw.unlink()


def write_card(folder, state, measured):
    """`measured`: key -> number or text, or key -> such a mapping."""
    digest = hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
    text = TEXT.format(name=NAME, sha256=digest, low=tunes.LOW, high=tunes.HIGH, durations=tunes.DURATIONS, state=state)
    if measured:
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
