"""Shares of labels from predictions for all articles and hand labels for a random sample.

Notes
-----
For label ``k``, predictions ``f`` of all ``N`` articles and hand labels ``y`` of the
sample with weights ``w``, the estimate is::

    share_k = lambda_k * mean_all(f_k) + mean_w(y_k - lambda_k * f_k)

It is unbiased for any predictions, since the second term measures their error. With
``lambda = 0`` it is the weighted mean of the hand labels alone. The variance is a
quadratic function of ``lambda``, and its minimum is at::

    lambda_k = cov(mean_w(y_k), mean_w(f_k)) / var(mean_w(f_k))

Since each label has its own ``lambda``, the shares do not quite add up to one. The
excess is taken off in proportion to ``V 1 / (1' V 1)``, for the covariance ``V`` of
the shares: this is the adjustment of least variance, and it only makes them more exact.

References
----------
Särndal, Swensson, Wretman: Model Assisted Survey Sampling, 1992, chapter 6
(the difference estimator).
Angelopoulos, Bates, Fannjiang, Jordan, Zrnic: Prediction-Powered Inference,
Science 382, 2023.
Angelopoulos, Duchi, Zrnic: PPI++: Efficient Prediction-Powered Inference, 2023
(the weight of the predictions).
Egami, Hinck, Stewart, Wei: Using Imperfect Surrogates for Downstream Inference:
Design-based Supervised Learning, NeurIPS 2023 (known inclusion probabilities).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stance.estimation.design_variance import effective_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.estimation.design_variance import Design
    from stance.estimation.population import CodedSample, Population

# Coded articles whose predictions are taken as useless, so that a few do not decide how
# far the predictions are trusted.
USELESS = 1.0

# A group learns the weight of its predictions from its own coded articles, and from all
# of them as if they were this many.
FROM_ALL = 20.0


@dataclass(frozen=True)
class Domain:
    """A group of articles, as seen by the estimator.

    Parameters
    ----------
    members : ndarray of bool, shape (n_coded,)
        Which coded articles are in it.
    cells : ndarray of bool, shape (n_cells,)
        Which cells of the archive are.
    share : ndarray of float64, shape (n_coded,)
        Weights divided by their sum over the group; 0 for articles that are not in it.
    y, f : ndarray of float64, shape (n_coded, n_labels)
        Hand labels as zeros and ones, and predictions, both minus their mean in the
        group, times `share`: what an article adds to the two weighted means.
    mean_y, mean_f : ndarray of float64, shape (n_labels,)
        Weighted means over the coded articles of the group.
    mean_all : ndarray of float64, shape (n_labels,)
        Mean prediction for all articles of the group.
    """

    members: NDArray[np.bool_]
    cells: NDArray[np.bool_]
    share: NDArray[np.float64]
    y: NDArray[np.float64]
    f: NDArray[np.float64]
    mean_y: NDArray[np.float64]
    mean_f: NDArray[np.float64]
    mean_all: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        population: Population,
        coded: CodedSample,
        design: Design,
        group: int | None,
    ) -> Domain:
        """Return a group, or all articles if `group` is None."""
        members = np.ones(len(coded), bool) if group is None else coded.group == group
        cells = np.ones(len(population.n), bool) if group is None else population.group == group
        share = np.where(members, design.weight, 0.0)
        share /= share.sum()
        hand = coded.hand
        mean_y, mean_f = share @ hand, share @ coded.predicted
        mean_all = population.predicted[cells].sum(axis=0) / population.n[cells].sum()
        # The mean within a group of n articles takes one of their degrees of freedom.
        inside, n = int(members.sum()), len(coded)
        exact = np.sqrt(inside / max(inside - 1, 1) * (n - 1) / n) if inside < n else 1.0
        scaled = (share * exact)[:, None]
        y, f = scaled * (hand - mean_y), scaled * (coded.predicted - mean_f)
        return cls(members, cells, share, y, f, mean_y, mean_f, mean_all)

    @property
    def n_coded(self) -> int:
        """Number of coded articles."""
        return int(self.members.sum())

    @property
    def effective(self) -> float:
        """Effective number of coded articles (Kish)."""
        return effective_number(self.share)


@dataclass(frozen=True)
class DomainEstimate:
    """Shares of the labels in a group, before their intervals.

    Parameters
    ----------
    shares : ndarray of float64, shape (n_labels,)
        They add up to one; none is negative.
    by_article : ndarray of float64, shape (n_coded, n_labels)
        What each coded article adds to each share.
    by_outlet : ndarray of float64, shape (n_outlets, n_labels), optional
        For claims about outlets: how each share changes without an outlet, scaled so
        that the squares add up to the variance.
    sampling : ndarray of float64, shape (n_labels,)
        Variance that is due to coding a sample of the articles.
    variance : ndarray of float64, shape (n_labels,)
        The whole variance: for claims about outlets at least `sampling`, since
        outlets that happen to agree do not make a sample of articles more exact.
    """

    shares: NDArray[np.float64]
    by_article: NDArray[np.float64]
    by_outlet: NDArray[np.float64] | None
    sampling: NDArray[np.float64]
    variance: NDArray[np.float64]


def prediction_weights(domain: Domain, whole: Domain, design: Design) -> NDArray[np.float64]:
    """Return the weight of the predictions for each label: zero or more.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
    """
    covariance, variance = _moments(domain, design)
    if domain is not whole:
        of_all = np.array(_moments(whole, design)) * (whole.effective / domain.effective)
        covariance = covariance + of_all[0] * FROM_ALL / domain.effective
        variance = variance + of_all[1] * FROM_ALL / domain.effective
    useless = USELESS / domain.effective**2
    found: NDArray[np.float64] = np.maximum(covariance, 0.0) / (variance + useless)
    return found


def _moments(domain: Domain, design: Design) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the covariance of both means of each label, and the variance of the predicted."""
    k = domain.y.shape[1]
    found = design.covariance(np.hstack([domain.y, domain.f]))
    return np.diag(found[:k, k:]).copy(), np.diag(found)[k:].copy()


