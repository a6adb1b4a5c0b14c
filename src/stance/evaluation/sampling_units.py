"""Sampling units of intervals: outlets if they are named, else single articles.

Articles of the same outlet are not independent, so intervals are over outlets.
Scores depend only on counts, so each unit is represented by the counts of its
articles, and units with equal counts are stored once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

# With fewer units intervals were too narrow or too wide to be useful: benchmarks/score_coverage.py.
FEW_UNITS = 8


@dataclass(frozen=True, slots=True)
class Basis:
    """The sampling units of an interval.

    Parameters
    ----------
    unit : str
        The kind of unit: ``outlet`` or ``article``.
    n_units : int
    effective : float
        Effective number of units of equal size (Kish), at most `n_units`.
    group : str
        What articles are grouped by; ``outlet`` by default.
    n_groups : int
        Number of named groups.
    n_ungrouped : int
        Number of articles without a group if others have one; each is a unit.
    """

    unit: str
    n_units: int
    effective: float
    group: str = "outlet"
    n_groups: int = 0
    n_ungrouped: int = 0

    @property
    def of_one_group(self) -> bool:
        """Whether all articles are of one group, so that the units are articles."""
        return self.n_groups == 1 and self.unit != self.group

    @property
    def few(self) -> bool:
        """Whether there are too few units for a reliable interval."""
        groups = self.n_groups if self.unit == self.group else self.n_units
        return min(groups, self.n_units) < FEW_UNITS

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "interval_unit": self.unit,
            "n_units": self.n_units,
            "effective_units": self.effective,
            "few_units": self.few or self.of_one_group,
        }


@dataclass(frozen=True)
class Units:
    """The unit of each article.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n_articles,)
        Consecutive numbers from zero.
    basis : Basis
    """

    numbers: NDArray[np.int64]
    basis: Basis

    @classmethod
    def of(
        cls, n_articles: int, groups: Sequence[str | None] | None, group: str = "outlet"
    ) -> Self:
        """Use named groups as units, and each article without a group as its own unit.

        Articles are the units if no group is named, or if all are of one group; in
        the latter case the interval holds only for that group.

        Parameters
        ----------
        n_articles : int
        groups : sequence of str or None, optional
        group : str
            Name of the groups.

        Examples
        --------
        >>> Units.of(4, ["الشروق", "الشروق", None, "الفجر"]).numbers.tolist()
        [0, 0, 1, 2]
        >>> Units.of(2, ["الشروق", "الشروق"]).basis.unit
        'article'
        """
        named = set(groups or ()) - {None}
        ungrouped = sum(one is None for one in groups or ())
        alone = len(named) == 1 and not ungrouped and group != "article"
        if groups is None or not named or alone:
            each = np.arange(n_articles)
            basis = Basis("article", n_articles, float(n_articles), group, len(named))
            return cls(each, basis)
        keys = [place if one is None else one for place, one in enumerate(groups)]
        places = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        numbers = np.array([places[key] for key in keys])
        sizes = np.bincount(numbers).astype(np.float64)
        effective = float(sizes.sum() ** 2 / (sizes**2).sum())
        basis = Basis(group, len(places), effective, group, len(named), ungrouped)
        return cls(numbers, basis)


@dataclass(frozen=True)
class UnitCounts:
    """Number of articles of each unit in each cell; units with equal counts are stored once.

    Parameters
    ----------
    kinds : csr_array of float64, shape (n_kinds, n_cells)
    times : ndarray of int64, shape (n_kinds,)
        Number of units with these counts.
    basis : Basis
    articles : UnitCounts, optional
        The same with articles as units; None if the units are articles.
    """

    kinds: sparse.csr_array
    times: NDArray[np.int64]
    basis: Basis
    articles: UnitCounts | None = None

    @classmethod
    def of(cls, cells: NDArray[np.int64], n_cells: int, units: Units) -> Self:
        """Count the articles in each cell, by unit.

        Parameters
        ----------
        cells : ndarray of int64, shape (n_articles, n_counted)
            The cells in which an article is counted.
        n_cells : int
        units : Units
        """
        n_articles = len(cells)
        if units.basis.n_units == n_articles:
            return cls(*_kinds(cells, n_cells, units.numbers), units.basis)
        each = Units.of(n_articles, None)
        articles = cls(*_kinds(cells, n_cells, each.numbers), each.basis)
        return cls(*_kinds(cells, n_cells, units.numbers), units.basis, articles)

    @property
    def total(self) -> NDArray[np.float64]:
        """Counts summed over all units, shape (n_cells,)."""
        total: NDArray[np.float64] = self.times @ self.kinds
        return total


def _kinds(
    cells: NDArray[np.int64], n_cells: int, numbers: NDArray[np.int64]
) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """Return the distinct rows of counts, and the number of units with each."""
    from scipy import sparse

    held: dict[int, list[int]] = {}
    for unit, row in zip(numbers.tolist(), cells.tolist(), strict=True):
        held.setdefault(unit, []).extend(row)
    found = Counter(tuple(sorted(content)) for content in held.values())
    lengths = np.array([len(content) for content in found])
    columns = np.fromiter((cell for content in found for cell in content), dtype=np.int64)
    rows = np.repeat(np.arange(len(found)), lengths)
    values = np.ones(len(columns))
    kinds = sparse.coo_array((values, (rows, columns)), shape=(len(found), n_cells)).tocsr()
    return kinds, np.array(list(found.values()))


def lone_labels(labels: Sequence[str], y_true: NDArray[np.int64], units: Units) -> tuple[str, ...]:
    """Return the labels whose articles are all of one unit.

    Parameters
    ----------
    labels : sequence of str
    y_true : ndarray of int64, shape (n_articles,)
        Numbers of labels.
    units : Units
    """
    found = np.unique(np.stack([y_true, units.numbers]), axis=1)[0]
    holders = np.bincount(found, minlength=len(labels))
    return tuple(labels[number] for number in np.flatnonzero(holders == 1).tolist())
