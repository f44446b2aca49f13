#!/usr/bin/env python3
"""Looks through the patches as Max will read them: objects that are known, cords from an outlet to an inlet of the right kind,
messages that their receiver knows, scripts that exist, names that somebody hears, nothing overlapping, no path of one machine."""
import json
import re
import sys

from amxd import patcher_of
from make import ENDINGS, HERE, Package
from objects import TABLE, ports

ABSOLUTE = re.compile(r"/Users/|/home/|/tmp/|Macintosh HD:|\b[A-Za-z]:[\\/]|~/")
DEVICE_HEIGHT = 169
ANYTHING = {"print", "prepend", "route", "t", "message", "s", "outlet", "number", "flonum", "button", "toggle", "pak", "comment"}
OWN_WORDS = {"live.comment": {"set"}, "textedit": {"set"}, "metro": {"stop"}, "udpsend": {"host", "port"}, "live.gain~": set(), "dac~": {"start", "stop"}, "buffer~": {"clear", "read"}}


def name_of(box):
    return box["text"].split()[0] if box["maxclass"] == "newobj" else box["maxclass"]


class Lint:
    def __init__(self, package):
        self.package, self.found = package, []
        self.sent, self.heard = set(), set()

    def say(self, where, text):
        self.found.append(f"{where}: {text}")

    def expected(self, box):
        """(inlets, outlets) by letters, or None where the object is not known."""
        name = name_of(box)
        if name in self.package.patches:
            inner = self.package.patches[name]
            return inner.own_inlets(), inner.own_outlets()
        if name == "gen~":
            return "b" + "s" * (box["numinlets"] - 1), "s" * box["numoutlets"]
        if name == "codebox":
            return "m" * box["numinlets"], "m" * box["numoutlets"]
        return ports(name, box.get("text", ""), self.package.script_ports) if name in TABLE else None

    def patcher(self, where, patcher, signal_inlets=""):
        boxes = {}
        for entry in patcher["boxes"]:
            box = entry["box"]
            if box["id"] in boxes:
                self.say(where, f"two boxes are called {box['id']}")
            boxes[box["id"]] = box
            self.box(where, box)
        letters = {key: self.expected(box) or ("", "") for key, box in boxes.items()}
        for key, box in boxes.items():  # an inlet of the abstraction gives what comes in
            if box["maxclass"] == "inlet" and box["index"] <= len(signal_inlets) and signal_inlets[box["index"] - 1] == "b":
                letters[key] = ("", "s")
            if box["maxclass"] == "outlet":
                letters[key] = ("b", "")
        for line in patcher["lines"]:
            self.cord(where, line["patchline"], boxes, letters)
        for rect, field in (("patching_rect", "patching"), ("presentation_rect", "presentation")):
            self.overlaps(where, [box for box in boxes.values() if rect in box and box["maxclass"] != "comment"], rect, field)

    def device(self, where, patcher):
        """What Live asks of a device: all that is seen lies within it; each parameter has a name of its own, which its list knows."""
        names, listed = [], patcher.get("parameters", {})
        for box in (entry["box"] for entry in patcher["boxes"]):
            x, y, w, h = box.get("presentation_rect", [0, 0, 0, 0])
            if x < 0 or y < 0 or x + w > patcher["devicewidth"] or y + h > DEVICE_HEIGHT:
                self.say(where, f"{name_of(box)} at {x:g} {y:g} does not lie within the device")
            if box.get("parameter_enable"):
                value = box["saved_attribute_attributes"]["valueof"]
                names.append(value["parameter_longname"])
                if listed.get(box["id"], [None])[0] != names[-1]:
                    self.say(where, f"{names[-1]} is not listed as a parameter")
        for name in {name for name in names if names.count(name) > 1}:
            self.say(where, f"two parameters are called {name}")
        for bank in listed.get("parameterbanks", {}).values():
            for name in set(bank["parameters"]) - {*names, "-"}:
                self.say(where, f"bank {bank['name']}: {name} is no parameter")

    def box(self, where, box):
        name, text = name_of(box), box.get("text", "")
        expected = self.expected(box)
        if expected is None:
            return self.say(where, f"{name} is in no public patch that objects.txt names")
        if (box["numinlets"], box["numoutlets"]) != tuple(map(len, expected)):
            self.say(where, f"{text or name} has {box['numinlets']} inlets and {box['numoutlets']} outlets, not {len(expected[0])} and {len(expected[1])}")
        if ABSOLUTE.search(text):
            self.say(where, f"{text} holds a path of one machine")
        if name in ("v8", "node.script") and not (HERE.parent / "javascript" / text.split()[1]).exists():
            self.say(where, f"{text}: there is no such script")
        if name == "v8":  # names that its script sends to by itself
            sends = re.findall(r"messnamed\(`([^`]+)`", self.package.script(text.split()[1]))
            self.sent |= {re.sub(r"\$\{\w+\}", "#-session", sent) for sent in sends}
        if name in ("s", "r"):
            (self.sent if name == "s" else self.heard).add(re.sub(r"#\d|---\w+", "#", text.split()[1]))
        if "patcher" in box:
            self.patcher(f"{where} {name}", box["patcher"])

    def cord(self, where, line, boxes, letters):
        (source, outlet), (target, inlet) = line["source"], line["destination"]
        if source not in boxes or target not in boxes:
            return self.say(where, f"a cord joins {source} and {target}, which are not both there")
        a, b = boxes[source], boxes[target]
        cord = f"{a.get('text') or name_of(a)} -> {b.get('text') or name_of(b)}"
        if outlet >= len(letters[source][1]) or inlet >= len(letters[target][0]):
            return self.say(where, f"{cord}: outlet {outlet} or inlet {inlet} is not there")
        gives, takes = letters[source][1][outlet], letters[target][0][inlet]
        if (gives == "s") != (takes == "s") and takes != "b":
            self.say(where, f"{cord}: {'a signal' if gives == 's' else 'a message'} goes where there is none taken")
        if a["maxclass"] == "message" and inlet == 0:
            for message in a["text"].split(","):
                self.message(where, cord, message.split(), b)

    def message(self, where, cord, words, receiver):
        if words and not re.fullmatch(r"-?[\d.]+|\$\d", words[0]) and not self.known(words[0], receiver):
            self.say(where, f"{cord}: {words[0]} is no word that it knows")

    def known(self, word, box):
        name = name_of(box)
        if name in ANYTHING:
            return True
        if name in self.package.patches:
            return word in self.package.patches[name].words
        if name in ("v8", "node.script"):
            script = self.package.script(box["text"].split()[1])
            return re.search(rf"^function {re.escape(word)}\(|\"{re.escape(word)}\"", script, re.M) is not None
        if name == "gen~":
            codes = [inner["box"]["code"] for inner in box["patcher"]["boxes"] if "code" in inner["box"]]
            return any(re.search(rf"\b(Param|Buffer) {re.escape(word)}\(", code) for code in codes)
        return word in OWN_WORDS.get(name, set())

    def overlaps(self, where, boxes, rect, field):
        for i, a in enumerate(boxes):
            for b in boxes[i + 1:]:
                (x, y, w, h), (u, v, p, q) = a[rect], b[rect]
                if x < u + p and u < x + w and y < v + q and v < y + h:
                    self.say(where, f"{a.get('text') or name_of(a)} and {b.get('text') or name_of(b)} overlap in {field}")

    def names(self):
        for name in sorted(self.sent ^ self.heard):
            self.say("names", f"{name} is {'sent and heard by nobody' if name in self.sent else 'heard and sent by nobody'}")


def files():
    for folder, ending in ENDINGS.items():
        yield from sorted((HERE.parent / folder).glob("*" + ending))


def lint(package, loaded):
    """loaded: [(path, JSON)]. Returns the complaints."""
    it = Lint(package)
    for path, data in loaded:
        own = package.patches.get(path.stem) if path.suffix == ".maxpat" and path.parent.name == "patchers" else None
        it.patcher(path.name, data["patcher"], own.own_inlets() if own else "")
        if path.suffix == ".amxd":
            it.device(path.name, data["patcher"])
    it.names()
    return it.found


def load(path):
    return patcher_of(path.read_bytes()) if path.suffix == ".amxd" else json.loads(path.read_text(encoding="utf-8"))


def main():
    found = lint(Package(), [(path, load(path)) for path in files()])
    print("\n".join(found) or f"{len(list(files()))} patches: nothing to say")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
