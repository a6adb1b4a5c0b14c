"""Results of a learning curve as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.corpus.fold_plan import FoldPlan
    from stance.evaluation.sampling_units import Basis
    from stance.evaluation.training_draws import Unit

# A row is a draw, the mean of a size, or a prediction.
COLUMNS: dict[str, type] = {
    "kind": str,
    "drawn_by": str,
    "n_articles": int,
    "draw": int,
    "n_outlets": float,
    "macro_f1": float,
    "low": float,
    "high": float,
    "more": int,
    "gain": float,
    "gain_low": float,
    "gain_high": float,
}

# Predictions for more articles than this multiple of the largest size are marked.
FARTHEST = 3.0
# A doubling of the articles that brings less is not worth mentioning.
NEARLY_FLAT = 0.01
FLAT = 0.02
# A difference below this is a rounding error.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class DrawScore:
    """The score of one draw of training articles.

    Parameters
    ----------
    draw : int
        From 1.
    macro_f1 : float
        Pooled over the test articles of all folds, in [0, 1].
    low, high : float
        Ends of the 95 % interval over outlets, or over articles if none is named.
    """

    draw: int
    macro_f1: float
    low: float
    high: float


@dataclass(frozen=True)
class CurvePoint:
    """The scores of all draws of one size.

    Parameters
    ----------
    drawn_by : {"article", "outlet"}
        Whether single articles or whole outlets were drawn.
    n_articles : int
        Number of training articles in each fold.
    n_outlets : float or None
        Mean number of outlets among them; None if no article names one.
    draws : tuple of DrawScore
    macro_f1 : float
        Mean over the draws, in [0, 1].
    low, high : float
        Ends of its 95 % interval over outlets and draws.
    """

    drawn_by: Unit
    n_articles: int
    n_outlets: float | None
    draws: tuple[DrawScore, ...]
    macro_f1: float
    low: float
    high: float

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for the mean and one for each draw."""
        of_size: dict[str, Any] = {"drawn_by": self.drawn_by, "n_articles": self.n_articles}
        of_size["n_outlets"] = self.n_outlets
        mean = {"macro_f1": self.macro_f1, "low": self.low, "high": self.high}
        yield {"kind": "size", **of_size, **mean}
        for one in self.draws:
            yield {"kind": "draw", **of_size, **asdict(one)}

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Trend:
    """How the score changes as the number of training articles doubles.

    Parameters
    ----------
    per_doubling : float
        Mean change of macro-F1 over the measured sizes.
    low, high : float
        Ends of its 95 % interval.
    """

    per_doubling: float
    low: float
    high: float

    @property
    def verdict(self) -> Literal["rising", "flat", "unclear"]:
        """Whether the score rises beyond noise, does not, or cannot be told.

        It is flat if even the upper end of the interval is below 0.02.
        """
        if self.low > ROUNDING:
            return "rising"
        return "flat" if self.high < FLAT else "unclear"


@dataclass(frozen=True, slots=True)
class CurveFit:
    """The fitted power law: ``ceiling - scale * (n / unit) ** -exponent``.

    Parameters
    ----------
    ceiling, scale, exponent, unit : float
        As in `stance.evaluation.power_law.PowerLaws`.
    fitted_from : int
        The smallest size that it is fitted to: smaller ones are left out where they
        depart from a power law.
    flat_after : int or None
        The number of articles from which twice as many bring less than 0.01; None
        if it is beyond three times the largest size.
    """

    ceiling: float
    scale: float
    exponent: float
    unit: float
    fitted_from: int
    flat_after: int | None


@dataclass(frozen=True, slots=True)
class CurvePrediction:
    """The score that is expected with a number of training articles.

    Parameters
    ----------
    n_articles : int
    more : int
        How many more than the corpus has; 0 for the corpus itself.
    macro_f1 : float
        In [0, 1].
    low, high : float
        Ends of its 95 % prediction interval for outlets like those of the corpus.
    gain : float
        Difference to the score that is expected with the corpus itself.
    gain_low, gain_high : float
        Ends of its 95 % interval.
    is_far : bool
        Whether it is for more than three times the largest measured size, where
        the interval does not cover that the curve may bend.
    """

    n_articles: int
    more: int
    macro_f1: float
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float
    is_far: bool

    def to_row(self) -> dict[str, Any]:
        """Return plain values."""
        return {"kind": "prediction", "drawn_by": "article", **asdict(self)}


