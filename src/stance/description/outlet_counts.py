"""Counts of terms by outlet in the two parts of a comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from stance.description.measures import Frequencies
from stance.features.matrices import csr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.description.term_counts import TermCounts


@dataclass(frozen=True)
class Part:
    """A part of a corpus: its counts by outlet.

    Parameters
    ----------
    counts : csr_array of int64, shape (n_outlets, n_terms)
    sizes : ndarray of int64, shape (n_outlets, 2)
        The number of all words and of all pairs in each outlet.
    documents : ndarray of int64, shape (n_terms,)
        Number of articles with each term.
    n_articles : int
    """

    counts: sparse.csr_array
    sizes: NDArray[np.int64]
    documents: NDArray[np.int64]
    n_articles: int

    @property
    def totals(self) -> NDArray[np.int64]:
        """Number of occurrences of each term."""
        return np.asarray(self.counts.sum(axis=0), dtype=np.int64)

    @property
    def outlets(self) -> NDArray[np.int64]:
        """Number of outlets with each term."""
        return np.bincount(self.counts.indices, minlength=self.counts.shape[1])

    @property
    def has_outlet(self) -> NDArray[np.bool_]:
        """Which outlets have any word in this part, shape (n_outlets,)."""
        has: NDArray[np.bool_] = self.sizes[:, 0] > 0
        return has


@dataclass(frozen=True)
class Sides:
    """The two parts of a comparison, with the same outlets and terms.

    Parameters
    ----------
    target, reference : Part
    kinds : ndarray of int64, shape (n_terms,)
        Whether a term is a word or a pair: the column of `Part.sizes` to compare it with.
    """

    target: Part
    reference: Part
    kinds: NDArray[np.int64]

    @cached_property
    def frequencies(self) -> Frequencies:
        """The frequencies of all terms in the two parts."""
        return Frequencies(
            self.target.totals,
            self.target.sizes.sum(axis=0)[self.kinds],
            self.reference.totals,
            self.reference.sizes.sum(axis=0)[self.kinds],
        )

    @property
    def outlets(self) -> NDArray[np.int64]:
        """Number of outlets with each term, in either part or in both."""
        both = self.target.counts + self.reference.counts
        return np.bincount(both.indices, minlength=both.shape[1])

    @property
    def n_compared_outlets(self) -> int:
        """Number of outlets with any word in either part."""
        return int(np.count_nonzero(self.target.has_outlet | self.reference.has_outlet))

    def only(self, terms: NDArray[np.int64]) -> Self:
        """Return the counts of the chosen terms."""
        target, reference = (
            replace(part, counts=part.counts[:, terms], documents=part.documents[terms])
            for part in (self.target, self.reference)
        )
        return replace(self, target=target, reference=reference, kinds=self.kinds[terms])

    def without(self, outlet: int) -> Frequencies | None:
        """Return the frequencies without an outlet; None if a part is empty then."""
        parts = (self.target, self.reference)
        others = np.arange(len(self.target.sizes)) != outlet
        if any(not part.has_outlet[others].any() for part in parts):
            return None
        left: list[NDArray[np.int64]] = []
        for part, total, size in zip(
            parts, self.frequencies[::2], self.frequencies[1::2], strict=True
        ):
            own = part.counts[[outlet]].toarray()[0]
            left += [np.asarray(total) - own, np.asarray(size) - part.sizes[outlet][self.kinds]]
        return Frequencies(*left)


@dataclass(frozen=True)
class OutletCounts:
    """Counts of terms by value of a field and outlet.

    Parameters
    ----------
    counts : csr_array of int64, shape (n_values * n_outlets, n_terms)
        Row ``value * n_outlets + outlet``.
    sizes : ndarray of int64, shape (n_values * n_outlets, 2)
    documents : csr_array of int64, shape (n_values, n_terms)
    n_articles : ndarray of int64, shape (n_values,)
    kinds : ndarray of int64, shape (n_terms,)
    """

    counts: sparse.csr_array
    sizes: NDArray[np.int64]
    documents: sparse.csr_array
    n_articles: NDArray[np.int64]
    kinds: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        counts: TermCounts,
        values: NDArray[np.int64],
        outlets: NDArray[np.int64],
        n_values: int,
    ) -> OutletCounts:
        """Add up the counts of articles.

        Parameters
        ----------
        counts : TermCounts
        values, outlets : ndarray of int64, shape (n_articles,)
            The numbers of the value and of the outlet of each article.
        n_values : int
        """
        n_outlets = int(outlets.max()) + 1
        cells = values * n_outlets + outlets
        by_cell = _indicator(cells, n_values * n_outlets)
        there = csr(
            np.ones(counts.matrix.nnz, np.int32),
            counts.matrix.indices,
            counts.matrix.indptr,
            counts.matrix.shape[1],
        )
        return cls(
            by_cell @ counts.matrix,
            by_cell @ counts.sizes,
            _indicator(values, n_values) @ there,
            np.bincount(values, minlength=n_values),
            counts.kinds,
        )

    def sides(self, target: Sequence[int], reference: Sequence[int]) -> Sides:
        """Return two parts, each of one value or of several."""
        return Sides(self._part(target), self._part(reference), self.kinds)

    def _part(self, values: Sequence[int]) -> Part:
        n_values = len(self.n_articles)
        n_outlets = self.counts.shape[0] // n_values
        chosen = np.array(values, dtype=np.int64)
        rows = (chosen[:, None] * n_outlets + np.arange(n_outlets)).ravel()
        by_outlet = _indicator(np.tile(np.arange(n_outlets), len(chosen)), n_outlets)
        counts = by_outlet @ self.counts[rows]
        counts.eliminate_zeros()
        documents = np.asarray(self.documents[chosen].sum(axis=0), dtype=np.int64)
        return Part(
            counts, by_outlet @ self.sizes[rows], documents, int(self.n_articles[chosen].sum())
        )


def _indicator(groups: NDArray[np.int64], n_groups: int) -> sparse.csr_array:
    """Return the matrix that adds up rows by group, shape (n_groups, n_rows)."""
    order = np.argsort(groups, kind="stable").astype(np.int32)
    offsets = np.searchsorted(groups[order], np.arange(n_groups + 1))
    return csr(np.ones(len(groups), np.int64), order, offsets, len(groups))
