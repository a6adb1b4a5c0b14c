"""The places of known n-grams in texts."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from stance.features.occurrences import NO_TERM, Occurrences
from stance.features.units import code_points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stance.features.char_counting import CharTable
    from stance.features.tokens import TokenBatch


def word_places(columns: Mapping[str, int], sizes: Sequence[int], batch: TokenBatch) -> Occurrences:
    """Return the places of word n-grams.

    Parameters
    ----------
    columns : mapping of str to int
        The column of each n-gram.
    sizes : sequence of int
        Their numbers of words.
    batch : TokenBatch
    """
    words = list(map(batch.types.__getitem__, batch.tokens.tolist()))
    # How many words there are from each word to the end of its text.
    left = np.repeat(batch.offsets[1:], batch.lengths) - np.arange(len(words))
    found = []
    for size in sizes:
        grams = map(" ".join, zip(*(words[i:] for i in range(size)), strict=False))
        numbers = list(map(columns.get, words if size == 1 else grams, repeat(-1)))
        column = np.array(numbers, dtype=np.int32)
        starts = np.flatnonzero((column >= 0) & (left[: len(column)] >= size))
        found.append((column[starts], starts, starts + size))
    column, start, end = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    terms = np.full(len(column), NO_TERM, dtype=np.int32)
    return Occurrences(column, start, end, terms).by_place()


def char_places(table: CharTable, batch: TokenBatch) -> Occurrences:
    """Return the words of character n-grams, one entry per occurrence in a word."""
    counter = table.counter()
    counter.learn(code_points(batch.types), len(batch.types))
    ngrams, offsets = counter.of_words()
    n_found = np.diff(offsets)[batch.tokens]
    ends = np.cumsum(n_found)
    places = np.arange(ends[-1] if len(ends) else 0)
    places += np.repeat(offsets[batch.tokens] - ends + n_found, n_found)
    columns = table.order[ngrams[places]].astype(np.int32)
    starts = np.repeat(np.arange(len(n_found)), n_found)
    return Occurrences(columns, starts, starts + 1, np.full(len(starts), NO_TERM, dtype=np.int32))


def letters_of(ngram: str, word: str) -> list[tuple[int, int]]:
    """Return where a character n-gram is in a word, without the blanks around the word.

    Examples
    --------
    >>> letters_of(" قس", "قسد"), letters_of("سد", "قسد")
    ([(0, 2)], [(1, 3)])
    """
    padded, places = f" {word} ", list[tuple[int, int]]()
    start = padded.find(ngram)
    while start >= 0:
        places.append((max(start - 1, 0), min(start - 1 + len(ngram), len(word))))
        start = padded.find(ngram, start + 1)
    return places
