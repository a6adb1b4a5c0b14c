"""Archives whose true shares are known, and samples drawn from them."""

from dataclasses import dataclass

import numpy as np

from stance.estimation.population import CodedSample, Population


@dataclass(frozen=True)
class World:
    """An archive: outlet, true and predicted label of each article, and its predictions."""

    outlet: np.ndarray
    y: np.ndarray
    label: np.ndarray
    predicted: np.ndarray
    group: np.ndarray

    @property
    def shares(self):
        return np.bincount(self.y, minlength=self.predicted.shape[1]) / len(self.y)


def one_hot(labels, n_labels):
    return np.eye(n_labels)[labels]


def world(rng, *, n=5000, shares=(0.4, 0.3, 0.2, 0.1), right=0.85, n_outlets=20, n_groups=1):
    """Outlets differ in size, in their shares and in how often their labels are right."""
    k = len(shares)
    size = rng.lognormal(0, 1, n_outlets)
    outlet = np.sort(rng.choice(n_outlets, n, p=size / size.sum()))
    of_outlets = rng.dirichlet(np.array(shares) * 8, n_outlets)
    y = (rng.random(n)[:, None] > of_outlets.cumsum(axis=1)[outlet]).sum(axis=1).clip(0, k - 1)
    if right == 1:
        label = y.copy()
    else:
        logit = np.log(right / (1 - right)) + 0.7 * rng.standard_normal((n_outlets, k))
        hit = rng.random(n) < (1 / (1 + np.exp(-logit)))[outlet, y]
        label = np.where(hit, y, (y + rng.integers(1, k, n)) % k)
    return World(outlet, y, label, one_hot(label, k), rng.integers(0, n_groups, n))


def population(one):
    """Sum an archive over groups and outlets."""
    cell = one.group * (one.outlet.max() + 1) + one.outlet
    cells, number = np.unique(cell, return_inverse=True)
    first = np.array([np.flatnonzero(number == c)[0] for c in range(len(cells))])
    k = one.predicted.shape[1]
    predicted, counted = np.zeros((len(cells), k)), np.zeros((len(cells), k))
    np.add.at(predicted, number, one.predicted)
    np.add.at(counted, number, one_hot(one.label, k))
    n = np.bincount(number)
    return Population(one.group[first], one.outlet[first], n, predicted, counted)


def coded(one, drawn, probability, stratum):
    """Return drawn articles as coded by hand without an error."""
    return CodedSample(
        one.y[drawn],
        one.predicted[drawn],
        probability,
        stratum,
        one.group[drawn],
        one.outlet[drawn],
    )


def simple(rng, one, n):
    """Draw a simple random sample."""
    drawn = rng.choice(len(one.y), n, replace=False)
    return coded(one, drawn, np.full(n, n / len(one.y)), np.zeros(n, int))


def stratified(rng, one, sizes):
    """Draw a sample of each predicted label."""
    drawn, probability, stratum = [], [], []
    for number, size in enumerate(sizes):
        members = np.flatnonzero(one.label == number)
        taken = min(size, len(members))
        drawn.append(rng.choice(members, taken, replace=False))
        probability.append(np.full(taken, taken / max(len(members), 1)))
        stratum.append(np.full(taken, number))
    return coded(one, *map(np.concatenate, (drawn, probability, stratum)))
