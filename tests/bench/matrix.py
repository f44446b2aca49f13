"""matrix: the same sound at eight rates, in blocks of 1 to 65536, by six ways and from a file: what is heard differently."""
import sys
import wave

import numpy as np

import ears
import listening
from figures import tell
from rig import ROOT, SCRATCH, Daemon

sys.path.append(str(ROOT / "tests" / "hosts"))
import sound_matrix  # noqa: E402


def sound_of(ear):
    """(samples, rate)"""
    if ear.finds_hits:
        return sound_matrix.drummer()
    with wave.open(str(ears.ASSETS / "yamnet/clips/speech_whistling2.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        return sound_matrix.clip(samples, file.getframerate()), file.getframerate()


def hear(ear, cases):
    """All that was heard by these ways."""
    folder = SCRATCH / "matrix"
    folder.mkdir(parents=True, exist_ok=True)
    config = ears.config(f"matrix-{ear.name}", {ear.name: ear.card_file("matrix")}, 2)
    with open(config, "a", encoding="utf-8") as file:
        file.write(f"file_folders: ['{folder}']\nlimits: {{input_ms: 60000}}\n")
    with Daemon(config, model=None) as daemon:
        listening.Listening(daemon.port, ear.name, ear.rate).socket.close()  # waits for the model
        everything = sound_matrix.Matrix(daemon.port, folder).hear_all(ear.name, *sound_of(ear), cases)
    return everything


def run(figures, options):
    for ear in ears.all_ears():
        everything = []
        for rate in sound_matrix.RATES:
            everything += hear(ear, [case for case in sound_matrix.all_cases() if case[0] == rate])
            tell(f"matrix {ear.name}: {rate} Hz heard")
        different = list(sound_matrix.differences(everything))
        for sentence in different:
            tell(sentence)
        figures.add(f"matrix.{ear.name}.answers", sum(len(heard.events) for heard in everything), "answers")
        figures.add(f"matrix.{ear.name}.ways heard differently", len(different), "ways", 0)
