"""Counts and scores of known word n-grams, found in a tree of numbered words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stance.features.counters import CounterMemory, Counts, Weights, Words, ngram_tree
from stance.features.folding import term_folding
from stance.features.units import code_units
from stance.features.word_reading import FEW_WORDS, Tokens, WordReader, resized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.features.ngrams import WordNgrams

    _Array = NDArray[Any]


# Bits per slot of the filter of the tree; about one in ten absent branches passes.
BITS_OF_A_SLOT = 4


class WordTable:
    """Known word n-grams, indexed as a tree of numbered words.

    ``alone`` is the feature of each single word, or -1. ``bits`` is a filter that
    rules out most branches that are not in the tree.
    """

    def __init__(
        self,
        terms: Sequence[str],
        analyzer: WordNgrams,
        order: NDArray[np.int64],
        hash_mask: int,
    ) -> None:
        from stance.features.compiled.trees import mark_branches

        self.order = order
        self.max_n = analyzer.max_n
        reader = WordReader(term_folding(), hash_mask)
        paths = reader.read(terms, code_units(terms))
        self.words = reader.table()
        self.alone = np.full(reader.n_words, -1, dtype=np.int32)
        self.tree = ngram_tree(paths, order, self.alone)
        self.bits = np.zeros(max(len(self.tree) // 2 * BITS_OF_A_SLOT // 8, 1), dtype=np.uint8)
        mark_branches(self.tree, self.bits)

    def counter(self, room: int = FEW_WORDS) -> WordCounter:
        """Return a counter of these terms, with an initial capacity of ``room`` words."""
        return WordCounter(self, room)


class WordCounter(CounterMemory):
    """Counts known word n-grams; see `Counter`."""

    def __init__(self, table: WordTable, room: int) -> None:
        super().__init__(len(table.order))
        self._table = table
        self._counts = np.zeros(len(table.order), dtype=np.int32)
        self._numbers = np.empty(room, dtype=np.int32)
        self._branches = np.empty(room, dtype=np.int64)

    def learn(self, words: Words, n_words: int) -> None:
        """Look up the words added since the last call."""
        from stance.features.compiled.ngrams import number_words, plant_words

        if n_words > len(self._numbers):
            self._numbers = resized(self._numbers, 2 * n_words)
            self._branches = resized(self._branches, 2 * n_words)
        known = self._table.words
        number_words(
            words.units,
            words.offsets,
            self._n_words,
            n_words,
            known.slots,
            known.offsets,
            known.units,
            self._numbers,
            known.hash_mask,
        )
        plant_words(self._numbers, self._n_words, n_words, self._table.alone, self._branches)
        self._n_words = n_words

    def score(self, tokens: Tokens, weights: Weights, scores: NDArray[np.float64]) -> None:
        """Add the n-grams' contribution to ``scores``, shape (n_texts, n_labels)."""
        from stance.features.compiled.scoring import score_words

        score_words(
            *tokens,
            self._table.max_n,
            *self._places(tokens),
            weights.common,
            weights.sublinear,
            weights.binary,
            weights.rows,
            scores,
        )

    def average(self, tokens: Tokens, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean value of each text's single words.

        Parameters
        ----------
        tokens : Tokens
        values : ndarray of float64, shape (n_terms,)
            In the order of the table; a word that is not a term has value 0.
        """
        from stance.features.compiled.scoring import average_words

        averages = np.zeros(len(tokens.offsets) - 1)
        average_words(*tokens, self._branches, values, averages)
        return averages

    def counts(self, tokens: Tokens) -> Counts:
        """Return the feature counts of each text."""
        from stance.features.compiled.counting import list_words

        places = self._places(tokens)
        return self._listed(
            len(tokens.offsets) - 1,
            lambda first, *room: list_words(*tokens, first, self._table.max_n, *places, *room),
        )

    def _places(
        self, tokens: Tokens
    ) -> tuple[_Array, _Array, _Array, _Array, _Array, _Array, _Array, _Array]:
        """Return the arrays that kernels read n-grams from and count into."""
        longest = int(np.diff(tokens.offsets).max(initial=0))
        table = self._table
        return (
            self._branches,
            table.tree,
            table.bits,
            np.empty(longest, dtype=np.int32),
            np.empty(longest + 1, dtype=np.int32),
            np.empty(longest + 1, dtype=np.int32),
            self._counts,
            self._seen,
        )
