"""python-osc reads the golden packets as their meaning says, and writes them to the same bytes.
Ends with 77 (skipped) where python-osc or PyYAML is missing."""

import pathlib
import sys

try:
    import yaml
    from pythonosc.osc_message import OscMessage
    from pythonosc.osc_message_builder import OscMessageBuilder
except ImportError as missing:
    print(f"skipped: {missing.name} is missing; pip install python-osc pyyaml")
    sys.exit(77)


def value_of(value):
    return bytes.fromhex(value["blob"]) if isinstance(value, dict) else value


def written(message) -> bytes:
    builder = OscMessageBuilder(address=message["address"])
    values = iter(message["values"])
    for tag in message["types"]:
        builder.add_arg(True if tag == "T" else value_of(next(values)), tag)
    return builder.build().dgram


def same(ours, theirs) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float):
        return abs(ours - theirs) <= 1e-6 * max(1.0, abs(ours))
    return ours == theirs


def meant(message) -> list:
    values = iter(message["values"])
    return [True if tag == "T" else value_of(next(values)) for tag in message["types"]]


def main(folder: pathlib.Path) -> int:
    compared, wrong = 0, []
    for path in sorted(folder.glob("*.osc")):
        messages = yaml.safe_load(path.with_suffix(".yaml").read_text())["messages"]
        raw = path.read_bytes()
        if len(messages) != 1 or raw.startswith(b"#bundle") or set(messages[0]["types"]) - set("ifsbhdT"):
            continue
        message = messages[0]
        if path.stem == "spec_4_no_tags" or b"" in meant(message):  # it writes the tags, and no empty blob
            continue
        read = OscMessage(raw)
        ok = read.address == message["address"] and len(read.params) == len(meant(message))
        ok = ok and all(same(a, b) for a, b in zip(meant(message), read.params))
        if not ok:
            wrong.append(f"{path.name}: read as {read.address} {read.params}")
        if written(message) != raw:
            wrong.append(f"{path.name}: written differently")
        compared += 1
    print("\n".join(wrong) or f"{compared} packets agree")
    return 1 if wrong or compared < 60 else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
