"""N-gram counts of a corpus, and their pruning for a subset of its texts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stance.features.counting import count_in_order, ngram_table
from stance.features.outlets import check_outlets, outlet_frequency
from stance.features.vocabulary import Pruning, learn_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.tfidf import TfidfOptions
    from stance.features.tokens import TokenBatch

COUNTED_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class NgramCounts:
    """Counts of the n-grams that are frequent enough in a corpus.

    An n-gram that is too rare in a corpus is too rare in every subset of it,
    so these counts are enough for any subset.

    Parameters
    ----------
    terms : list of str
        The n-grams, sorted by code point.
    matrix : csr_array of int32, shape (n_texts, n_terms)
    n_candidates : int
        Number of distinct n-grams of the corpus before pruning.
    of_part : bool
        Whether the texts are a subset of the corpus that the terms are from.
    """

    terms: list[str]
    matrix: sparse.csr_array
    n_candidates: int
    of_part: bool = False

    def __getitem__(self, rows: NDArray[np.int64]) -> NgramCounts:
        """Return the counts of the selected texts."""
        return replace(self, matrix=self.matrix[rows], of_part=True)

    def pruned(self, pruning: Pruning, outlets: Sequence[str | None] | None) -> NgramCounts:
        """Return the counts of the n-grams that are frequent enough in these texts.

        Parameters
        ----------
        pruning : Pruning
            Thresholds at or above those that the corpus was pruned with.
        outlets : sequence of str or None, optional
            The outlet of each text; texts without an outlet count as one outlet.
        """
        kept = np.ones(len(self.terms), dtype=np.bool_)
        if self.of_part:
            kept &= document_frequency(self.matrix) >= pruning.min_df
            if pruning.min_outlets > 1:
                kept &= outlet_frequency(self.matrix, outlets) >= pruning.min_outlets
        if 0 < pruning.max_features < np.count_nonzero(kept):
            totals = np.bincount(self.matrix.indices, self.matrix.data, len(kept))
            # Ties are broken by code point order.
            order = np.lexsort((np.arange(len(kept)), -np.where(kept, totals, -1.0)))
            kept[order[pruning.max_features :]] = False
        if kept.all():
            return self
        places = np.flatnonzero(kept)
        terms = [self.terms[place] for place in places.tolist()]
        return replace(self, terms=terms, matrix=self.matrix[:, places])


def document_frequency(counts: sparse.csr_array) -> NDArray[np.int64]:
    """Return in how many texts each n-gram occurs, shape (n_terms,)."""
    found = np.zeros(counts.shape[1], dtype=np.int64)
    # NumPy counts a copy in 64 bits.
    for first in range(0, counts.nnz, COUNTED_AT_ONCE):
        some = counts.indices[first : first + COUNTED_AT_ONCE]
        found += np.bincount(some, minlength=len(found))
    return found


def count_ngrams(
    batch: TokenBatch,
    options: TfidfOptions,
    min_outlets: int,
    outlets: Sequence[str | None] | None,
) -> NgramCounts:
    """Count the n-grams of a corpus that occur in enough texts and outlets.

    Parameters
    ----------
    batch : TokenBatch
    options : TfidfOptions
    min_outlets : int
        Overrides the value of the options.
    outlets : sequence of str or None, optional
        The outlet of each text; required if ``min_outlets`` is above 1.
    """
    analyzer = options.counter()
    pruning = Pruning(options.min_df, min_outlets)
    by_outlet = check_outlets(outlets, len(batch)) if min_outlets > 1 else None
    terms, frequency, n_candidates = learn_vocabulary(batch, analyzer, pruning, by_outlet)
    rarity = np.log((1 + len(batch)) / (1 + frequency)) + 1.0
    return NgramCounts(
        terms, count_in_order(ngram_table(terms, analyzer, rarity), batch), n_candidates
    )
