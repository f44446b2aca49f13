"""What all recipes here do at the end: the TorchScript and its card, side by side in a folder."""
import hashlib
import json
import sys
from pathlib import Path

import torch

HEAD = """\
# Written by models/import/{recipe}; docs/cards.md says what each key means.
card: 1
name: {name}
kind: {kind}
engine: torch
file: {name}.ts
sha256: {sha256}
"""


def texts(names):
    """A YAML list of quoted texts: names of classes hold commas and apostrophes."""
    return "[" + ", ".join(json.dumps(name, ensure_ascii=False) for name in names) + "]"


def write(folder, name, recipe, script, card, kind="classifier"):
    """Writes NAME.ts and card.yaml into `folder`, which is made where it is missing.
    @param script  a ScriptModule in evaluation mode.  @param card  the keys after the hash, as YAML."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.ts"
    torch.jit.save(script, str(file))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / "card.yaml").write_text(HEAD.format(recipe=recipe, name=name, kind=kind, sha256=sha256) + card, encoding="utf-8")
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB, and {folder / 'card.yaml'}")


def run(main):
    """A recipe's main(); what is wrong with its files becomes one sentence and exit code 1."""
    try:
        main()
    except (OSError, ValueError, LookupError, RuntimeError, ImportError) as error:
        lines = str(error).strip().splitlines()
        sys.exit(f"{Path(sys.argv[0]).name}: {type(error).__name__}: {lines[0] if lines else ''}")
