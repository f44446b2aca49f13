"""Trains several networks on some of the sounds, all on the same batches."""
import torch
from torch import nn

import augment
import dataset
import network

STEPS, BATCH, RATE, DECAY = 1000, 80, 3e-3, .03
MORPHED = .8   # how many patches are blended with another of their family
MIXED = .2     # both parameters of the beta distribution that two patches of any class are mixed by
LIMITED = .5   # how many are heard as at a lower sample rate
NETWORKS = 2   # as many answer together
FAMILIES = len(dataset.FAMILIES)


def fit(data, indices, seed=1):
    """[NETWORKS] of the sounds `indices`, in evaluation mode."""
    torch.manual_seed(seed)
    draw, stretches = Batches(data, indices), network.Stretches(data.made.shape[3])
    nets = nn.ModuleList(new(data))
    optimiser = torch.optim.AdamW(nets.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=.15)
    for _ in range(STEPS):
        x, target = draw()
        x = stretches(x[:, None])
        optimiser.zero_grad()
        for net in nets:
            nn.functional.cross_entropy(net(x), target, label_smoothing=.1).backward()
        optimiser.step()
        schedule.step()
    return list(nets.eval())


def new(data):
    return [network.Hits(data.made.shape[2], FAMILIES) for _ in range(NETWORKS)]


class Batches:
    def __init__(self, data, indices):
        self.made, self.families = data.made[indices].flatten(0, 1), data.families[indices]
        self.variants, weight = data.made.shape[1], dataset.weights(data, indices)
        self.drawn = Lots(weight)
        self.alike = [Lots(weight * (self.families == family)) for family in range(FAMILIES)]

    def __call__(self):
        """(patches [BATCH, mels, frames], shares of the families [BATCH, families])"""
        drawn = self.drawn(BATCH)
        families = self.families[drawn]
        x = augment.coloured(self.morphed(families, self.some(drawn)).roll(int(torch.randint(-1, 2, ())), 1))
        x = network.level(torch.where(torch.rand(BATCH, 1, 1) < LIMITED, augment.limited(x), x))
        target = nn.functional.one_hot(families, FAMILIES).float()
        share = torch.distributions.Beta(MIXED, MIXED).sample()
        share, other = max(share, 1 - share), torch.randperm(BATCH)
        return share * x + (1 - share) * x[other], share * target + (1 - share) * target[other]

    def some(self, sounds):
        """One of the patches of each."""
        return network.level(self.made[sounds * self.variants + torch.randint(self.variants, sounds.shape)].float())

    def morphed(self, families, x):
        """Most of x [n, mels, frames] on the way to another sound of the family: a drum that no kit has."""
        chosen = (torch.rand(len(x)) < MORPHED).nonzero()[:, 0]
        other = self.some(torch.cat([self.alike[family](1) for family in families[chosen].tolist()]))
        share = torch.rand(len(chosen), 1, 1)
        return x.index_put((chosen,), share * x[chosen] + (1 - share) * other)


class Lots:
    """Draws so many indices, each as often as its weight says."""

    def __init__(self, weight):
        self.up_to = weight.cumsum(0)

    def __call__(self, count):
        return torch.searchsorted(self.up_to, torch.rand(count) * self.up_to[-1], right=True).clamp(max=len(self.up_to) - 1)
