"""classify: what a classifier costs behind the daemon, beside the same without a server, and beside python-osc + torch.

Two measurements of each classifier, in short slices in turn: seconds of the processor for each answer while one client
sends sound by TCP as fast as it is taken, and answers per second to sixteen clients on two cores.
"""
import contextlib
import itertools
import json

import numpy as np

import ears
from figures import tell
from listening import Listening
from rig import (SCRATCH, BareServer, BareSound, BenchError, Daemon, PythonOsc, cpu_seconds, cpu_seconds_with_ended,
                 on_cores, run_json, tool)

ROUNDS = 7
SLICES, SLICE_S = 4, 30  # of sound, in a round
CLIENTS, CORES, RATE_SLICES, RATE_SLICE_S = 16, 2, 2, 2.5
PYTHON = {"blocking": ("blocking", 1), "asyncio": ("asyncio", 1), "threading": ("threading", 1),
          "threading2": ("threading", 2)}
ALIKE = 0.02  # scores of the same window may differ by that: front ends and rewritten networks round in their own ways


def check_alike(name, scores):
    if max(scores.values()) - min(scores.values()) > ALIKE:
        raise BenchError(f"{name}: not the same work, the scores of one window are {scores}")


class Sound:
    """A file of samples, over and over."""

    def __init__(self, file):
        self.samples, self.at = np.fromfile(file, "<i2"), 0

    def take(self, count):
        out = np.take(self.samples, range(self.at, self.at + count), mode="wrap")
        self.at += count
        return out


def hear(listening, samples, events):
    """Sends the samples, and returns once so many events more have come. More than these show in the next slice."""
    wanted = listening.events + events
    listening.send(samples)
    while listening.events < wanted:
        listening.turn()
    if listening.holes or listening.events != wanted:
        raise BenchError(f"{listening.events} events came, {wanted} were expected; {listening.holes} were left out")


def cpu_slice(name, daemon, bare, listening, sound, samples):
    """@return the answers, and seconds of the processor of each program for them."""
    before = cpu_seconds(bare.pid)
    told = bare.hear(samples)
    bare_s = cpu_seconds(bare.pid) - before
    piece = sound.take(samples)
    before = cpu_seconds(daemon.pid)
    hear(listening, piece, told["windows"])
    oscine_s = cpu_seconds(daemon.pid) - before
    check_alike(name, {"bare": told["score"], "oscine": listening.last_score()})
    return told["windows"], oscine_s, bare_s


def measure_cpu(figures, ear, rounds):
    card = ear.stream_card()
    sound_file = ear.sound_file()
    times = []
    with Daemon(ears.config("classify-cpu", {ear.name: card}, 1), model=None) as daemon, \
            BareSound(card, sound_file) as bare, Listening(daemon.port, ear.name, ear.rate) as listening:
        sound = Sound(sound_file)
        parts = ear.name, daemon, bare, listening, sound, SLICE_S * ear.rate
        cpu_slice(*parts)  # warm
        for number in range(rounds):
            answers, oscine, alone = (sum(column) for column in zip(*(cpu_slice(*parts) for _ in range(SLICES))))
            times.append((1e3 * oscine / answers, 1e3 * alone / answers))
            tell(f"classify {ear.name} cpu {number + 1}/{rounds}: {answers} answers, oscine {times[-1][0]:.3f} ms, "
                 f"{bare.how} {times[-1][1]:.3f} ms")
    figures.median(f"classify.{ear.name}.cpu bare", [bare for _, bare in times], "ms")
    figures.median(f"classify.{ear.name}.cpu oscine", [oscine for oscine, _ in times], "ms")
    figures.median(f"classify.{ear.name}.cpu oscine / bare", [oscine / bare for oscine, bare in times], "x", 1.1)


