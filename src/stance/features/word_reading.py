"""Compiled tokenisation: the words of texts as numbers.

The result equals that of `stance.features.tokens`, which is plain Python.
Prediction uses this module, because it does not need the words as strings.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import numpy as np

from stance.features.quotation_tables import letter_classes, mark_kinds, no_kinds
from stance.features.units import CodePoints, CodeUnits, code_units
from stance.text.quotation import Voice, voices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from stance.features.folding import Folding

    Array = TypeVar("Array", NDArray[np.uint32], NDArray[np.int32], NDArray[np.int64])

    from stance.features.tokens import TokenBatch

TEXTS_AT_ONCE = 1024

# Runs of letters that a thread caches: the most frequent ones stay in the processor's cache.
MEMO_ROWS = 1 << 17

CACHE_LINE = 64  # bytes

# Initial capacities, which double when they are exceeded.
FEW_WORDS = 1 << 12
LETTERS_OF_A_WORD = 8
FEW_MARKS = 1 << 10

# In place of a voice: the quotation marks of the text decide.
BY_MARKS = -1


class StringTable(NamedTuple):
    """Distinct strings with an index; see `stance.features.compiled.string_tables`."""

    units: NDArray[np.int32]
    offsets: NDArray[np.int64]
    slots: NDArray[np.int64]
    hash_mask: int


def aligned_zeros(shape: tuple[int, int], dtype: type[np.generic]) -> NDArray[Any]:
    """Return an array of zeros, aligned to a cache line."""
    size = shape[0] * shape[1] * np.dtype(dtype).itemsize
    raw = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    return raw[start : start + size].view(dtype).reshape(shape)


def n_slots(n_entries: int) -> int:
    """Return a power of two that is at least twice the number of entries."""
    return 1 << max(2 * n_entries - 1, 1).bit_length()


def empty_slots(n_entries: int) -> NDArray[np.int64]:
    """Return empty hash slots for ``n_entries`` entries."""
    from stance.features.compiled.arrays import EMPTY

    return np.full(n_slots(n_entries), EMPTY, dtype=np.int64)


class Tokens(NamedTuple):
    """The words of some texts as numbers.

    Text i has ``numbers[offsets[i]:offsets[i + 1]]``.
    """

    numbers: NDArray[np.uint32]
    offsets: NDArray[np.int64]

    @property
    def own_voices(self) -> NDArray[np.int8]:
        """Voices that are all the outlet's own, one per token."""
        return np.full(self.offsets[-1], Voice.OWN, dtype=np.int8)


class _Pieces(NamedTuple):
    """Texts, some of which are cut into segments of one voice.

    Parameters
    ----------
    texts : list of str
        The pieces of text i are ``texts[offsets[i]:offsets[i + 1]]``.
    offsets : ndarray of int64, shape (n_texts + 1,)
    given : ndarray of int8, shape (n_pieces,)
        The voice of each piece; `BY_MARKS` for a text that was not cut.
    """

    texts: list[str]
    offsets: NDArray[np.int64]
    given: NDArray[np.int8]


