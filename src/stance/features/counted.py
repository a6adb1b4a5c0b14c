"""Counts of a corpus, computed once and shared by all its folds.

The counts of an article depend on that article alone. So each fold of a
cross-validation selects its rows from the counts of the whole corpus, and only
pruning and weighting are done per fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from stance.features.batches import Batch, Counted, InputBatch, PassageBatch
    from stance.features.model_input import ModelInput
    from stance.features.tokens import TokenBatch
    from stance.text.normalization_table import NormalizationTable


Whole = TypeVar("Whole", bound="Batch")


class CountedBatch(Generic[Whole]):
    """All rows of a corpus, with a cache of their counts.

    Parameters
    ----------
    whole : Batch
    """

    def __init__(self, whole: Whole) -> None:
        self.whole = whole
        self._counted: dict[Hashable, Any] = {}

    def counted(self, key: Hashable, count: Callable[[Batch], Counted]) -> Counted:
        """Return a block's counts; see `Batch.counted`."""
        if key not in self._counted:
            self._counted[key] = count(self.whole)
        found: Counted = self._counted[key]
        return found


class CountedInputs(CountedBatch["InputBatch"]):
    """All inputs of a corpus and their passages, with a cache of their counts.

    Parameters
    ----------
    whole : InputBatch
    """

    def __init__(self, whole: InputBatch) -> None:
        super().__init__(whole)
        self._passages: dict[int, CountedBatch[PassageBatch]] = {}

    def passages(self, size: int) -> CountedBatch[PassageBatch]:
        """Split all inputs into passages of about ``size`` words."""
        if size not in self._passages:
            self._passages[size] = CountedBatch(self.whole.passages(size))
        return self._passages[size]

    def part(self, rows: NDArray[np.int64]) -> PartOfInputs:
        """Return a subset of the inputs."""
        return PartOfInputs(self, rows)


@dataclass(frozen=True)
class _PartOfBatch(Generic[Whole]):
    """A subset of the rows of a counted corpus.

    Parameters
    ----------
    source : CountedBatch
    rows : ndarray of int64, shape (n_rows,)
    """

    source: CountedBatch[Whole]
    rows: NDArray[np.int64]

    @property
    def inputs(self) -> Sequence[ModelInput]:
        """The input of each row; for a passage, the whole input that contains it."""
        inputs = self.source.whole.inputs
        return [inputs[row] for row in self.rows.tolist()]

    @property
    def table(self) -> NormalizationTable:
        """The normalisation of words."""
        return self.source.whole.table

    @cached_property
    def words(self) -> TokenBatch:
        """The normalised words."""
        return self.source.whole.words[self.rows]

    @cached_property
    def surface(self) -> TokenBatch:
        """The words as published, not normalised."""
        return self.source.whole.surface[self.rows]

    def counted(self, key: Hashable, count: Callable[[Batch], Counted]) -> Counted:
        """Return a block's counts; see `Batch.counted`."""
        found: Counted = self.source.counted(key, count)[self.rows]
        return found

    def of_inputs(self, count: Callable[[Batch], NDArray[np.int32]]) -> NDArray[np.int32]:
        """Return a result for each row, computed from the whole input that contains it."""
        return self.source.whole.of_inputs(count)[self.rows]


@dataclass(frozen=True)
class PartOfInputs(_PartOfBatch["InputBatch"]):
    """A subset of the inputs of a corpus."""

    source: CountedInputs

    def part(self, rows: NDArray[np.int64]) -> PartOfInputs:
        """Return a subset of these inputs."""
        return PartOfInputs(self.source, self.rows[rows])

    def passages(self, size: int) -> PartOfPassages:
        """Split these inputs into passages of about ``size`` words."""
        passages = self.source.passages(size)
        of_all = passages.whole.parts
        parts = of_all[self.rows]
        first = (np.cumsum(of_all) - of_all)[self.rows]
        within = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
        rows = np.repeat(first, parts) + within
        return PartOfPassages(passages, rows, np.repeat(np.arange(len(parts)), parts))


@dataclass(frozen=True)
class PartOfPassages(_PartOfBatch["PassageBatch"]):
    """The passages of a subset of the inputs of a corpus.

    Parameters
    ----------
    source, rows
        All passages of the corpus, and the selected row numbers.
    input_of : ndarray of int64, shape (n_rows,)
        The input of each passage, ascending, as an index into the subset.
    """

    input_of: NDArray[np.int64]
