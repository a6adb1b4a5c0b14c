"""The places of known n-grams in texts."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from stance.features.occurrences import NO_TERM, Occurrences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.features.tokens import TokenBatch

NONE = -1


class WordPlaces:
    """Finds the places of word n-grams.

    A node is an n-gram that begins a term. The child of a node by a word is found
    by its key, ``node * n_words + word``, among the sorted keys of its length.

    Parameters
    ----------
    terms : sequence of str
        The n-grams; term i is column i.
    """

    def __init__(self, terms: Sequence[str]) -> None:
        paths = [term.split(" ") for term in terms]
        self._numbers = {word: i for i, word in enumerate({w: None for p in paths for w in p})}
        self._n_words = len(self._numbers)
        # The first level's nodes are the words themselves.
        nodes = np.array([self._numbers[path[0]] for path in paths], dtype=np.int64)
        self._alone = np.full(self._n_words, NONE, dtype=np.int32)
        self._levels: list[tuple[NDArray[np.int64], NDArray[np.int32]]] = []
        sizes = np.array([len(path) for path in paths], dtype=np.int64)
        columns = np.arange(len(paths), dtype=np.int32)
        self._alone[nodes[sizes == 1]] = columns[sizes == 1]
        for size in range(2, int(sizes.max(initial=1)) + 1):
            longer = sizes >= size
            nodes, sizes, columns = nodes[longer], sizes[longer], columns[longer]
            paths = [path for path in paths if len(path) >= size]
            last = np.array([self._numbers[path[size - 1]] for path in paths], dtype=np.int64)
            keys, nodes = np.unique(nodes * self._n_words + last, return_inverse=True)
            of_node = np.full(len(keys), NONE, dtype=np.int32)
            of_node[nodes[sizes == size]] = columns[sizes == size]
            self._levels.append((keys, of_node))

    def find(self, batch: TokenBatch) -> Occurrences:
        """Return the places in a batch, by first word and then by length."""
        numbers = np.fromiter(
            map(self._numbers.get, batch.types, repeat(NONE)), np.int64, len(batch.types)
        )
        words = numbers[batch.tokens]
        starts = np.flatnonzero(words >= 0)
        nodes, ends = words[starts], np.repeat(batch.offsets[1:], batch.lengths)
        found = [(self._alone[nodes], starts)]
        for size, (keys, columns) in enumerate(self._levels, start=2):
            within = starts + size <= ends[starts]
            starts, nodes = starts[within], nodes[within]
            follows = words[starts + size - 1]
            wanted = nodes * self._n_words + follows
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            known = (follows >= 0) & (keys[place] == wanted)
            starts, nodes = starts[known], place[known]
            found.append((columns[nodes], starts))
        parts = [
            (column[column >= 0], start[column >= 0], start[column >= 0] + size)
            for size, (column, start) in enumerate(found, start=1)
        ]
        column, start, end = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        terms = np.full(len(column), NO_TERM, dtype=np.int32)
        return Occurrences(column, start, end, terms).by_place()


def char_places(
    of_words: tuple[NDArray[np.uint32], NDArray[np.int64]],
    order: NDArray[np.int64],
    batch: TokenBatch,
) -> Occurrences:
    """Return the words of character n-grams, one entry per occurrence in a word.

    Parameters
    ----------
    of_words : tuple of ndarray
        The features of each type of the batch and their offsets; see
        `stance.features.char_counting.CharCounter.of_words`.
    order : ndarray of int64
        Feature i is column ``order[i]``.
    batch : TokenBatch
    """
    from stance.features.compiled.attribution import list_places

    ngrams, offsets = of_words
    n_found = int(np.diff(offsets)[batch.tokens].sum())
    columns, starts = np.empty(n_found, dtype=np.int32), np.empty(n_found, dtype=np.int64)
    list_places(batch.tokens, ngrams, offsets, order, columns, starts)
    terms = np.broadcast_to(np.int32(NO_TERM), n_found)
    return Occurrences(columns, starts, starts + 1, terms)


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
