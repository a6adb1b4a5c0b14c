"""Blocks of features side by side, each with its weight."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from scipy import sparse

from stance.features.tokens import TokenBatch, tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.text.normalization import NormalizationTable


class Block(Protocol):
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
    """

    table: NormalizationTable
    blocks: Sequence[ScaledBlock]
    by_voice: bool = field(default=False)

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return sum(len(block.scale) for block in self.blocks)

    def names(self) -> list[str]:
        """Name every column as ``block:term``."""
        return [f"{name}:{term}" for name, block, _ in self.blocks for term in block.terms]

    def tokenize(self, texts: Sequence[str]) -> TokenBatch:
        """Turn texts into the batch that `transform_batch` takes."""
        return tokenize(texts, self.table, by_voice=self.by_voice)

    def transform(self, texts: Sequence[str]) -> sparse.csr_array:
        """Return the features of texts, CSR float32 of shape (n_texts, n_features)."""
        return self.transform_batch(self.tokenize(texts))

    def transform_batch(self, batch: TokenBatch) -> sparse.csr_array:
        """Return the features of a batch, CSR float32 of shape (n_texts, n_features)."""
        return stack([scaled(b.block.transform(batch), b.scale) for b in self.blocks])


def scaled(values: sparse.csr_array, scale: NDArray[np.float32]) -> sparse.csr_array:
    """Multiply every column by its scale."""
    data = values.data * scale[values.indices]
    return sparse.csr_array((data, values.indices, values.indptr), shape=values.shape)


def stack(parts: Sequence[sparse.csr_array]) -> sparse.csr_array:
    """Put matrices of the same texts side by side."""
    return sparse.csr_array(sparse.hstack(parts, format="csr", dtype=np.float32))
