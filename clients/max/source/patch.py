"""A patch as readable text, and as Max's JSON.

    # for readers of the source only
    " a comment that stands in the patch
    in: inlet messages | r: route open close    one row of boxes, NAME: TEXT, left to right
    in > r.1 > a:1 > b                            cords; .N after a name is its outlet, :N before the next its inlet
    @ 700 400                                     size of the window
    words: open close set                         what its first inlet understands (an abstraction)
    device: audio 320                             a Max for Live device: audio or midi, and its width
    bank: Main X Y                                a bank of eight of its parameters, by their names; _ stands for a space

TEXT is what one types into Max; beside objects: `msg …`, `number`, `flonum`, `toggle`, `button`, `inlet NOTE`, `signal NOTE` (an
inlet for signals), `outlet NOTE`, `gen FILE` (gen~ with the code of ../code/FILE.genexpr), and UI objects by their name. One that is a
parameter of Live has its name after it, and KEY=VALUE: `live.dial X short=X range=0..1 initial=0.5 unit=float` (parameters.py has the keys).
`[X Y W H] TEXT` places a box in presentation, `{N} TEXT` gives it a width.
"""
import re
from pathlib import Path

from amxd import KINDS
from objects import OUTLET_TYPES, ports
from parameters import HOLDERS, Parameter, listed

HERE = Path(__file__).resolve().parent
LEFT, TOP, ROW, GAP, LETTER, HEIGHT = 20.0, 20.0, 36.0, 20.0, 7.0, 22.0
WINDOWS = {"bglocked": 0, "openinpresentation": 0, "default_fontsize": 12.0, "default_fontface": 0, "default_fontname": "Arial",
           "gridonopen": 1, "gridsize": [15.0, 15.0]}
APP = {"major": 9, "minor": 0, "revision": 0, "architecture": "x64", "modernui": 1}
SIZES = {"button": (24.0, 24.0), "toggle": (24.0, 24.0), "number": (60.0, HEIGHT), "flonum": (60.0, HEIGHT),
         "inlet": (30.0, 30.0), "outlet": (30.0, 30.0), "live.gain~": (48.0, 136.0), "live.dial": (44.0, 48.0), "live.text": (60.0, 16.0),
         "textedit": (120.0, HEIGHT), "pictslider": (100.0, 100.0), "live.comment": (80.0, 18.0)}
UI = set(SIZES) | {"comment", "message"}


class Box:
    def __init__(self, name, text):
        self.name, self.presentation, self.width = name, None, None
        match = re.match(r"\[([\d. ]+)\]\s*(.*)", text)
        if match:
            self.presentation, text = [float(n) for n in match[1].split()], match[2]
        match = re.match(r"\{(\d+)\}\s*(.*)", text)
        if match:
            self.width, text = float(match[1]), match[2]
        word, _, rest = text.partition(" ")
        self.signal = word == "signal"
        word = {"msg": "message", "signal": "inlet"}.get(word, word)
        self.code = rest if word == "gen" else None
        self.kind = "gen~" if word == "gen" else word
        self.parameter = Parameter(rest) if self.kind in HOLDERS and rest else None
        self.text = rest if self.kind in UI else "gen~" if self.code else text

    def size(self):
        if self.kind in SIZES:
            return SIZES[self.kind]
        letters = len(self.text) if self.kind != "comment" else len(self.text) * 0.9
        return self.width or max(40.0, letters * LETTER + 12.0), HEIGHT


def outs(code):
    return max(int(n) for n in re.findall(r"\bout(\d+)\b", code))


def ins(code):
    return max([int(n) for n in re.findall(r"\bin(\d+)\b", code)] + [1])


