"""Bootstrap replicates of the scores of a learning curve, over test outlets and draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from stance.evaluation.confusion import Metric
from stance.evaluation.intervals import COVERAGE, ScoreInterval, score_interval, student_quantile
from stance.evaluation.sampling_units import UnitCounts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.evaluation.sampling_units import Units

    Floats = NDArray[np.float64]

REPLICATES = 1000
# Maximum number of weights in memory.
NUMBERS_AT_ONCE = 4_000_000
# Draws of more than this share of the pool are too much alike to show how draws vary.
LARGEST_SHARE = 0.7


@dataclass(frozen=True)
class HeldOutArticles:
    """The test articles of all folds, the same for every draw.

    Parameters
    ----------
    labels : tuple of str
    y_true : ndarray of int64, shape (n_tested,)
    units : Units
    """

    labels: tuple[str, ...]
    y_true: NDArray[np.int64]
    units: Units

    def interval(self, y_pred: NDArray[np.int64]) -> ScoreInterval:
        """Return the macro-F1 of predictions with its interval."""
        k = len(self.labels)
        counts = UnitCounts.of((self.y_true * k + y_pred)[:, None], k * k, self.units)
        return score_interval(counts, (1, k, k), Metric("macro_f1"), self.labels)

    def replicate(self, y_preds: NDArray[np.int64], seed: int) -> Floats:
        """Return the macro-F1 of each set of predictions in each replicate of the units.

        Parameters
        ----------
        y_preds : ndarray of int64, shape (n_sets, n_tested)
        seed : int
            The same seed gives the same units in each replicate.

        Returns
        -------
        ndarray of float64, shape (n_replicates, n_sets)
        """
        random, n_units = np.random.default_rng(seed), self.units.basis.n_units
        at_once = max(NUMBERS_AT_ONCE // n_units, 1)
        share = np.full(n_units, 1 / n_units)
        parts = []
        for start in range(0, REPLICATES, at_once):
            size = min(at_once, REPLICATES - start)
            weights = random.multinomial(n_units, share, size=size).astype(np.float64)
            true = weights @ self._counts(self.y_true)
            found = [self._macro_f1(weights, true, y_pred) for y_pred in y_preds]
            parts.append(np.stack(found, axis=1))
        return np.concatenate(parts)

    def _macro_f1(self, weights: Floats, true: Floats, y_pred: NDArray[np.int64]) -> Floats:
        """Return the mean F1 of the labels that are true or predicted ones."""
        is_right = y_pred == self.y_true
        hits = weights @ self._counts(self.y_true, is_right)
        both = true + weights @ self._counts(y_pred)
        occurring = np.maximum((both > 0).sum(axis=1), 1)
        found: Floats = (2 * hits / np.maximum(both, 1.0)).sum(axis=1) / occurring
        return found

    def _counts(self, labels: NDArray[np.int64], chosen: NDArray[np.bool_] | None = None) -> Floats:
        """Count the articles of each unit and label."""
        k, n_units = len(self.labels), self.units.basis.n_units
        cells = self.units.numbers * k + labels
        kept = cells if chosen is None else cells[chosen]
        return np.bincount(kept, minlength=n_units * k).reshape(n_units, k).astype(np.float64)


@dataclass(frozen=True)
class CurveScores:
    """The scores of draws at several sizes, with bootstrap replicates.

    Parameters
    ----------
    sizes : tuple of int
    scores : ndarray of float64, shape (n_sizes, n_draws)
    replicates : ndarray of float64, shape (n_replicates, n_sizes)
        Of the mean scores, over units and draws.
    """

    sizes: tuple[int, ...]
    scores: Floats
    replicates: Floats

    @classmethod
    def of(
        cls,
        sizes: Sequence[int],
        y_preds: NDArray[np.int64],
        tested: HeldOutArticles,
        seed: tuple[int, int],
    ) -> Self:
        """Score predictions, and resample units and draws.

        Draws are resampled together at all sizes, since a draw of one size is part
        of that of the next. Their deviations are enlarged, because a mean of few
        draws varies more than a bootstrap of them (Rao and Wu, JASA 83, 1988).

        Parameters
        ----------
        sizes : sequence of int
        y_preds : ndarray of int64, shape (n_sizes, n_draws, n_tested)
        tested : HeldOutArticles
        seed : (int, int)
            Of units and of draws.
        """
        n_sizes, n_draws, n_tested = y_preds.shape
        sets = y_preds.reshape(-1, n_tested)
        scores = np.array([tested.interval(one).value for one in sets]).reshape(n_sizes, n_draws)
        of_units = tested.replicate(sets, seed[0]).reshape(-1, n_sizes, n_draws)
        random = np.random.default_rng(seed)
        chosen = random.multinomial(n_draws, np.full(n_draws, 1 / n_draws), size=len(of_units))
        mean = of_units.mean(axis=2)
        drawn = np.einsum("rsd,rd->rs", of_units, chosen / n_draws)
        enlarged = np.sqrt(n_draws / (n_draws - 1))
        return cls(tuple(sizes), scores, mean + enlarged * (drawn - mean))

    @property
    def means(self) -> Floats:
        """The mean score of each size, shape (n_sizes,)."""
        means: Floats = self.scores.mean(axis=1)
        return means

    def up_to(self, largest: float) -> Self:
        """Return the scores of the sizes that are not above a size."""
        n_sizes = sum(size <= largest for size in self.sizes)
        return replace(
            self,
            sizes=self.sizes[:n_sizes],
            scores=self.scores[:n_sizes],
            replicates=self.replicates[:, :n_sizes],
        )

    def variance_of_one(self, n_pool: int) -> float:
        """Return the variance of the score of a draw, times its number of articles.

        Draws without replacement from a pool vary less the larger they are: their
        variance is divided by the share of the pool that is left. Sizes that are
        most of the pool are not used.

        Parameters
        ----------
        n_pool : int
            Number of articles that the draws are taken from.
        """
        n = np.array(self.sizes, dtype=np.float64)
        chosen = n <= LARGEST_SHARE * n_pool
        if not chosen.any():
            chosen = n == n.min()
        left = np.maximum(1 - n[chosen] / n_pool, 1 - LARGEST_SHARE)
        variances = self.scores[chosen].var(axis=1, ddof=1)
        return float(np.mean(variances * n[chosen] / left))

    def reach(self, n_pool: int) -> Floats:
        """Return half the width of the interval of each mean over draws, shape (n_sizes,).

        The variance is that of all sizes together, since a few draws of one size tell
        little about it.

        Parameters
        ----------
        n_pool : int
            As for `variance_of_one`.
        """
        n, (n_sizes, n_draws) = np.array(self.sizes, dtype=np.float64), self.scores.shape
        left = np.maximum(1 - n / n_pool, 0.0)
        errors = np.sqrt(self.variance_of_one(n_pool) * left / n / n_draws)
        found: Floats = student_quantile(COVERAGE, n_sizes * (n_draws - 1)) * errors
        return found


def ends(value: float, replicates: Floats, freedom: float) -> tuple[float, float]:
    """Return the ends of the 95 % interval of an estimate by its replicates.

    Percentiles, widened as Student's t is wider than a normal distribution.

    Parameters
    ----------
    value : float
    replicates : ndarray of float64, shape (n_replicates,)
    freedom : float
        Degrees of freedom, at least one.
    """
    from scipy.special import ndtri, stdtrit

    upper = (1 + COVERAGE) / 2
    wider = float(stdtrit(freedom, upper) / ndtri(upper))
    low, high = np.quantile(replicates, [1 - upper, upper]).tolist()
    return min(value, value + wider * (low - value)), max(value, value + wider * (high - value))
