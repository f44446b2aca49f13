"""Makes drums.ts, card.yaml and the tables of README.md from three Debian packages.

    python train.py                # the model that ships: of all kits but the one held out
    python train.py --evaluate     # before that each kit in turn is left out and measured; writes tables.json, too
"""
import argparse
import json
import multiprocessing
import tempfile
import time
from pathlib import Path

import torch

import card
import dataset
import fit
import loops
import measure
import network
import sources

HERE = Path(__file__).resolve().parent


def networks(data, left_out, cache):
    """From the file in `cache` where a run that was stopped has left them; else they are trained."""
    path = cache / f"without {left_out[0]}.pt"
    if not path.exists():
        trained = several(fit.fit(data, dataset.training(data, left_out)))
        torch.save(trained.state_dict(), path)
    model = several(fit.new(data))
    model.load_state_dict(torch.load(path, weights_only=True))
    return model


def several(nets):
    return network.Several(nets, card.frames(), dataset.MEMBERS).eval()


def fold(task):
    """(group, condition -> classes [n of the group], classes of the baseline): trained without the group's kits."""
    cache, group = task
    torch.set_num_threads(1)
    data = dataset.load(cache)
    test = dataset.of_kits(data, group)
    model = networks(data, group, cache)
    with torch.no_grad():
        answers = {name: model(patches[test][:, None]).argmax(1) for name, patches in data.measured.items()}
    right = (answers["clean"] == data.labels[test]).float().mean().item()
    print(f"{' + '.join(group):44} {len(test):4} sounds, {right:.0%} right", flush=True)
    return test.tolist(), {name: given.tolist() for name, given in answers.items()}, \
        measure.centroids(data, dataset.training(data, group), test).tolist()


def evaluate(data, cache, processes):
    """(folds, condition -> classes [n], classes of the baseline [n])"""
    groups = dataset.folds(data)
    answers = {name: torch.zeros(len(data.sounds), dtype=torch.long) for name in data.measured}
    baseline = torch.zeros(len(data.sounds), dtype=torch.long)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for test, given, other in pool.imap_unordered(fold, [(cache, group) for group in groups], chunksize=1):
            baseline[test] = torch.tensor(other)
            for name in given:
                answers[name][test] = torch.tensor(given[name])
    return groups, answers, baseline


def evaluation(options, data):
    """Macro-F1 for the card, of `--evaluate` or of the last one."""
    path = options.out / "tables.json"
    if options.evaluate:
        groups, answers, baseline = evaluate(data, options.cache, options.processes)
        tested = torch.cat([dataset.of_kits(data, group) for group in groups])
        kept = {"sounds": len(tested), "macro_f1": measure.figures(data, tested, answers["clean"][tested]),
                "baseline": measure.figures(data, tested, baseline[tested]),
                "tables": measure.tables(data, groups, answers, baseline)}
        path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    return json.loads(path.read_text()) if path.exists() else None


def ship(options, data, found):
    model = networks(data, [loops.KIT], options.cache / "shipped")
    card.write_network(options.out, model)
    test = dataset.of_kits(data, [loops.KIT])
    script = torch.jit.load(str(options.out / card.NAME)).eval()
    with torch.no_grad():
        answers = script(data.measured["clean"][test][:, None]).argmax(1)
    right = (answers == data.labels[test]).float().mean().item()
    measured = {"held_out_kit": loops.KIT, "right_on_it": round(right, 3),
                "forward_ms": round(card.milliseconds(options.out), 2), "machine": card.cpu()}
    if found:
        measured = {"leave_one_kit_out_macro_f1": found["macro_f1"], "nearest_centroid_macro_f1": found["baseline"],
                    "sounds": found["sounds"], **measured}
        card.write_tables(options.out, found["tables"])
    card.write_card(options.out, measured)
    print({key: value for key, value in measured.items() if key != "machine"})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--evaluate", action="store_true", help="measure by leaving each kit out; 10 to 30 minutes")
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "oscine-drums",
                        help="what is kept from one run to the next; after a change of the recipe, an empty one")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if sources.missing():
        raise SystemExit("apt-get install --no-install-recommends " + " ".join(sources.missing()))
    torch.set_num_threads(1)
    begin = time.monotonic()
    (options.cache / "shipped").mkdir(parents=True, exist_ok=True)
    data = dataset.load(options.cache)
    print(f"{len(data.sounds)} sounds, {time.monotonic() - begin:.0f} s")
    ship(options, data, evaluation(options, data))
    print(f"{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
