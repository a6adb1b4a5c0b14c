"""Blocks of features side by side, each with its weight."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from stance.features.matrices import scaled, stack
from stance.features.tokens import TokenBatch, tokenize, tokenize_surface
from stance.features.units import read_batch, surface_folding, word_folding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.preparation import Preparation
    from stance.text.normalization import NormalizationTable

# From here on compiled loops are faster, getting them ready included.
MANY_LETTERS = 500_000


@dataclass(frozen=True)
class TextBatch:
    """Some texts, tokenised in the ways that blocks ask for, each way once.

    Parameters
    ----------
    texts : sequence of str
    table : NormalizationTable
    by_voice : bool
        Whether to tell the outlet's own words from quoted ones.
    """

    texts: Sequence[str]
    table: NormalizationTable
    by_voice: bool

    @cached_property
    def words(self) -> TokenBatch:
        """The normalised words."""
        if self.by_voice or self._is_small:
            return tokenize(self.texts, self.table, by_voice=self.by_voice)
        return read_batch(self.texts, word_folding(self.table))

    @cached_property
    def surface(self) -> TokenBatch:
        """The words as published."""
        if self._is_small:
            return tokenize_surface(self.texts)
        return read_batch(self.texts, surface_folding())

    @property
    def _is_small(self) -> bool:
        return sum(map(len, self.texts)) < MANY_LETTERS

    def read_by(self, reader: _Reader) -> TokenBatch:
        """Return the batch that a block, or the options of one, reads."""
        return self.surface if reader.surface else self.words


@dataclass(frozen=True)
class PassageBatch:
    """The passages of some texts, each read as part of its text.

    Parameters
    ----------
    whole : TextBatch
    size : int
        About how many words are in a passage.
    """

    whole: TextBatch
    size: int

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """How many passages each text has, shape (n_texts,)."""
        nearest = (self.whole.words.lengths + self.size // 2) // self.size
        return np.maximum(nearest, 1)

    def read_by(self, reader: _Reader) -> TokenBatch:
        """Return the batch that a block, or the options of one, reads."""
        return self.whole.read_by(reader).cut(self.parts)


class _Reader(Protocol):
    @property
    def surface(self) -> bool: ...


class Block(_Reader, Protocol):
    """Fitted features of one kind."""

    @property
    def terms(self) -> list[str]:
        """Names of the columns."""
        ...

    def transform(self, batch: TokenBatch) -> sparse.csr_array:
        """Return values, CSR float32 of shape (n_texts, n_columns)."""
        ...


class ScaledBlock(NamedTuple):
    """A block and what its columns are multiplied with, shape (n_columns,)."""

    name: str
    block: Block
    scale: NDArray[np.float32]


@dataclass(frozen=True)
class FeatureStack:
    """Everything the classifier sees of a text, as one matrix.

    Parameters
    ----------
    table : NormalizationTable
    blocks : sequence of ScaledBlock
        In the order of the matrix's columns.
    by_voice : bool
        Whether a block needs to know the outlet's own words from quoted ones.
    preparation : Preparation, optional
        What is left out of a text before it is read; nothing by default.
    """

    table: NormalizationTable
    blocks: Sequence[ScaledBlock]
    by_voice: bool = field(default=False)
    preparation: Preparation | None = None

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {len(scale):,}" for name, _, scale in self.blocks)
        return f"FeatureStack({sizes})"

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return sum(len(block.scale) for block in self.blocks)

    def names(self) -> list[str]:
        """Name every column as ``block:term``."""
        return [f"{name}:{term}" for name, block, _ in self.blocks for term in block.terms]

    def transform(self, texts: Sequence[str]) -> sparse.csr_array:
        """Return the features of texts, CSR float32 of shape (n_texts, n_features)."""
        return self.values(TextBatch(self.prepare(texts), self.table, self.by_voice))

    def prepare(self, texts: Sequence[str]) -> Sequence[str]:
        """Return what of the texts is read."""
        return texts if self.preparation is None else list(map(self.preparation, texts))

    def values(self, batch: TextBatch | PassageBatch) -> sparse.csr_array:
        """Return the features of texts prepared and tokenised already, or of their passages."""
        return stack(
            [scaled(b.block.transform(batch.read_by(b.block)), b.scale) for b in self.blocks]
        )