class WordReader:
    """Numbers words in order of first occurrence, and keeps them between calls.

    Not thread-safe.

    Parameters
    ----------
    folding : Folding
    hash_mask : int
        The bits of a hash that are used; with few bits, words collide.
    room : int
        Initial capacity in words. The system allocates memory only when it is
        used, whereas growing needs the old and the new array at once.
    """

    def __init__(self, folding: Folding, hash_mask: int, room: int = FEW_WORDS) -> None:
        self._folding = folding
        self._hash_mask = hash_mask
        self._count = np.zeros(1, dtype=np.int64)
        self.offsets = np.zeros(room + 1, dtype=np.int64)
        self.units = np.empty(room * LETTERS_OF_A_WORD, dtype=np.int32)
        self._slots = empty_slots(room)
        self._tokens = np.empty(room, dtype=np.uint32)
        self._marks = np.empty((FEW_MARKS, 3), dtype=np.int64)
        self._memo = aligned_zeros((MEMO_ROWS, 2), np.int64)

    @property
    def n_words(self) -> int:
        """Number of distinct words read so far."""
        return int(self._count[0])

    def read(self, texts: Sequence[str], encoded: CodeUnits | CodePoints) -> Tokens:
        """Tokenise texts to word numbers.

        Parameters
        ----------
        texts : sequence of str
        encoded : CodeUnits or CodePoints
            The same texts.

        Returns
        -------
        Tokens
            Its arrays are used again by the next call.
        """
        return self._number(self._composed(texts, encoded), no_kinds())[0]

    def read_by_voice(
        self, texts: Sequence[str], encoded: CodeUnits | CodePoints
    ) -> tuple[Tokens, NDArray[np.int8]]:
        """Tokenise texts to word numbers, and assign voices.

        Parameters
        ----------
        texts, encoded
            As in `read`.

        Returns
        -------
        tokens : Tokens
            Its arrays are used again by the next call.
        voices : ndarray of int8, shape (n_tokens,)
            The `Voice` of each token, by the rules of `stance.text.quotation`.
        """
        cut = self._to_be_cut(encoded)
        if not cut.any():
            return self._read_pieces(encoded, np.full(len(texts), BY_MARKS, dtype=np.int8))
        pieces = _pieces(texts, cut, self._folding.compose)
        tokens, found = self._read_pieces(code_units(pieces.texts), pieces.given)
        return Tokens(tokens.numbers, tokens.offsets[pieces.offsets]), found

    def _to_be_cut(self, encoded: CodeUnits | CodePoints) -> NDArray[np.bool_]:
        """Return which texts are read segment by segment, shape (n_texts,).

        These are the texts that composing changes, because the quotation rules
        apply to texts as published; and all texts if a mark may be part of a
        word or the texts are not in UTF-16.
        """
        from stance.features.compiled.letters import SEPARATOR, mark_texts

        folding, n_texts = self._folding, len(encoded.offsets) - 1
        if isinstance(encoded, CodePoints):
            return np.ones(n_texts, dtype=np.bool_)
        if not (folding.letters[np.flatnonzero(mark_kinds())] == SEPARATOR).all():
            return np.ones(n_texts, dtype=np.bool_)
        if folding.compose is None:
            return np.zeros(n_texts, dtype=np.bool_)
        marked = np.zeros(n_texts, dtype=np.bool_)
        mark_texts(encoded.units, encoded.offsets, folding.marked, marked)
        return marked

    def _read_pieces(
        self, encoded: CodeUnits | CodePoints, given: NDArray[np.int8]
    ) -> tuple[Tokens, NDArray[np.int8]]:
        """Tokenise pieces; quotation marks decide the voices that are not given."""
        from stance.features.compiled.quotation import assign_voices

        if isinstance(encoded, CodePoints) or not (given == BY_MARKS).any():
            tokens, _ = self._number(encoded, no_kinds())
            return tokens, np.repeat(given, np.diff(tokens.offsets))
        tokens, mark_offsets = self._number(encoded, mark_kinds())
        if not mark_offsets[-1]:
            return tokens, np.repeat(np.maximum(given, np.int8(Voice.OWN)), np.diff(tokens.offsets))
        found = np.empty(tokens.offsets[-1], dtype=np.int8)
        assign_voices(
            encoded.units,
            encoded.offsets,
            self._marks,
            mark_offsets,
            tokens.offsets,
            letter_classes(beyond_units=encoded.has_pairs),
            given,
            found,
        )
        return tokens, found

    def _number(
        self, encoded: CodeUnits | CodePoints, kinds: NDArray[np.uint8]
    ) -> tuple[Tokens, NDArray[np.int64]]:
        """Tokenise texts; return word numbers, and the number of marks before each text."""
        n_texts = len(encoded.offsets) - 1
        offsets, mark_offsets = np.zeros((2, n_texts + 1), dtype=np.int64)
        done = 0
        while True:
            done = self._read_from(encoded, done, kinds, offsets, mark_offsets)
            if done == n_texts:
                return Tokens(self._tokens, offsets), mark_offsets
            if done < 0:
                done = ~done
                self._marks = np.concatenate([self._marks, np.empty_like(self._marks)])
            else:
                self._grow()

    def _read_from(
        self,
        encoded: CodeUnits | CodePoints,
        done: int,
        kinds: NDArray[np.uint8],
        offsets: NDArray[np.int64],
        mark_offsets: NDArray[np.int64],
    ) -> int:
        from stance.features.compiled.letters import read_letters, read_runs

        folding = self._folding
        table = (
            folding.letters,
            folding.spelled,
            folding.spelled_offsets,
            self._slots,
            self.offsets,
            self.units,
            self._count,
            self._tokens,
            offsets,
            self._hash_mask,
        )
        if isinstance(encoded, CodePoints):
            return read_letters(encoded.units, encoded.offsets, done, *table)
        return read_runs(
            encoded.units,
            encoded.offsets,
            done,
            folding.codes,
            kinds,
            self._memo,
            self._marks,
            mark_offsets,
            *table,
        )

    def forget(self) -> None:
        """Forget all words, but keep the allocated memory."""
        from stance.features.compiled.arrays import EMPTY

        self._count[0] = 0
        self._slots.fill(EMPTY)
        self._memo.fill(0)

    def table(self) -> StringTable:
        """Return the words read so far as a string table without spare capacity."""
        from stance.features.compiled.string_tables import reindex

        n_words = self.n_words
        offsets = self.offsets[: n_words + 1].copy()
        slots = empty_slots(n_words)
        reindex(self._slots, slots)
        return StringTable(self.units[: offsets[-1]].copy(), offsets, slots, self._hash_mask)

    def words(self) -> list[str]:
        """Return the words read so far as strings."""
        offsets = self.offsets[: self.n_words + 1].tolist()
        joined = self.units[: offsets[-1]].tobytes().decode("utf-32-le", "surrogatepass")
        return [joined[begin:end] for begin, end in pairwise(offsets)]

    def _composed(
        self, texts: Sequence[str], encoded: CodeUnits | CodePoints
    ) -> CodeUnits | CodePoints:
        """Compose the texts that need it, and re-encode all texts."""
        from stance.features.compiled.letters import mark_texts

        compose = self._folding.compose
        if compose is None:
            return encoded
        wide = isinstance(encoded, CodePoints)
        wanted = self._folding.composing if wide else self._folding.marked
        marked = np.zeros(len(texts), dtype=np.bool_)
        mark_texts(encoded.units, encoded.offsets, wanted, marked)
        if not marked.any():
            return encoded
        return code_units(
            [compose(text) if mark else text for text, mark in zip(texts, marked, strict=True)]
        )

    def _grow(self) -> None:
        from stance.features.compiled.string_tables import reindex

        self.offsets = resized(self.offsets, 2 * len(self.offsets) - 1)
        self.units = resized(self.units, 2 * len(self.units))
        self._tokens = resized(self._tokens, 2 * len(self._tokens))
        slots = empty_slots(len(self.offsets))
        reindex(self._slots, slots)
        self._slots = slots


