"""Batches of inputs, tokenised in the ways that blocks ask for."""

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

# From here on compiled loops are faster, getting them ready included.
MANY_LETTERS = 500_000


class Rows(Protocol):
    """What is known of each row of a batch, and can be had for some of them."""

    def __getitem__(self, rows: NDArray[np.int64]) -> Any:
        """Return the same of some rows."""
        ...


Counted = TypeVar("Counted", bound=Rows)


class Batch(Protocol):
    """What blocks read: inputs, or passages of inputs, one for each row of a matrix."""

    @property
    def inputs(self) -> Sequence[ModelInput]:
        """The inputs; of a passage, the whole that it is part of."""
        ...

    @property
    def table(self) -> NormalizationTable:
        """How words are normalised."""
        ...

    @property
    def words(self) -> TokenBatch:
        """The normalised words."""
        ...

    @property
    def surface(self) -> TokenBatch:
        """The words as published."""
        ...

    def counted(self, key: Hashable, count: Callable[[Batch], Counted]) -> Counted:
        """Return what a block counts in each row.

        Where the rows are part of a corpus that others take parts of too, it is
        counted for the whole corpus, once.

        Parameters
        ----------
        key : hashable
            The same for two calls only if they count the same.
        count : callable
            Counts a batch; what it finds of a row depends on the row alone.
        """
        ...


class Inputs(Batch, Protocol):
    """A batch whose rows are inputs."""

    def part(self, rows: NDArray[np.int64]) -> Inputs:
        """Return some of the inputs."""
        ...

    def passages(self, size: int) -> Passages:
        """Return the passages of the inputs, of about a number of words each."""
        ...


class Passages(Batch, Protocol):
    """A batch whose rows are passages of inputs."""

    @property
    def input_of(self) -> NDArray[np.int64]:
        """The input of each passage, ascending, shape (n_passages,)."""
        ...


@dataclass(frozen=True)
class InputBatch:
    """Some inputs, tokenised in each way at most once.

    Parameters
    ----------
    inputs : sequence of ModelInput
    table : NormalizationTable
    by_voice : bool
        Whether to tell the outlet's own words from quoted ones.
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
        """The words as published."""
        if self._is_small:
            return tokenize_surface(self._texts)
        return read_batch(self._texts, surface_folding())

    def counted(self, key: Hashable, count: Callable[[Batch], Counted]) -> Counted:
        """Return what a block counts in these inputs."""
        return count(self)

    def part(self, rows: NDArray[np.int64]) -> InputBatch:
        """Return some of the inputs."""
        chosen = [self.inputs[row] for row in rows.tolist()]
        return InputBatch(chosen, self.table, self.by_voice)

    def passages(self, size: int) -> PassageBatch:
        """Return the passages of the inputs, of about a number of words each."""
        return PassageBatch(self, size)

    @property
    def _texts(self) -> list[str]:
        return [one.text for one in self.inputs]

    @property
    def _is_small(self) -> bool:
        return sum(len(one.text) for one in self.inputs) < MANY_LETTERS


@dataclass(frozen=True)
class PassageBatch:
    """The passages of some inputs, each read as part of its text.

    Parameters
    ----------
    whole : InputBatch
    size : int
        About how many words are in a passage.
    """

    whole: InputBatch
    size: int

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """How many passages each input has, shape (n_inputs,)."""
        nearest = (self.whole.words.lengths + self.size // 2) // self.size
        return np.maximum(nearest, 1)

    @property
    def input_of(self) -> NDArray[np.int64]:
        """The input of each passage, ascending, shape (n_passages,)."""
        return np.repeat(np.arange(len(self.parts)), self.parts)

    @property
    def inputs(self) -> Sequence[ModelInput]:
        """The whole input that each passage is part of."""
        return [self.whole.inputs[i] for i in self.input_of.tolist()]

    @property
    def table(self) -> NormalizationTable:
        """How words are normalised."""
        return self.whole.table

    @property
    def words(self) -> TokenBatch:
        """The normalised words."""
        return self.whole.words.cut(self.parts)

    @property
    def surface(self) -> TokenBatch:
        """The words as published."""
        return self.whole.surface.cut(self.parts)

    def counted(self, key: Hashable, count: Callable[[Batch], Counted]) -> Counted:
        """Return what a block counts in these passages."""
        return count(self)
