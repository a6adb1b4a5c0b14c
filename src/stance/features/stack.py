"""The feature stack: fitted blocks and their column scales."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.batches import InputBatch
from stance.features.matrices import csr, stack, stack_scaled
from stance.features.outlets import outlet_frequency

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.batches import Batch
    from stance.features.block import Block, WordBlock
    from stance.features.model_input import ModelInput
    from stance.features.preparation import Preparation
    from stance.text.normalization_table import NormalizationTable


class ScaledBlock(NamedTuple):
    """A block with the factor and the outlet frequency of each of its columns.

    Parameters
    ----------
    name : str
    block : Block
    scale : ndarray of float32, shape (n_columns,)
    outlets : ndarray of int32, shape (n_columns,), optional
        Number of training outlets with the feature; see `FeatureStack.with_outlets`.
        None if no training article names its outlet, and in models of formats 1 to 5.
    """

    name: str
    block: Block
    scale: NDArray[np.float32]
    outlets: NDArray[np.int32] | None = None


@dataclass(frozen=True)
class FeatureStack:
    """All features of a model: its blocks, stacked to one matrix.

    Parameters
    ----------
    table : NormalizationTable
    blocks : sequence of ScaledBlock
        In the order of the columns of the matrix.
    by_voice : bool
        Whether a block distinguishes the outlet's own words from quoted ones.
    preparation : Preparation, optional
        Preparation of each text before it is tokenised; none by default.
    """

    table: NormalizationTable
    blocks: Sequence[ScaledBlock]
    by_voice: bool = field(default=False)
    preparation: Preparation | None = None

    def __repr__(self) -> str:
        sizes = ", ".join(f"{part.name}: {len(part.scale):,}" for part in self.blocks)
        return f"FeatureStack({sizes})"

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return sum(len(block.scale) for block in self.blocks)

    @property
    def periods(self) -> Sequence[str]:
        """The periods that the features distinguish; empty if dates do not matter."""
        return next((part.block.periods for part in self.blocks if part.block.periods), ())

    def names(self) -> list[str]:
        """Return the name of each column, ``block:term``."""
        return [f"{part.name}:{term}" for part in self.blocks for term in part.block.terms]

    def columns(self) -> Iterator[tuple[ScaledBlock, slice]]:
        """Yield each block with the slice of its columns."""
        first = 0
        for part in self.blocks:
            yield part, slice(first, first + len(part.scale))
            first += len(part.scale)

    def with_outlets(self, values: sparse.csr_array, outlets: Sequence[str | None]) -> FeatureStack:
        """Return the stack with the number of training outlets that have each feature.

        An outlet has an n-gram if it occurs in one of its articles, and a lexical
        feature if its value is not zero in one of them.

        Parameters
        ----------
        values : csr_array, shape (n_articles, n_features)
            The features of the training articles. A stored value counts even if
            its column is scaled to zero.
        outlets : sequence of str or None
            The outlet of each article; articles without one count as one outlet,
            as for ``min_outlets``.
        """
        stored = np.ones(values.nnz, dtype=np.bool_)
        present = csr(stored, values.indices, values.indptr, values.shape[1])
        found = outlet_frequency(present, outlets).astype(np.int32)
        blocks = [part._replace(outlets=found[own]) for part, own in self.columns()]
        return replace(self, blocks=blocks)

    def word_block(self) -> WordBlock | None:
        """Return the first block with single words, or None without one."""
        found = (part.block.single_words for part in self.blocks)
        return next((block for block in found if block is not None), None)

    def transform(self, inputs: Sequence[ModelInput]) -> sparse.csr_array:
        """Return the features of inputs, CSR float32 of shape (n_inputs, n_features)."""
        return self.values(self.batch(inputs))

    def batch(self, inputs: Sequence[ModelInput]) -> InputBatch:
        """Prepare inputs and return them as a batch for the blocks."""
        return InputBatch(self.prepare(inputs), self.table, self.by_voice)

    def prepare(self, inputs: Sequence[ModelInput]) -> Sequence[ModelInput]:
        """Return the inputs with prepared texts."""
        prepare = self.preparation
        if prepare is None:
            return inputs
        return [replace(one, text=prepare(one.text)) for one in inputs]

    def values(self, batch: Batch) -> sparse.csr_array:
        """Return the features of a batch of prepared inputs, or of their passages."""
        parts = [part.block.transform(batch) for part in self.blocks]
        return stack_scaled(parts, [part.scale for part in self.blocks])

    def contributions(
        self, inputs: Sequence[ModelInput], weights: NDArray[np.float32]
    ) -> sparse.csr_array:
        """Return the contribution of each feature to the decision value of one label.

        Parameters
        ----------
        inputs : sequence of ModelInput
        weights : ndarray of float32, shape (n_features,)
            The weights of the label.

        Returns
        -------
        csr_array of float64, shape (n_inputs, n_features)
            The sum of a row is the decision value without the intercept.
        """
        batch = self.batch(inputs)
        parts = [
            part.block.contributions(batch, part.scale, weights[own])
            for part, own in self.columns()
        ]
        return stack(parts)