@dataclass(frozen=True, slots=True)
class FitCheck:
    """The score at the largest size beside its prediction from sizes up to half of it.

    Parameters
    ----------
    up_to : int
        The largest size that the prediction is from.
    n_articles : int
        The largest size.
    macro_f1 : float
        The predicted score, in [0, 1].
    low, high : float
        Ends of its 95 % interval for outlets like those of the corpus.
    level_low, level_high : float
        Ends of the 95 % interval on the same test articles: the fitted score at `up_to`
        articles and the interval of the gain.
    measured : float
        The score that was measured.
    """

    up_to: int
    n_articles: int
    macro_f1: float
    low: float
    high: float
    level_low: float
    level_high: float
    measured: float

    @property
    def holds(self) -> bool:
        """Whether the measured score is in the narrower of the intervals."""
        return self.level_low <= self.measured <= self.level_high


@dataclass(frozen=True, slots=True)
class OutletComparison:
    """Draws of single articles from all outlets beside draws of whole outlets.

    Parameters
    ----------
    sizes : tuple of int
        The sizes over which the difference is averaged.
    difference : float
        Macro-F1 with articles of all outlets minus macro-F1 with as many articles of
        fewer outlets.
    low, high : float
        Ends of its 95 % interval.
    """

    sizes: tuple[int, ...]
    difference: float
    low: float
    high: float

    @property
    def verdict(self) -> Literal["outlets", "articles", "unclear"]:
        """What helps more beyond its interval: more outlets, or more articles of each."""
        if self.low > ROUNDING:
            return "outlets"
        return "articles" if self.high < -ROUNDING else "unclear"


@dataclass(frozen=True)
class LearningCurve:
    """Scores by the number of training articles, and what more of them would bring.

    Parameters
    ----------
    n_articles : int
        Number of articles of the corpus.
    n_tested : int
        Number of test articles, the same at every size.
    n_folds : int
        Number of folds that are tested.
    n_short_folds : int
        Number of folds that are left out, since they have less than half as many
        training articles as the largest.
    protocol : str
        What the folds hold out, in words.
    basis : Basis
        The sampling units of the intervals.
    points : tuple of CurvePoint
        Drawn by article, ascending by size.
    outlet_points : tuple of CurvePoint
        Drawn by outlet; empty if there are too few outlets or none are held out.
    trend : Trend
    fit : CurveFit or None
        None unless the score rises beyond noise.
    predictions : tuple of CurvePrediction
        The first is that of the corpus itself; empty without a fit.
    fitted : tuple of CurvePrediction
        The fitted curve with its band, for a chart; empty without a fit.
    check : FitCheck or None
        None if the sizes up to half of the largest are fewer than three, or the score
        does not rise over them beyond noise.
    comparison : OutletComparison or None
    plan : FoldPlan
    """

    n_articles: int
    n_tested: int
    n_folds: int
    n_short_folds: int
    protocol: str
    basis: Basis
    points: tuple[CurvePoint, ...]
    outlet_points: tuple[CurvePoint, ...]
    trend: Trend
    fit: CurveFit | None
    predictions: tuple[CurvePrediction, ...]
    fitted: tuple[CurvePrediction, ...] = field(repr=False)
    check: FitCheck | None
    comparison: OutletComparison | None
    plan: FoldPlan = field(repr=False, compare=False)

    @property
    def n_draws(self) -> int:
        """Number of draws of each size."""
        return len(self.points[0].draws)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each size, draw and prediction."""
        for point in (*self.points, *self.outlet_points):
            yield from point.rows()
        for one in self.predictions:
            row = one.to_row()
            row.pop("is_far")
            yield row

    def to_arrow(self) -> Any:
        """Return the rows as an Arrow table."""
        return arrow_table(self.rows(), COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        check, comparison = self.check, self.comparison
        return {
            "n": self.n_articles,
            "n_tested": self.n_tested,
            "n_folds": self.n_folds,
            "n_short_folds": self.n_short_folds,
            "n_draws": self.n_draws,
            "protocol": self.protocol,
            "division": self.plan.to_dict(),
            **self.basis.to_dict(),
            "points": [one.to_dict() for one in self.points],
            "outlet_points": [one.to_dict() for one in self.outlet_points],
            "trend": {**asdict(self.trend), "verdict": self.trend.verdict},
            "fit": asdict(self.fit) if self.fit else None,
            "predictions": [asdict(one) for one in self.predictions],
            "fitted": [asdict(one) for one in self.fitted],
            "check": check and {**asdict(check), "holds": check.holds},
            "comparison": comparison and {**asdict(comparison), "verdict": comparison.verdict},
        }
