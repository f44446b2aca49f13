"""The help and example patches of clients/pd in real Pure Data: all of their boxes are made, and they sound as they open."""
import unittest

from pd import CLIENT, PureData, make, need_pd
from program import Program

# Fakes, which are fast: what the models say is tested elsewhere.
CONFIG = """
models:
  synth-params: {kind: params, engine: fake, inputs: [x, y], outputs: [pitch, filter], options: {does: sum}}
  rave: {kind: stream, engine: fake, modelRate: 44100, block: 2048, options: {does: echo}, methods: [{name: forward, form: [1, 1, 1, 1]},
    {name: encode, form: [1, 1, 8, 2048]}, {name: decode, form: [8, 2048, 1, 1]}]}
  melody: {kind: melody, engine: fake, melody: {pitches: [48, 72], durations: [0.25, 0.5, 1], state: 1}}
  drums: {kind: classifier, engine: fake, modelRate: 44100, window: 4096, hop: 2048, frontEnd: {kind: waveform}, before: 128,
    methods: [{name: hits, answer: hits}], labels: [closed-hat, kick], options: {does: loud}}
"""
# In place of dac~: says when there is sound on a channel.
HEARD = make.Patch("""
left: inlet~ | right: inlet~
l: env~ | r: env~
lm: moses 20 | rm: moses 20
lonce: spigot 1 | ronce: spigot 1
lt: t b b | rt: t b b
l0: msg 0 | r0: msg 0
lp: print LEFT | rp: print RIGHT
left > l > lm
lm.1 > lonce > lt
right > r > rm
rm.1 > ronce > rt
lt.1 > l0 > lonce:1
rt.1 > r0 > ronce:1
lt > lp
rt > rp
""").text()
HELP = sorted(CLIENT.glob("*-help.pd"))
EXAMPLES = sorted((CLIENT / "examples").glob("*.pd"))


class Patches(unittest.TestCase):
    def test_every_box_is_made(self):
        self.assertGreater(len(HELP), 6)
        for file in HELP + EXAMPLES:
            with self.subTest(file.name), PureData(file.stem, "pd quit", patches={file.stem: file.read_text(encoding="utf-8")}) as pd:
                self.assertEqual(pd.wait(), 0, pd.log)
                wrong = [line for line in pd.log if "couldn't create" in line or "error" in line or "no such" in line]
                self.assertEqual(wrong, [])

    def test_they_sound_as_they_open(self):
        with Program(CONFIG) as oscine:
            for file in EXAMPLES + HELP:
                text = file.read_text(encoding="utf-8").replace(" oscine;", f" oscine 127.0.0.1 {oscine.port};").replace(" dac~;", " heard~;")
                with self.subTest(file.name), PureData(file.stem, patches={file.stem: text, "heard~": HEARD}, rate=44100) as pd:
                    # On its right is what was heard, with as little lookahead as a quick machine needs.
                    missing = {"LEFT"} if "classify" in file.stem else {"LEFT", "RIGHT"}
                    while missing:
                        missing.discard(pd.wait_line(": bang").split(":")[0])


if __name__ == "__main__":
    need_pd()
    unittest.main(verbosity=2)
