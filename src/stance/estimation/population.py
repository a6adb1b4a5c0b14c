"""All articles of an archive, as sums over groups and outlets, and the articles coded by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Population:
    """What is known of all articles of an archive, summed over cells.

    A cell is one combination of group and outlet, so memory does not grow with
    the number of articles.

    Parameters
    ----------
    group : ndarray of int64, shape (n_cells,)
        Number of the group; -1 for articles without one.
    outlet : ndarray of int64, shape (n_cells,)
        Number of the outlet.
    n : ndarray of int64, shape (n_cells,)
        Number of articles.
    predicted : ndarray of float64, shape (n_cells, n_labels)
        Sums of the predictions: of the probabilities of each label where the archive
        has them, else the same as `counted`.
    counted : ndarray of float64, shape (n_cells, n_labels)
        How many articles have each predicted label.
    """

    group: NDArray[np.int64]
    outlet: NDArray[np.int64]
    n: NDArray[np.int64]
    predicted: NDArray[np.float64]
    counted: NDArray[np.float64]

    @property
    def n_articles(self) -> int:
        """Number of articles."""
        return int(self.n.sum())


@dataclass(frozen=True)
class CodedSample:
    """The articles that were drawn and coded by hand.

    Parameters
    ----------
    y : ndarray of int64, shape (n_coded,)
        Number of the label that was given by hand.
    predicted : ndarray of float64, shape (n_coded, n_labels)
        The predictions for the same articles, as in `Population`.
    inclusion_probability : ndarray of float64, shape (n_coded,)
        The probability with which the article was drawn and coded, in (0, 1].
    stratum : ndarray of int64, shape (n_coded,)
        Articles of a stratum were drawn independently of other strata.
    group, outlet : ndarray of int64, shape (n_coded,)
        The same numbers as in `Population`.
    """

    y: NDArray[np.int64]
    predicted: NDArray[np.float64]
    inclusion_probability: NDArray[np.float64]
    stratum: NDArray[np.int64]
    group: NDArray[np.int64]
    outlet: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of coded articles."""
        return len(self.y)

    @property
    def hand(self) -> NDArray[np.float64]:
        """The hand labels as zeros and ones, shape (n_coded, n_labels)."""
        found = np.zeros_like(self.predicted)
        found[np.arange(len(self)), self.y] = 1.0
        return found
