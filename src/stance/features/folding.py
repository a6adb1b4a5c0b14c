"""What becomes of each code point, as arrays that compiled loops read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from stance.text.normalization_table import NormalizationTable

N_CODE_POINTS = 0x110000
SURROGATES = slice(0xD800, 0xE000)
REPLACEMENT_CHARACTER = 0xFFFD

# White space as `str.split` sees it; none lies beyond.
WHITE_SPACE = [point for point in range(0x3001) if chr(point).isspace()]
N_UNITS = 0x10000

# Letters, marks and digits that Arabic news is written in, before all others.
FREQUENT = [*range(0x621, 0x653), *b"0123456789", *range(0x660, 0x66A), 0x67E, 0x686, 0x6A4, 0x6AF]
FREQUENT += [0x6A9, 0x6CC, *b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]


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


@lru_cache(maxsize=2)
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