def estimate_domain(
    domain: Domain,
    weights: NDArray[np.float64],
    design: Design,
    outlets: OutletSums | None,
) -> DomainEstimate:
    """Estimate the shares of the labels in a group.

    Parameters
    ----------
    domain : Domain
    weights : ndarray of float64, shape (n_labels,)
        Of the predictions; zeros for the hand labels alone.
    design : Design
    outlets : OutletSums, optional
        If the claim is about outlets like these.
    """
    raw = weights * (domain.mean_all - domain.mean_f) + domain.mean_y
    by_article = domain.y - domain.f * weights
    by_outlet = outlets.changes_without(weights, raw) if outlets is not None else None
    # Their sum varies with the drawn articles only, whatever outlets there are.
    taken_off = _taken_off(design.covariance(by_article))
    shares = _on_simplex(raw - taken_off * (raw.sum() - 1))
    by_article = by_article - by_article.sum(axis=1, keepdims=True) * taken_off
    by_article /= 1 - _leverage(domain, weights, design)
    sampling = np.diag(design.covariance(by_article)).copy()
    if by_outlet is None:
        return DomainEstimate(shares, by_article, None, sampling, sampling)
    by_outlet = by_outlet - by_outlet.sum(axis=1, keepdims=True) * taken_off
    variance = np.maximum((by_outlet**2).sum(axis=0), sampling)
    return DomainEstimate(shares, by_article, by_outlet, sampling, variance)


def _leverage(domain: Domain, weights: NDArray[np.float64], design: Design) -> NDArray[np.float64]:
    """Return how far each article's own label decides the weight of its predictions.

    Its error seems smaller than it is by this share, as in any regression.
    """
    squares = design.away(domain.f) ** 2 * (weights > 0)
    found: NDArray[np.float64] = squares / (squares.sum(axis=0) + USELESS / domain.effective**2)
    return found


def _taken_off(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how the excess of the shares over one is divided among them."""
    together = covariance.sum(axis=1)
    total = together.sum()
    if total <= 1e-12 * np.trace(covariance):
        return np.full(len(together), 1 / len(together))
    found: NDArray[np.float64] = together / total
    return found


def _on_simplex(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares without negative ones, with the same sum: the nearest such point."""
    found = shares.copy()
    positive = np.ones(len(found), bool)
    while (found[positive] < 0).any():
        positive &= found > 0
        found[~positive] = 0.0
        found[positive] -= (found[positive].sum() - 1) / positive.sum()
    found /= found.sum()
    return found


@dataclass(frozen=True)
class OutletSums:
    """What each outlet adds to the means of a group.

    Parameters
    ----------
    n : ndarray of float64, shape (n_outlets,)
        Articles in the archive.
    weight : ndarray of float64, shape (n_outlets,)
        Sum of the weights of the coded articles.
    predicted : ndarray of float64, shape (n_outlets, n_labels)
        Sums of the predictions for all articles.
    y, f : ndarray of float64, shape (n_outlets, n_labels)
        Weighted sums over the coded articles.
    """

    n: NDArray[np.float64]
    weight: NDArray[np.float64]
    predicted: NDArray[np.float64]
    y: NDArray[np.float64]
    f: NDArray[np.float64]

    @classmethod
    def of(
        cls, domain: Domain, population: Population, coded: CodedSample, design: Design
    ) -> OutletSums:
        """Sum over the outlets of the archive, for the articles of a group."""
        _, number = np.unique(
            np.concatenate([population.outlet, coded.outlet]), return_inverse=True
        )
        of_cells, of_coded = np.split(number.ravel(), [len(population.outlet)])
        k = population.predicted.shape[1]
        n_outlets = int(number.max()) + 1
        n, weight = np.zeros(n_outlets), np.zeros(n_outlets)
        predicted, y, f = (np.zeros((n_outlets, k)) for _ in range(3))
        np.add.at(n, of_cells, population.n * domain.cells)
        np.add.at(weight, of_coded, design.weight * domain.members)
        np.add.at(predicted, of_cells, population.predicted * domain.cells[:, None])
        inside = (design.weight * domain.members)[:, None]
        np.add.at(y, of_coded, inside * coded.hand)
        np.add.at(f, of_coded, inside * coded.predicted)
        return cls(n, weight, predicted, y, f)

    @property
    def n_outlets(self) -> int:
        """Number of outlets with articles in the group."""
        return int((self.n > 0).sum())

    def changes_without(
        self, weights: NDArray[np.float64], shares: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the jackknife's changes of the shares without one outlet.

        They are scaled so that the products of two columns add up to a covariance;
        outlets without articles in the group change nothing.
        """
        left, coded = self.n.sum() - self.n, self.weight.sum() - self.weight
        mean_all = (self.predicted.sum(axis=0) - self.predicted) / left[:, None]
        error = self.y - self.f * weights
        # An outlet with all of the coded articles leaves none to correct by.
        rest = (error.sum(axis=0) - error) / np.where(coded > 0, coded, np.inf)[:, None]
        scale = np.sqrt((self.n_outlets - 1) / self.n_outlets)
        found: NDArray[np.float64] = scale * (weights * mean_all + rest - shares)
        return found
