"""RAVE, from a training run (or a configuration with weights from a seed) to an nn~ TorchScript and a card.

It runs the export of acids-rave itself, on torch of today and without what only training needs. RAVE is CC BY-NC 4.0: it
is installed by you, and none of it is in this repository; a model is as free as whoever trained it says.
"""
import argparse
import copy
import pickle
import re
import warnings
from pathlib import Path

import torch
from torch import nn

import acids
import exported
import rave_random

WHENCE = f"""\
SOURCE is one of
  a run      the folder that `rave train` made, with config.gin and version_0/checkpoints/*.ckpt; the newest one is taken
  a file     one checkpoint of such a run, best.ckpt or last.ckpt
  configs    names of acids-rave joined by commas, with --seed: v1, v2, v2_small, v3, discrete, raspberry, v2,wasserstein
Needs: pip install torch numpy, and then {acids.NEEDED}
(or what acids-rave was trained with).
"""
CARD = """\
state: session
modelRate: {rate}
about: "{about}"
licence: unknown
links: ["https://github.com/acids-ircam/RAVE"]
"""


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, epilog=WHENCE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="SOURCE", help="a run, a checkpoint, or configs")
    parser.add_argument("folder", metavar="FOLDER", help="NAME.ts and card.yaml are written here")
    parser.add_argument("--name", help="of the model; otherwise that of the run")
    parser.add_argument("--fidelity", type=float, default=0.95, metavar="SHARE",
                        help="of the variance that the latents keep (variational models); 0.95")
    parser.add_argument("--ema", action="store_true", help="the averaged weights, where training kept them")
    parser.add_argument("--no-streaming", action="store_true",
                        help="for whole files: blocks would click, as their edges know nothing of each other")
    parser.add_argument("--channels", type=int, metavar="COUNT", help="of the output; otherwise as trained")
    parser.add_argument("--rate", type=int, metavar="HZ", help="resamples inside the model; a multiple of the trained rate")
    parser.add_argument("--batch", type=int, metavar="ROWS", help="rows that its caches hold; otherwise 64, and more memory")
    parser.add_argument("--trust", action="store_true", help="reads a checkpoint that could run code when it is read")
    parser.add_argument("--deterministic", action="store_true", help="no noise in it: for comparing numbers")
    parser.add_argument("--seed", type=int, metavar="NUMBER", help="random weights for configs")
    parser.add_argument("--latents", type=int, default=0, metavar="COUNT", help="kept of a seeded variational model")
    parser.add_argument("--binding", action="append", default=[], metavar="'X = Y'", help="a gin setting; may come again")
    given = parser.parse_args(arguments)
    if not 0.1 <= given.fidelity <= 0.999:
        parser.error(f"--fidelity is {given.fidelity}; its range is 0.1..0.999")
    if given.batch is not None and given.batch < 1:
        parser.error(f"--batch is {given.batch}; it is at least 1")
    return given


def checkpoint_of(source):
    """The checkpoint and the config.gin of a run, which lies beside the versions of its training."""
    checkpoint = source
    if source.is_dir():
        found = sorted(source.rglob("*.ckpt"), key=lambda file: file.stat().st_mtime)
        if not found:
            raise FileNotFoundError(f"{source} has no *.ckpt in it")
        checkpoint = found[-1]
    for folder in list(checkpoint.resolve().parents)[:4]:
        if (folder / "config.gin").is_file():
            return checkpoint, folder / "config.gin"
    raise FileNotFoundError(f"no config.gin beside {checkpoint} or in the three folders above it: copy the whole run")


def run_of(given):
    """@return the checkpoint and the config.gin that are named; None where names of configurations are given instead."""
    source = Path(given.source)
    if source.exists():
        return checkpoint_of(source)
    if given.seed is None:
        raise FileNotFoundError(f"there is no {source}; a configuration of acids-rave takes --seed NUMBER")
    return None


def read(checkpoint, trust):
    """What training kept. Numbers only, unless it is trusted: a pickle can run code."""
    try:
        stored = torch.load(checkpoint, map_location="cpu", weights_only=not trust)
    except pickle.UnpicklingError:
        hint = "" if trust else ", or holds more than numbers; --trust reads it all the same, and runs code that is in it"
        raise ValueError(f"{checkpoint} is no checkpoint{hint}") from None
    except (RuntimeError, EOFError, OSError) as error:
        raise ValueError(f"{checkpoint} is damaged: {str(error).splitlines()[0]}") from None
    if not isinstance(stored, dict) or "state_dict" not in stored:
        raise ValueError(f"{checkpoint} has no state_dict: it is no checkpoint of a training run")
    return stored


