"""Scores of predictions: overall and for slices, such as outlets, years or targets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.evaluation.baseline import against_one_label
from stance.evaluation.comparison import PairedPredictions
from stance.evaluation.confusion import summaries
from stance.evaluation.reliability import calibration_error, reliability, risk_coverage
from stance.evaluation.result_rows import SCORE_COLUMNS, score_rows
from stance.evaluation.sampling_units import Units, lone_labels
from stance.evaluation.scored import score_intervals
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from stance.evaluation.baseline import Baseline, Source
    from stance.evaluation.reliability import ReliabilityBin, RiskCoverage
    from stance.evaluation.sampling_units import Basis
    from stance.evaluation.scored import Scored

# Keeps the log loss finite if a probability was rounded to zero.
SMALLEST_PROBABILITY = 1e-12


FEW_ARTICLES = 30  # scores of fewer articles are marked


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Precision, recall and F1 in [0, 1] of one label, and its number of articles."""

    precision: float
    recall: float
    f1: float
    support: int


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
        In [0, 1]; None if all articles have the same true label, since any other
        predicted label would count as an F1 of zero.
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


@dataclass(frozen=True)
class Evaluation:
    """All scores of one set of predictions.

    Scores are in [0, 1] except ``log_loss``, which is in nats. ``intervals``
    has 95 % intervals, and ``basis`` their sampling units. Macro averages are over
    the labels that occur as true or predicted labels. ``lone_labels`` are the
    labels whose articles are all of one unit.
    ``slices`` has, for each requested field, the scores of its values;
    ``baselines`` has the scores of always giving the most frequent label.
    """

    n: int
    protocol: str
    accuracy: float
    macro_f1: float
    weighted_f1: float
    log_loss: float
    brier: float
    calibration_error: float
    per_class: dict[str, LabelScore]
    labels: tuple[str, ...]
    confusion: list[list[int]]
    intervals: dict[str, tuple[float, float]]
    basis: Basis
    lone_labels: tuple[str, ...]
    reliability: tuple[ReliabilityBin, ...]
    risk_coverage: RiskCoverage
    slices: dict[str, tuple[Slice, ...]] = field(default_factory=dict)
    baselines: tuple[Baseline, ...] = ()

    def to_arrow(self) -> Any:
        """Return the scores, overall and by label and slice, as an Arrow table."""
        return arrow_table(score_rows(self), SCORE_COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as plain JSON values."""
        return {
            "n": self.n,
            "protocol": self.protocol,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "weighted_f1": self.weighted_f1,
            "log_loss": self.log_loss,
            "brier": self.brier,
            "expected_calibration_error": self.calibration_error,
            "per_class": {
                label: {
                    "precision": score.precision,
                    "recall": score.recall,
                    "f1": score.f1,
                    "support": score.support,
                }
                for label, score in self.per_class.items()
            },
            "confusion": {"labels": list(self.labels), "matrix": self.confusion},
            "intervals": {name: list(pair) for name, pair in self.intervals.items()},
            **self.basis.to_dict(),
            "lone_labels": list(self.lone_labels),
            "reliability": [asdict(found) for found in self.reliability],
            "risk_coverage": self.risk_coverage.to_dict(),
            "baselines": [baseline.to_dict() for baseline in self.baselines],
            "slices": {
                name: [part.to_dict() for part in parts] for name, parts in self.slices.items()
            },
        }


def evaluate(
    scored: Scored,
    *,
    protocol: str,
    one_label: Mapping[Source, NDArray[np.int64]] | None = None,
) -> Evaluation:
    """Compute all scores.

    Parameters
    ----------
    scored : Scored
    protocol : str
        Description of how the predictions were made.
    one_label : mapping of {"training", "test"} to ndarray of int, shape (n,)
        The baseline's label of each article, by the articles in which it was the
        most frequent.

    Returns
    -------
    Evaluation
    """
    from sklearn.metrics import precision_recall_fscore_support

    numbers = _occurring(scored.confusion)
    columns = precision_recall_fscore_support(
        scored.y_true, scored.y_pred, labels=numbers, zero_division=0.0
    )
    per_class = {
        scored.labels[number]: LabelScore(float(p), float(r), float(f), int(n))
        for number, p, r, f, n in zip(numbers, *columns, strict=True)
    }
    intervals, basis = score_intervals(scored)
    summary = summaries(scored.confusion.astype(np.float64))
    bins = reliability(scored.confidence, scored.correct)
    return Evaluation(
        n=len(scored),
        protocol=protocol,
        accuracy=float(summary["accuracy"]),
        macro_f1=float(summary["macro_f1"]),
        weighted_f1=float(summary["weighted_f1"]),
        log_loss=_log_loss(scored),
        brier=_brier(scored),
        calibration_error=calibration_error(bins),
        reliability=bins,
        risk_coverage=risk_coverage(scored.confidence, scored.correct),
        per_class=per_class,
        labels=scored.labels,
        confusion=scored.confusion.tolist(),
        intervals=intervals,
        basis=basis,
        lone_labels=lone_labels(scored.labels, scored.y_true, Units.of(len(scored), scored.groups)),
        baselines=tuple(
            _baseline(scored, given, source) for source, given in (one_label or {}).items()
        ),
    )


def _baseline(scored: Scored, given: NDArray[np.int64], source: Source) -> Baseline:
    """Compare the model with a constant label, with the same sampling units."""
    paired = PairedPredictions(scored.labels, scored.y_true, scored.y_pred, given, scored.groups)
    return against_one_label(paired, source)


def _occurring(confusion: NDArray[np.int64]) -> list[int]:
    return np.flatnonzero(confusion.sum(axis=0) + confusion.sum(axis=1)).tolist()


def _log_loss(scored: Scored) -> float:
    of_true_label = scored.probabilities[np.arange(len(scored)), scored.y_true]
    return float(-np.log(np.maximum(of_true_label, SMALLEST_PROBABILITY)).mean())


def _brier(scored: Scored) -> float:
    """Return the multi-class Brier score, summed over labels."""
    one_hot = np.eye(len(scored.labels))[scored.y_true]
    return float(((scored.probabilities - one_hot) ** 2).sum(axis=1).mean())


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
        intervals=intervals,
        basis=basis,
        few=len(part) < FEW_ARTICLES,
    )
