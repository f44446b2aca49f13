#!/usr/bin/env python3
"""Makes the patches of this package from their sources: patchers, help, examples, devices, extras, and the reference pages. --check says which differ."""
import json
import re
import sys
from pathlib import Path

from amxd import device
from patch import Patch
from reference import pages

HERE = Path(__file__).resolve().parent
ENDINGS = {"patchers": ".maxpat", "help": ".maxhelp", "examples": ".maxpat", "devices": ".amxd", "extras": ".maxpat"}


class Package:
    """All sources, which may name each other."""

    def __init__(self):
        self.sources = [path for folder in ENDINGS for path in sorted((HERE / folder).glob("*.patch"))]
        self.patches = {}
        for path in self.sources:
            if path.parent.name == "patchers":
                self.patches[path.stem] = Patch(path, self)
        self.all = {path: self.patches.get(path.stem) if path.parent.name == "patchers" else Patch(path, self) for path in self.sources}

    def code(self, name):
        return (HERE.parent / "code" / f"{name}.genexpr").read_text(encoding="utf-8")

    def script(self, name):
        return (HERE.parent / "javascript" / name).read_text(encoding="utf-8")

    def script_ports(self, name):
        text = self.script(name)
        return tuple("m" * int(re.search(rf"^{what} = (\d+);", text, re.M)[1]) for what in ("inlets", "outlets"))

    def made(self):
        """[(path, bytes)] of every file."""
        files = []
        for source, patch in self.all.items():
            folder = source.parent.name
            data = (json.dumps(patch.json(), indent="\t", ensure_ascii=False) + "\n").encode()
            if folder == "devices":
                data = device(patch.json(), patch.device[0])
            files.append((HERE.parent / folder / (source.stem + ENDINGS[folder]), data))
        return files


def all_made():
    package = Package()
    return package.made() + pages(package, HERE.parent / "docs")


def main():
    differ = []
    for path, data in all_made():
        if path.exists() and path.read_bytes() == data:
            continue
        differ.append(path)
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
    for path in differ:
        print(path.relative_to(HERE.parent), "differs" if "--check" in sys.argv else "made")
    return 1 if differ and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
