"""The normalisation of code points, as arrays for compiled loops."""

from __future__ import annotations

from dataclasses import dataclass, replace
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

# White space as `str.split` defines it; there is none above this range.
WHITE_SPACE = [point for point in range(0x3001) if chr(point).isspace()]
N_UNITS = 0x10000

# The letters, marks and digits that are most frequent in Arabic news, in order.
FREQUENT = [*range(0x621, 0x653), *b"0123456789", *range(0x660, 0x66A), 0x67E, 0x686, 0x6A4, 0x6AF]
FREQUENT += [0x6A9, 0x6CC, *b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]


@dataclass(frozen=True)
class Folding:
    """The normalisation of each code point, as arrays.

    Parameters
    ----------
    letters : ndarray of int32, shape (n_code_points,)
        The letter that replaces it, or one of the codes of
        `stance.features.compiled.letters`: dropped, separator, spelled out.
    spelled : ndarray of int32
        The letters of all replacements of several letters.
    spelled_offsets : ndarray of int64
        The start of each of these replacements in ``spelled``.
    composing : ndarray of bool, shape (n_code_points,)
        Whether a text that contains it must be passed to ``compose`` first.
    compose : callable, optional
        Text to composed text; None if no code point composes.
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
        codes[SURROGATES] = CODED  # half of a letter in UTF-16
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
    """Return the folding of normalised words; see `stance.text.tokenization.words`."""
    from stance.features.compiled.letters import DROPPED, SEPARATOR, SPELLED_OUT

    letters = np.arange(N_CODE_POINTS, dtype=np.int32)
    for first, last in table.separators:
        letters[first : last + 1] = SEPARATOR
    letters[WHITE_SPACE] = SEPARATOR
    alone = letters.copy()  # the letters of a replacement are not replaced again
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


@lru_cache(maxsize=2)
def published_folding(table: NormalizationTable) -> Folding:
    """Return the folding of the same words as `word_folding`, with their letters as published.

    Vowel signs and tatweel are left out, and what is spelled out by several letters is so here
    too. So the words of a text are at the same places in both.
    """
    folded = word_folding(table)
    points = np.arange(N_CODE_POINTS, dtype=np.int32)
    return replace(folded, letters=np.where(folded.letters >= 0, points, folded.letters))


@lru_cache(maxsize=1)
def surface_folding() -> Folding:
    """Return the folding of words as published; see `surface_words` of tokenization."""
    folding = _plain_folding(WHITE_SPACE)
    folding.letters[SURROGATES] = REPLACEMENT_CHARACTER
    return folding


@lru_cache(maxsize=1)
def term_folding() -> Folding:
    """Return the folding that splits a word n-gram at its spaces."""
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
