"""Scores of parts of a test corpus: each outlet, each year, whatever a field says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.evaluation.confusion import summaries
from stance.evaluation.metrics import Scored, bootstrap
from stance.evaluation.resampling import resampling_units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEW_ARTICLES = 30  # fewer say little
FEW_OUTLETS = 10  # fewer are not resampled
Z = 1.96  # standard errors to either side that cover 95 %


@dataclass(frozen=True)
class Slice:
    """How well the articles of one value of a field are labelled.

    Parameters
    ----------
    value : str, optional
        None for the articles that have no value.
    n, n_labels : int
        Articles, and labels that they truly have.
    accuracy : float
        In [0, 1].
    macro_f1 : float, optional
        In [0, 1]; None where all articles have one label, since the others
        would then count as missed.
    intervals : dict of str to (float, float)
        95 %, for ``accuracy``, and for ``macro_f1`` unless there are few
        articles.
    interval_unit : str
        What they rest on: outlets, where the slice has enough.
    few : bool
        Whether there are so few articles that the figures say little.
    """

    value: str | None
    n: int
    n_labels: int
    accuracy: float
    macro_f1: float | None
    intervals: dict[str, tuple[float, float]]
    interval_unit: str
    few: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "value": self.value,
            "n": self.n,
            "n_labels": self.n_labels,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "intervals": {name: list(pair) for name, pair in self.intervals.items()},
            "interval_unit": self.interval_unit,
            "few": self.few,
        }


def slice_scores(
    scored: Scored, fields: Mapping[str, Sequence[str | None]], *, seed: int = 0
) -> dict[str, tuple[Slice, ...]]:
    """Score the articles of each value of some fields by themselves.

    Parameters
    ----------
    scored : Scored
    fields : mapping of str to sequence of str or None
        For each field its value in each article.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict of str to tuple of Slice
        The values with most articles first.
    """
    return {field: _slices(scored, values, seed) for field, values in fields.items()}


def _slices(scored: Scored, values: Sequence[str | None], seed: int) -> tuple[Slice, ...]:
    places: dict[str | None, list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault(value, []).append(place)
    ordered = sorted(places.items(), key=lambda item: (-len(item[1]), item[0] or ""))
    return tuple(_slice(value, scored.part(np.array(found)), seed) for value, found in ordered)


def _slice(value: str | None, part: Scored, seed: int) -> Slice:
    n_labels = len(np.unique(part.truth))
    if resampling_units(part.truth, part.groups).count < FEW_OUTLETS:
        # Drawn from a handful of outlets an interval is a matter of luck.
        part = replace(part, groups=None)
    drawn, unit = bootstrap(part, seed=seed)
    intervals = {"accuracy": drawn["accuracy"]}
    if unit == "article":
        # Ten right of ten would be certain to a bootstrap; it is not.
        intervals["accuracy"] = wilson(int(part.correct.sum()), len(part))
    if n_labels > 1 and len(part) >= FEW_ARTICLES:
        intervals["macro_f1"] = drawn["macro_f1"]
    scores = summaries(part.confusion.astype(np.float64))
    return Slice(
        value=value,
        n=len(part),
        n_labels=n_labels,
        accuracy=float(scores["accuracy"]),
        macro_f1=float(scores["macro_f1"]) if n_labels > 1 else None,
        intervals=intervals,
        interval_unit=unit,
        few=len(part) < FEW_ARTICLES,
    )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, honest for few articles too.

    References
    ----------
    Wilson: Probable inference, the law of succession, and statistical
    inference, JASA 22, 1927.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(10, 10)]
    [0.722, 1.0]
    """
    share, spread = hits / n, Z * Z / n
    centre = (share + spread / 2) / (1 + spread)
    reach = Z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, centre - reach), min(1.0, centre + reach)
