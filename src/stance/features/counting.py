"""Counts and TF-IDF values of known n-grams in a batch of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stance.features.char_counting import CharTable
from stance.features.counters import Counts, NgramTable, common_weights
from stance.features.matrices import compact, csr
from stance.features.ngrams import CharNgrams, WordNgrams
from stance.features.units import code_points
from stance.features.word_counting import WordTable
from stance.features.word_reading import Tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.tokens import TokenBatch

# Texts that are weighed at once.
SLICE = 1024

# An idf is the logarithm of a number of articles plus one: below 30 for any corpus.
RARITY_STEPS = 1000


def ngram_table(
    terms: Sequence[str],
    analyzer: WordNgrams | CharNgrams,
    rarity: NDArray[np.float64],
    hash_mask: int | None = None,
) -> NgramTable:
    """Put terms into a table.

    Parameters
    ----------
    terms : sequence of str
        The n-grams, none twice; term i is column i.
    analyzer : WordNgrams or CharNgrams
    rarity : ndarray of float64, shape (n_terms,)
        What stands together in memory: terms of like rarity.
    hash_mask : int, optional
        The bits of a hash that are used, all by default; it does not change
        what is found.
    """
    from stance.features.compiled.string_tables import HASH_MASK

    # Short integers are sorted in no time; what is alike may stand in any order.
    order = np.argsort((rarity * RARITY_STEPS).astype(np.int16), kind="stable")
    if isinstance(analyzer, CharNgrams):
        return CharTable(terms, analyzer, order)
    mask = HASH_MASK if hash_mask is None else hash_mask
    return WordTable(terms, analyzer, order, mask)


def count_batch(table: NgramTable, batch: TokenBatch) -> sparse.csr_array:
    """Count known n-grams in a batch, CSR int32 of shape (n_texts, n_terms)."""
    counter = table.counter()
    counter.learn(code_points(batch.types), len(batch.types))
    return counter.counts(Tokens(batch.tokens.view(np.uint32), batch.offsets)).matrix(table.order)


def weigh_batch(
    table: NgramTable,
    batch: TokenBatch,
    idf: NDArray[np.float64],
    *,
    sublinear: bool,
    binary: bool = False,
) -> sparse.csr_array:
    """Return TF-IDF values of known n-grams, CSR float32 of shape (n_texts, n_terms).

    The batch may have been read in plain Python.
    """
    counter = table.counter()
    counter.learn(code_points(batch.types), len(batch.types))
    numbers = batch.tokens.view(np.uint32)
    # That of a loaded model is read-only, another kind of array to compile for.
    idf = np.require(idf, requirements="W")
    parts = []
    for first in range(0, len(batch), SLICE):
        counts = counter.counts(Tokens(numbers, batch.offsets[first : first + SLICE + 1]))
        parts.append(_weighed(counts, table.order, idf, sublinear=sublinear, binary=binary))
    columns, values, sizes = ([part[i] for part in parts] for i in range(3))
    offsets = np.concatenate([[0], np.cumsum(np.concatenate([[], *sizes]))]).astype(np.int64)
    del parts
    joined = _joined(values, np.float32)
    return compact(csr(joined, _joined(columns, np.int32), offsets, len(idf)))


def _joined(arrays: list[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    """Join arrays and let go of them, so that no more than one kind of them is held twice."""
    joined = np.concatenate([np.empty(0, dtype=dtype), *arrays])
    arrays.clear()
    return joined


def _weighed(
    counts: Counts,
    order: NDArray[np.int64],
    idf: NDArray[np.float64],
    *,
    sublinear: bool,
    binary: bool,
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
    """Return columns and values of rows in order, and how long each row is."""
    from stance.features.compiled.weighting import weigh

    columns = np.empty(len(counts.features), dtype=np.int32)
    values = np.empty(len(columns), dtype=np.float32)
    common = common_weights(sublinear, binary)
    weigh(*counts, order, idf, common, sublinear, binary, columns, values)
    return columns, values, np.diff(counts.offsets)
