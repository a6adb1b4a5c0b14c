"""Batches of inputs with the tokenisations that feature blocks read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from stance.features.folding import surface_folding, word_folding
from stance.features.tokens import TokenBatch, tokenize, tokenize_surface
from stance.features.word_reading import read_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from stance.features.model_input import ModelInput
    from stance.text.normalization_table import NormalizationTable

# From this size on compiled loops are faster, even with the time to load them.
MANY_LETTERS = 500_000


class Rows(Protocol):
    """Per-row results of a batch that can be indexed by row numbers."""

    def __getitem__(self, rows: NDArray[np.int64]) -> Any:
        """Return the results of the selected rows."""
        ...


Counted = TypeVar("Counted", bound=Rows)


class Batch(Protocol):
    """The input of a feature block: one model input, or one passage, per matrix row."""

    @property
    def inputs(self) -> Sequence[ModelInput]:
        """The input of each row; for a passage, the whole input that contains it."""
        ...

    @property
    def table(self) -> NormalizationTable:
        """The normalisation of words."""
        ...

    @property
    def words(self) -> TokenBatch:
        """The normalised words."""
        ...

    @property
    def surface(self) -> TokenBatch:
        """The words as published, not normalised."""
        ...

    def counted(self, key: Hashable, count: Callable[[Batch], Counted]) -> Counted:
        """Return a block's counts for each row.

        If the rows are a subset of a shared corpus, the counts are computed once
        for the whole corpus and then indexed.

        Parameters
        ----------
        key : hashable
            Cache key. Two calls may share a key only if they compute the same
            counts.
        count : callable
            Counts a batch. The counts of a row must depend on that row alone.
        """
        ...

    def of_inputs(self, count: Callable[[Batch], NDArray[np.int32]]) -> NDArray[np.int32]:
        """Return a result for each row, computed from the whole input that contains it.

        Parameters
        ----------
        count : callable
            Takes a batch of whole inputs; returns an entry for each.
        """
        ...


class Inputs(Batch, Protocol):
    """A batch whose rows are inputs."""

    def part(self, rows: NDArray[np.int64]) -> Inputs:
        """Return a subset of the inputs."""
        ...

    def passages(self, size: int) -> Passages:
        """Split the inputs into passages of about ``size`` words."""
        ...


class Passages(Batch, Protocol):
    """A batch whose rows are passages of inputs."""

    @property
    def input_of(self) -> NDArray[np.int64]:
        """The input of each passage, ascending, shape (n_passages,)."""
        ...


@dataclass(frozen=True)
class InputBatch:
    """Model inputs, each tokenisation of which is computed at most once.

    Parameters
    ----------
    inputs : sequence of ModelInput
    table : NormalizationTable
    by_voice : bool
        Whether to distinguish the outlet's own words from quoted ones.
    """

    inputs: Sequence[ModelInput]
    table: NormalizationTable
    by_voice: bool

    @cached_property
    def words(self) -> TokenBatch:
        """The normalised words."""
        if self._is_small:
            return tokenize(self._texts, self.table, by_voice=self.by_voice)
        return read_batch(self._texts, word_folding(self.table), by_voice=self.by_voice)

    @cached_property
    def surface(self) -> TokenBatch:
        """The words as published, not normalised."""
        if self._is_small:
            return tokenize_surface(self._texts)
        return read_batch(self._texts, surface_folding())

    def counted(self, key: Hashable, count: Callable[[Batch], Counted]) -> Counted:
        """Return a block's counts for these inputs."""
        return count(self)

    def of_inputs(self, count: Callable[[Batch], NDArray[np.int32]]) -> NDArray[np.int32]:
        """Return a result for each input."""
        return count(self)

    def part(self, rows: NDArray[np.int64]) -> InputBatch:
        """Return a subset of the inputs."""
        chosen = [self.inputs[row] for row in rows.tolist()]
        return InputBatch(chosen, self.table, self.by_voice)

    def passages(self, size: int) -> PassageBatch:
        """Split the inputs into passages of about ``size`` words."""
        return PassageBatch(self, size)

    @property
    def _texts(self) -> list[str]:
        return [one.text for one in self.inputs]

    @property
    def _is_small(self) -> bool:
        return sum(len(one.text) for one in self.inputs) < MANY_LETTERS


@dataclass(frozen=True)
class PassageBatch:
    """Passages of model inputs, each tokenised as part of its text.

    Parameters
    ----------
    whole : InputBatch
    size : int
        Approximate number of words of a passage.
    """

    whole: InputBatch
    size: int

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """Number of passages of each input, shape (n_inputs,)."""
        nearest = (self.whole.words.lengths + self.size // 2) // self.size
        return np.maximum(nearest, 1)

    @property
    def input_of(self) -> NDArray[np.int64]:
        """The input of each passage, ascending, shape (n_passages,)."""
        return np.repeat(np.arange(len(self.parts)), self.parts)

    @property
    def inputs(self) -> Sequence[ModelInput]:
        """The whole input that contains each passage."""
        return [self.whole.inputs[i] for i in self.input_of.tolist()]

    @property
    def table(self) -> NormalizationTable:
        """The normalisation of words."""
        return self.whole.table

    @property
    def words(self) -> TokenBatch:
        """The normalised words."""
        return self.whole.words.cut(self.parts)

    @property
    def surface(self) -> TokenBatch:
        """The words as published, not normalised."""
        return self.whole.surface.cut(self.parts)

    def counted(self, key: Hashable, count: Callable[[Batch], Counted]) -> Counted:
        """Return a block's counts for these passages."""
        return count(self)

    def of_inputs(self, count: Callable[[Batch], NDArray[np.int32]]) -> NDArray[np.int32]:
        """Return a result for each passage, computed from its input."""
        return count(self.whole)[self.input_of]
