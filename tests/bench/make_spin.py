#!/usr/bin/env python3
"""Writes a model that computes for ever, with all of a core, where its first input is 0.25: 2 numbers in, 2 out."""
import sys

import torch
from torch import nn


class Spin(nn.Module):
    def forward(self, x):
        y = x
        while bool(x[0, 0] == 0.25):
            y = torch.tanh(y)
        return y


torch.jit.script(Spin().eval()).save(sys.argv[1])
