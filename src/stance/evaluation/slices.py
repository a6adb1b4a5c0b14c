"""Scores of slices of the articles, such as outlets, periods or kinds of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.evaluation.confusion import summaries
from stance.evaluation.metrics import LabelScore, OutOfDomain, label_scores
from stance.evaluation.reliability import calibration_error, reliability, risk_coverage
from stance.evaluation.scored import score_intervals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stance.evaluation.reliability import RiskCoverage
    from stance.evaluation.sampling_units import Basis
    from stance.evaluation.scored import Scored

FEW_ARTICLES = 30  # scores of fewer articles are marked


@dataclass(frozen=True)
class Slice:
    """Scores of the articles that share one value of a field.

    Parameters
    ----------
    value : str, optional
        None for articles without a value.
    n, n_labels : int
        Number of articles, and of their true labels.
    accuracy : float
        In [0, 1].
    macro_f1 : float, optional
        In [0, 1], over the labels of `per_class`; None if all articles have the
        same true label, since any other predicted label would count as an F1 of
        zero.
    calibration_error : float
        The expected calibration error, in [0, 1].
    per_class : dict of str to LabelScore
        The labels that occur as true or predicted labels.
    risk_coverage : RiskCoverage
    out_of_domain : OutOfDomain, optional
        None if the model has no domain.
    intervals : dict of str to (float, float)
        95 % intervals of ``accuracy``, and of ``macro_f1`` unless there are few
        articles.
    basis : Basis
        Their sampling units: outlets, or the articles of one outlet.
    few : bool
        Whether there are too few articles for reliable scores.
    """

    value: str | None
    n: int
    n_labels: int
    accuracy: float
    macro_f1: float | None
    calibration_error: float
    per_class: dict[str, LabelScore]
    risk_coverage: RiskCoverage
    out_of_domain: OutOfDomain | None
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
            "macro_f1_labels": [] if self.macro_f1 is None else list(self.per_class),
            "expected_calibration_error": self.calibration_error,
            "per_class": {label: score.to_dict() for label, score in self.per_class.items()},
            "risk_coverage": self.risk_coverage.to_dict(),
            "out_of_domain": self.out_of_domain.to_dict() if self.out_of_domain else None,
            "intervals": {name: list(pair) for name, pair in self.intervals.items()},
            **self.basis.to_dict(),
            "few": self.few,
        }


def slice_scores(
    scored: Scored, fields: Mapping[str, Sequence[str | None]]
) -> dict[str, tuple[Slice, ...]]:
    """Compute the scores of each value of some fields.

    Parameters
    ----------
    scored : Scored
    fields : mapping of str to sequence of str or None
        For each field, the value of each article.

    Returns
    -------
    dict of str to tuple of Slice
        The values with the most articles come first.
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
        calibration_error=calibration_error(reliability(part.confidence, part.correct)),
        per_class=label_scores(part),
        risk_coverage=risk_coverage(part.confidence, part.correct),
        out_of_domain=OutOfDomain.of(part),
        intervals=intervals,
        basis=basis,
        few=len(part) < FEW_ARTICLES,
    )
