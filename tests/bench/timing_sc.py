"""timing-sc: planned events in real SuperCollider, through delays, bursts, doubles and loss: how many do not sound on their own
sample; random orders; a serving process that is killed in the middle of a phrase; scsynth without a language."""
import statistics
import sys

from figures import tell
from rig import ROOT
from timing import WAYS, busy, notes_of

sys.path.insert(0, str(ROOT / "tests" / "hosts"))
from planner import Planner, Way  # noqa: E402
from sc import Jack, Scsynth, need_supercollider  # noqa: E402
from sc_melody_test import TRAINED, Daemon, Weather, line_of  # noqa: E402
from sc_orders import plans_of, take_of, wrong  # noqa: E402
from sc_seq_test import DELAY_S, Take  # noqa: E402
from sc_synths_test import SEED, Nodes, Synthdefs, command, configured  # noqa: E402
from sc_synths_test import Take as SynthTake  # noqa: E402

AT_ONCE = 20  # random sequences in one take
SPARSER = 4  # than in Pd: the language makes a synth of each event, at about 120 a second here


def off(take, notes):
    """Events that do not sound on their own sample, or sound where none is."""
    return len({take.start + note[0] for note in notes} ^ {position for position, _ in take.heard})


def take(jack, options, way, horizon, sparser=1, count=None):
    notes = notes_of(count or options.events, jack.rate, options.seed, max(sparser, SPARSER))
    seconds = notes[-1][0] / jack.rate + 1.5
    return Take(Planner(notes, way, horizon_s=horizon), jack, seconds), notes


def silences(jack, kills):
    """Seconds between the end of what was held and the new line, for each time that the serving process was killed."""
    for number in range(kills):
        with Daemon(TRAINED) as oscine:
            weather = Weather(oscine, seed=number)

            def during(lang, weather=weather):
                for _ in range(4):
                    lang.wait_line("NOTE ")
                weather.kill()

            _, again = plans_of(Take(weather, jack, 20.0, during, SEED=number, HORIZON=1000))
            yield (again.at - again.held) / jack.rate


def bundled(jack, options):
    """Of 1000 events by timed bundles and OffsetOut, the share within two samples."""
    notes = notes_of(1000, jack.rate, options.seed, 6)
    one = Take(Planner(notes, Way(options.seed, DELAY_S), horizon_s=0.3), jack, notes[-1][0] / jack.rate + 1.5, BUNDLED=1)
    near = {position for position, _ in one.heard}
    return sum(any(one.start + note[0] + i in near for i in range(-2, 3)) for note in notes) / len(notes)


def synths(jack, count):
    """Samples by which notes of the daemon's own timed bundles stand beside their line, without the offset and the drift of the two clocks."""
    settings = {"tempo": 400.0, "density": 1.0}
    with Synthdefs() as folder, Scsynth(jack, folder) as scsynth:
        with Daemon(configured(scsynth, set=f"{{seed: {SEED}, tempo: 400, density: 1}}")) as oscine:
            line = line_of(oscine, 0, count // 5 * jack.rate, **settings)
            nodes, recorded = Nodes(scsynth), SynthTake(scsynth, count // 5)
            command(oscine, "play")
            nodes.until(count)
            command(oscine, "stop")
            nodes.until_silent()
            nodes.close()
            heard = recorded.end().heard
    assert [pitch for _, pitch in heard] == [note[2] for note in line[:len(heard)]], "other notes than those of the line"
    slope, begin = statistics.linear_regression([note[0] for note in line[:len(heard)]], [at for at, _ in heard])
    return [at - begin - slope * note[0] for note, (at, _) in zip(line, heard)]


def run(figures, options):
    need_supercollider()
    for rate in (44100, 48000, 96000):
        with Jack(rate) as jack:
            for name, (way, horizon, sparser) in WAYS.items():
                figures.add(f"timing sc {name} {rate} Hz: not on their sample",
                            off(*take(jack, options, Way(options.seed, **way), horizon, sparser)), "events", bar=0)
    with Jack(48000) as jack:
        with busy(2):
            figures.add("timing sc two busy loops 48000 Hz: not on their sample",
                        off(*take(jack, options, Way(options.seed, DELAY_S), 0.3)), "events", bar=0)
        hashes = set()
        for seed in range(20):
            one, notes = take(jack, options, Way(seed, DELAY_S, double=0.05), 0.1, count=1000)
            hashes.add(one.hash(notes[-1][0] + 10))
            tell(f"timing sc: {seed + 1} of 20 seeds")
        figures.add("timing sc: different sounds of 20 seeds", len(hashes), "hashes", bar=1)
        figures.add("timing sc: by timed bundles within 2 samples", bundled(jack, options), "share")
        errors = synths(jack, 1000)
        figures.add("timing sc: without a language, within 2 samples", sum(abs(error) <= 2 for error in errors) / len(errors), "share")
        figures.add("timing sc: without a language, deviation", statistics.pstdev(errors), "samples")
        figures.add("timing sc: without a language, worst", max(map(abs, errors)), "samples")
        figures.add("timing sc: killed in a phrase, longest silence", max(silences(jack, 5)), "s", bar=1)
        faults = 0
        for seed in range(-(-options.sequences // AT_ONCE)):
            one, notes, _ = take_of(seed, AT_ONCE, jack)
            said = wrong(one, notes)
            faults += len(said)
            tell(f"timing sc: {(seed + 1) * AT_ONCE} of {options.sequences} random sequences, {len(one.heard)} notes; {said[:1] or 'nothing wrong'}")
        figures.add(f"timing sc: notes that hang, are void or missing in {options.sequences} random sequences", faults, "notes", bar=0)
