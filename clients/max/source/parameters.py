"""Parameters of a Max for Live device: what Live automates, shows on controllers, stores with the set and restores."""
import shlex

HOLDERS = {"live.dial", "live.gain~", "live.text", "textedit"}
FLOAT, ENUM, BLOB = 0, 2, 3
UNITS = {"int": 0, "float": 1, "ms": 2, "hz": 3, "db": 4, "percent": 5, "midi": 8}
KEYS = {"short", "range", "initial", "unit", "label", "stored"}
BANK = 8


class Parameter:
    """NAME KEY=VALUE…: short (its name where there is little room), range LOW..HIGH, initial, unit, label (of a button), stored (a text that
    is kept with the set and cannot be automated)."""

    def __init__(self, text):
        words = shlex.split(text)
        self.name = words[0].replace("_", " ")
        self.given = dict(word.split("=", 1) for word in words[1:])
        if unknown := set(self.given) - KEYS:
            raise ValueError(f"{self.name}: no parameter has {', '.join(sorted(unknown))}")
        self.short = self.given.get("short", self.name).replace("_", " ")

    def value(self, kind):
        common = {"parameter_longname": self.name, "parameter_shortname": self.short, "parameter_linknames": 1}
        if kind == "textedit":
            return {**common, "parameter_type": BLOB, "parameter_invisible": 1, "parameter_initial_enable": 1, "parameter_initial": [self.given.get("initial", "")]}
        if kind == "live.text":
            return {**common, "parameter_type": ENUM, "parameter_enum": ["off", "on"], "parameter_mmax": 1}
        low, high = (float(end) for end in self.given["range"].split(".."))
        return {**common, "parameter_type": FLOAT, "parameter_mmin": low, "parameter_mmax": high, "parameter_unitstyle": UNITS[self.given.get("unit", "float")],
                "parameter_initial_enable": 1, "parameter_initial": [float(self.given["initial"])]}

    def json(self, kind):
        own = {"parameter_enable": 1, "saved_attribute_attributes": {"valueof": self.value(kind)}, "varname": self.name}
        if kind == "live.text":
            own.update(mode=1 if self.given.get("stored") else 0, text=self.given["label"].replace("_", " "), texton=self.given["label"].replace("_", " "))
        if kind == "textedit":
            own.update(text=self.given.get("initial", ""), keymode=1, lines=1)
        return own


def listed(parameters, banks):
    """`parameters` of a patcher: [(id of the box, Parameter)], banks [[name, parameter…]]."""
    known = {parameter.name for _, parameter in parameters}
    shown = {}
    for number, (name, *members) in enumerate(banks):
        if lost := [member for member in members if member not in known]:
            raise ValueError(f"bank {name}: {', '.join(lost)} is no parameter")
        shown[str(number)] = {"index": number, "name": name, "parameters": (members + ["-"] * BANK)[:BANK]}
    return {**{box: [parameter.name, parameter.short, 0] for box, parameter in parameters}, "parameterbanks": shown, "inherited_shortname": 1}
