"""Reads ctest's JUnit file and prints who failed, who was skipped and why, and as the last line the counts."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def read(file: Path) -> ElementTree.Element:
    """A test may print any byte; XML takes fewer."""
    text = file.read_bytes().decode("utf-8", "replace")
    return ElementTree.fromstring(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text))


def why_skipped(case: ElementTree.Element) -> str:
    """GoogleTest says `file:line: Skipped` and the sentence below; a script's last line is its sentence."""
    output = case.findtext("system-out") or ""
    said = re.search(r"Skipped\n(.+)", output)
    if said:
        return said.group(1).strip()
    if case.get("status") == "disabled":
        return "disabled in the source"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def main() -> int:
    file = Path(sys.argv[1])
    if not file.exists():
        print("ctest left no results; its reason is above.\n0 passed, 1 failed, 0 skipped")
        return 1
    passed, failed, skipped = 0, [], []
    for case in read(file).iter("testcase"):
        if case.find("skipped") is not None or case.get("status") == "disabled":
            skipped.append(f"skipped: {case.get('name')}: {why_skipped(case)}")
        elif case.get("status") == "run":
            passed += 1
        else:
            failed.append(f"failed: {case.get('name')}")
    if passed + len(failed) + len(skipped) == 0:
        failed.append("failed: no test has that name")
    for line in skipped + failed:
        print(line)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
