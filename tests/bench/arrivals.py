"""The same notes played as they arrive, from a python-osc server: how far from their time they sound in real Pd; and the picture of docs/time.md."""
import random
import subprocess
import sys

from figures import percentile
from rig import HERE, PROGRAM, ROOT, SCRATCH, Process

sys.path.append(str(ROOT / "tests" / "hosts"))
from pd import PureData  # noqa: E402

RATE, DELAY = 48000, "uniform:0:95"
WIDTH, HEIGHT, LEFT, MOST_MS = 640, 110, 20, 100


def notes_of(seed, count, rate):
    """Where each begins, in samples: 10 to 50 ms apart."""
    dice, at, notes = random.Random(seed), 0, []
    for _ in range(count):
        at += dice.randint(rate // 100, rate // 20)
        notes.append(at)
    return notes


def arrivals(seed, count, delay=None):
    """[ms]: how much later than the promptest of them each note sounded; the time of the server is not that of the host."""
    notes = notes_of(seed, count, RATE)
    server = Process([sys.executable, str(HERE / "note_server.py"), str(seed), str(count), str(RATE)], stdout=subprocess.PIPE)
    with server:
        port = server.process.stdout.readline().strip()
        proxy = [str(PROGRAM), "proxy", "--listen", "0", "--to", port, "--down", f"delay={delay or 0}", "--seed", str(seed)]
        with Process(proxy, stdout=subprocess.PIPE) as between:
            port = between.process.stdout.readline().split()[1] if delay else port
            with PureData("arrival", f"test {port} {1000 * (notes[-1] / RATE + 2):.0f}", rate=RATE) as pd:
                assert pd.wait(60 + notes[-1] / RATE) == 0, pd.log
                lines = [line.split(": ", 1)[1].removeprefix("list ").split() for line in pd.log if line.startswith("ARRIVED")]
    off = [float(hi) * 65536 + float(lo) - notes[int(float(number))] for number, hi, lo in lines]
    return [1000 * (one - min(off)) / RATE for one in off]


def panel(top, title, errors):
    """One histogram, 1 ms a bar, its highest bar full."""
    bins = [0] * MOST_MS
    for error in errors:
        bins[min(MOST_MS - 1, int(error))] += 1
    scale, step = (HEIGHT - 42) / max(bins), (WIDTH - 2 * LEFT) / MOST_MS
    floor = top + HEIGHT - 18
    bars = [f'<rect x="{LEFT + i * step:.1f}" y="{floor - n * scale:.1f}" width="{step - 1:.1f}" height="{n * scale:.1f}" fill="#2a6f97"/>'
            for i, n in enumerate(bins) if n]
    marks = [f'<text x="{LEFT + ms * step:.0f}" y="{floor + 13}" font-size="10" fill="#555">{ms}{" ms" if ms == MOST_MS - 20 else ""}</text>'
             for ms in range(0, MOST_MS, 20)]
    said = f"{title}. {len(errors)} notes, 99 % within {percentile(errors, 0.99):.1f} ms, worst {max(errors):.1f} ms"
    return [f'<text x="{LEFT}" y="{top + 14}" font-size="12" fill="#222">{said}</text>',
            f'<line x1="{LEFT}" y1="{floor}" x2="{WIDTH - LEFT}" y2="{floor}" stroke="#999"/>', *bars, *marks]


def picture(panels):
    """Writes timing.svg. @param panels  [(title, [ms])]"""
    lines = [line for i, (title, errors) in enumerate(panels) for line in panel(8 + i * HEIGHT, title, errors)]
    size = f'width="{WIDTH}" height="{8 + len(panels) * HEIGHT}" viewBox="0 0 {WIDTH} {8 + len(panels) * HEIGHT}"'
    file = SCRATCH / "timing.svg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">',
                               f'<rect width="{WIDTH}" height="{8 + len(panels) * HEIGHT}" fill="#fff"/>', *lines, "</svg>"]) + "\n", encoding="utf-8")
    return file
