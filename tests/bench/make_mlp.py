#!/usr/bin/env python3
"""Writes the model of the benchmarks: an MLP 4-64-64-2 with tanh, TorchScript, random weights of a fixed seed."""
import sys

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2))
torch.jit.script(net.eval()).save(sys.argv[1])
