"""Every word n-gram, and every character n-gram inside words, of a training corpus.

Character n-grams are a function of the word: their counts in a text are the
text's word counts times a word-by-n-gram table. Once pruned and known,
n-grams are counted by `stance.features.counting`.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.features.matrices import compact, csr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from stance.features.tokens import TokenBatch


class Candidates(NamedTuple):
    """All n-grams of some texts, before any is pruned.

    ``counts`` has shape (n_texts, n_candidates); ``spell(columns)`` gives the
    strings of some of its columns, so that only survivors are ever spelled.
    """

    counts: sparse.csr_array
    spell: Callable[[Sequence[int]], list[str]]


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


def _count_matrix(
    rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]
) -> sparse.csr_array:
    from scipy import sparse

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


class CharNgrams(NamedTuple):
    """Character n-grams inside words, of ``min_n`` to ``max_n`` characters."""

    min_n: int
    max_n: int

    def candidates(self, batch: TokenBatch) -> Candidates:
        """Count every character n-gram of a batch."""
        numbers: defaultdict[str, int] = defaultdict(count().__next__)
        number = numbers.__getitem__
        table = _ragged(map(number, char_ngrams(word, *self)) for word in batch.types)
        by_word = _table_matrix(*table, n_columns=len(numbers))
        terms = list(numbers)
        return Candidates(type_counts(batch) @ by_word, lambda columns: [terms[c] for c in columns])


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
    matrix = csr(ones, columns, offsets, n_columns)
    matrix.sum_duplicates()
    return compact(matrix)
