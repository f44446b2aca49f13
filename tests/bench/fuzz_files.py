"""fuzz-files: damaged configurations, cards, sound files and models, each read by the program as a user would: no crash, no hang,
no leak, no file written. All but the models under AddressSanitizer and UndefinedBehaviorSanitizer; LibTorch, which reads the
models, has none."""
import io
import math
import random
import struct
import subprocess
import sys
import tempfile
import wave
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fuzz
from figures import tell
from fuzz_live import reported
from rig import HERE, PROGRAM, ROOT, BenchError

HANG_S = 60
SOUNDS_AT_ONCE = 20
EAR = """card: 1
name: loudness
kind: classifier
engine: fake
modelRate: 8000
window: 800
hop: 4000
labels: [quiet, loud]
shape: [1, samples]
options: {does: loud}
"""
SHARES = {"config": 0.3, "card": 0.3, "sound": 0.3, "model": 0.1}


def damaged(dice, raw):
    """One to four damages: bytes, a piece left out, doubled or of random bytes, an end cut off, a number at its limits."""
    out = bytearray(raw)
    for _ in range(dice.randint(1, 4)):
        at, size = dice.randrange(len(out) + 1), dice.randint(1, 64)
        kind = dice.randrange(6)
        if kind == 0 and out:
            out[at % len(out)] = dice.randrange(256)
        elif kind == 1:
            del out[at:at + size]
        elif kind == 2:
            out[at:at] = out[at:at + size]
        elif kind == 3:
            out[at:at + size] = dice.randbytes(size)
        elif kind == 4:
            del out[at:]
        else:
            out[at:at + 4] = struct.pack("<I", dice.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC]))
    return bytes(out)


def sound_files():
    out = []
    for channels, width, rate in ((1, 2, 8000), (2, 3, 44100), (1, 1, 11025)):
        raw = io.BytesIO()
        with wave.open(raw, "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(width)
            file.setframerate(rate)
            tone = [int(90 * math.sin(n / 5)) & 0xFF for n in range(4000 * channels * width)]
            file.writeframes(bytes(tone))
        out.append(raw.getvalue())
    return out


def model_files(folder):
    made = folder / "whole.ts"
    subprocess.run([sys.executable, str(HERE / "make_mlp.py"), str(made)], check=True)
    return [made.read_bytes()]


def damaged_model(dice, raw):
    """The archive itself, or one of its members in an archive that is whole."""
    if dice.random() < 0.3:
        return damaged(dice, raw)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        victim = dice.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, damaged(dice, old.read(name)) if name == victim else old.read(name))
    return out.getvalue()


class Case:
    """Files of one kind, and the command that reads them."""

    def __init__(self, kind, originals, suffix, command, at_once=1, change=damaged):
        self.kind, self.originals, self.suffix, self.command = kind, originals, suffix, command
        self.at_once, self.change = at_once, change


def attempt(folder, case, seed):
    """@return what went wrong, as sentences."""
    dice = random.Random(seed)
    wrong = []
    with tempfile.TemporaryDirectory(dir=folder) as place:
        names = []
        for n in range(case.at_once):
            file = Path(place) / f"{n}{case.suffix}"
            file.write_bytes(case.change(dice, dice.choice(case.originals)))
            names.append(file)
        before = {file: file.read_bytes() for file in names}
        try:
            done = subprocess.run([*case.command, *map(str, names)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, cwd=place, timeout=HANG_S, check=False)
            said = reported((done.stdout + done.stderr).decode("utf-8", "replace"))
            if done.returncode not in (0, 1, 2):
                wrong.append(f"crash: ended with {done.returncode}")
            wrong += [f"report: {line}" for line in said[:3]]
        except subprocess.TimeoutExpired:
            wrong.append("hang")
        if {file: file.read_bytes() for file in Path(place).rglob("*") if file.is_file()} != before:
            wrong.append("written: the folder is not as it was")
        if wrong:
            kept = ROOT / "build" / "bench" / f"fuzz-{case.kind}-{seed}"
            kept.mkdir(parents=True, exist_ok=True)
            for file in names:
                (kept / file.name).write_bytes(before[file])
    return [f"{case.kind} {seed}: {one}" for one in wrong]


def cases(folder):
    program = fuzz.build("oscine")
    ear = folder / "ear.yaml"
    ear.write_text(EAR, encoding="utf-8")
    cards = [file.read_bytes() for file in sorted((ROOT / "tests/fuzz/corpus/card").iterdir()) + [ear]]
    configs = [file.read_bytes() for file in sorted((ROOT / "tests/fuzz/corpus/config").iterdir()) + [ROOT / "config/reference.yaml"]]
    yield Case("config", configs, ".yaml", [program, "check"])
    yield Case("card", cards, ".yaml", [program, "inspect"])
    yield Case("sound", sound_files(), ".wav", [program, "file", str(ear)], SOUNDS_AT_ONCE)
    yield Case("model", model_files(folder), ".ts", [str(PROGRAM), "inspect"], 1, damaged_model)


def run(figures, options):
    with tempfile.TemporaryDirectory(prefix="oscine-fuzz-") as name:
        folder = Path(name)
        try:
            all_cases = list(cases(folder))
        except (OSError, subprocess.CalledProcessError) as error:
            raise BenchError("the fuzzing programs could not be built; the reason is above") from error
        for case in all_cases:
            runs = max(1, round(options.files * SHARES[case.kind] / case.at_once))
            with ThreadPoolExecutor(2) as pool:
                wrong = [one for found in pool.map(lambda seed, c=case: attempt(folder, c, seed),
                                                   range(options.seed * 10**6, options.seed * 10**6 + runs)) for one in found]
            for one in wrong[:20]:
                tell(f"fuzz-files: {one}")
            figures.add(f"fuzz-files.{case.kind}.files", runs * case.at_once, "files")
            for what in ("crash", "report", "hang", "written"):
                figures.add(f"fuzz-files.{case.kind}.{what}", sum(f": {what}" in one for one in wrong), "files", 0)
