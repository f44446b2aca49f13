"""Piano rolls as SVG, in a few lines of text."""
import tunes

WIDTH, PER_BEAT, ROW, NOTE = 760, 11, 92, 3


def roll(tune, top, label):
    """One tune: bars as grey lines, notes as strokes; the lowest note lies at the bottom."""
    pitches = [p for p, _ in tune.notes if p != tunes.REST]
    low, at = min(pitches), tune.start
    parts = [f'<text x="0" y="{top + 10}">{label}</text>']
    base, notes = top + ROW - 12, []
    for pitch, duration in tune.notes:
        length = tunes.DURATIONS[duration]
        if (at + length) * PER_BEAT > WIDTH:
            break
        if pitch != tunes.REST:
            y = base - (pitch - low) * NOTE
            notes.append(f"M{at * PER_BEAT:g} {y}h{length * PER_BEAT - 1.5:g}")
        at += length
    lines = "".join(f"M{bar * tune.bar * PER_BEAT:g} {top + 16}V{base + 3}" for bar in range(int(at / tune.bar) + 1))
    return parts + [f'<path class="b" d="{lines}"/>', f'<path class="n" d="{"".join(notes)}"/>']


def write(path, rows):
    """rows: [(label, tune)]"""
    body = [part for i, (label, tune) in enumerate(rows) for part in roll(tune, i * ROW, label)]
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 -4 {WIDTH + 12} {ROW * len(rows) + 4}" '
            'font-family="sans-serif" font-size="10"><style>text{fill:#555}.b{stroke:#ccc;stroke-width:1}'
            '.n{stroke:#1668b3;stroke-width:2.6;fill:none}</style><rect x="-6" y="-4" width="100%" height="100%" fill="#fff"/>')
    path.write_text("\n".join([head, *body, "</svg>"]) + "\n")
