"""What is known of Max's objects (objects.txt): their inlets and outlets, and the public patch in which each was seen."""
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTLET_TYPES = {"s": "signal", "m": "", "b": "bang", "i": "int", "f": "float"}
WHOLE, NUMBER = re.compile(r"i|-?\d+"), re.compile(r"f|-?\d*\.\d*")  # what an argument of unpack makes of its outlet
TRIGGER = {"b": "b", "i": "i", "f": "f"}  # t b i f l s: what each outlet gives


def table():
    """{name: (inlets, outlets, seen)}"""
    rows = {}
    for line in (HERE / "objects.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, inlets, outlets, seen = (part.strip() for part in line.split("|"))
            rows[name] = (inlets, outlets, seen)
    return rows


TABLE = table()


def arguments(text):
    """The words after the name, up to the first @attribute."""
    words = text.split()[1:]
    return words[:next((i for i, word in enumerate(words) if word.startswith("@")), len(words))]


def by_arguments(name, text, scripts):
    words = arguments(text)
    if name == "route":
        return "m" * (len(words) + 1), "m" * (len(words) + 1)
    if name == "gate":
        return "mm", "m" * int(words[0] if words else 1)
    if name == "unpack":
        return "m", "".join("i" if WHOLE.fullmatch(word) else "f" if NUMBER.fullmatch(word) else "m" for word in words)
    if name == "sel":  # with one argument a second inlet sets it
        return "m" * (2 if len(words) == 1 else 1), "b" * len(words) + "m"
    if name == "t":
        return "m", "".join(TRIGGER.get(word, "m") for word in words)
    if name == "pipe":  # a value for each inlet but the last, which takes the time
        return "m" * max(2, len(words)), "m" * max(1, len(words) - 1)
    if name in ("pak", "pack"):
        return "m" * len(words), "m"
    if name == "v8":
        return scripts(words[0])
    raise KeyError(f"{name}: how many inlets it has is not known")


def ports(name, text, scripts):
    """(inlets, outlets) of a box as typed, a letter each."""
    if name not in TABLE:
        raise KeyError(f"{name} is in no patch that objects.txt names")
    inlets, outlets, _ = TABLE[name]
    if "+" not in inlets + outlets:
        return inlets, outlets
    return by_arguments(name, text, scripts)
