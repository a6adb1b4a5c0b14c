"""Counting word n-grams, and character n-grams inside words.

Character n-grams are a function of the word: their counts in a text are the
text's word counts times a word-by-n-gram table. Word n-grams are walks in a
tree whose edges are numbered words, taken for all tokens at once.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from stance.features.tokens import TokenBatch

# How many words a vocabulary remembers the n-grams of. About 100 MB when full; the labels do not
# depend on it.
REMEMBERED_WORDS = 200_000


class Candidates(NamedTuple):
    """All n-grams of some texts, before any is pruned.

    ``counts`` has shape (n_texts, n_candidates); ``spell(columns)`` gives the
    strings of some of its columns, so that only survivors are ever spelled.
    """

    counts: sparse.csr_array
    spell: Callable[[Sequence[int]], list[str]]


class Vocabulary(Protocol):
    """Known n-grams, and how often each occurs in a batch of texts."""

    terms: list[str]

    def count(self, batch: TokenBatch) -> sparse.csr_array:
        """Return counts of shape (n_texts, n_terms)."""
        ...


def char_ngrams(word: str, min_n: int, max_n: int) -> list[str]:
    """Return the character n-grams of one word, with a space as its edge.

    The same as scikit-learn's ``char_wb`` analyzer: a word too short for
    ``min_n`` counts once, whole.

    Examples
    --------
    >>> char_ngrams("قسد", 3, 4)
    [' قس', 'قسد', 'سد ', ' قسد', 'قسد ']
    """
    padded = f" {word} "
    size = len(padded)
    if size < min_n:
        return [padded]
    return [
        padded[start : start + n]
        for n in range(min_n, min(max_n, size) + 1)
        for start in range(size - n + 1)
    ]


def compact(matrix: sparse.csr_array) -> sparse.csr_array:
    """Renumber rows and columns in 32 bits, where they fit.

    Half the memory, and what scikit-learn's solvers ask for.
    """
    if matrix.nnz <= np.iinfo(np.int32).max:
        matrix.indices = matrix.indices.astype(np.int32, copy=False)
        matrix.indptr = matrix.indptr.astype(np.int32, copy=False)
    return matrix


def _count_matrix(
    rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]
) -> sparse.csr_array:
    ones = np.ones(len(rows), dtype=np.int32)
    matrix = sparse.csr_array((ones, (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    return compact(matrix)


def type_counts(batch: TokenBatch) -> sparse.csr_array:
    """Return how often each distinct word occurs in each text, shape (n_texts, n_types)."""
    return _count_matrix(
        batch.text_of_token, batch.tokens.astype(np.int64), (len(batch), len(batch.types))
    )


class WordNgrams(NamedTuple):
    """Word n-grams of ``min_n`` to ``max_n`` words, joined by one space."""

    min_n: int
    max_n: int

    def vocabulary(self, terms: list[str]) -> WordVocabulary:
        """Return a counter of known terms."""
        return WordVocabulary(terms, self)

    def candidates(self, batch: TokenBatch) -> Candidates:
        """Count every word n-gram of a batch."""
        words = batch.tokens.astype(np.int64)
        n_words = max(len(batch.types), 1)
        paths: list[NDArray[np.int64]] = []  # per level: (parent node, last word) of each node
        rows, columns, widths = [], [], [0]
        nodes = words
        for n in range(1, self.max_n + 1):
            if n == 1:
                size = len(batch.types)
            else:
                starts = _starts(batch, n)
                keys = nodes[: len(starts)][starts] * n_words + words[n - 1 :][starts]
                known, numbered = np.unique(keys, return_inverse=True)
                nodes = np.full(len(starts), -1, dtype=np.int64)
                nodes[starts] = numbered
                paths.append(np.stack(np.divmod(known, n_words)))
                size = len(known)
            if n >= self.min_n:
                at = np.flatnonzero(nodes >= 0)
                rows.append(batch.text_of_token[at])
                columns.append(nodes[at] + widths[-1])
                widths.append(widths[-1] + size)
        counts = _count_matrix(
            np.concatenate(rows), np.concatenate(columns), (len(batch), widths[-1])
        )
        return Candidates(counts, _WordSpeller(batch.types, paths, widths, self.min_n).spell)


class _WordSpeller(NamedTuple):
    """Spells word n-grams from the words and paths that made them."""

    types: list[str]
    paths: list[NDArray[np.int64]]
    widths: list[int]
    min_n: int

    def spell(self, columns: Sequence[int]) -> list[str]:
        return [self._spell_one(int(column)) for column in columns]

    def _spell_one(self, column: int) -> str:
        block = int(np.searchsorted(self.widths, column, side="right")) - 1
        node, n = column - self.widths[block], block + self.min_n
        parts: list[str] = []
        for level in range(n, 1, -1):
            node, word = (int(x) for x in self.paths[level - 2][:, node])
            parts.append(self.types[word])
        parts.append(self.types[node])
        return " ".join(reversed(parts))


def _starts(batch: TokenBatch, n: int) -> NDArray[np.bool_]:
    """Tell which tokens have ``n - 1`` more tokens of the same text behind them."""
    text = batch.text_of_token
    last = max(len(text) - n + 1, 0)
    same: NDArray[np.bool_] = text[:last] == text[n - 1 :]
    return same


class WordVocabulary:
    """Known word n-grams as a tree.

    Level n holds, sorted, a number for every known prefix of n words, made of
    the prefix's parent and its last word; a level is walked for all tokens of
    a batch at once.
    """

    def __init__(self, terms: list[str], analyzer: WordNgrams) -> None:
        self.terms = terms
        self._max_n = analyzer.max_n
        split = [term.split(" ") for term in terms]
        numbers: defaultdict[str, int] = defaultdict(count().__next__)
        paths = [[numbers[word] for word in parts] for parts in split]
        self._words = dict(numbers)
        self._levels: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self._build(paths)

    def _build(self, paths: list[list[int]]) -> None:
        n_words = max(len(self._words), 1)
        features = np.full(n_words, -1, dtype=np.int64)
        nodes = np.array([path[0] for path in paths], dtype=np.int64)
        lengths = np.array([len(path) for path in paths], dtype=np.int64)
        features[nodes[lengths == 1]] = np.flatnonzero(lengths == 1)
        self._levels.append((np.arange(n_words), features))
        for n in range(2, self._max_n + 1):
            longer = np.flatnonzero(lengths >= n)
            words = np.array([paths[i][n - 1] for i in longer], dtype=np.int64)
            keys = nodes[longer] * n_words + words
            known, numbered = np.unique(keys, return_inverse=True)
            nodes = np.full(len(paths), -1, dtype=np.int64)
            nodes[longer] = numbered
            features = np.full(max(len(known), 1), -1, dtype=np.int64)
            features[nodes[lengths == n]] = np.flatnonzero(lengths == n)
            self._levels.append((known, features))

    def count(self, batch: TokenBatch) -> sparse.csr_array:
        """Return counts of shape (n_texts, n_terms)."""
        get = self._words.get
        known = np.fromiter((get(t, -1) for t in batch.types), np.int64, len(batch.types))
        words = known[batch.tokens]
        nodes, text = words, batch.text_of_token
        rows, columns = [], []
        for n, (keys, features) in enumerate(self._levels, start=1):
            if n > 1:
                nodes = self._step(nodes, words, keys, _starts(batch, n), n)
            found = np.flatnonzero(nodes >= 0)
            feature = features[nodes[found]]
            is_term = feature >= 0
            rows.append(text[found[is_term]])
            columns.append(feature[is_term])
        return _count_matrix(
            np.concatenate(rows), np.concatenate(columns), (len(batch), len(self.terms))
        )

    def _step(
        self,
        nodes: NDArray[np.int64],
        words: NDArray[np.int64],
        keys: NDArray[np.int64],
        starts: NDArray[np.bool_],
        n: int,
    ) -> NDArray[np.int64]:
        """Walk one word on from every node; -1 where no known prefix goes on."""
        parents, last = nodes[: len(starts)], words[n - 1 :]
        result = np.full(len(starts), -1, dtype=np.int64)
        alive = np.flatnonzero(starts & (parents >= 0) & (last >= 0))
        if len(keys) and len(alive):
            wanted = parents[alive] * len(self._words) + last[alive]
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            hit = keys[place] == wanted
            result[alive[hit]] = place[hit]
        return result


class CharNgrams(NamedTuple):
    """Character n-grams inside words, of ``min_n`` to ``max_n`` characters."""

    min_n: int
    max_n: int

    def vocabulary(self, terms: list[str]) -> CharVocabulary:
        """Return a counter of known terms."""
        return CharVocabulary(terms, self)

    def candidates(self, batch: TokenBatch) -> Candidates:
        """Count every character n-gram of a batch."""
        numbers: defaultdict[str, int] = defaultdict(count().__next__)
        number = numbers.__getitem__
        table = _ragged(map(number, char_ngrams(word, *self)) for word in batch.types)
        by_word = _table_matrix(*table, n_columns=len(numbers))
        terms = list(numbers)
        return Candidates(type_counts(batch) @ by_word, lambda columns: [terms[c] for c in columns])


class CharVocabulary:
    """Known character n-grams, with the n-grams of words met before kept at hand."""

    def __init__(self, terms: list[str], analyzer: CharNgrams) -> None:
        self.terms = terms
        self._analyzer = analyzer
        self._numbers = {term: number for number, term in enumerate(terms)}
        self._by_word: dict[str, array[int]] = {}

    def count(self, batch: TokenBatch) -> sparse.csr_array:
        """Return counts of shape (n_texts, n_terms)."""
        if len(self._by_word) > REMEMBERED_WORDS:
            self._by_word = {}
        flat, ends = _ragged(map(self._lookup, batch.types))
        by_word = _table_matrix(flat, ends, n_columns=len(self.terms))
        counts: sparse.csr_array = type_counts(batch) @ by_word
        return counts

    def _lookup(self, word: str) -> array[int]:
        found = self._by_word.get(word)
        if found is None:
            get = self._numbers.get
            numbers = (get(gram, -1) for gram in char_ngrams(word, *self._analyzer))
            found = self._by_word[word] = array("i", [n for n in numbers if n >= 0])
        return found


def _ragged(rows: Iterable[Iterable[int]]) -> tuple[array[int], array[int]]:
    """Join rows of numbers into one array with the end of each row."""
    flat, ends = array("i"), array("q", [0])
    for row in rows:
        flat.extend(row)
        ends.append(len(flat))
    return flat, ends


def _table_matrix(flat: array[int], ends: array[int], *, n_columns: int) -> sparse.csr_array:
    """Turn joined rows of column numbers into a count matrix."""
    columns = np.array(flat, dtype=np.int32)
    offsets = np.array(ends, dtype=np.int64)
    ones = np.ones(len(columns), dtype=np.int32)
    matrix = sparse.csr_array((ones, columns, offsets), shape=(len(offsets) - 1, n_columns))
    matrix.sum_duplicates()
    return compact(matrix)
