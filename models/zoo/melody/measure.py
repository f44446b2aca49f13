"""What is measured on the test split: nats per note beside 5-grams, copies, the time of a step, piano rolls."""
import statistics
import time

import torch
from torch.nn import functional

import card
import copies
import fit
import ngram
import play
import rolls
import tunes

LAST, FIRST = {"frame": "last"}, {"frame": "first"}
BEAT, BAR = {"beat": True}, {"beat": True, "bar": True}
# Each row of the table: settings of 5-grams, mixed in equal parts. The first two are what the bar is about, the better of them.
GRAMS = {
    "5-gram, pitches counted from the last note": [LAST],
    "5-gram, pitches counted from the first note": [FIRST],
    "both mixed": [LAST, FIRST],
    "5-gram from the last note, with the beat": [LAST | BEAT],
    "5-gram from the first note, with the beat": [FIRST | BEAT],
    "both mixed, with the beat": [LAST | BEAT, FIRST | BEAT],
    "both mixed, with the beat and the bar's length": [LAST | BAR, FIRST | BAR],
}
PLAIN = list(GRAMS)[:2]
SMOOTH = {"scale": 1.2, "strength": 3.0}  # of discounts; of what is expected beforehand
DRAWN, LENGTH = 300, 60  # melodies, and their notes


def network_nats(module, some):
    """As fit.nats, by the exported file: all tunes at once, note after note, from the state that it gave itself."""
    total, longest = 0.0, max(len(tune.notes) for tune in some)
    pitch, duration, beat, target = fit.batch([(tune, 0) for tune in some])
    state = torch.zeros(len(some), module.states)
    with torch.inference_mode():
        for i in range(longest):
            told = torch.stack([pitch[:, i].float(), duration[:, i].float(), beat[:, i] / tunes.GRID], 1)
            answer = module.step(torch.cat([told, state], 1))
            scores, state = answer[:, :play.SYMBOLS], answer[:, play.SYMBOLS:]
            if i == 0:
                logs = scores.log_softmax(1)
                for row, tune in enumerate(some):
                    p, d = tune.notes[0]
                    each = [float(logs[row, (p + t) * fit.DURATIONS + d]) for t in fit.ways(tune)]
                    total -= sum(each) / len(each)
            else:
                total += float(functional.cross_entropy(scores, target[:, i], ignore_index=-1, reduction="sum"))
    return total / sum(len(tune.notes) for tune in some)


def gram_nats(by, say):
    """{row: nats per note}; how each is smoothed was chosen on the validation split."""
    found = {}
    for row, settings in GRAMS.items():
        models = [ngram.Grams(**how, **SMOOTH).learn(by["train"]) for how in settings]
        begin = ngram.Begin(by["train"], fit.ways, any("beat" in how for how in settings))
        found[row] = ngram.nats(models, [1 / len(models)] * len(models), begin, by["test"], fit.ways)
        say(f"{row}: {found[row]:.4f}")
    return found


def step_ms(module):
    """Median milliseconds of one step, one row, one thread."""
    frame, times = torch.zeros(1, 3 + module.states), []
    frame[:, :2] = -1
    with torch.inference_mode():
        for _ in range(1000):
            begun = time.perf_counter()
            module.step(frame)
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def drawn(module, temperature=1.0, top_p=1.0, count=DRAWN):
    """Melodies from nothing, half in 4, half in 3."""
    how = {"length": LENGTH, "temperature": temperature, "top_p": top_p}
    return [tune for bar, seed in ((4.0, 1), (3.0, 2)) for tune in play.melodies(module, count // 2, bar=bar, seed=seed, **how)]


def copy_rows(module, by):
    """[(what, copies.report)]"""
    cut = [tunes.Tune(t.name, t.title, t.bar, t.start, t.notes[:LENGTH]) for t in by["test"] if len(t.notes) >= LENGTH]
    rows = [(f"{len(cut)} held-out tunes, their first {LENGTH} notes", cut)]
    for temperature, top_p in ((1.0, 1.0), (1.0, .9), (.7, 1.0)):
        rows.append((f"{DRAWN} drawn, temperature {temperature:g}, top-p {top_p:g}", drawn(module, temperature, top_p)))
    return [(what, copies.report(some, by["train"])) for what, some in rows]


def plain(grams):
    """Of the 5-grams of pairs alone, the better."""
    return min(grams[row] for row in PLAIN)


def table(nats, grams, rows):
    best = plain(grams)
    text = "| held out | nats per note | of the better of the first two 5-grams |\n|---|---|---|\n"
    text += f"| **this model** | **{nats:.3f}** | **{nats / best:.3f}** |\n"
    text += "".join(f"| {row} | {value:.3f} | {value / best:.3f} |\n" for row, value in grams.items())
    text += ("\n| copies | runs of 8 notes that are in a training tune | longest copied run: median "
             "| one in ten is longer than | longest |\n|---|---|---|---|---|\n")
    return text + "\n".join(f"| {what} | {r['share']:.1%} | {r['median']} | {r['p90']} | {r['max']} |" for what, r in rows)


def measure(by, folder):
    module = torch.jit.load(str(folder / card.NAME)).eval()
    nats, milliseconds = network_nats(module, by["test"]), step_ms(module)
    print(f"{nats:.4f} nats per note, {milliseconds:.3f} ms a step", flush=True)
    grams = gram_nats(by, lambda text: print(text, flush=True))
    rows = copy_rows(module, by)
    card.write_tables(folder, table(nats, grams, rows))
    card.write_card(folder, module.states, {
        "training_tunes": len(by["train"]), "held_out_tunes": len(by["test"]),
        "held_out_notes": sum(len(tune.notes) for tune in by["test"]),
        "nats_per_note": {"model": nats, "five_gram": plain(grams), "strongest_five_gram": min(grams.values())},
        "runs_of_8_in_training": {"held_out": rows[0][1]["share"], "drawn": rows[1][1]["share"]},
        "step_ms": f"{milliseconds:.2f}", "machine": f"{card.cpu()}, one thread, torch {torch.__version__}"})
    some = [tune for tune in by["test"] if len(tune.notes) >= 40][:40:20]
    made = [drawn(module, top_p=.9, count=8)[i] for i in (0, 1, 4, 5)]
    rolls.write(folder / "rolls.svg", [(f"drawn, in {tune.bar:g}", tune) for tune in made] +
                [(f"held out, for comparison: {tune.title}, in {tune.bar:g}", tune) for tune in some])
