"""Scores of parts of a test corpus: each outlet, each year, whatever a field says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.evaluation.confusion import summaries
from stance.evaluation.scored import score_intervals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stance.evaluation.sampling_units import Basis
    from stance.evaluation.scored import Scored

FEW_ARTICLES = 30  # fewer say little


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
    basis : Basis
        What they are taken over: outlets, or the articles of one outlet.
    few : bool
        Whether there are so few articles that the figures say little.
    """

    value: str | None
    n: int
    n_labels: int
    accuracy: float
    macro_f1: float | None
    intervals: dict[str, tuple[float, float]]
    basis: Basis
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
            **self.basis.to_dict(),
            "few": self.few,
        }


def slice_scores(
    scored: Scored, fields: Mapping[str, Sequence[str | None]]
) -> dict[str, tuple[Slice, ...]]:
    """Score the articles of each value of some fields by themselves.

    Parameters
    ----------
    scored : Scored
    fields : mapping of str to sequence of str or None
        For each field its value in each article.

    Returns
    -------
    dict of str to tuple of Slice
        The values with most articles first.
    """
    return {field: _slices(scored, values) for field, values in fields.items()}


def _slices(scored: Scored, values: Sequence[str | None]) -> tuple[Slice, ...]:
    places: dict[str | None, list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault(value, []).append(place)
    ordered = sorted(places.items(), key=lambda item: (-len(item[1]), item[0] or ""))
    return tuple(_slice(value, scored.part(np.array(found))) for value, found in ordered)


def _slice(value: str | None, part: Scored) -> Slice:
    n_labels = len(np.unique(part.y_true))
    found, basis = score_intervals(part)
    intervals = {"accuracy": found["accuracy"]}
    if n_labels > 1 and len(part) >= FEW_ARTICLES:
        intervals["macro_f1"] = found["macro_f1"]
    scores = summaries(part.confusion.astype(np.float64))
    return Slice(
        value=value,
        n=len(part),
        n_labels=n_labels,
        accuracy=float(scores["accuracy"]),
        macro_f1=float(scores["macro_f1"]) if n_labels > 1 else None,
        intervals=intervals,
        basis=basis,
        few=len(part) < FEW_ARTICLES,
    )
