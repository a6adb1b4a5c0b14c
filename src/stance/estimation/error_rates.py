"""Error rates of a classifier, from held-out predictions of its training corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from stance.errors import CorpusError
from stance.estimation.quantification import LARGEST_CONDITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST_UNITS = 2


@dataclass(frozen=True)
class ErrorRates:
    """Held-out predictions, summed over outlets, or over articles if there are no outlets.

    Parameters
    ----------
    labels : tuple of str
    counted : ndarray of float64, shape (n_units, n_labels, n_labels)
        How many articles of each true label (row) have each predicted label.
    predicted : ndarray of float64, shape (n_units, n_labels, n_labels), optional
        The same sums of probabilities; None if the predictions have none.
    is_by_outlet : bool
        Whether a unit is an outlet.
    outlets_of_label : tuple of int
        In how many outlets each label is.
    probabilities : ndarray of float64, shape (n, n_labels), optional
        Those of the single articles.
    """

    labels: tuple[str, ...]
    counted: Floats
    predicted: Floats | None
    is_by_outlet: bool
    outlets_of_label: tuple[int, ...]
    probabilities: Floats | None = None

    @classmethod
    def of(
        cls,
        labels: Sequence[str],
        y_true: NDArray[np.int64],
        y_pred: NDArray[np.int64],
        probabilities: Floats | None,
        outlet: NDArray[np.int64],
    ) -> Self:
        """Sum predictions over outlets; -1 is the outlet of articles without one."""
        _, numbers = np.unique(outlet, return_inverse=True)
        n_outlets = int(numbers.max()) + 1
        is_by_outlet = n_outlets >= FEWEST_UNITS
        units = numbers if is_by_outlet else np.arange(len(y_true))
        shape = (int(units.max()) + 1, len(labels), len(labels))
        counted = np.zeros(shape)
        np.add.at(counted, (units, y_true, y_pred), 1.0)
        predicted = None
        if probabilities is not None:
            predicted = np.zeros(shape)
            np.add.at(predicted, (units, y_true), probabilities)
        there = np.zeros((n_outlets, len(labels)), dtype=bool)
        there[numbers, y_true] = True
        return cls(
            tuple(labels),
            counted,
            predicted,
            is_by_outlet,
            tuple(there.sum(axis=0).tolist()),
            probabilities,
        )

    @property
    def n_articles(self) -> int:
        """Number of held-out articles."""
        return int(self.counted.sum())

    @property
    def n_units(self) -> int:
        """Number of outlets, or of articles."""
        return len(self.counted)

    @property
    def n_by_label(self) -> Floats:
        """The number of held-out articles of each true label."""
        return np.asarray(self.counted.sum(axis=(0, 2)))

    def table(self, method: str) -> Floats:
        """Return the sums that a method uses: of counts, or of probabilities.

        Raises
        ------
        CorpusError
            If the predictions have no probabilities, and the method needs them.
        """
        if method == "ACC":
            return self.counted
        if self.predicted is None:
            raise CorpusError(
                f"Got held-out predictions without probabilities, but {method} needs those of all "
                "labels. Choose --method acc, which needs labels alone."
            )
        return self.predicted

    def check(self, method: str) -> None:
        """Refuse error rates from which a method cannot tell two labels from each other.

        Raises
        ------
        CorpusError
        """
        table, n = self.table(method).sum(axis=0), self.n_by_label
        for number, label in enumerate(self.labels):
            if not n[number]:
                raise CorpusError(
                    f"Got no held-out article whose true label is {label!r}, so how it is mistaken "
                    "for others is unknown. Code articles of it, or draw a random sample of the "
                    "archive with 'stance sample' and estimate from that."
                )
            if not table[:, number].any():
                raise CorpusError(
                    f"Got held-out predictions in which {label!r} is never predicted, so {method} "
                    f"cannot find its share. {_instead(method)}draw a random sample of the archive "
                    "with 'stance sample' and estimate from that."
                )
        if method != "EMQ" and np.linalg.cond(table / n[:, None]) > LARGEST_CONDITION:
            raise CorpusError(
                "Got held-out predictions in which two labels are predicted at the same rates, so "
                f"{method} cannot find their shares. Draw a random sample of the archive with "
                "'stance sample' and estimate from that."
            )


def _instead(method: str) -> str:
    return "Choose --method pacc, which uses the probabilities, or " if method == "ACC" else "Or "
