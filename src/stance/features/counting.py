"""Counts and TF-IDF values of known n-grams in a batch of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.char_counting import CharTable
from stance.features.counters import Counter, NgramTable, common_weights
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

# Number of texts counted in one call.
SLICE = 1024

# An idf is the logarithm of a number of articles plus one: below 30 for any corpus.
RARITY_STEPS = 1000


def ngram_table(
    terms: Sequence[str],
    analyzer: WordNgrams | CharNgrams,
    rarity: NDArray[np.float64],
    hash_mask: int | None = None,
) -> NgramTable:
    """Build the counting table of a block's terms.

    Parameters
    ----------
    terms : sequence of str
        The n-grams, without duplicates; term i is column i.
    analyzer : WordNgrams or CharNgrams
    rarity : ndarray of float64, shape (n_terms,)
        Sort key of the memory layout: terms of similar rarity are adjacent.
    hash_mask : int, optional
        The bits of a hash that are used, all by default. It does not affect
        the counts.
    """
    from stance.features.compiled.string_tables import HASH_MASK

    # Sorting short integers is fast, and ties may be in any order.
    order = np.argsort((rarity * RARITY_STEPS).astype(np.int16), kind="stable")
    if isinstance(analyzer, CharNgrams):
        return CharTable(terms, analyzer, order)
    mask = HASH_MASK if hash_mask is None else hash_mask
    return WordTable(terms, analyzer, order, mask)


def count_batch(table: NgramTable, batch: TokenBatch) -> sparse.csr_array:
    """Count known n-grams in a batch, CSR int32 of shape (n_texts, n_terms)."""
    counter = table.counter()
    return counter.counts(learned(counter, batch)).matrix(table.order)


def learned(counter: Counter, batch: TokenBatch) -> Tokens:
    """Register the words of a batch with a new counter, and return the batch's tokens."""
    counter.learn(code_points(batch.types), len(batch.types))
    return Tokens(batch.tokens.view(np.uint32), batch.offsets)


def count_in_order(table: NgramTable, batch: TokenBatch) -> sparse.csr_array:
    """Count known n-grams as `count_batch` does, with sorted columns in each row.

    The batch may have been tokenised in plain Python.
    """
    from stance.features.compiled.weighting import arrange

    counter = table.counter()
    counter.learn(code_points(batch.types), len(batch.types))
    numbers = batch.tokens.view(np.uint32)
    columns, times, sizes = [], [], [np.empty(0, dtype=np.int64)]
    for first in range(0, len(batch), SLICE):
        counts = counter.counts(Tokens(numbers, batch.offsets[first : first + SLICE + 1]))
        arrange(*counts, table.order)
        # Copies, because the originals are slices of larger buffers.
        columns.append(counts.features.copy())
        times.append(counts.times.copy())
        sizes.append(np.diff(counts.offsets))
    offsets = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    return compact(csr(_joined(times), _joined(columns), offsets, len(table.order)))


def _joined(arrays: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """Join arrays and let go of each as it is copied, so that no more than one is held twice."""
    joined = np.empty(sum(map(len, arrays)), dtype=np.int32)
    end = len(joined)
    while arrays:
        last = arrays.pop()
        joined[end - len(last) : end] = last
        end -= len(last)
    return joined


def weigh_counts(
    counts: sparse.csr_array, idf: NDArray[np.float64], *, sublinear: bool, binary: bool = False
) -> sparse.csr_array:
    """Return TF-IDF values of n-gram counts, CSR float32 of shape (n_texts, n_terms).

    Parameters
    ----------
    counts : csr_array of int32, shape (n_texts, n_terms)
        The columns of each row in order. The values take their place in
        memory, so the counts are gone.
    idf : ndarray of float64, shape (n_terms,)
    sublinear, binary : bool
        See `stance.features.tfidf.TfidfOptions`.
    """
    from stance.features.compiled.weighting import weigh

    # A row is read before it is written.
    values = counts.data.view(np.float32)
    # That of a loaded model is read-only, another kind of array to compile for.
    idf = np.require(idf, requirements="W")
    common = common_weights(sublinear, binary)
    offsets = counts.indptr.astype(np.int64)
    weigh(counts.indices, counts.data, offsets, idf, common, sublinear, binary, values)
    return csr(values, counts.indices, counts.indptr, counts.shape[1])
