"""Texts as code points, and their words as numbers, by compiled loops.

What `stance.features.tokens` does in plain Python with the same result; this
is the way of prediction, where nothing asks for the words themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = TypeVar("Array", NDArray[np.uint32], NDArray[np.int32], NDArray[np.int64])

    from stance.features.tokens import TokenBatch
    from stance.text.normalization import NormalizationTable

N_CODE_POINTS = 0x110000
SURROGATES = slice(0xD800, 0xE000)
REPLACEMENT_CHARACTER = 0xFFFD

# White space as `str.split` sees it; none lies beyond.
WHITE_SPACE = [point for point in range(0x3001) if chr(point).isspace()]

# Behind the last text, since a loop looks at one unit more.
PADDING = "\0"
LOW_SURROGATES = 0xDC00
N_UNITS = 0x10000

# Letters, marks and digits that Arabic news is written in, before all others.
FREQUENT = [*range(0x621, 0x653), *b"0123456789", *range(0x660, 0x66A), 0x67E, 0x686, 0x6A4, 0x6AF]
FREQUENT += [0x6A9, 0x6CC, *b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]

TEXTS_AT_ONCE = 1024

# Runs of letters that a thread remembers: the most frequent of them stay in the processor's cache.
MEMO_ROWS = 1 << 17

CACHE_LINE = 64  # bytes

# Room doubles whenever it does not do.
FEW_WORDS = 1 << 12
LETTERS_OF_A_WORD = 8


class CodeUnits(NamedTuple):
    """Texts joined into one array of UTF-16.

    Text i is ``units[offsets[i]:offsets[i + 1]]``; behind the last one stands
    `PADDING`.
    """

    units: NDArray[np.uint16]
    offsets: NDArray[np.int64]


class CodePoints(NamedTuple):
    """Texts joined into one array of code points.

    Text i is ``units[offsets[i]:offsets[i + 1]]``.
    """

    units: NDArray[np.int32]
    offsets: NDArray[np.int64]


def code_units(texts: Sequence[str]) -> CodeUnits | CodePoints:
    """Return texts in UTF-16, or as code points if there is a lone surrogate among them.

    Examples
    --------
    >>> units, offsets = code_units(["قسد", "", "🙂"])
    >>> [hex(unit) for unit in units[: offsets[-1]]], offsets.tolist()
    (['0x642', '0x633', '0x62f', '0xd83d', '0xde42'], [0, 3, 3, 5])
    """
    joined = "".join([*texts, PADDING])
    try:
        encoded = joined.encode("utf-16-le")
    except UnicodeEncodeError:
        return code_points(texts)
    units = np.frombuffer(encoded, dtype="<u2")
    offsets = _offsets(texts)
    if len(units) > len(joined):
        begins = np.flatnonzero((units & ~np.uint16(1023)) != LOW_SURROGATES)
        offsets = begins[offsets]
    return CodeUnits(units, offsets)


def code_points(texts: Sequence[str]) -> CodePoints:
    """Return the code points of texts; a lone surrogate is one as well.

    Examples
    --------
    >>> units, offsets = code_points(["قسد", "", "🙂"])
    >>> [hex(unit) for unit in units], offsets.tolist()
    (['0x642', '0x633', '0x62f', '0x1f642'], [0, 3, 3, 4])
    """
    encoded = "".join(texts).encode("utf-32-le", "surrogatepass")
    # Kernels are compiled for arrays that may be written to; a copy is one.
    return CodePoints(np.frombuffer(encoded, dtype="<i4").astype(np.int32), _offsets(texts))


def _offsets(texts: Sequence[str]) -> NDArray[np.int64]:
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    return offsets


@dataclass(frozen=True)
class Folding:
    """What becomes of each code point, as arrays.

    Parameters
    ----------
    letters : ndarray of int32, shape (n_code_points,)
        The letter that it becomes, or one of the marks of
        `stance.features.compiled.letters`: dropped, separator, spelled out.
    spelled : ndarray of int32
        The letters of all replacements that have several.
    spelled_offsets : ndarray of int64
        Where each of these replacements begins.
    composing : ndarray of bool, shape (n_code_points,)
        Whether a text that holds it must go through ``compose`` first.
    compose : callable, optional
        From text to text; none where nothing composes.
    """

    letters: NDArray[np.int32]
    spelled: NDArray[np.int32]
    spelled_offsets: NDArray[np.int64]
    composing: NDArray[np.bool_]
    compose: Callable[[str], str] | None = None

    @cached_property
    def codes(self) -> NDArray[np.uint8]:
        """A code for each unit of UTF-16 that is frequent in Arabic text, shape (n_units,)."""
        from stance.features.compiled.letters import BREAK, CODED, SEPARATOR, SPELLED_OUT

        letters = self.letters[:N_UNITS]
        codes = np.full(N_UNITS, CODED, dtype=np.uint8)
        plain = [unit for unit in FREQUENT if letters[unit] > SPELLED_OUT]
        codes[plain[: CODED - 1]] = np.arange(1, min(CODED, len(plain) + 1))
        codes[letters == SEPARATOR] = BREAK
        codes[SURROGATES] = CODED  # in UTF-16 half of a letter
        return codes

    @cached_property
    def marked(self) -> NDArray[np.bool_]:
        """Which units of UTF-16 may be part of a composing mark, shape (n_units,)."""
        marked = self.composing[:N_UNITS].copy()
        astral = np.flatnonzero(self.composing[N_UNITS:])
        marked[0xD800 + (astral >> 10)] = True
        return marked


def word_folding(table: NormalizationTable) -> Folding:
    """Return the folding that reads normalised words; see `stance.text.tokenization.words`."""
    from stance.features.compiled.letters import DROPPED, SEPARATOR, SPELLED_OUT

    letters = np.arange(N_CODE_POINTS, dtype=np.int32)
    for first, last in table.separators:
        letters[first : last + 1] = SEPARATOR
    letters[WHITE_SPACE] = SEPARATOR
    alone = letters.copy()  # a letter of a replacement is not replaced again
    spelled: list[int] = []
    offsets = [0]
    for point, new in table.replacements.items():
        if len(new) > 1:
            letters[point] = SPELLED_OUT - (len(offsets) - 1)
            spelled.extend(alone[[ord(letter) for letter in new]].tolist())
            offsets.append(len(spelled))
        else:
            letters[point] = alone[ord(new)] if new else DROPPED
    composing = np.zeros(N_CODE_POINTS, dtype=np.bool_)
    composing[table.composing_points] = True
    return Folding(
        letters=letters,
        spelled=np.array(spelled, dtype=np.int32),
        spelled_offsets=np.array(offsets, dtype=np.int64),
        composing=composing,
        compose=table.compose if table.composing else None,
    )


@lru_cache(maxsize=1)
def surface_folding() -> Folding:
    """Return the folding that reads words as published: `surface_words` of tokenization."""
    folding = _plain_folding(WHITE_SPACE)
    folding.letters[SURROGATES] = REPLACEMENT_CHARACTER
    return folding


@lru_cache(maxsize=1)
def term_folding() -> Folding:
    """Return the folding that takes a word n-gram apart, at its spaces."""
    return _plain_folding([ord(" ")])


def _plain_folding(separators: list[int]) -> Folding:
    from stance.features.compiled.letters import SEPARATOR

    letters = np.arange(N_CODE_POINTS, dtype=np.int32)
    letters[separators] = SEPARATOR
    return Folding(
        letters=letters,
        spelled=np.empty(0, dtype=np.int32),
        spelled_offsets=np.zeros(1, dtype=np.int64),
        composing=np.zeros(0, dtype=np.bool_),
    )


class StringTable(NamedTuple):
    """Distinct strings with an index; see `stance.features.compiled.string_tables`."""

    units: NDArray[np.int32]
    offsets: NDArray[np.int64]
    slots: NDArray[np.int64]
    hash_mask: int


def aligned_zeros(shape: tuple[int, int], dtype: type[np.generic]) -> NDArray[Any]:
    """Return zeros that begin with a line of the processor's cache."""
    size = shape[0] * shape[1] * np.dtype(dtype).itemsize
    raw = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    return raw[start : start + size].view(dtype).reshape(shape)


