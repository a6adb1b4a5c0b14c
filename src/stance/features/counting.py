"""Known n-grams in tables that compiled loops walk: counts and scores of texts.

A table is made once from a block's terms and only read from then on; a
counter, made from a table, belongs to one thread and remembers the n-grams of
the words that it has met.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from stance.features.matrices import compact, csr
from stance.features.ngrams import CharNgrams, WordNgrams
from stance.features.units import (
    FEW_WORDS,
    Tokens,
    WordReader,
    code_points,
    code_units,
    n_slots,
    resized,
    term_folding,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    _Array = NDArray[Any]

    from stance.features.tokens import TokenBatch

# Texts that are weighed at once.
SLICE = 1024

# Counts whose weight is looked up; the logarithm of larger ones is taken.
COMMON_COUNTS = 4096

NGRAMS_OF_A_WORD = 16

# An idf is the logarithm of a number of articles plus one: below 30 for any corpus.
RARITY_STEPS = 1000

# Of the filter before the tree of word n-grams: one in ten that are not there passes.
BITS_OF_A_SLOT = 4


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
        The square of each feature's idf, then its weight for each label times
        its idf: side by side, so that one look in memory serves a feature.
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


class Counts(NamedTuple):
    """How often features occur in texts.

    Text i has ``features[offsets[i]:offsets[i + 1]]``, each so many ``times``.
    """

    features: NDArray[np.int32]
    times: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def matrix(self, order: NDArray[np.int64]) -> sparse.csr_array:
        """Return counts of shape (n_texts, n_terms); feature i is column ``order[i]``."""
        return compact(csr(self.times, order[self.features], self.offsets, len(order)))


class Counter(Protocol):
    """Counts known n-grams; not for two threads at once."""

    def learn(self, words: Words, n_words: int) -> None:
        """Take note of the words that are new since the last call."""
        ...

    def forget(self) -> None:
        """Forget all words, and keep the memory for others."""
        ...

    def score(self, tokens: Tokens, weights: Weights, scores: NDArray[np.float64]) -> None:
        """Add what the n-grams say to scores of shape (n_texts, n_labels)."""
        ...

    def counts(self, tokens: Tokens) -> Counts:
        """Return how often which features occur."""
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
    common = _common_weights(sublinear, binary)
    weigh(*counts, order, idf, common, sublinear, binary, columns, values)
    return columns, values, np.diff(counts.offsets)


class CharTable:
    """Known character n-grams as a tree of letters."""

    def __init__(
        self, terms: Sequence[str], analyzer: CharNgrams, order: NDArray[np.int64]
    ) -> None:
        self.order = order
        self.analyzer = analyzer
        letters, offsets = code_points(terms)
        self.tree = _tree(Tokens(letters.view(np.uint32), offsets), order)

    def counter(self, room: int = FEW_WORDS) -> CharCounter:
        """Return a counter of these terms, at first with room for so many words."""
        return CharCounter(self, room)


class WordTable:
    """Known word n-grams as a tree of numbered words.

    ``alone`` is the feature of each word by itself, or -1; ``bits`` tell of
    most branches that the tree does not have.
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
        reader = WordReader(term_folding(), hash_mask, max(len(terms), 1))
        paths = reader.read(terms, code_units(terms))
        self.words = reader.table()
        self.alone = np.full(reader.n_words, -1, dtype=np.int32)
        self.tree = _tree(paths, order, self.alone)
        self.bits = np.zeros(max(len(self.tree) // 2 * BITS_OF_A_SLOT // 8, 1), dtype=np.uint8)
        mark_branches(self.tree, self.bits)

    def counter(self, room: int = FEW_WORDS) -> WordCounter:
        """Return a counter of these terms, at first with room for so many words."""
        return WordCounter(self, room)


def _tree(
    paths: Tokens, order: NDArray[np.int64], alone: NDArray[np.int32] | None = None
) -> NDArray[np.int64]:
    """Return the tree of some paths; with ``alone``, a path's first step is its root."""
    from stance.features.compiled.arrays import EMPTY
    from stance.features.compiled.trees import ROOT, count_branches, grow_tree

    steps, offsets = paths
    features = np.empty_like(order)
    features[order] = np.arange(len(order))
    roots = 0 if alone is None else 1
    n_branches = int(count_branches(steps, offsets, roots))
    tree = np.full(2 * n_slots(n_branches), EMPTY, dtype=np.int64)
    longest = int(np.diff(offsets).max(initial=0))
    nodes = np.zeros(longest + 2, dtype=np.int64)
    own = np.empty(0, dtype=np.int32) if alone is None else alone
    n_nodes = ROOT + 1 if alone is None else len(alone)
    grow_tree(steps, offsets, features, roots, n_nodes, nodes, own, tree)
    return tree


class _Counter:
    """What both counters share: room for counts."""

    def __init__(self, n_features: int) -> None:
        self._n_words = 0
        self._seen = np.empty(n_features + 1, dtype=np.uint32)

    def forget(self) -> None:
        """Forget all words, and keep the memory for others."""
        self._n_words = 0

    def _listed(
        self,
        n_texts: int,
        write: Callable[[int, NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]], int],
    ) -> Counts:
        """Let a kernel write counts down, and give it more room when it stops."""
        features = np.empty(1 << 12, dtype=np.int32)
        times = np.empty_like(features)
        offsets = np.zeros(n_texts + 1, dtype=np.int64)
        done = write(0, features, times, offsets)
        while done < n_texts:
            features, times = (resized(a, 2 * len(a)) for a in (features, times))
            done = write(done, features, times, offsets)
        return Counts(features[: offsets[-1]], times[: offsets[-1]], offsets)


class CharCounter(_Counter):
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
        """Forget all words, and keep the memory for others."""
        self._ngrams[: self._offsets[self._n_words]] = 0
        self._n_words = self._n_summed = 0

    def learn(self, words: Words, n_words: int) -> None:
        """List the n-grams of the words that are new since the last call."""
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
        """Add what the n-grams say to scores of shape (n_texts, n_labels)."""
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
        """Return how often which features occur."""
        from stance.features.compiled.counting import list_chars

        return self._listed(
            len(tokens.offsets) - 1,
            lambda first, *room: list_chars(*tokens, first, *self._places(), *room),
        )

    def _places(self) -> tuple[_Array, _Array, _Array, _Array, _Array, _Array, _Array]:
        """Return where a kernel finds the n-grams of words, and where it counts."""
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
        """Sum the rows of the n-grams of words that are new since the last call."""
        from stance.features.compiled.scoring import sum_ngrams

        if len(self._sums) < self._n_words:
            larger = np.empty((len(self._offsets) - 1, rows.shape[1]), dtype=np.float64)
            larger[: self._n_summed] = self._sums[: self._n_summed]
            self._sums = larger
        sum_ngrams(self._ngrams, self._offsets, self._n_summed, self._n_words, rows, self._sums)
        self._n_summed = self._n_words


class WordCounter(_Counter):
    """Counts known word n-grams; see `Counter`."""

    def __init__(self, table: WordTable, room: int) -> None:
        super().__init__(len(table.order))
        self._table = table
        self._counts = np.zeros(len(table.order), dtype=np.int32)
        self._numbers = np.empty(room, dtype=np.int32)
        self._branches = np.empty(room, dtype=np.int64)

    def learn(self, words: Words, n_words: int) -> None:
        """Look up the words that are new since the last call."""
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
        """Add what the n-grams say to scores of shape (n_texts, n_labels)."""
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
        """Return the mean over each text's words of what a word alone is worth.

        Parameters
        ----------
        tokens : Tokens
        values : ndarray of float64, shape (n_terms,)
            In the order of the table; a word that is no term is worth nothing.
        """
        from stance.features.compiled.scoring import average_words

        averages = np.zeros(len(tokens.offsets) - 1)
        average_words(*tokens, self._branches, values, averages)
        return averages

    def counts(self, tokens: Tokens) -> Counts:
        """Return how often which features occur."""
        from stance.features.compiled.counting import list_words

        places = self._places(tokens)
        return self._listed(
            len(tokens.offsets) - 1,
            lambda first, *room: list_words(*tokens, first, self._table.max_n, *places, *room),
        )

    def _places(
        self, tokens: Tokens
    ) -> tuple[_Array, _Array, _Array, _Array, _Array, _Array, _Array, _Array]:
        """Return where a kernel finds the n-grams, and where it counts."""
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