class Patch:
    def __init__(self, path, package):
        self.path, self.package = path, package
        self.size, self.rows, self.cords, self.words, self.device, self.comments = (760.0, 520.0), [], [], [], None, []
        self.banks = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                self.read(line.strip())
            except (KeyError, ValueError) as error:
                raise ValueError(f"{path.name}:{number}: {error}") from error
        self.boxes = {box.name: box for row in self.rows for box in row}

    def read(self, line):
        if not line or line.startswith("#"):
            return
        if line.startswith('"'):
            self.comments.append(line[1:].strip())
        elif line.startswith("@"):
            self.size = tuple(float(n) for n in line[1:].split())
        elif line.startswith("words:"):
            self.words = line.split()[1:]
        elif line.startswith("device:"):
            kind, width = line.split()[1:]
            self.device = (kind, float(width))
        elif line.startswith("bank:"):
            self.banks.append([word.replace("_", " ") for word in line.split()[1:]])
        elif re.match(r"[\w]+[.\d]* > ", line):
            self.read_cords(line)
        else:
            self.rows.append([Box(*re.match(r"(\w+): (.*)", part.strip()).groups()) for part in line.split(" | ")])

    def read_cords(self, line):
        parts = [re.fullmatch(r"(\w+?)(?:\.(\d+))?(?::(\d+))?(?:\.(\d+))?", part.strip()) for part in line.split(" > ")]
        if None in parts:
            raise ValueError(f"no cord: {line}")
        for a, b in zip(parts, parts[1:]):
            self.cords.append(((a[1], int(a[2] or a[4] or 0)), (b[1], int(b[3] or 0))))

    def ports(self, box):
        """(inlets, outlets) by letters; those of our abstractions come from their own source."""
        if box.kind in self.package.patches:
            inner = self.package.patches[box.kind]
            return inner.own_inlets(), inner.own_outlets()
        if box.code:
            code = self.package.code(box.code)
            return "b" + "s" * (ins(code) - 1), "s" * outs(code)
        return ports(box.kind, box.text, self.package.script_ports)

    def own_inlets(self):
        return "".join("b" if box.signal else "m" for row in self.rows for box in row if box.kind == "inlet")

    def own_outlets(self):
        """What flows out: the kind of the outlet that each of ours hears."""
        letters = []
        for box in (box for row in self.rows for box in row if box.kind == "outlet"):
            sources = [self.outlet_of(source) for source, (name, _) in self.cords if name == box.name]
            letters.append("s" if "s" in sources else "m")
        return "".join(letters)

    def outlet_of(self, source):
        """The letter of a cord's beginning; '?' where there is no such outlet (lint says so)."""
        box = self.boxes.get(source[0])
        if box is None:
            return "?"
        if box.kind == "inlet":
            return "s" if box.signal else "m"
        letters = self.ports(box)[1]
        return letters[source[1]] if source[1] < len(letters) else "?"

    def json(self):
        boxes, ids, y = [], {}, TOP
        numbers = {"inlet": 0, "outlet": 0}
        for text in self.comments:
            boxes.append(self.box_json(Box("", f"comment {text}"), len(boxes) + 1, LEFT, y, numbers))
            y += HEIGHT
        y += ROW - HEIGHT
        for row in self.rows:
            x = LEFT
            for box in row:
                boxes.append(self.box_json(box, len(boxes) + 1, x, y, numbers))
                ids[box.name] = boxes[-1]["box"]["id"]
                x += box.size()[0] + GAP
            y += max(box.size()[1] for box in row) + ROW - HEIGHT
        lines = [{"patchline": {"destination": [ids[d], i], "source": [ids[s], o]}} for (s, o), (d, i) in self.cords]
        patcher = {"fileversion": 1, "appversion": APP, "classnamespace": "box", "rect": [60.0, 100.0, *self.size], **WINDOWS}
        more = {}
        if self.device:
            patcher.update(openinpresentation=1, openrect=[0.0, 0.0, 0.0, 169.0], devicewidth=self.device[1])
            more = {**of_device(self.device[0]), "parameters": listed([(ids[name], box.parameter) for name, box in self.boxes.items() if box.parameter], self.banks)}
        return {"patcher": {**patcher, "boxes": boxes, "lines": lines, **more, "dependency_cache": [], "autosave": 0}}

    def box_json(self, box, number, x, y, numbers):
        inlets, outlets = self.ports(box)
        width, height = box.size()
        out = {"id": f"obj-{number}", "maxclass": box.kind if box.kind in UI else "newobj", "numinlets": len(inlets), "numoutlets": len(outlets)}
        if outlets:
            out["outlettype"] = [OUTLET_TYPES[letter] for letter in outlets]
        out["patching_rect"] = [x, y, width, height]
        if box.presentation:
            out.update(presentation=1, presentation_rect=box.presentation)
        if box.kind in numbers:
            numbers[box.kind] += 1
            out.update(index=numbers[box.kind], comment=box.text)
        elif box.kind in ("comment", "live.comment", "message") or box.kind not in UI:
            out["text"] = box.text
        if box.parameter:
            out.update(box.parameter.json(box.kind))
        if box.kind == "flonum":
            out["format"] = 6
        if box.kind in ("number", "flonum", "toggle", "button", "pictslider", "textedit") and not box.parameter:
            out["parameter_enable"] = 0
        if box.code:
            out["patcher"] = gen_patcher(self.package.code(box.code))
        return {"box": out}


def of_device(kind):
    """What patchers of Max for Live devices have beside the others' keys."""
    project = {"version": 1, "creationdate": 3590052493, "modificationdate": 3590052493, "viewrect": [0.0, 0.0, 300.0, 500.0], "autoorganize": 1,
               "hideprojectwindow": 1, "showdependencies": 1, "autolocalize": 0, "contents": {"patchers": {}}, "layout": {}, "searchpath": {}, "detailsvisible": 0,
               "amxdtype": int.from_bytes(KINDS[kind], "little"), "readonly": 0, "devpathtype": 0, "devpath": ".", "sortmode": 0, "viewmode": 0, "includepackages": 0}
    return {"latency": 0, "is_mpe": 0, "platform_compatibility": 0, "project": project}


def gen_patcher(code):
    """The inside of gen~: its code between `in` and `out`."""
    boxes, lines = [], []

    def add(**fields):
        boxes.append({"box": {"id": f"obj-{len(boxes) + 1}", **fields}})
        return boxes[-1]["box"]["id"]

    n_in, n_out = ins(code), outs(code)
    box = add(maxclass="codebox", code=code.replace("\n", "\r\n"), fontname="<Monospaced>", fontsize=12.0, numinlets=n_in, numoutlets=n_out,
              outlettype=[""] * n_out, patching_rect=[LEFT, 60.0, 760.0, 520.0])
    for n in range(n_in):
        one = add(maxclass="newobj", text=f"in {n + 1}", numinlets=0, numoutlets=1, outlettype=[""], patching_rect=[LEFT + 60.0 * n, 20.0, 40.0, HEIGHT])
        lines.append({"patchline": {"destination": [box, n], "source": [one, 0]}})
    for n in range(n_out):
        one = add(maxclass="newobj", text=f"out {n + 1}", numinlets=1, numoutlets=0, patching_rect=[LEFT + 60.0 * n, 600.0, 45.0, HEIGHT])
        lines.append({"patchline": {"destination": [one, 0], "source": [box, n]}})
    return {"fileversion": 1, "appversion": APP, "classnamespace": "dsp.gen", "rect": [100.0, 100.0, 820.0, 680.0], **WINDOWS, "boxes": boxes, "lines": lines}
