#!/usr/bin/env python3
"""Writes a model of some milliseconds: 4 numbers in, 2 out, and in between as many matrix products as are asked for. Small
matrices that stay in the caches, so that it is the processor that is full, and not the memory."""
import sys

import torch
from torch import nn


class Slow(nn.Module):
    def __init__(self, steps: int):
        super().__init__()
        self.steps = steps
        self.head = nn.Linear(4, 32 * 128)
        self.turn = nn.Linear(128, 128)
        self.tail = nn.Linear(128, 2)

    def forward(self, x):
        h = torch.tanh(self.head(x)).reshape(-1, 128)
        for _ in range(self.steps):
            h = torch.tanh(self.turn(h))
        return self.tail(h.reshape(-1, 32, 128).mean(1))


torch.manual_seed(0)
torch.jit.script(Slow(int(sys.argv[2])).eval()).save(sys.argv[1])
