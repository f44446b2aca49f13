"""timing-max: notes of the real daemon in [oscine.melody] and [oscine.seq~], their scripts in node and gen~ in an evaluator, through networks that delay, double,
reorder and lose: how many do not fire on their own sample, and what is late."""
import sys

from figures import tell
from rig import PROGRAM, ROOT

sys.path.append(str(ROOT / "tests" / "hosts"))
import program  # noqa: E402

program.OSCINE = str(PROGRAM)
import max_melody_test as melody  # noqa: E402

melody.OSCINE = str(PROGRAM)
WAYS = {"uniform": ["--delay", "uniform:0:95", "--duplicate", "5%", "--reorder", "5%"],
        "bursts": ["--delay", "bursts:30:200", "--cap", "95"],
        "loss": melody.BAD}
EVENTS_A_SECOND = 8  # at the fastest tempo


def run(figures, options):
    with program.Program(melody.FAKE) as oscine:
        for name, way in WAYS.items():
            told = melody.through(oscine.port, options.seed, way, seconds=options.events // EVENTS_A_SECOND, guard=3600)
            tell(f"timing-max {name}: {len(told['fired'])} events")
            figures.add(f"timing-max {name}: events", len(told["fired"]), "events", bar=options.events, least=True)
            figures.add(f"timing-max {name}: not on their sample", melody.off(told), "events", bar=0)
            figures.add(f"timing-max {name}: late", len(told["late"]), "events", bar=0)