def python_ear(ear):
    """What a python-osc server has to know of the card."""
    card, front = ear.card, ear.card["frontEnd"]
    frames = (card["window"] - front.get("window", 0)) // front.get("hop", 1) + 1
    words = {"samples": card["window"], "frames": frames, "mels": front.get("mels")}
    shape = card.get("shape") or ([1, "samples"] if front["kind"] == "waveform" else [1, "frames", "mels"])
    turned = "mels" in shape and shape.index("mels") < shape.index("frames")
    file = SCRATCH / f"{ear.name}.json"
    file.write_text(json.dumps({"window": card["window"], "modelRate": card["modelRate"], "frontEnd": front,
                                "shape": [words.get(one, one) for one in shape], "turned": turned,
                                "activation": card.get("activation", "none")}), encoding="utf-8")
    return file


def rate_slice(ear, who, server, sound):
    """What all clients together got: answers in time (`count`), the score of the first window (`first`) …, and the seconds
    of the processor that the server took for all of it."""
    way = "oscine" if who == "oscine" else "plain"
    before = cpu_seconds_with_ended(server.pid)
    out = run_json([tool("bench_hear_clients"), str(server.port), way, str(CLIENTS), str(RATE_SLICE_S),
                    str(ear.message), str(ear.rate), ear.name, str(sound)])
    if out["failed"] or out["unanswered"] or out["strays"]:
        raise BenchError(f"{ear.name} {who}: {out['failed']} failed, {out['unanswered']} were not answered, "
                         f"{out['strays']} answers were to nothing")
    return {**out, "cpu": cpu_seconds_with_ended(server.pid) - before}


def rate_round(ear, servers, sound):
    """Server → answers per second, and milliseconds of the processor for each, which what else runs hardly changes."""
    slices = [{who: rate_slice(ear, who, one, sound) for who, one in servers.items()} for _ in range(RATE_SLICES)]
    keys = "count", "cpu", "resends"
    total = {who: {key: sum(one[who][key] for one in slices) for key in keys} for who in servers}
    for one in total.values():
        one["rate"] = one["count"] / RATE_SLICES / RATE_SLICE_S
        one["ms"] = 1e3 * one["cpu"] / max(1, one["count"])
    return total


def measure_rate(figures, ear, rounds):
    card, sound = ear.message_card(), ear.sound_file()
    with contextlib.ExitStack() as stack:
        stack.enter_context(on_cores(CORES))
        config = ears.config("classify-rate", {ear.name: card}, CORES)
        servers = {"oscine": stack.enter_context(Daemon(config, model=None)),
                   "bare": stack.enter_context(BareServer(card, CORES))}
        Listening(servers["oscine"].port, ear.name, ear.rate).socket.close()  # waits for the model
        for name, kind in PYTHON.items():
            servers[name] = stack.enter_context(PythonOsc(*kind, ear.card["file"], python_ear(ear)))
        check_alike(ear.name, {who: rate_slice(ear, who, one, sound)["first"] for who, one in servers.items()})
        all_rounds = []
        for number in range(rounds):
            all_rounds.append(rate_round(ear, servers, sound))
            told = "  ".join(f"{who} {one['rate']:.0f} ({one['ms']:.2f}, {one['resends']})"
                             for who, one in all_rounds[-1].items())
            tell(f"classify {ear.name} rate {number + 1}/{rounds}, per second (processor ms, sent again): {told}")
    report_rate(figures, f"classify.{ear.name}", all_rounds)


def report_rate(figures, label, all_rounds):
    for who in all_rounds[0]:
        figures.median(f"{label}.rate {who}", [one[who]["rate"] for one in all_rounds], "answers/s")
        figures.median(f"{label}.rate {who}, processor", [one[who]["ms"] for one in all_rounds], "ms")
    ratios = [one["oscine"]["rate"] / max(one[who]["rate"] for who in PYTHON) for one in all_rounds]
    figures.median(f"{label}.rate oscine / best python-osc", ratios, "x", 1.6, least=True)
    ratios = [one["oscine"]["rate"] / one["bare"]["rate"] for one in all_rounds]
    figures.median(f"{label}.rate oscine / bare threads", ratios, "x", 0.75, least=True)


def run(figures, options):
    rounds = options.rounds or ROUNDS
    for ear, measure in itertools.product(ears.all_ears(), (measure_cpu, measure_rate)):
        measure(figures, ear, rounds)
