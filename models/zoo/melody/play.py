"""Draws melodies from the exported file, as the daemon does."""
import torch

import network
import tunes

SYMBOLS = tunes.PITCHES * len(tunes.DURATIONS)


def chosen(scores, temperature, top_p, random):
    """[rows, symbols] -> [rows] drawn from the fewest symbols that hold `top_p` of what is left at that temperature."""
    p = (scores / temperature).softmax(1)
    ordered, order = p.sort(1, descending=True)
    ordered[ordered.cumsum(1) - ordered >= top_p] = 0
    return order.gather(1, torch.multinomial(ordered, 1, generator=random)).flatten()


def melodies(module, count, length, bar, start=0.0, temperature=1.0, top_p=1.0, seed=1):
    """`count` tunes of `length` notes and rests from nothing."""
    random = torch.Generator().manual_seed(seed)
    frame = torch.zeros(count, 3 + module.states)
    frame[:, :2], frame[:, 2] = -1, start
    beats, lengths, made = torch.full((count,), float(start)), torch.tensor(tunes.DURATIONS), []
    with torch.inference_mode():
        for _ in range(length):
            answer = module.step(frame)
            symbol = chosen(answer[:, :SYMBOLS], temperature, top_p, random)
            pitch, duration = symbol // len(tunes.DURATIONS), symbol % len(tunes.DURATIONS)
            beats = (beats + lengths[duration]) % bar
            frame = torch.cat([torch.stack([pitch, duration, beats], 1), answer[:, SYMBOLS:]], 1)
            made.append(torch.stack([pitch, duration], 1))
    rows = torch.stack(made, 1).tolist()
    return [tunes.Tune(f"made/{i}", "", bar, start, [tuple(note) for note in row]) for i, row in enumerate(rows)]