def _pieces(
    texts: Sequence[str], cut: NDArray[np.bool_], compose: Callable[[str], str] | None
) -> _Pieces:
    """Cut the chosen texts into segments of one voice, and compose the segments."""
    pieces: list[str] = []
    given: list[int] = []
    offsets = [0]
    for text, wanted in zip(texts, cut.tolist(), strict=True):
        if wanted:
            segments = voices(text)
            found = [text[segment.start : segment.end] for segment in segments]
            pieces.extend(found if compose is None else map(compose, found))
            given.extend(segment.voice for segment in segments)
        else:
            pieces.append(text)
            given.append(BY_MARKS)
        offsets.append(len(pieces))
    return _Pieces(pieces, np.array(offsets), np.array(given, dtype=np.int8))


def read_batch(texts: Sequence[str], folding: Folding, *, by_voice: bool = False) -> TokenBatch:
    """Return the same batch as `stance.features.tokens`, but ten times faster or more."""
    from stance.features.compiled.string_tables import HASH_MASK
    from stance.features.tokens import TokenBatch

    reader = WordReader(folding, HASH_MASK)
    numbers, lengths = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int64)]
    spoken = [np.empty(0, dtype=np.int8)]
    for first in range(0, len(texts), TEXTS_AT_ONCE):
        some = texts[first : first + TEXTS_AT_ONCE]
        if by_voice:
            tokens, found = reader.read_by_voice(some, code_units(some))
        else:
            tokens = reader.read(some, code_units(some))
            found = tokens.own_voices
        spoken.append(found)
        numbers.append(tokens.numbers[: tokens.offsets[-1]].astype(np.int32))
        lengths.append(np.diff(tokens.offsets))
    return TokenBatch(
        types=reader.words(),
        tokens=np.concatenate(numbers),
        offsets=np.concatenate([[0], np.cumsum(np.concatenate(lengths))]),
        voices=np.concatenate(spoken),
    )


def resized(array: Array, size: int) -> Array:
    """Return a larger copy of an array, padded with zeros."""
    larger = np.zeros(size, dtype=array.dtype)
    larger[: len(array)] = array
    return cast("Array", larger)
