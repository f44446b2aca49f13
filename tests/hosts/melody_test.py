"""A melody of the real daemon, heard directly and through oscine proxy: the same notes at the same positions."""
from melody_host import SECOND, Host, Proxy
from program import Program

CONFIG = ("models:\n  melody: {kind: melody, engine: fake, melody: {pitches: [48, 72], rest: true, "
          "durations: [0.25, 0.5, 1], state: 1}}\n")
END = 30 * SECOND
WEATHER = ["--delay", "uniform:0:95", "--duplicate", "5%", "--reorder", "5%", "--down", "loss=5%"]


def perform(port):
    host = Host(port, seed=11, voices=4)
    host.play(SECOND, 1)
    host.play_until(END // 2)
    host.request("set", host.session, "density", 0.9)
    host.play(END // 2 + SECOND, 2)
    host.play_until(END)
    host.leave()
    return host.notes(END)


def through_proxy(port, seed):
    with Proxy(port, "--seed", str(seed), *WEATHER) as proxy:
        return perform(proxy.port)


with Program(CONFIG) as daemon:
    # What an older generation told beyond the next one's position is void, however it came.
    def sounding(notes):
        change = END // 2 + SECOND
        return [note for note in notes if (note[1] < change) == (note[0] == 1)]

    direct = sounding(perform(daemon.port))
    assert len(direct) > 150, len(direct)
    assert {note[0] for note in direct} == {1, 2} and {note[-1] for note in direct} == {1, 2, 3, 4}
    for jitter in (1, 2):
        assert sounding(through_proxy(daemon.port, jitter)) == direct, f"jitter seed {jitter} changed what sounds"
print(f"{len(direct)} notes, the same three times")
