"""Makes acids-rave importable for an export alone.

The package asks for everything that training takes (torchaudio, librosa, Lightning, scikit-learn, LMDB: 2 GB), and for
versions of torch and scipy of its day. An export uses torch, numpy, scipy, gin and einops. What else is missing is
stood in for, by modules that can be imported and not used; what newer versions of scipy renamed is put back.
"""
import importlib
import importlib.abc
import importlib.machinery
import inspect
import logging
import sys
import types
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
ONLY_FOR_TRAINING = ("torchaudio", "librosa", "pytorch_lightning", "sklearn", "lmdb", "udls", "GPUtil", "absl", "requests",
                     "tqdm", "yaml")
NEEDED = "pip install --no-deps acids-rave cached-conv nn-tilde gin-config einops scipy"


class Endless(type):
    """Has any attribute, as modules inside modules have."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn


class StandIn(torch.nn.Module, metaclass=Endless):
    """Whatever a missing package offers: a class to derive from, a decorator, an object to hold. Not to run."""

    def __init__(self, *_, **__):
        super().__init__()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("this model needs a package that is not installed; most likely torchaudio")


class Missing(types.ModuleType):
    __path__: list = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Asked last of all, so that what is installed is what is used."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ONLY_FOR_TRAINING:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return Missing(spec.name)

    def exec_module(self, module):
        pass


def scipy_of_its_day():
    """scipy moved the windows, renamed an argument of firwin, and wants a number where fmin gives an array of one."""
    import numpy
    from scipy import optimize, signal
    if not hasattr(signal, "kaiser"):
        signal.kaiser = signal.windows.kaiser
    if "nyq" not in inspect.signature(signal.firwin).parameters:
        today = signal.firwin
        signal.firwin = lambda *given, nyq=None, **named: today(*given, **named, **({"fs": 2 * nyq} if nyq else {}))
    minimum = optimize.fmin

    def scalar(value):
        return float(numpy.ravel(value)[0])

    optimize.fmin = lambda loss, start, **named: minimum(lambda w: scalar(loss(scalar(w))), start, **named)


def load():
    """@return the modules `rave` and `scripts.export` of acids-rave, and gin; raises ImportError with what to install."""
    logging.disable(logging.ERROR)  # its export logs every step, and gin an error for each folder that a file is not in
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]  # rave.py here is not that rave
    sys.meta_path.append(Finder())
    try:
        scipy_of_its_day()
        import gin
        return importlib.import_module("rave"), importlib.import_module("scripts.export"), gin
    except ImportError as error:
        raise ImportError(f"{error}; {NEEDED}") from None