def fill(model, checkpoint, given):
    """Puts the trained numbers in."""
    stored = read(checkpoint, given.trust)
    weights = stored.get("callbacks", {}).get("EMA") if given.ema else stored["state_dict"]
    if not weights:
        raise ValueError(f"{checkpoint} has no averaged weights; leave --ema out")
    try:
        missing = model.load_state_dict(weights, strict=False).missing_keys
    except RuntimeError as error:
        raise ValueError(f"{checkpoint} does not fit its config.gin: {str(error).splitlines()[1].strip()}") from None
    missing = [key for key in missing if key.startswith(("encoder.", "decoder.", "latent_", "fidelity"))]
    if missing and not given.ema:  # the averages are of what is trained, and leave buffers out
        raise ValueError(f"{checkpoint} lacks {len(missing)} tensors of its config.gin, {missing[0]} for one: "
                         "they are of two runs, or of two versions of RAVE")


def configure(rave, gin, files, bindings):
    try:
        gin.parse_config_files_and_bindings(files, bindings)
    except OSError:
        known = sorted(file.stem for file in (rave.BASE_PATH / "configs").glob("*.gin"))
        raise ValueError(f"acids-rave has no configuration {' or '.join(files)}; it has {', '.join(known)}") from None


def build(rave, gin, given, run):
    """@return the model, ready to be exported, and what it is called."""
    if run:
        configure(rave, gin, [str(run[1])], given.binding)
        model = rave.RAVE().eval()
        fill(model, run[0], given)
        return model, run[1].parent.name
    torch.manual_seed(given.seed)
    configure(rave, gin, [f"{name}.gin" for name in given.source.split(",")], given.binding)
    model = rave.RAVE().eval()
    rave_random.seed(model, rave.blocks, given.latents)
    return model, given.source


def script_class(model, rave, export):
    for encoder, kind in ((rave.blocks.VariationalEncoder, export.VariationalScriptedRAVE),
                          (rave.blocks.DiscreteEncoder, export.DiscreteScriptedRAVE),
                          (rave.blocks.WasserteinEncoder, export.WasserteinScriptedRAVE),
                          (rave.blocks.SphericalEncoder, export.SphericalScriptedRAVE)):
        if isinstance(model.encoder, encoder):
            return kind
    raise ValueError(f"acids-rave exports no {type(model.encoder).__name__}")


def script(model, rave, export, given):
    for module in model.modules():
        if hasattr(module, "weight_g"):
            nn.utils.remove_weight_norm(module)
    kind = script_class(model, rave, export)
    if given.deterministic:
        rave_random.silence(model)
        kind = rave_random.quiet_class(kind, export)
    ready = kind(pretrained=model, channels=given.channels, fidelity=given.fidelity, target_sr=given.rate, prior=None)
    ready.decode(ready.encode(torch.zeros(1, ready.n_channels, 2**14)))  # caches are made at the first call
    return torch.jit.script(ready.eval())


def check(scripted):
    """Runs a copy, on noise: what it gives has the promised length, and is sound. The model itself has heard silence only."""
    channels, _, out, _ = scripted.forward_params.tolist()
    with torch.jit.optimized_execution(False):
        sound = copy.deepcopy(scripted)(0.1 * torch.randn(1, channels, 2**13))
    if list(sound.shape) != [1, out, 2**13] or not bool(sound.isfinite().all()):
        raise ValueError("the exported model gives NaN, or not as many samples as it takes")


def convert(given, run, rave, export, gin):
    """Does what the command line asks for.
    @param run  what run_of() found.  The rest is what acids.load() gives."""
    warnings.filterwarnings("ignore")  # of what is deprecated in acids-rave
    import cached_conv
    if given.batch:
        cached_conv.MAX_BATCH_SIZE = cached_conv.convs.MAX_BATCH_SIZE = given.batch
    cached_conv.use_cached_conv(not given.no_streaming)
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)  # faster than two where anything else is at work
    model, found_name = build(rave, gin, given, run)
    name = re.sub(r"[^a-z0-9._-]+", "-", (given.name or found_name).lower())[:64]
    scripted = script(model, rave, export, given)
    check(scripted)
    about = f"RAVE, {found_name}"
    exported.write(given.folder, name, "rave.py", scripted, CARD.format(rate=int(scripted.get_sample_rate()), about=about),
                   kind="stream")


def main():
    given = parse()
    convert(given, run_of(given), *acids.load())


if __name__ == "__main__":
    exported.run(main)
