"""Sounds from a seed, without an end, as blocks of 16-bit samples: what a room gives, and a drummer who never stops."""
import numpy as np

BLOCK = 65536  # samples
LONGEST_S = 2  # of what rings on


def endless(rate, seed, ground, every, event):
    """@param ground  adds what is always there to a block.  @param every  seconds between events, least and most.
    @param event  gives the samples of one, LONGEST_S at most."""
    random = np.random.default_rng(seed)
    ringing, next_at = np.zeros(BLOCK + LONGEST_S * rate), 0
    while True:
        while next_at < BLOCK:
            one = event(random, rate)
            ringing[next_at:next_at + len(one)] += one
            next_at += int(random.uniform(*every) * rate)
        next_at -= BLOCK
        block = ringing[:BLOCK] + ground(random)
        yield np.round(np.clip(block, -1, 1) * 32767).astype("<i2")
        ringing = np.concatenate([ringing[BLOCK:], np.zeros(BLOCK)])


def pink(random):
    """Noise whose power falls with frequency, at -26 dBFS."""
    bins = BLOCK // 2 + 1
    spectrum = (random.standard_normal(bins) + 1j * random.standard_normal(bins)) / np.sqrt(np.arange(1, bins + 1))
    noise = np.fft.irfft(spectrum)
    return 0.05 * noise / noise.std()


def decaying(random, rate, length_s, decay_s, level):
    """Times of so many samples, and how loud each is."""
    at = np.arange(int(length_s * rate)) / rate
    return at, random.uniform(*level) * np.exp(-at / random.uniform(*decay_s))


def tone(random, rate):
    at, loud = decaying(random, rate, LONGEST_S, (0.1, 0.6), (0.05, 0.5))
    return loud * np.sin(2 * np.pi * 110 * 2 ** random.uniform(0, 5) * at)


def drum(random, rate):
    at, loud = decaying(random, rate, 0.6, (0.02, 0.1), (0.2, 0.8))
    if random.random() < 0.5:
        return loud * random.uniform(-1, 1, len(at))
    return loud * np.sin(2 * np.pi * random.uniform(50, 300) * at)


def room(rate, seed):
    """Pink noise, and tones that decay, two to five a second."""
    return endless(rate, seed, pink, (0.2, 0.5), tone)


def drummer(rate, seed):
    """A hit every 150 to 400 ms: sines that decay, and bursts of noise."""
    return endless(rate, seed, lambda random: 1e-4 * random.standard_normal(BLOCK), (0.15, 0.4), drum)


def taken(blocks, samples):
    """The first so many samples of endless blocks, block by block."""
    for block in blocks:
        yield block[:samples]
        samples -= len(block)
        if samples <= 0:
            return


def last_hit(rate):
    """A second of silence, one hit that nobody misses, and a second of silence."""
    silence = np.zeros(rate, "<i2")
    at = np.arange(rate // 4) / rate
    hit = np.round(25000 * np.exp(-at / 0.05) * np.sin(2 * np.pi * 200 * at)).astype("<i2")
    return np.concatenate([silence, hit, silence])
