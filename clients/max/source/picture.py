#!/usr/bin/env python3
"""Draws patches as SVG for the documentation, from the patch files themselves. --check says which pictures differ."""
import sys
from html import escape
from pathlib import Path

from lint import DEVICE_HEIGHT, load, name_of

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[2] / "docs" / "pictures"
PICTURES = {"max-course.svg": "examples/course.maxpat", "max-params.svg": "examples/params.maxpat", "max-melody.svg": "examples/melody.maxpat"}
DEVICES = {f"max-oscine-{name.lower()}.svg": f"devices/Oscine {name}.amxd" for name in ("Classify", "Melody", "Params", "Stream")}
STYLE = "text{font:12px Arial,sans-serif}.b{fill:#f4f4f4;stroke:#777}.m{fill:#dde6ee;stroke:#777}.c{fill:none;stroke:#555}.s{fill:none;stroke:#b80;stroke-width:2.5;stroke-dasharray:5 2}"


def port(box, number, count, bottom):
    """Where a cord meets a box."""
    x, y, width, height = box["patching_rect"]
    step = (width - 18.0) / max(1, count - 1)
    return x + 9.0 + step * number, y + (height if bottom else 0.0)


def shape(box):
    x, y, width, height = box["patching_rect"]
    name, text = name_of(box), box.get("text", "")
    if name == "comment":
        return [f'<text x="{x:g}" y="{y + 15:g}" fill="#555">{escape(text)}</text>']
    kind = "m" if name == "message" else "b"
    label = text or {"flonum": "▸ 0.", "number": "▸ 0"}.get(name, name)
    return [f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3"/>',
            f'<text x="{x + 6:g}" y="{y + 15:g}">{escape(label)}</text>']


def draw(patcher):
    boxes = {entry["box"]["id"]: entry["box"] for entry in patcher["boxes"]}
    lines = []
    for line in (entry["patchline"] for entry in patcher["lines"]):
        a, b = boxes[line["source"][0]], boxes[line["destination"][0]]
        (x, y), (u, v) = port(a, line["source"][1], a["numoutlets"], True), port(b, line["destination"][1], b["numinlets"], False)
        kind = "s" if a["outlettype"][line["source"][1]] == "signal" else "c"
        bend = max(12.0, abs(v - y) / 2)
        lines.append(f'<path class="{kind}" d="M{x:g} {y:g}C{x:g} {y + bend:g} {u:g} {v - bend:g} {u:g} {v:g}"/>')
    width = max(box["patching_rect"][0] + max(box["patching_rect"][2], len(box.get("text", "")) * 6.3) for box in boxes.values()) + 20
    height = max(box["patching_rect"][1] + box["patching_rect"][3] for box in boxes.values()) + 20
    shapes = [part for box in boxes.values() for part in shape(box)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">'
    return "\n".join([head, f"<style>{STYLE}</style>", '<rect width="100%" height="100%" fill="#fff"/>', *lines, *shapes, "</svg>"]) + "\n"


def on_device(box):
    """A box as Live shows it."""
    x, y, width, height = box["presentation_rect"]
    name, middle = name_of(box), x + width / 2
    if name == "live.dial":
        short = box["saved_attribute_attributes"]["valueof"]["parameter_shortname"]
        return [f'<circle class="m" cx="{middle:g}" cy="{y + 26:g}" r="12"/>', f'<path class="c" d="M{middle:g} {y + 26:g}V{y + 14:g}"/>',
                f'<text x="{middle:g}" y="{y + 10:g}" text-anchor="middle">{escape(short)}</text>']
    if name == "live.comment":
        return [f'<text x="{x + 3:g}" y="{y + 13:g}" fill="#555">{escape(box["text"])}</text>']
    frame = f'<rect class="{"m" if name == "live.text" else "b"}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="2"/>'
    return [frame, f'<text x="{x + 5:g}" y="{y + 12:g}">{escape(box.get("text", ""))}</text>']


def draw_device(patcher):
    width, height = patcher["devicewidth"], DEVICE_HEIGHT
    shapes = [part for entry in patcher["boxes"] if "presentation_rect" in entry["box"] for part in on_device(entry["box"])]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height}" viewBox="0 0 {width:g} {height}">'
    return "\n".join([head, f"<style>{STYLE.replace('12px', '10px')}</style>", '<rect width="100%" height="100%" fill="#ddd"/>', *shapes, "</svg>"]) + "\n"


def drawn():
    patches = [(DOCS / name, draw(load(HERE.parent / source)["patcher"])) for name, source in PICTURES.items()]
    return patches + [(DOCS / name, draw_device(load(HERE.parent / source)["patcher"])) for name, source in DEVICES.items()]


def main():
    differ = [path for path, text in drawn() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path, text in drawn():
        if path in differ and "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in differ:
        print(path.name, "differs" if "--check" in sys.argv else "drawn")
    return 1 if differ and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
