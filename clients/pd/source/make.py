#!/usr/bin/env python3
"""Makes the patches of this folder: NAME.patch -> ../NAME.pd. Without arguments all of them; --check says which differ.

A source is read line by line:

    # for readers of the source only
    " a comment that stands in the patch
    in: inlet | r: route open close      one row of boxes, NAME: TEXT, left to right
    in > r > a:1 > b                      cords; .N after a name is its outlet, :N before the next its inlet
    @ 700 400                             size of the window

TEXT is what one types into Pd: an object, or `msg …`, `floatatom`, `symbolatom`, `bng`, `tgl`, `hsl MIN MAX`. A box that
is wider than it looks gets its width by `{N} TEXT`, and one that shall stand at a place of its own by `@X TEXT`.
"""
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEFT, TOP, ROW, GAP, LETTER = 20, 20, 28, 18, 7
COLOURS = "#fcfcfc #000000 #000000"


def escaped(text):
    """As Pd writes it to a file."""
    text = re.sub(r"\s*([,;])\s*", r" \\\1 ", text).strip()
    return re.sub(r"(?<!\\)\$(?=[0-9fsi])", r"\\$", text)


def widget(text):
    """The line of a box, without its place."""
    kind, _, rest = text.partition(" ")
    if kind == "msg":
        return "msg", escaped(rest)
    if kind == "floatatom":
        return "floatatom", "7 0 0 0 - - -"
    if kind == "symbolatom":
        return "symbolatom", "24 0 0 0 - - -"
    if kind == "bng":
        return "obj", f"bng 19 250 50 0 empty empty empty 17 7 0 10 {COLOURS}"
    if kind == "tgl":
        return "obj", f"tgl 19 0 empty empty empty 17 7 0 10 {COLOURS} 0 1"
    if kind == "hsl":
        return "obj", f"hsl 128 19 {rest} 0 0 empty empty empty -2 -8 0 10 {COLOURS} 0 1"
    return "obj", escaped(text)


def width(kind, text):
    if text.startswith(("bng ", "tgl ")):
        return 20
    if text.startswith("hsl "):
        return 130
    return 60 if kind == "floatatom" else 180 if kind == "symbolatom" else max(3, len(text.replace("\\", ""))) * LETTER + 8


class Patch:
    def __init__(self, source):
        self.size, self.boxes, self.cords, self.names, self.y = (760, 520), [], [], {}, TOP
        self.doors, self.declared = set(), []
        lines = [line.strip() for line in source.splitlines()]
        cords = [line for line in lines if re.match(r"[\w.]+ > ", line)]
        for line in lines:
            if line not in cords:
                try:
                    self.read(line)
                except ValueError as error:
                    raise SystemExit(f"{error}: {line}") from error
        for line in cords:
            self.join(line.split(" > "))

    def read(self, line):
        if not line or line.startswith("#"):
            return
        if line.startswith("@ "):
            self.size = tuple(int(word) for word in line[2:].split())
        elif line.startswith('"'):
            self.boxes.append(f"#X text {LEFT} {self.y} {escaped(line[1:].strip())}, f {max(20, len(line))};")
            self.y += ROW - 4
        else:
            self.row(line)

    def row(self, line):
        x = LEFT
        for box in line.split(" | "):
            name, text = (part.strip() for part in box.split(": ", 1))
            wide = place = None
            while given := re.match(r"(\{\d+\}|@\d+) ", text):
                wide, place = (int(given[1][1:-1]), place) if given[1][0] == "{" else (wide, int(given[1][1:]))
                text = text[given.end():]
            kind, body = widget(text)
            x = place if place is not None else x
            if name in self.names:
                raise ValueError(f"{name} is there twice")
            if text.startswith(("inlet", "outlet")):
                if (text.rstrip("~"), x) in self.doors:
                    raise ValueError("inlets and outlets are counted from left to right: give them one row")
                self.doors.add((text.rstrip("~"), x))
            self.names[name] = len(self.boxes)
            self.boxes.append(f"#X {kind} {x} {self.y} {body};")
            if text.startswith("declare "):  # Pd looks for it before it makes any box
                self.declared.append(f"#X {body};")
            x += (wide or width(kind, body)) + GAP
        self.y += ROW

    def join(self, parts):
        for one, other in zip(parts, parts[1:]):
            name, _, outlet = one.partition(".")
            name, to = name.partition(":")[0], other.partition(".")[0]
            to, _, inlet = to.partition(":")
            self.cords.append(f"#X connect {self.names[name]} {outlet or 0} {self.names[to]} {inlet or 0};")

    def text(self):
        return "\n".join([f"#N canvas 60 60 {self.size[0]} {self.size[1]} 12;", *self.declared, *self.boxes, *self.cords]) + "\n"


def main():
    different = []
    for source in sorted(HERE.rglob("*.patch")):
        target = (HERE.parent / source.relative_to(HERE)).with_suffix(".pd")
        made = Patch(source.read_text(encoding="utf-8")).text()
        if target.exists() and target.read_text(encoding="utf-8") == made:
            continue
        different.append(target.relative_to(HERE.parent).as_posix())
        if "--check" not in sys.argv:
            target.parent.mkdir(exist_ok=True)
            target.write_text(made, encoding="utf-8")
    if different:
        print("made:" if "--check" not in sys.argv else "not what its source says:", *different)
    return 1 if different and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
