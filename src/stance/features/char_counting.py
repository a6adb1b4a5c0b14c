"""Counts and scores of known character n-grams, found in a tree of letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stance.features.counters import CounterMemory, Counts, Weights, Words, ngram_tree
from stance.features.units import code_points
from stance.features.word_reading import FEW_WORDS, Tokens, resized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.features.ngrams import CharNgrams

    _Array = NDArray[Any]


NGRAMS_OF_A_WORD = 16


class CharTable:
    """Known character n-grams, indexed as a tree of letters."""

    def __init__(
        self, terms: Sequence[str], analyzer: CharNgrams, order: NDArray[np.int64]
    ) -> None:
        self.order = order
        self.analyzer = analyzer
        letters, offsets = code_points(terms)
        self.tree = ngram_tree(Tokens(letters.view(np.uint32), offsets), order)

    def counter(self, room: int = FEW_WORDS) -> CharCounter:
        """Return a counter of these terms, with an initial capacity of ``room`` words."""
        return CharCounter(self, room)


class CharCounter(CounterMemory):
    """Counts known character n-grams; see `Counter`."""

    def __init__(self, table: CharTable, room: int) -> None:
        from stance.features.compiled.ngrams import CHUNK

        super().__init__(len(table.order))
        self._table = table
        self._counts = np.zeros(len(table.order), dtype=np.int64)
        self._tallies = np.empty(len(table.order) + 1, dtype=np.int64)
        self._ngrams = np.zeros(room * NGRAMS_OF_A_WORD + CHUNK, dtype=np.uint32)
        self._offsets = np.zeros(room + 1, dtype=np.int64)
        self._word_counts = np.zeros(room, dtype=np.int32)
        self._words = np.empty(room + 1, dtype=np.uint32)
        self._sums = np.empty((0, 1), dtype=np.float64)
        self._n_summed = 0

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        self._ngrams[: self._offsets[self._n_words]] = 0
        self._n_words = self._n_summed = 0

    def learn(self, words: Words, n_words: int) -> None:
        """List the n-grams of the words added since the last call."""
        from stance.features.compiled.ngrams import list_ngrams

        if n_words <= self._n_words:
            return
        if n_words >= len(self._offsets):
            self._offsets = resized(self._offsets, 2 * n_words + 1)
            self._word_counts = np.zeros(2 * n_words, dtype=np.int32)
            self._words = np.empty(2 * n_words + 1, dtype=np.uint32)
        longest = int(np.diff(words.offsets[self._n_words : n_words + 1]).max())
        padded = np.empty(longest + 2, dtype=np.int32)
        while True:
            self._n_words = list_ngrams(
                words.units,
                words.offsets,
                self._n_words,
                n_words,
                padded,
                self._table.analyzer.min_n,
                self._table.analyzer.max_n,
                self._table.tree,
                self._ngrams,
                self._offsets,
            )
            if self._n_words == n_words:
                return
            self._ngrams = resized(self._ngrams, 2 * len(self._ngrams))

    def score(self, tokens: Tokens, weights: Weights, scores: NDArray[np.float64]) -> None:
        """Add the n-grams' contribution to ``scores``, shape (n_texts, n_labels)."""
        from stance.features.compiled.scoring import score_chars

        self._add_up(weights.rows)
        score_chars(
            *tokens,
            *self._places(),
            weights.common,
            weights.sublinear,
            weights.binary,
            weights.rows,
            self._sums,
            scores,
        )

    def counts(self, tokens: Tokens) -> Counts:
        """Return the feature counts of each text."""
        from stance.features.compiled.counting import list_chars

        return self._listed(
            len(tokens.offsets) - 1,
            lambda first, *room: list_chars(*tokens, first, *self._places(), *room),
        )

    def of_words(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return the n-grams of all learned words, one entry per occurrence, and their offsets."""
        offsets = self._offsets[: self._n_words + 1]
        return self._ngrams[: offsets[-1]], offsets

    def _places(self) -> tuple[_Array, _Array, _Array, _Array, _Array, _Array, _Array]:
        """Return the arrays that kernels read n-grams from and count into."""
        return (
            self._ngrams,
            self._offsets,
            self._word_counts,
            self._words,
            self._counts,
            self._seen,
            self._tallies,
        )

    def _add_up(self, rows: NDArray[np.float32]) -> None:
        """Sum the n-gram rows of each word added since the last call."""
        from stance.features.compiled.scoring import sum_ngrams

        if len(self._sums) < self._n_words:
            larger = np.empty((len(self._offsets) - 1, rows.shape[1]), dtype=np.float64)
            larger[: self._n_summed] = self._sums[: self._n_summed]
            self._sums = larger
        sum_ngrams(self._ngrams, self._offsets, self._n_summed, self._n_words, rows, self._sums)
        self._n_summed = self._n_words
