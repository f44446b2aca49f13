"""Trains the network on the collection, writes melody.ts, card.yaml, rolls.svg and the tables of README.md. Fixed seeds,
one thread. Every choice was made on the tunes of the validation split."""
import argparse
import time
import warnings
from pathlib import Path

import torch

import card
import fit
import network
import tunes

HERE = Path(__file__).resolve().parent


def splits(folder=None):
    """({train, valid, test: tunes}, {why: how many are left out})"""
    found, left = tunes.load(folder)
    return {name: [tune for tune in found if tune.split == name] for name in ("train", "valid", "test")}, left


def main():
    parser = argparse.ArgumentParser(description="Trains melody.")
    parser.add_argument("--essen", type=Path, help="folder of the collection's .abc files; left out: music21's")
    parser.add_argument("--out", type=Path, default=HERE, help="folder for what is written")
    parser.add_argument("--epochs", type=int, default=fit.EPOCHS)
    parser.add_argument("--measure", action="store_true", help="train nothing: measure the file that is there")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    warnings.simplefilter("ignore", DeprecationWarning)
    by, left = splits(options.essen)
    print({name: len(some) for name, some in by.items()}, left, flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.measure:
        begun = time.process_time()
        model = fit.train(by["train"], by["valid"], epochs=options.epochs, say=lambda text: print(text, flush=True))
        print(f"trained in {time.process_time() - begun:.0f} s of processor time", flush=True)
        card.write_network(options.out, network.Step(model))
    import measure
    measure.measure(by, options.out)


if __name__ == "__main__":
    main()
