"""Texts as code points, and their words as numbers, by compiled loops.

What `stance.features.tokens` does in plain Python with the same result; this
is the way of prediction, where nothing asks for the words themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = TypeVar("Array", NDArray[np.int32], NDArray[np.int64])

    from stance.text.normalization import NormalizationTable

N_CODE_POINTS = 0x110000
SURROGATES = slice(0xD800, 0xE000)
REPLACEMENT_CHARACTER = 0xFFFD

# White space as `str.split` sees it; none lies beyond.
WHITE_SPACE = [point for point in range(0x3001) if chr(point).isspace()]

# Room doubles whenever it does not do.
FEW_WORDS = 1 << 12
LETTERS_OF_A_WORD = 8


class CodeUnits(NamedTuple):
    """Texts joined into one array of code points.

    Text i is ``units[offsets[i]:offsets[i + 1]]``.
    """

    units: NDArray[np.int32]
    offsets: NDArray[np.int64]


def code_units(texts: Sequence[str]) -> CodeUnits:
    """Return the code points of texts; a lone surrogate is one as well.

    Examples
    --------
    >>> units, offsets = code_units(["قسد", "", "🙂"])
    >>> [hex(unit) for unit in units], offsets.tolist()
    (['0x642', '0x633', '0x62f', '0x1f642'], [0, 3, 3, 4])
    """
    encoded = "".join(texts).encode("utf-32-le", "surrogatepass")
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    # Kernels are compiled for arrays that may be written to; a copy is one.
    return CodeUnits(np.frombuffer(encoded, dtype="<i4").astype(np.int32), offsets)


@dataclass(frozen=True)
class Folding:
    """What becomes of each code point, as arrays.

    Parameters
    ----------
    letters : ndarray of int32, shape (n_code_points,)
        The letter that it becomes, or one of the marks of
        `stance.features.kernels`: dropped, separator, spelled out.
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


def word_folding(table: NormalizationTable) -> Folding:
    """Return the folding that reads normalised words; see `stance.text.tokenization.words`."""
    from stance.features.kernels import DROPPED, SEPARATOR, SPELLED_OUT

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
    for first, last in table.composing:
        composing[first : last + 1] = True
    composing[[point for point, new in table.replacements.items() if not new]] = False
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
    from stance.features.kernels import SEPARATOR

    letters = np.arange(N_CODE_POINTS, dtype=np.int32)
    letters[separators] = SEPARATOR
    return Folding(
        letters=letters,
        spelled=np.empty(0, dtype=np.int32),
        spelled_offsets=np.zeros(1, dtype=np.int64),
        composing=np.zeros(0, dtype=np.bool_),
    )


class StringTable(NamedTuple):
    """Distinct strings with an index; see `stance.features.kernels`."""

    units: NDArray[np.int32]
    offsets: NDArray[np.int64]
    slots: NDArray[np.int64]
    hash_mask: int


def n_slots(n_entries: int) -> int:
    """Return a power of two of which the entries will take at most half."""
    return 1 << max(2 * n_entries - 1, 1).bit_length()


def empty_slots(n_entries: int) -> NDArray[np.int64]:
    """Return slots for so many entries."""
    from stance.features.kernels import EMPTY

    return np.full(n_slots(n_entries), EMPTY, dtype=np.int64)


class Tokens(NamedTuple):
    """The words of some texts as numbers.

    Text i has ``numbers[offsets[i]:offsets[i + 1]]``.
    """

    numbers: NDArray[np.int32]
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
        self._tokens = np.empty(room, dtype=np.int32)

    @property
    def n_words(self) -> int:
        """How many different words have been read so far."""
        return int(self._count[0])

    def read(self, texts: Sequence[str], encoded: CodeUnits) -> Tokens:
        """Turn the words of texts into numbers.

        Parameters
        ----------
        texts : sequence of str
        encoded : CodeUnits
            The same texts.

        Returns
        -------
        Tokens
            Its arrays are used again by the next call.
        """
        from stance.features.kernels import read_words

        units, text_offsets = self._composed(texts, encoded)
        folding = self._folding
        offsets = np.zeros(len(text_offsets), dtype=np.int64)
        done = 0
        while True:
            done = read_words(
                units,
                text_offsets,
                done,
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
            if done == len(text_offsets) - 1:
                return Tokens(self._tokens, offsets)
            self._make_room()

    def table(self) -> StringTable:
        """Return the words read so far."""
        n_words = self.n_words
        offsets = self.offsets[: n_words + 1].copy()
        return StringTable(self.units[: offsets[-1]].copy(), offsets, self._slots, self._hash_mask)

    def _composed(self, texts: Sequence[str], encoded: CodeUnits) -> CodeUnits:
        """Compose the few texts that need it."""
        from stance.features.kernels import mark_texts

        compose = self._folding.compose
        if compose is None:
            return encoded
        marked = mark_texts(encoded.units, encoded.offsets, self._folding.composing)
        if not marked.any():
            return encoded
        return code_units(
            [compose(text) if mark else text for text, mark in zip(texts, marked, strict=True)]
        )

    def _make_room(self) -> None:
        from stance.features.kernels import reindex

        self.offsets = resized(self.offsets, 2 * len(self.offsets) - 1)
        self.units = resized(self.units, 2 * len(self.units))
        self._tokens = resized(self._tokens, 2 * len(self._tokens))
        slots = empty_slots(len(self.offsets))
        reindex(self._slots, slots)
        self._slots = slots


def resized(array: Array, size: int) -> Array:
    """Return a larger array that begins with what was in the old one, and then zeros."""
    larger = np.zeros(size, dtype=array.dtype)
    larger[: len(array)] = array
    return cast("Array", larger)
