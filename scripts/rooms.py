"""Checks that no room looks where it may not: docs/hacking.md, "Rooms and arrows". Names each line that does."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Which rooms each room may include from, itself aside.
ARROWS = {
    "base": set(),
    "protocol": {"base"},
    "models": {"base"},
    "server": {"base", "protocol", "models"},
}

# Whose library it is: nobody else includes it, and no public header does.
LIBRARIES = {
    r"osc/|ip/": "protocol",
    r"torch/|ATen/|c10/": "models",
    r"hwy/": "models",
    r"sodium": "models server",
    r"curl/": "server",
    r"asio|spdlog/|yaml-cpp/|CLI/|prometheus/": "server",
    r"lo/|gtest/|gmock/|benchmark/": "tests",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def complaints(room: str, file: Path) -> list[str]:
    public = f"{room}/include/" in file.as_posix()
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = match.group(1)
        where = f"{file.relative_to(ROOT)}:{number}: {included}"
        neighbour = included.split("/")[0]
        if neighbour in ARROWS and neighbour != room and neighbour not in ARROWS[room]:
            found.append(f"{where}: {room}/ may not look into {neighbour}/")
        for pattern, owners in LIBRARIES.items():
            if not re.match(pattern, included):
                continue
            if room not in owners.split():
                found.append(f"{where}: that library belongs to {owners.replace(' ', '/ and ')}/")
            elif public:
                found.append(f"{where}: a public header keeps its room's library to itself")
    return found


def main() -> int:
    found = []
    for room in ARROWS:
        for file in sorted((ROOT / room).rglob("*.[ch]pp")):
            found += complaints(room, file)
    print("\n".join(found) or "rooms: every include follows an arrow", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
