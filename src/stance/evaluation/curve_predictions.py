"""Scores with more training articles, predicted by a power law, and a check of the prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.evaluation.curve_bootstrap import ends
from stance.evaluation.curve_fits import freedom_of, trend_of
from stance.evaluation.learning_curve_records import (
    FARTHEST,
    NEARLY_FLAT,
    CurveFit,
    CurvePrediction,
    FitCheck,
)
from stance.evaluation.power_law import fit_power_laws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.evaluation.curve_bootstrap import CurveScores, HeldOutArticles
    from stance.evaluation.learning_curve_records import Trend

    Floats = NDArray[np.float64]

# Shares of the corpus that are added, if no number is given.
MORE = (0.25, 0.5, 1.0)
BAND_POINTS = 25
FEWEST_SIZES = 3
# Sizes that a fit keeps, and the parameters of a power law.
FEWEST_FITTED, N_PARAMETERS = 4, 3
SIGNIFICANT = 0.05
# Of the score of a draw, times its number of articles: draws may happen to be equal.
LEAST_VARIANCE = 1e-4


@dataclass(frozen=True)
class CurveData:
    """What a curve is fitted to.

    Parameters
    ----------
    scores : CurveScores
    tested : HeldOutArticles
    n_articles : int
        Number of articles of the corpus, which gains are relative to.
    n_pool : int
        Number of articles that draws are taken from, the mean over folds.
    seed : int
    """

    scores: CurveScores
    tested: HeldOutArticles
    n_articles: int
    n_pool: int
    seed: int


class Extrapolation(NamedTuple):
    """A fit with its predictions; nothing unless the score rises beyond noise."""

    fit: CurveFit | None
    predictions: tuple[CurvePrediction, ...]
    fitted: tuple[CurvePrediction, ...]


def extrapolate(data: CurveData, trend: Trend, more: Sequence[int] | None) -> Extrapolation:
    """Fit a power law, and predict the score with more articles.

    Parameters
    ----------
    data : CurveData
    trend : Trend
    more : sequence of int, optional
        How many more articles to predict for; by default a quarter, a half and all of
        those that there are.
    """
    if trend.verdict != "rising":
        return Extrapolation(None, (), ())
    predictor, n = _Predictor(data), data.n_articles
    steps = sorted(set(more)) if more else [rounded(share * n) for share in MORE]
    predictions = tuple(predictor.predict(n + step) for step in (0, *steps))
    fit = predictor.fit
    ends_of_band = fit.fitted_from, predictions[-1].n_articles
    grid = np.unique(np.geomspace(*ends_of_band, BAND_POINTS).round().astype(int))
    fitted = tuple(predictor.predict(size) for size in grid.tolist())
    return Extrapolation(fit, predictions, fitted)


def check_fit(data: CurveData) -> FitCheck | None:
    """Predict the score at the largest size from the sizes up to half of it."""
    largest, measured = data.scores.sizes[-1], float(data.scores.means[-1])
    scores = data.scores.up_to(largest / 2)
    if len(scores.sizes) < FEWEST_SIZES or trend_of(scores, data.tested).verdict != "rising":
        return None
    up_to = scores.sizes[-1]
    found = _Predictor(CurveData(scores, data.tested, up_to, data.n_pool, data.seed)).predict(
        largest
    )
    level = found.macro_f1 - found.gain
    return FitCheck(
        up_to,
        largest,
        found.macro_f1,
        found.low,
        found.high,
        max(level + found.gain_low, 0.0),
        min(level + found.gain_high, 1.0),
        measured,
    )


def rounded(n: float) -> int:
    """Round to two significant digits, at least to 1.

    Examples
    --------
    >>> rounded(250.5), rounded(8.2), rounded(0.3)
    (250, 8, 1)
    """
    digits: int = max(len(str(int(n))) - 2, 0)
    unit = int(10**digits)
    return max(round(n / unit) * unit, 1)


class _Window(NamedTuple):
    """The sizes that a power law is fitted to.

    Parameters
    ----------
    start : int
        How many of the smallest sizes are left out.
    dispersion : float
        How much larger the squared distances to the fit are than draws explain; at
        least 1.
    """

    start: int
    dispersion: float


def _window(scores: CurveScores, variance: float) -> _Window:
    """Leave out the smallest sizes while the scores depart from a power law.

    Near the lowest scores a curve rises slower than a power law. The distances to
    the fit are compared with the variance over draws by a chi-square test.
    """
    from scipy.special import chdtri

    n, means = np.array(scores.sizes, dtype=np.float64), scores.means
    n_draws = scores.scores.shape[1]
    most = max(len(n) - FEWEST_FITTED, 0)
    for start in range(most + 1):
        law = fit_power_laws(n[start:], means[None, start:])
        away = means[start:] - law(n[start:])[0]
        squares = float((away**2 * n[start:]).sum()) * n_draws / max(variance, LEAST_VARIANCE)
        freedom = len(n) - start - N_PARAMETERS
        if freedom < 1:
            return _Window(start, 1.0)
        if squares <= float(chdtri(freedom, SIGNIFICANT)) or start == most:
            break
    return _Window(start, max(squares / freedom, 1.0))


class _Predictor:
    """Predictions from a fit and from the fits of all replicates."""

    def __init__(self, data: CurveData) -> None:
        scores = data.scores
        variance = scores.variance_of_one(data.n_pool)
        window = _window(scores, variance)
        sizes = scores.sizes[window.start :]
        self._law = fit_power_laws(sizes, scores.means[None, window.start :])
        self._laws = fit_power_laws(sizes, scores.replicates[:, window.start :])
        self._sizes = sizes
        self._n = data.n_articles
        self._freedom = freedom_of(data.tested)
        # Where the curve is no power law, predictions are as far off as the fit is now.
        self._variance = variance * window.dispersion
        random = np.random.default_rng([data.seed, 2])
        self._noise = random.standard_normal(len(scores.replicates))

    def predict(self, n: int) -> CurvePrediction:
        """Return the score of a model that learns from n articles.

        Notes
        -----
        The score of a sample of n articles varies with the variance v / n, where v is
        estimated from the draws. The gain over the present articles, which are part of
        the larger sample, varies with the difference of these variances.
        """
        (now, value), both = self._law([self._n, n])[0].tolist(), self._laws([self._n, n])
        sampled = np.sqrt(self._variance / n)
        added = np.sqrt(self._variance * abs(1 / self._n - 1 / n))
        low, high = ends(value, both[:, 1] + sampled * self._noise, self._freedom)
        gains = both[:, 1] - both[:, 0] + added * self._noise
        return CurvePrediction(
            n,
            n - self._n,
            value,
            max(low, 0.0),
            min(high, 1.0),
            value - now,
            *ends(value - now, gains, self._freedom),
            n > FARTHEST * self._sizes[-1],
        )

    @property
    def fit(self) -> CurveFit:
        """The parameters of the fit."""
        law = self._law
        ceiling, scale, exponent = (
            float(part[0]) for part in (law.ceiling, law.scale, law.exponent)
        )
        return CurveFit(ceiling, scale, exponent, law.unit, self._sizes[0], self._flat_after())

    def _flat_after(self) -> int | None:
        """Return the size from which twice as many articles bring less than 0.01."""
        sizes = np.geomspace(self._sizes[0], FARTHEST * self._sizes[-1], 200)
        gains = (self._law(2 * sizes) - self._law(sizes))[0]
        flat = np.flatnonzero(gains < NEARLY_FLAT)
        return rounded(float(sizes[flat[0]])) if len(flat) else None
