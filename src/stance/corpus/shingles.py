"""Texts as sets of word shingles: n-grams of normalised words, each hashed to 64 bits.

Two texts that share most of their shingles have the same wording, apart from
spelling, diacritics and punctuation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

# An odd multiplier from the bits of the golden ratio, and the constants of splitmix64.
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
# Words processed at once: enough for numpy to be fast, few compared with the corpus.
_CHUNK = 2_000_000


@dataclass(frozen=True)
class ShingleSets:
    """Many sets of shingles in one array.

    Parameters
    ----------
    values : ndarray of uint64
        The shingles of all sets; those of one set are contiguous, sorted and
        distinct.
    starts : ndarray of int64, shape (n_sets + 1,)
        Set ``i`` is ``values[starts[i] : starts[i + 1]]``.
    """

    values: NDArray[np.uint64]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of shingles in each set."""
        return np.diff(self.starts)

    @property
    def owners(self) -> NDArray[np.int32]:
        """The index of the set of each shingle."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.sizes)


@dataclass(frozen=True)
class WordStream:
    """The normalised words of many texts in one array.

    Parameters
    ----------
    words : ndarray of uint64
        A hash of each word, the same in every run.
    starts : ndarray of int64, shape (n_texts + 1,)
        Text ``i`` has the words ``words[starts[i] : starts[i + 1]]``.
    """

    words: NDArray[np.uint64]
    starts: NDArray[np.int64]

    def shingles(self, size: int) -> ShingleSets:
        """Return the shingles of each text.

        Parameters
        ----------
        size : int
            Words in a shingle; a text with fewer words has one shingle, and a
            text without words none.
        """
        parts, counts = [], [np.zeros(0, np.int64)]
        for first, last in self._chunks():
            values, sizes = _chunk_shingles(self.words, self.starts[first : last + 1], size)
            parts.append(values)
            counts.append(sizes)
        starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
        return ShingleSets(np.concatenate([np.zeros(0, np.uint64), *parts]), starts)

    def only(self, chosen: NDArray[np.int64]) -> WordStream:
        """Return the stream of the chosen texts."""
        lengths = np.diff(self.starts)
        kept = np.zeros(len(lengths), bool)
        kept[chosen] = True
        starts = np.concatenate([[0], np.cumsum(lengths[chosen])])
        return WordStream(self.words[np.repeat(kept, lengths)], starts)

    def equal(self) -> NDArray[np.int64]:
        """Return for each text the index of the first with the same words in the same order."""
        powers = np.full(int(np.diff(self.starts).max(initial=0)), _STEP)
        powers[:1] = 1
        np.multiply.accumulate(powers, out=powers)
        sums = np.zeros(len(self.starts) - 1, np.uint64)
        for begin, end in self._chunks():
            starts = self.starts[begin : end + 1]
            within = np.arange(starts[0], starts[-1]) - np.repeat(starts[:-1], np.diff(starts))
            terms = self.words[starts[0] : starts[-1]] * powers[within]
            running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms)])
            sums[begin:end] = np.diff(running[starts - starts[0]])
        _, first, inverse = np.unique(sums, return_index=True, return_inverse=True)
        equal: NDArray[np.int64] = first[inverse]
        return equal

    def _chunks(self) -> list[tuple[int, int]]:
        """Divide the texts into chunks of about equally many words."""
        n_texts = len(self.starts) - 1
        borders = np.arange(_CHUNK, self.starts[-1], _CHUNK)
        cuts = np.unique(np.concatenate([[0], np.searchsorted(self.starts, borders), [n_texts]]))
        return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))


def stream_words(texts: Iterable[str]) -> WordStream:
    """Normalise texts and hash their words.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    WordStream
    """
    table = arabic_normalization()
    numbers: dict[str, int] = {}
    hashes: list[int] = []
    parts, ends = [np.zeros(0, np.uint32)], [0]
    for text in texts:
        found = words(text, table)
        for word in found:
            if word not in numbers:
                numbers[word] = len(hashes)
                hashes.append(hash_word(word))
        parts.append(np.fromiter(map(numbers.__getitem__, found), np.uint32, len(found)))
        ends.append(ends[-1] + len(found))
    by_type = np.array(hashes, np.uint64)
    return WordStream(by_type[np.concatenate(parts)], np.array(ends, np.int64))


def hash_word(word: str) -> int:
    """Return a hash of 64 bits, the same in every run."""
    digest = hashlib.blake2b(word.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _chunk_shingles(
    words_of_all: NDArray[np.uint64], starts: NDArray[np.int64], size: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the shingles of a chunk of texts, and the number for each text."""
    tokens = words_of_all[starts[0] : starts[-1]]
    lengths = np.diff(starts)
    owner = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    left = (starts[1:] - starts[0])[owner] - np.arange(len(tokens))
    # A shingle starts where enough words follow, or at the start of a text that has too few.
    begins = (left >= size) | ((lengths[owner] < size) & (left == lengths[owner]))
    value = np.zeros(len(tokens), np.uint64)
    for place in range(size):
        value *= _STEP
        within = np.flatnonzero(left > place)
        value[within] += tokens[within + place]
    value, owner = _mixed(value[begins]), owner[begins]
    # Sorting each text by itself takes a tenth of the time of sorting all by text and value.
    for first, last in pairwise(np.searchsorted(owner, np.arange(len(lengths) + 1)).tolist()):
        value[first:last].sort()
    distinct = np.ones(len(value), bool)
    distinct[1:] = (value[1:] != value[:-1]) | (owner[1:] != owner[:-1])
    return value[distinct], np.bincount(owner[distinct], minlength=len(lengths))


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the bits of each number with the finaliser of splitmix64."""
    for shift, factor in _MIX:
        values = (values ^ (values >> np.uint64(shift))) * np.uint64(factor)
    mixed: NDArray[np.uint64] = values ^ (values >> np.uint64(31))
    return mixed
