"""Exports the RAVE models that tests and benchmarks run, with weights from a seed, by models/import/rave.py.

Usage: export_rave.py FOLDER [NAME…]     without a name: those of the tests. Writes FOLDER/NAME/NAME.ts and its card.yaml.
It takes acids-rave from PYTHONPATH, or from .setup/rave-packages, where `scripts/setup.sh test` puts it. Where that is
missing it says so and leaves with 0, and what needs the models is skipped.

NAME is as RAVE makes it, with noise; NAME_quiet draws no random numbers. Tests get narrow networks (CAPACITY), since what
they compare does not depend on the width; full_… are as wide as what musicians train, and hold 64 rows.
"""
import importlib.util
import multiprocessing
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / ".setup" / "rave-packages"
NARROW = ["--batch", "1", "--binding", "CAPACITY = 16"]
QUIET = ["--deterministic"]
TESTED = {
    "v1_quiet": ["v1", "--latents", "8", *NARROW, *QUIET],
    "v2_quiet": ["v2", "--latents", "16", *NARROW, *QUIET],
    "v2_small": ["v2_small", "--latents", "16", *NARROW],
    "v2_small_quiet": ["v2_small", "--latents", "16", *NARROW, *QUIET],
    "v3_quiet": ["v3", "--latents", "16", *NARROW, *QUIET],
    "discrete_quiet": ["discrete", *NARROW, *QUIET],
    "raspberry_quiet": ["raspberry", "--latents", "8", *NARROW, *QUIET],
    "wasserstein_quiet": ["v2_small,wasserstein", *NARROW, *QUIET],
    "causal_quiet": ["v2_small,causal", "--latents", "16", *NARROW, *QUIET],
    "whole_quiet": ["v2_small", "--latents", "16", "--no-streaming", *NARROW, *QUIET],
}
FULL = {
    "full_v2": ["v2", "--latents", "16"],
    "full_v2_quiet": ["v2", "--latents", "16", *QUIET],
    "full_v1": ["v1", "--latents", "16"],
    "full_v3": ["v3", "--latents", "16"],
    "full_discrete": ["discrete"],
    "full_raspberry": ["raspberry", "--latents", "16"],
    "full_v2_small": ["v2_small", "--latents", "16"],
    "full_v2_small_quiet": ["v2_small", "--latents", "16", *QUIET],
}


def recipe():
    """models/import/rave.py as a module; by another name, since acids-rave has that one."""
    sys.path.insert(0, str(ROOT / "models" / "import"))
    spec = importlib.util.spec_from_file_location("rave_recipe", ROOT / "models" / "import" / "rave.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def acids(rave):
    """What rave.convert takes after its settings; None, and a sentence, where acids-rave cannot be had."""
    if PACKAGES.is_dir():
        sys.path.append(str(PACKAGES))
    try:
        return rave.acids.load()
    except ImportError as error:
        print(f"no RAVE models, what needs them is skipped: {error}")
        return None


def export(arguments):
    """In a process of its own, as gin keeps what it has read."""
    name, folder = arguments
    source, *options = {**TESTED, **FULL}[name]
    given = loaded.parse([source, str(folder / name), *options, "--name", name, "--seed", "1"])
    loaded.convert(given, None, *packages)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if not PACKAGES.is_dir() and "PYTHONPATH" not in os.environ:
        print(f"no {PACKAGES}: no RAVE models, what needs them is skipped (scripts/setup.sh test fetches acids-rave)")
        sys.exit()
    loaded = recipe()
    packages = acids(loaded)
    if packages:
        names = sys.argv[2:] or list(TESTED)
        with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
            pool.map(export, [(name, folder) for name in names], chunksize=1)
        (folder / "made").touch()
