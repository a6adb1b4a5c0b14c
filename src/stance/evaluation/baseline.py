"""The most-frequent-label baseline, compared with models on the same articles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from stance.evaluation.comparison import PairedPredictions, compare
from stance.evaluation.confusion import Metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Source = Literal["training", "test"]


@dataclass(frozen=True, slots=True)
class Improvement:
    """Improvement of a model's score over that of always giving one label.

    Parameters
    ----------
    model, baseline : float
        Scores in [0, 1].
    interval : (float, float)
        95 % interval of ``model - baseline``, paired by articles.
    """

    model: float
    baseline: float
    interval: tuple[float, float]

    @property
    def value(self) -> float:
        """The model's score minus the baseline's."""
        return self.model - self.baseline

    @property
    def is_significant(self) -> bool:
        """Whether the whole interval is above zero."""
        return self.interval[0] > 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "score": self.baseline,
            "difference": self.value,
            "interval": list(self.interval),
            "model_is_better": self.is_significant,
        }


@dataclass(frozen=True, slots=True)
class Baseline:
    """The most-frequent-label baseline of a model, on the same articles.

    Parameters
    ----------
    source : {"training", "test"}
        The articles in which the label was the most frequent.
    labels : tuple of str
        The label given; several if folds, or the targets of a task, have
        different ones.
    accuracy, macro_f1 : Improvement
    interval_unit : str
        Sampling unit of the intervals.
    """

    source: Source
    labels: tuple[str, ...]
    accuracy: Improvement
    macro_f1: Improvement
    interval_unit: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "most_frequent_in": self.source,
            "labels": list(self.labels),
            "accuracy": self.accuracy.to_dict(),
            "macro_f1": self.macro_f1.to_dict(),
            "interval_unit": self.interval_unit,
        }


def against_one_label(paired: PairedPredictions, source: Source) -> Baseline:
    """Compare a model with always giving one label.

    Parameters
    ----------
    paired : PairedPredictions
        The model's labels as `first`, the constant label as `second`.
    source : {"training", "test"}
        The articles in which the label was the most frequent.

    Returns
    -------
    Baseline
    """
    accuracy, macro_f1 = (compare(paired, Metric(name)) for name in ("accuracy", "macro_f1"))
    given = np.bincount(paired.second, minlength=len(paired.labels))
    order = np.argsort(-given, kind="stable").tolist()
    return Baseline(
        source=source,
        labels=tuple(paired.labels[number] for number in order if given[number]),
        accuracy=Improvement(accuracy.first, accuracy.second, accuracy.interval),
        macro_f1=Improvement(macro_f1.first, macro_f1.second, macro_f1.interval),
        interval_unit=macro_f1.unit,
    )


@dataclass(frozen=True)
class BaselineComparison:
    """The most-frequent-label baseline of two models that are compared.

    Parameters
    ----------
    score : float
        The baseline's score by the metric of the comparison, in [0, 1].
    first, second : Baseline
    """

    score: float
    first: Baseline
    second: Baseline

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"score": self.score, "a": self.first.to_dict(), "b": self.second.to_dict()}


def compare_with_baseline(paired: PairedPredictions, metric: Metric) -> BaselineComparison:
    """Compare two models with the most frequent label, of each stratum if there are any.

    Parameters
    ----------
    paired : PairedPredictions
        The labels of both models.
    metric : Metric
    """
    numbers = {label: number for number, label in enumerate(paired.labels)}
    y_true = [paired.labels[number] for number in paired.y_true.tolist()]
    given = [numbers[label] for label in most_frequent_by_stratum(y_true, paired.strata)]
    first, second = (
        replace(paired, first=labels, second=np.array(given))
        for labels in (paired.first, paired.second)
    )
    return BaselineComparison(
        compare(first, metric).second,
        against_one_label(first, "test"),
        against_one_label(second, "test"),
    )


def most_frequent(y_true: NDArray[np.int64], n_labels: int) -> int:
    """Return the number of the most frequent label; ties go to the first.

    Examples
    --------
    >>> most_frequent(np.array([2, 1, 2]), 3)
    2
    """
    return int(np.bincount(y_true, minlength=n_labels).argmax())


def most_frequent_label(counts: Mapping[str, int]) -> str:
    """Return the label with the largest count; ties go to the first in sorted order.

    Examples
    --------
    >>> most_frequent_label({"مؤيد": 2, "معارض": 5})
    'معارض'
    """
    return min(counts, key=lambda label: (-counts[label], label))


def most_frequent_by_stratum(y_true: Sequence[str], strata: Sequence[str] | None) -> list[str]:
    """Return, for each article, the most frequent true label of its stratum.

    Parameters
    ----------
    y_true : sequence of str
    strata : sequence of str, optional
        For example the target of each article; by default one stratum.

    Examples
    --------
    >>> most_frequent_by_stratum(["a", "b", "b", "a"], ["x", "y", "y", "x"])
    ['a', 'b', 'b', 'a']
    """
    of = strata if strata is not None else [""] * len(y_true)
    counts: dict[str, dict[str, int]] = {}
    for stratum, label in zip(of, y_true, strict=True):
        held = counts.setdefault(stratum, {})
        held[label] = held.get(label, 0) + 1
    best = {stratum: most_frequent_label(held) for stratum, held in counts.items()}
    return [best[stratum] for stratum in of]
