"""Counts of predicted labels in a corpus whose true labels are unknown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.model.prediction import Prediction


@dataclass(frozen=True)
class LabelCount:
    """How many articles got a label, and how many of them are out of domain.

    ``mean_probability`` is None if no article got the label.
    """

    label: str
    n: int
    mean_probability: float | None
    n_out_of_domain: int


@dataclass(frozen=True)
class PredictedLabels:
    """Counts of predicted labels.

    Parameters
    ----------
    n : int
        Number of articles.
    labels : tuple of LabelCount
        Every label of the model, the most frequent first.
    has_domain : bool
        Whether the model can tell what is out of its domain.
    reasons : Counter of str
        Articles out of domain by the reason.
    """

    n: int
    labels: tuple[LabelCount, ...]
    has_domain: bool
    reasons: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, predictions: Sequence[Prediction]) -> Self:
        """Count the labels of at least one prediction."""
        found = []
        for label in predictions[0].probabilities:
            own = [one for one in predictions if one.label == label]
            mean = fmean(one.probability for one in own) if own else None
            outside = sum(bool(one.out_of_domain) for one in own)
            found.append(LabelCount(label, len(own), mean, outside))
        return cls(
            len(predictions),
            tuple(sorted(found, key=lambda one: -one.n)),
            any(one.out_of_domain is not None for one in predictions),
            Counter(one.out_of_domain_reason for one in predictions if one.out_of_domain_reason),
        )

    @property
    def n_out_of_domain(self) -> int:
        """Number of articles out of domain."""
        return sum(one.n_out_of_domain for one in self.labels)