def n_slots(n_entries: int) -> int:
    """Return a power of two of which the entries will take at most half."""
    return 1 << max(2 * n_entries - 1, 1).bit_length()


def empty_slots(n_entries: int) -> NDArray[np.int64]:
    """Return slots for so many entries."""
    from stance.features.compiled.arrays import EMPTY

    return np.full(n_slots(n_entries), EMPTY, dtype=np.int64)


class Tokens(NamedTuple):
    """The words of some texts as numbers.

    Text i has ``numbers[offsets[i]:offsets[i + 1]]``.
    """

    numbers: NDArray[np.uint32]
    offsets: NDArray[np.int64]


class WordReader:
    """Numbers words in order of first sight, and remembers them from call to call.

    Not for two threads at once.

    Parameters
    ----------
    folding : Folding
    hash_mask : int
        The bits of a hash that are used; few of them make words collide.
    room : int
        How many words there is room for at the beginning. Memory that is not
        used is not taken, while moving to a larger place takes it twice.
    """

    def __init__(self, folding: Folding, hash_mask: int, room: int = FEW_WORDS) -> None:
        self._folding = folding
        self._hash_mask = hash_mask
        self._count = np.zeros(1, dtype=np.int64)
        self.offsets = np.zeros(room + 1, dtype=np.int64)
        self.units = np.empty(room * LETTERS_OF_A_WORD, dtype=np.int32)
        self._slots = empty_slots(room)
        self._tokens = np.empty(room, dtype=np.uint32)
        self._memo = aligned_zeros((MEMO_ROWS, 2), np.int64)

    @property
    def n_words(self) -> int:
        """How many different words have been read so far."""
        return int(self._count[0])

    def read(self, texts: Sequence[str], encoded: CodeUnits | CodePoints) -> Tokens:
        """Turn the words of texts into numbers.

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
        encoded = self._composed(texts, encoded)
        offsets = np.zeros(len(encoded.offsets), dtype=np.int64)
        done = 0
        while True:
            done = self._read_on(encoded, done, offsets)
            if done == len(texts):
                return Tokens(self._tokens, offsets)
            self._make_room()

    def _read_on(
        self, encoded: CodeUnits | CodePoints, done: int, offsets: NDArray[np.int64]
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
        units, text_offsets = encoded
        return read_runs(units, text_offsets, done, folding.codes, self._memo, *table)

    def forget(self) -> None:
        """Begin again, in the memory that was taken already."""
        from stance.features.compiled.arrays import EMPTY

        self._count[0] = 0
        self._slots.fill(EMPTY)
        self._memo.fill(0)

    def table(self) -> StringTable:
        """Return the words read so far."""
        n_words = self.n_words
        offsets = self.offsets[: n_words + 1].copy()
        return StringTable(self.units[: offsets[-1]].copy(), offsets, self._slots, self._hash_mask)

    def words(self) -> list[str]:
        """Return the words read so far as strings."""
        offsets = self.offsets[: self.n_words + 1].tolist()
        joined = self.units[: offsets[-1]].tobytes().decode("utf-32-le", "surrogatepass")
        return [joined[begin:end] for begin, end in pairwise(offsets)]

    def _composed(
        self, texts: Sequence[str], encoded: CodeUnits | CodePoints
    ) -> CodeUnits | CodePoints:
        """Compose the few texts that need it."""
        from stance.features.compiled.letters import mark_texts

        compose = self._folding.compose
        if compose is None:
            return encoded
        wide = isinstance(encoded, CodePoints)
        wanted = self._folding.composing if wide else self._folding.marked
        marked = mark_texts(encoded.units, encoded.offsets, wanted)
        if not marked.any():
            return encoded
        return code_units(
            [compose(text) if mark else text for text, mark in zip(texts, marked, strict=True)]
        )

    def _make_room(self) -> None:
        from stance.features.compiled.string_tables import reindex

        self.offsets = resized(self.offsets, 2 * len(self.offsets) - 1)
        self.units = resized(self.units, 2 * len(self.units))
        self._tokens = resized(self._tokens, 2 * len(self._tokens))
        slots = empty_slots(len(self.offsets))
        reindex(self._slots, slots)
        self._slots = slots


def read_batch(texts: Sequence[str], folding: Folding) -> TokenBatch:
    """Return the words of texts as `stance.features.tokens` does, some tens of times faster."""
    from stance.features.compiled.string_tables import HASH_MASK
    from stance.features.tokens import TokenBatch

    reader = WordReader(folding, HASH_MASK)
    numbers, lengths = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int64)]
    for first in range(0, len(texts), TEXTS_AT_ONCE):
        some = texts[first : first + TEXTS_AT_ONCE]
        tokens = reader.read(some, code_units(some))
        numbers.append(tokens.numbers[: tokens.offsets[-1]].astype(np.int32))
        lengths.append(np.diff(tokens.offsets))
    joined = np.concatenate(numbers)
    return TokenBatch(
        types=reader.words(),
        tokens=joined,
        offsets=np.concatenate([[0], np.cumsum(np.concatenate(lengths))]),
        voices=np.zeros(len(joined), dtype=np.int8),
    )


def resized(array: Array, size: int) -> Array:
    """Return a larger array that begins with what was in the old one, and then zeros."""
    larger = np.zeros(size, dtype=array.dtype)
    larger[: len(array)] = array
    return cast("Array", larger)
