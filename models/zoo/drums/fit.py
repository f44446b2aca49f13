"""Trains one network on some of the sounds."""
import torch
from torch import nn

import augment
import dataset
import network
import sources

STEPS, BATCH, RATE, DECAY = 600, 96, 3e-3, .03
MORPHED = .8   # how many patches are blended with another of their class
MIXED = .2     # both parameters of the beta distribution that two patches of any class are mixed by
LIMITED = .4   # how many are heard as at a lower sample rate
CLASSES = len(sources.CLASSES)


def fit(data, indices, seed):
    """A network of the sounds `indices`, in evaluation mode."""
    torch.manual_seed(seed)
    weight = dataset.weights(data, indices)
    net = new(data).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=.15)
    for _ in range(STEPS):
        x, target = batch(data, indices, weight)
        loss = nn.functional.cross_entropy(net(x[:, None]), target, label_smoothing=.1)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return net.eval()


def new(data):
    return network.Hits(data.made.shape[2], data.made.shape[3], CLASSES)


def batch(data, indices, weight):
    """(patches [BATCH, mels, frames], shares of the classes [BATCH, classes])"""
    drawn = torch.multinomial(weight, BATCH, replacement=True)
    labels = data.labels[indices[drawn]]
    x = morphed(data, indices, weight, labels, network.level(some(data, indices[drawn])))
    x = augment.coloured(x.roll(int(torch.randint(-1, 2, ())), 1))
    x = network.level(torch.where(torch.rand(BATCH, 1, 1) < LIMITED, augment.limited(x), x))
    target = nn.functional.one_hot(labels, CLASSES).float()
    share = torch.distributions.Beta(MIXED, MIXED).sample()
    share, other = max(share, 1 - share), torch.randperm(BATCH)
    return share * x + (1 - share) * x[other], share * target + (1 - share) * target[other]


def some(data, indices):
    """One of the patches of each."""
    return data.made[indices, torch.randint(data.made.shape[1], (len(indices),))].float()


def morphed(data, indices, weight, labels, x):
    """Most of x [n, mels, frames] on the way to another sound of the class: a drum that no kit has."""
    chosen = (torch.rand(len(x)) < MORPHED).nonzero()[:, 0]
    same = (data.labels[indices][None] == labels[chosen, None]) * weight
    other = network.level(some(data, indices[torch.multinomial(same, 1)[:, 0]]))
    share = torch.rand(len(chosen), 1, 1)
    return x.index_put((chosen,), share * x[chosen] + (1 - share) * other)
