"""Drawing articles, or whole outlets, again and again from those that were tested.

Scores depend on counts alone, so units that hold the same counts need not be
told apart: how often each kind is drawn is one multinomial draw. Thousands of
single articles are then a few dozen kinds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

# Bounds the memory of one pass: numbers held for the resamples at hand.
NUMBERS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Units:
    """What is drawn: single articles, or groups that stay whole.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n_articles,)
        The unit of each article.
    name : str
        What a unit is, such as ``outlet``.
    """

    numbers: NDArray[np.int64]
    name: str

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(np.unique(self.numbers))


def resampling_units(
    truth: NDArray[np.int64], groups: Sequence[str | None] | None, name: str = "outlet"
) -> Units:
    """Choose what to draw: groups, where every label comes from several of them.

    A label of one group alone would vanish from many resamples; so would the
    articles be torn from a group that nobody knows. Single articles are drawn
    then.

    Parameters
    ----------
    truth : ndarray of int64, shape (n_articles,)
    groups : sequence of str or None, optional
        Articles of one group are not independent of each other.
    name : str
        What a group is.
    """
    if groups is not None and None not in groups:
        pairs = set(zip(truth.tolist(), groups, strict=True))
        if min(Counter(label for label, _ in pairs).values(), default=0) > 1:
            numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
            return Units(np.array([numbers[group] for group in groups]), name)
    return Units(np.arange(len(truth)), "article")


def resampled_counts(
    cells: NDArray[np.int64], n_cells: int, units: Units, *, resamples: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """Draw units with replacement, and count what falls into each cell.

    Parameters
    ----------
    cells : ndarray of int64, shape (n_articles, n_counted)
        The cells that an article is counted in.
    n_cells : int
    units : Units
    resamples : int
    seed : int

    Yields
    ------
    ndarray of float64, shape (n_draws, n_cells)
        As many draws as fit into memory at once; `resamples` in all.

    References
    ----------
    Field, Welsh: Bootstrapping Clustered Data, JRSS B 69(3), 2007.
    """
    kinds, shares = _kinds(cells, n_cells, units)
    random = np.random.default_rng(seed)
    at_once = max(NUMBERS_AT_ONCE // max(n_cells, len(shares)), 1)
    for first in range(0, resamples, at_once):
        size = min(at_once, resamples - first)
        yield random.multinomial(units.count, shares, size=size) @ kinds


def _kinds(
    cells: NDArray[np.int64], n_cells: int, units: Units
) -> tuple[sparse.csr_array, NDArray[np.float64]]:
    """Return the counts of each kind of unit, and its share of the units."""
    from scipy import sparse

    held: dict[int, list[int]] = {}
    for unit, row in zip(units.numbers.tolist(), cells.tolist(), strict=True):
        held.setdefault(unit, []).extend(row)
    found = Counter(tuple(sorted(content)) for content in held.values())
    lengths = np.array([len(content) for content in found])
    columns = np.fromiter((cell for content in found for cell in content), dtype=np.int64)
    rows = np.repeat(np.arange(len(found)), lengths)
    values = np.ones(len(columns))
    kinds = sparse.coo_array((values, (rows, columns)), shape=(len(found), n_cells)).tocsr()
    return kinds, np.array(list(found.values())) / len(held)
