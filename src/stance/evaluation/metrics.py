"""Scores of predictions, overall and by label."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

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
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from stance.evaluation.baseline import Baseline, Source
    from stance.evaluation.reliability import ReliabilityBin, RiskCoverage
    from stance.evaluation.sampling_units import Basis
    from stance.evaluation.scored import Scored
    from stance.evaluation.slices import Slice

# Keeps the log loss finite if a probability was rounded to zero.
SMALLEST_PROBABILITY = 1e-12


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Precision, recall and F1 in [0, 1] of one label, and its number of articles."""

    precision: float
    recall: float
    f1: float
    support: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class OutOfDomain:
    """How many articles are out of a model's domain, and how many labels are right.

    Parameters
    ----------
    share : float
        Share of the articles that are out of domain, in [0, 1].
    accuracy : float or None
        Share of correct labels among them; None if there are none.
    accuracy_in_domain : float or None
        Share of correct labels among the others; None if there are none.
    """

    share: float
    accuracy: float | None
    accuracy_in_domain: float | None

    @classmethod
    def of(cls, scored: Scored) -> Self | None:
        """Count the flagged articles; None if the model has no domain."""
        flags = scored.out_of_domain
        if flags is None:
            return None
        inside, outside = scored.correct[~flags], scored.correct[flags]
        return cls(
            share=float(flags.mean()),
            accuracy=float(outside.mean()) if len(outside) else None,
            accuracy_in_domain=float(inside.mean()) if len(inside) else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Evaluation:
    """All scores of one set of predictions.

    Scores are in [0, 1] except ``log_loss``, which is in nats. ``intervals``
    has 95 % intervals, and ``basis`` their sampling units. Macro averages are over
    the labels that occur as true or predicted labels. ``lone_labels`` are the
    labels whose articles are all of one unit.
    ``out_of_domain`` counts the articles that are out of the model's domain, or
    is None if it has none.
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
    out_of_domain: OutOfDomain | None = None
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
            "per_class": {label: score.to_dict() for label, score in self.per_class.items()},
            "confusion": {"labels": list(self.labels), "matrix": self.confusion},
            "intervals": {name: list(pair) for name, pair in self.intervals.items()},
            **self.basis.to_dict(),
            "lone_labels": list(self.lone_labels),
            "reliability": [asdict(found) for found in self.reliability],
            "risk_coverage": self.risk_coverage.to_dict(),
            "out_of_domain": self.out_of_domain.to_dict() if self.out_of_domain else None,
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
        per_class=label_scores(scored),
        out_of_domain=OutOfDomain.of(scored),
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


def label_scores(scored: Scored) -> dict[str, LabelScore]:
    """Return the scores of each label that occurs as a true or predicted label."""
    correct = scored.confusion.diagonal()
    given, support = scored.confusion.sum(axis=0), scored.confusion.sum(axis=1)
    return {
        scored.labels[number]: LabelScore(
            precision=float(correct[number] / max(given[number], 1)),
            recall=float(correct[number] / max(support[number], 1)),
            f1=float(2 * correct[number] / (given[number] + support[number])),
            support=int(support[number]),
        )
        for number in np.flatnonzero(given + support).tolist()
    }


def _log_loss(scored: Scored) -> float:
    of_true_label = scored.probabilities[np.arange(len(scored)), scored.y_true]
    return float(-np.log(np.maximum(of_true_label, SMALLEST_PROBABILITY)).mean())


def _brier(scored: Scored) -> float:
    """Return the multi-class Brier score, summed over labels."""
    one_hot = np.eye(len(scored.labels))[scored.y_true]
    return float(((scored.probabilities - one_hot) ** 2).sum(axis=1).mean())
