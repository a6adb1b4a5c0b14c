"""Scores of predictions against the truth, with intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from stance.evaluation.baseline import against_one_label
from stance.evaluation.comparison import Paired
from stance.evaluation.confusion import METRICS, Metric, summaries
from stance.evaluation.intervals import score_interval
from stance.evaluation.reliability import calibration_error, reliability, risk_coverage
from stance.evaluation.result_rows import SCORE_COLUMNS, score_rows
from stance.evaluation.sampling_units import UnitCounts, Units, lone_labels
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from stance.evaluation.baseline import Baseline, Source
    from stance.evaluation.reliability import ReliabilityBin, RiskCoverage
    from stance.evaluation.sampling_units import Basis
    from stance.evaluation.slicing import Slice

# Keeps the log of a probability that was rounded to zero finite.
SMALLEST_PROBABILITY = 1e-12


@dataclass(frozen=True)
class Scored:
    """Predictions beside the truth.

    Parameters
    ----------
    labels : tuple of str
        Every label that occurs in the truth or that the model knows.
    truth : ndarray of int, shape (n,)
    probabilities : ndarray of float64, shape (n, n_labels)
        In [0, 1]; a label that the model does not know has zeros.
    groups : sequence of str or None, optional
        The outlet of each article; intervals are then over outlets, since
        articles of one outlet are not independent of each other.
    """

    labels: tuple[str, ...]
    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    groups: Sequence[str | None] | None = None

    @cached_property
    def guess(self) -> NDArray[np.int64]:
        """The most probable label of each article."""
        guess: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return guess

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """How often label i (row) was taken for label j (column)."""
        k = len(self.labels)
        return np.bincount(self.truth * k + self.guess, minlength=k * k).reshape(k, k)

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the best label of each article."""
        best: NDArray[np.float64] = self.probabilities.max(axis=1)
        return best

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """Which articles are labelled rightly."""
        correct: NDArray[np.bool_] = self.guess == self.truth
        return correct

    def part(self, places: NDArray[np.int64]) -> Self:
        """Return some of the articles alone."""
        groups = None if self.groups is None else [self.groups[i] for i in places.tolist()]
        return replace(
            self, truth=self.truth[places], probabilities=self.probabilities[places], groups=groups
        )

    def __len__(self) -> int:
        return len(self.truth)


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Precision, recall and F1 in [0, 1] of one label, and its number of articles."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Evaluation:
    """All scores of one set of predictions.

    Scores are in [0, 1] except ``log_loss``, which is in nats. ``intervals``
    holds 95 % intervals, and ``basis`` what they are taken over. Macro averages
    are over the labels that occur in the truth or were guessed.
    ``lone_labels`` are those that a single unit truly has.
    ``slices`` has, for each field asked for, the scores of its values;
    ``baselines`` what always giving the most frequent label scores.
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
        """Return the scores, overall and of each label and slice, as an Arrow table."""
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
    """Compute every score.

    Parameters
    ----------
    scored : Scored
    protocol : str
        How the predictions came about, in words.
    one_label : mapping of {"training", "test"} to ndarray of int, shape (n,)
        The label that each article would get from always giving the most
        frequent one, by the articles in which it was the most frequent.

    Returns
    -------
    Evaluation
    """
    from sklearn.metrics import precision_recall_fscore_support

    numbers = _occurring(scored.confusion)
    columns = precision_recall_fscore_support(
        scored.truth, scored.guess, labels=numbers, zero_division=0.0
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
        lone_labels=lone_labels(scored.labels, scored.truth, Units.of(len(scored), scored.groups)),
        baselines=tuple(
            _baseline(scored, given, source) for source, given in (one_label or {}).items()
        ),
    )


def _baseline(scored: Scored, given: NDArray[np.int64], source: Source) -> Baseline:
    """Hold the model against one label, over the units of its own intervals."""
    paired = Paired(scored.labels, scored.truth, scored.guess, given, scored.groups)
    return against_one_label(paired, source)


def _occurring(confusion: NDArray[np.int64]) -> list[int]:
    return np.flatnonzero(confusion.sum(axis=0) + confusion.sum(axis=1)).tolist()


def _log_loss(scored: Scored) -> float:
    of_truth = scored.probabilities[np.arange(len(scored)), scored.truth]
    return float(-np.log(np.maximum(of_truth, SMALLEST_PROBABILITY)).mean())


def _brier(scored: Scored) -> float:
    """Mean squared distance of the probabilities from the truth, summed over labels."""
    one_hot = np.eye(len(scored.labels))[scored.truth]
    return float(((scored.probabilities - one_hot) ** 2).sum(axis=1).mean())


def score_intervals(scored: Scored) -> tuple[dict[str, tuple[float, float]], Basis]:
    """Return 95 % intervals, and what they are taken over.

    Parameters
    ----------
    scored : Scored

    Returns
    -------
    intervals : dict of str to (low, high)
        For accuracy, macro_f1 and weighted_f1.
    basis : Basis
        Outlets where they are named, else articles.

    See Also
    --------
    stance.evaluation.intervals : The method.
    """
    k = len(scored.labels)
    cells = (scored.truth * k + scored.guess)[:, None]
    counts = UnitCounts.of(cells, k * k, Units.of(len(scored), scored.groups))
    intervals = {}
    for name in METRICS:
        found = score_interval(counts, (1, k, k), Metric(name), scored.labels)
        intervals[str(name)] = (found.low, found.high)
    return intervals, counts.basis
