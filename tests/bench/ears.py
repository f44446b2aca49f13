"""The classifiers that are measured: where they come from, their sound, and the card that each measurement wants."""
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import yaml

import sounds
from figures import tell
from rig import ROOT, SCRATCH, BenchError

ASSETS = Path(os.environ.get("OSCINE_ASSETS") or ROOT.parent / "shared" / "assets").resolve()
SOUND_S = 120
SEED = 1


@dataclasses.dataclass
class Ear:
    """A card, and a kind of sound that suits it."""
    name: str
    card: dict  # with the absolute path of its file
    sound: object  # sounds.room or sounds.drummer

    @property
    def rate(self):
        return int(self.card["modelRate"])

    @property
    def message(self):
        """Samples after which a window begins that has nothing in common with the one before: a hop is whole frames."""
        hop = self.card["frontEnd"].get("hop", 1)
        return -(-self.card["window"] // hop) * hop

    @property
    def finds_hits(self):
        return self.card["methods"][0]["answer"] == "hits"

    def blocks(self):
        return self.sound(self.rate, SEED)

    def sound_file(self):
        """SOUND_S of it as 16-bit samples, little-endian."""
        file = SCRATCH / f"{self.name}.s16"
        file.write_bytes(np.concatenate(list(sounds.taken(self.blocks(), SOUND_S * self.rate))).tobytes())
        return file

    def card_file(self, variant, **changes):
        """A copy of the card in which every answer is one event; `changes` are further keys."""
        folder = SCRATCH / "ears"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.name}-{variant}.yaml"
        file.write_text(yaml.safe_dump({**self.card, "top": 1, "threshold": 0, **changes}), encoding="utf-8")
        return file

    def stream_card(self):
        """As it is used live."""
        return self.card_file("stream")

    def message_card(self):
        """One answer for each message of so many samples, also of what finds hits."""
        method = self.card["methods"][0]
        method = {"name": "labels", "call": method.get("call", method["name"]), "answer": "labels"}
        return self.card_file("message", hop=self.message, methods=[method])


def config(name, cards, workers):
    """A configuration file. @param cards  model → card file."""
    file = SCRATCH / f"{name}.yaml"
    served = {model: str(card) for model, card in cards.items()}
    file.write_text(yaml.safe_dump({"workers": workers, "models": served}), encoding="utf-8")
    return file


def read_ear(name, card_file, sound):
    card = yaml.safe_load(card_file.read_text(encoding="utf-8"))
    card["file"] = str((card_file.parent / card["file"]).resolve())
    card.setdefault("frontEnd", {"kind": "waveform"})
    card.setdefault("methods", [{"name": "labels", "call": "forward", "answer": "labels"}])
    return Ear(name, card, sound)


def yamnet():
    """From the published file; None where that is absent."""
    source = ASSETS / "yamnet"
    files = [source / "yamnet.tflite", source / "yamnet_class_map.csv"]
    if not all(file.exists() for file in files):
        tell(f"yamnet is left out: {files[0]} is absent; OSCINE_ASSETS names the folder of published models")
        return None
    folder = SCRATCH / "yamnet"
    made = subprocess.run([sys.executable, str(ROOT / "models/import/yamnet.py"), *map(str, files), str(folder)],
                          stdout=subprocess.PIPE, check=False)
    if made.returncode != 0:
        raise BenchError("models/import/yamnet.py could not make the model")
    return read_ear("yamnet", folder / "card.yaml", sounds.room)


def drums():
    card = ROOT / "models/zoo/drums/card.yaml"
    if not card.exists():
        tell("drums are left out: models/zoo/drums has no card.yaml")
        return None
    return read_ear("drums", card, sounds.drummer)


def all_ears():
    SCRATCH.mkdir(parents=True, exist_ok=True)
    found = [ear for ear in (yamnet(), drums()) if ear]
    if not found:
        raise BenchError("there is no classifier to measure")
    return found
