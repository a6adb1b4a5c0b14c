"""Known n-grams in tables that compiled loops walk: counts and scores of texts.

A table is made once from a block's terms and only read from then on; a
counter, made from a table, belongs to one thread and remembers the n-grams of
the words that it has met.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from scipy import sparse

from stance.features.ngrams import CharNgrams, WordNgrams, compact
from stance.features.units import FEW_WORDS, WordReader, code_units, n_slots, resized, term_folding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from stance.features.tokens import TokenBatch
    from stance.features.units import Tokens

# Counts whose weight is looked up; the logarithm of larger ones is taken.
COMMON_COUNTS = 4096

NGRAMS_OF_A_WORD = 16


class Words(Protocol):
    """A growing list of words: ``units[offsets[i]:offsets[i + 1]]`` is word i."""

    @property
    def units(self) -> NDArray[np.int32]:
        """All letters."""
        ...

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each word begins."""
        ...


class Weights(NamedTuple):
    """What a block's features weigh.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_features, 1 + n_labels)
        Each feature's idf, then its weight for each label: side by side, so
        that one look in memory serves a feature.
    sublinear : bool
        Whether a count weighs ``1 + ln(count)``.
    binary : bool
        Whether every count weighs one.
    """

    rows: NDArray[np.float32]
    sublinear: bool
    binary: bool = False

    @property
    def common(self) -> NDArray[np.float64]:
        """The weight of each small count."""
        return _common_weights(self.sublinear, self.binary)


@lru_cache(maxsize=4)
def _common_weights(sublinear: bool, binary: bool) -> NDArray[np.float64]:
    counts = np.arange(COMMON_COUNTS, dtype=np.float64)
    if binary:
        counts[1:] = 1.0
    elif sublinear:
        counts[1:] = np.log(counts[1:]) + 1.0
    return counts


class Counter(Protocol):
    """Counts known n-grams; not for two threads at once."""

    def learn(self, words: Words, n_words: int) -> None:
        """Take note of the words that are new since the last call."""
        ...

    def score(self, tokens: Tokens, weights: Weights, scores: NDArray[np.float64]) -> None:
        """Add what the n-grams say to scores of shape (n_texts, n_labels)."""
        ...

    def counts(self, tokens: Tokens) -> sparse.csr_array:
        """Return counts of shape (n_texts, n_terms)."""
        ...


class NgramTable(Protocol):
    """A block's terms, ready to be found.

    Counters number features by rarity: feature i is column ``order[i]``.
    """

    order: NDArray[np.int64]

    def counter(self, room: int = FEW_WORDS) -> Counter:
        """Return a counter of these terms, at first with room for so many words."""
        ...


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
    from stance.features.kernels import HASH_MASK

    order = np.argsort(rarity, kind="stable")
    if isinstance(analyzer, CharNgrams):
        return CharTable(terms, analyzer, order)
    mask = HASH_MASK if hash_mask is None else hash_mask
    return WordTable(terms, analyzer, order, mask)


def count_batch(table: NgramTable, batch: TokenBatch) -> sparse.csr_array:
    """Count known n-grams in a batch that was read in plain Python."""
    from stance.features.units import Tokens

    counter = table.counter()
    counter.learn(code_units(batch.types), len(batch.types))
    return counter.counts(Tokens(batch.tokens, batch.offsets))


class CharTable:
    """Known character n-grams as a tree of letters."""

    def __init__(
        self, terms: Sequence[str], analyzer: CharNgrams, order: NDArray[np.int64]
    ) -> None:
        self.order = order
        self.analyzer = analyzer
        self.tree = _tree(*code_units(terms), order)

    def counter(self, room: int = FEW_WORDS) -> CharCounter:
        """Return a counter of these terms, at first with room for so many words."""
        return CharCounter(self, room)


class WordTable:
    """Known word n-grams as a tree of numbered words."""

    def __init__(
        self,
        terms: Sequence[str],
        analyzer: WordNgrams,
        order: NDArray[np.int64],
        hash_mask: int,
    ) -> None:
        self.order = order
        self.max_n = analyzer.max_n
        reader = WordReader(term_folding(), hash_mask, max(len(terms), 1))
        paths = reader.read(terms, code_units(terms))
        self.words = reader.table()
        self.tree = _tree(*paths, order)

    def counter(self, room: int = FEW_WORDS) -> WordCounter:
        """Return a counter of these terms, at first with room for so many words."""
        return WordCounter(self, room)


