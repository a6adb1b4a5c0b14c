"""Calibration of probabilities, and accuracy at reduced coverage."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.model.prediction import DECIMALS

if TYPE_CHECKING:
    from numpy.typing import NDArray

CALIBRATION_BINS = 15
COVERAGES = tuple(percent / 100 for percent in range(5, 101, 5))
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)

# Labels count as sure from the probability on at which so many of them are right.
SURE_ACCURACY = 0.95
FEWEST_SURE = 30  # fewer labels may all be right by chance


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Articles whose best label has a probability in one bin.

    Parameters
    ----------
    low, high : float
        Ends of the bin, in [0, 1].
    n : int
        Number of articles, at least one.
    confidence : float
        The mean probability of their best label, in [0, 1].
    accuracy : float
        The share of correct labels, in [0, 1].
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Error rate if only the articles with the highest probabilities are labelled.

    Parameters
    ----------
    coverage : float
        Share of the articles that are labelled, in (0, 1].
    risk : float
        Share of wrong labels among these, in [0, 1].
    threshold : float
        The lowest probability among them, in [0, 1], rounded like predictions, so
        that ``stance predict --min-probability`` labels the same articles.
    """

    coverage: float
    risk: float
    threshold: float


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The labels of at least some probability.

    Parameters
    ----------
    probability : float
        The lowest accepted probability, in [0, 1].
    labelled : float
        Share of the articles whose best label is at least that probable.
    accuracy : float, optional
        Share of correct labels among these; None if there are none.
    """

    probability: float
    labelled: float
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """Risk-coverage curve: how well probabilities separate correct from wrong labels.

    Parameters
    ----------
    area : float
        Area under the risk-coverage curve, in [0, 1]: the mean risk over all
        coverages; lower is better.
    excess : float
        The part due to wrong labels with higher probabilities than correct ones;
        zero if all wrong labels come last.
    curve : tuple of Coverage
        At every 5 % of coverage, or the next coverage that a threshold can
        reach.
    at_least : tuple of AtLeast
        The labels that some thresholds leave.
    sure : Coverage, optional
        The lowest threshold at which 95 of 100 labels are right; None if there
        is none that leaves at least 30 labels.
    """

    area: float
    excess: float
    curve: tuple[Coverage, ...]
    at_least: tuple[AtLeast, ...] = ()
    sure: Coverage | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        curve = [asdict(at) for at in self.curve]
        return {
            "area": self.area,
            "excess_area": self.excess,
            "curve": curve,
            "at_least": [asdict(at) for at in self.at_least],
            "right_in_95_of_100": asdict(self.sure) if self.sure else None,
        }


def reliability(
    confidence: NDArray[np.float64], correct: NDArray[np.bool_]
) -> tuple[ReliabilityBin, ...]:
    """Return the reliability diagram: 15 equal bins of the best label's probability.

    Parameters
    ----------
    confidence : ndarray of float64, shape (n_articles,)
        In [0, 1].
    correct : ndarray of bool, shape (n_articles,)

    Returns
    -------
    tuple of ReliabilityBin
        The non-empty bins.
    """
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    sizes = np.bincount(bins, minlength=CALIBRATION_BINS)
    sure = np.bincount(bins, confidence, minlength=CALIBRATION_BINS)
    right = np.bincount(bins, correct, minlength=CALIBRATION_BINS)
    return tuple(
        ReliabilityBin(
            number / CALIBRATION_BINS,
            (number + 1) / CALIBRATION_BINS,
            int(sizes[number]),
            float(sure[number] / sizes[number]),
            float(right[number] / sizes[number]),
        )
        for number in np.flatnonzero(sizes).tolist()
    )


def calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Return the expected calibration error.

    It is the mean absolute difference of accuracy and mean probability of the
    bins, weighted by their size.

    References
    ----------
    Naeini, Cooper, Hauskrecht: Obtaining Well Calibrated Probabilities Using
    Bayesian Binning, AAAI 2015.
    """
    total = sum(found.n for found in bins)
    return sum(found.n * abs(found.confidence - found.accuracy) for found in bins) / total


def risk_coverage(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> RiskCoverage:
    """Return the risk at each coverage, from the most probable label to all.

    Parameters
    ----------
    confidence : ndarray of float64, shape (n_articles,)
    correct : ndarray of bool, shape (n_articles,)

    Returns
    -------
    RiskCoverage

    Notes
    -----
    Probabilities are rounded like predictions. Articles with the same probability
    share their errors evenly, so that their order does not matter; no threshold
    can separate them.

    References
    ----------
    Geifman, El-Yaniv: Selective Classification for Deep Neural Networks,
    NIPS 2017. Geifman, Uziel, El-Yaniv: Bias-Reduced Uncertainty Estimation
    for Deep Neural Classifiers, ICLR 2019 (the excess).
    """
    n = len(confidence)
    confidence = confidence.round(DECIMALS)
    order = np.argsort(-confidence, kind="stable")
    _, ties, sizes = np.unique(-confidence, return_inverse=True, return_counts=True)
    errors = (np.bincount(ties, ~correct) / sizes)[ties][order]
    labelled = np.arange(1, n + 1)
    risks = np.cumsum(errors) / labelled
    area = float(risks.mean())
    best = float((np.cumsum(np.sort(~correct)) / labelled).mean())
    last = np.cumsum(sizes) - 1  # the last article of each probability, in descending order
    wanted = [max(int(np.ceil(share * n - 1e-9)) - 1, 0) for share in COVERAGES]
    places = last[np.searchsorted(last, wanted)].tolist()

    def at(place: int) -> Coverage:
        return Coverage((place + 1) / n, float(risks[place]), float(confidence[order[place]]))

    few_errors = last[(risks[last] <= 1 - SURE_ACCURACY + 1e-9) & (last + 1 >= FEWEST_SURE)]
    return RiskCoverage(
        area,
        area - best,
        curve=tuple(at(place) for place in dict.fromkeys(places)),
        at_least=tuple(_at_least(threshold, confidence, correct) for threshold in THRESHOLDS),
        sure=at(int(few_errors[-1])) if len(few_errors) else None,
    )


def _at_least(
    threshold: float, confidence: NDArray[np.float64], correct: NDArray[np.bool_]
) -> AtLeast:
    kept = correct[confidence >= threshold]
    accuracy = float(kept.mean()) if len(kept) else None
    return AtLeast(threshold, len(kept) / len(correct), accuracy)
