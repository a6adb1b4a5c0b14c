"""Where the values of a block's columns come from: the part of its contract for explanations.

A column that counts an n-gram has its value from the words of each place where the
n-gram occurs; a column that counts the terms of a category, from the words of each term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.batches import Batch, InputBatch

# Number of an occurrence that is not that of a term.
NO_TERM = -1


class Occurrences(NamedTuple):
    """The occurrences of a block's columns in a batch, text by text.

    Parameters
    ----------
    columns : ndarray of int32, shape (n_occurrences,)
    starts, ends : ndarray of int64, shape (n_occurrences,)
        Each is at ``tokens[start:end]`` of the batch.
    terms : ndarray of int32, shape (n_occurrences,)
        The number of the term that was found, for `ExplainedBlock.term`; -1
        for none.
    surface : bool
        Whether tokens are the words as published.
    """

    columns: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    terms: NDArray[np.int32]
    surface: bool = False

    def by_place(self) -> Occurrences:
        """Return the occurrences in the order of their places."""
        order = np.argsort(self.starts, kind="stable")
        return Occurrences(
            self.columns[order],
            self.starts[order],
            self.ends[order],
            self.terms[order],
            self.surface,
        )


class FoundTerm(NamedTuple):
    """A term that a block found in a text.

    Parameters
    ----------
    term : str
    first_word : str
        The normalised form of its first word.
    category : str
    actor : str, optional
        The actor that the term names or concerns.
    side : str, optional
        The label of the outlets that tend to use it.
    other_names : sequence of str
        Other names of the same actor; empty unless the term names one.
    """

    term: str
    first_word: str
    category: str
    actor: str | None
    side: str | None
    other_names: Sequence[str] = ()


class ExplainedBlock(Protocol):
    """What a block tells about its part of decision values.

    The part of label k is the sum over columns of ``linear_values * factors[:, k]``,
    in the arithmetic with which texts are scored.
    """

    def linear_values(self, batch: Batch) -> sparse.csr_array:
        """Return the values to multiply by `factors`, CSR float64, (n_rows, n_columns)."""
        ...

    def factors(
        self, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the factor of each column and label.

        Parameters
        ----------
        scale : ndarray of float32, shape (n_columns,)
        weights : ndarray of float32, shape (n_columns, n_labels)
        """
        ...

    def values_and_occurrences(self, batch: InputBatch) -> tuple[sparse.csr_array, Occurrences]:
        """Return `linear_values` of whole inputs, and where each column has its values from.

        A column without places has no occurrences.
        """
        ...

    def letters(self, column: int, word: str) -> list[tuple[int, int]]:
        """Return the places of a column within one of its words: ``word[start:end]``."""
        ...

    def term(self, number: int) -> FoundTerm:
        """Return a term of `Occurrences.terms`."""
        ...


class PlainExplanation:
    """Default implementation of `ExplainedBlock`: columns without places."""

    def linear_values(self, batch: Batch) -> sparse.csr_array:
        """Return the values of the block, in double precision."""
        return self.transform(batch).astype(np.float64)

    def transform(self, batch: Batch) -> sparse.csr_array:
        """Return values, CSR float32 of shape (n_rows, n_columns)."""
        raise NotImplementedError

    def factors(
        self, scale: NDArray[np.float32], weights: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return weights times scale."""
        return weights * scale[:, None]

    def values_and_occurrences(self, batch: InputBatch) -> tuple[sparse.csr_array, Occurrences]:
        """Return the values, and no occurrences."""
        none = np.empty(0, dtype=np.int64)
        places = Occurrences(none.astype(np.int32), none, none, none.astype(np.int32))
        return self.linear_values(batch), places

    def letters(self, column: int, word: str) -> list[tuple[int, int]]:
        """Return the whole word."""
        return [(0, len(word))]

    def term(self, number: int) -> FoundTerm:
        """Raise an error: no column has terms."""
        raise NotImplementedError