def _tree(
    paths: NDArray[np.int32], offsets: NDArray[np.int64], order: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the tree of some paths; its branches are the distinct beginnings of them."""
    from stance.features.kernels import EMPTY, ROOT, grow_tree, replant_tree

    n_nodes = np.array([ROOT + 1], dtype=np.int64)
    tree = np.full(2 * n_slots(len(order)), EMPTY, dtype=np.int64)
    done = grow_tree(paths, offsets, order, 0, n_nodes, tree)
    while done < len(order):
        larger = np.full(2 * len(tree), EMPTY, dtype=np.int64)
        replant_tree(tree, larger)
        tree = larger
        done = grow_tree(paths, offsets, order, done, n_nodes, tree)
    return tree


class _Counter:
    """What both counters share: a place to count in, and how counts become a matrix."""

    def __init__(self, order: NDArray[np.int64]) -> None:
        self._order = order
        self._n_words = 0
        self._counts = np.zeros(len(order), dtype=np.int32)
        self._seen = np.empty(len(order) + 1, dtype=np.int32)

    def _matrix(
        self,
        n_texts: int,
        write: Callable[[int, NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]], int],
    ) -> sparse.csr_array:
        """Let a kernel write a matrix down, and give it more room when it stops."""
        columns = np.empty(1 << 12, dtype=np.int32)
        values = np.empty_like(columns)
        offsets = np.zeros(n_texts + 1, dtype=np.int64)
        done = write(0, columns, values, offsets)
        while done < n_texts:
            columns, values = (resized(a, 2 * len(a)) for a in (columns, values))
            done = write(done, columns, values, offsets)
        size = offsets[-1]
        shape = (n_texts, len(self._order))
        named = self._order[columns[:size]]
        return compact(sparse.csr_array((values[:size], named, offsets), shape=shape))


class CharCounter(_Counter):
    """Counts known character n-grams; see `Counter`."""

    def __init__(self, table: CharTable, room: int) -> None:
        super().__init__(table.order)
        self._table = table
        self._ngrams = np.empty(room * NGRAMS_OF_A_WORD, dtype=np.int32)
        self._offsets = np.zeros(room + 1, dtype=np.int64)
        self._word_counts = np.zeros(room, dtype=np.int32)
        self._words = np.empty(room + 1, dtype=np.int32)

    def learn(self, words: Words, n_words: int) -> None:
        """List the n-grams of the words that are new since the last call."""
        from stance.features.kernels import list_ngrams

        if n_words <= self._n_words:
            return
        if n_words >= len(self._offsets):
            self._offsets = resized(self._offsets, 2 * n_words + 1)
            self._word_counts = np.zeros(2 * n_words, dtype=np.int32)
            self._words = np.empty(2 * n_words + 1, dtype=np.int32)
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
        """Add what the n-grams say to scores of shape (n_texts, n_labels)."""
        from stance.features.kernels import score_chars

        score_chars(
            *tokens,
            self._ngrams,
            self._offsets,
            self._word_counts,
            self._words,
            self._counts,
            self._seen,
            weights.common,
            weights.sublinear,
            weights.binary,
            weights.rows,
            scores,
        )

    def counts(self, tokens: Tokens) -> sparse.csr_array:
        """Return counts of shape (n_texts, n_terms)."""
        from stance.features.kernels import list_chars

        return self._matrix(
            len(tokens.offsets) - 1,
            lambda first, *room: list_chars(
                *tokens,
                first,
                self._ngrams,
                self._offsets,
                self._word_counts,
                self._words,
                self._counts,
                self._seen,
                *room,
            ),
        )


class WordCounter(_Counter):
    """Counts known word n-grams; see `Counter`."""

    def __init__(self, table: WordTable, room: int) -> None:
        super().__init__(table.order)
        self._table = table
        self._numbers = np.empty(room, dtype=np.int32)
        self._branches = np.empty(room, dtype=np.int64)

    def learn(self, words: Words, n_words: int) -> None:
        """Look up the words that are new since the last call."""
        from stance.features.kernels import number_words, plant_words

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
        plant_words(self._numbers, self._n_words, n_words, self._table.tree, self._branches)
        self._n_words = n_words

    def score(self, tokens: Tokens, weights: Weights, scores: NDArray[np.float64]) -> None:
        """Add what the n-grams say to scores of shape (n_texts, n_labels)."""
        from stance.features.kernels import score_words

        table = self._table
        score_words(
            *tokens,
            self._numbers,
            self._branches,
            table.tree,
            table.max_n,
            self._counts,
            self._seen,
            weights.common,
            weights.sublinear,
            weights.binary,
            weights.rows,
            scores,
        )

    def average(self, tokens: Tokens, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean over each text's words of what a word alone is worth.

        Parameters
        ----------
        tokens : Tokens
        values : ndarray of float64, shape (n_terms,)
            In the order of the table; a word that is no term is worth nothing.
        """
        from stance.features.kernels import average_words

        averages = np.zeros(len(tokens.offsets) - 1)
        average_words(*tokens, self._branches, values, averages)
        return averages

    def counts(self, tokens: Tokens) -> sparse.csr_array:
        """Return counts of shape (n_texts, n_terms)."""
        from stance.features.kernels import list_words

        table = self._table
        return self._matrix(
            len(tokens.offsets) - 1,
            lambda first, *room: list_words(
                *tokens,
                first,
                self._numbers,
                self._branches,
                table.tree,
                table.max_n,
                self._counts,
                self._seen,
                *room,
            ),
        )
