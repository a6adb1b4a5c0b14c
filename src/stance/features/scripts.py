"""Letters of a text by their script, for detecting other languages.

Persian, Urdu and Sorani have letters that Arabic does not have. Some Arabic
outlets write with the keyboard of such a language (``ک`` and ``ی`` for ``ك`` and
``ي``), so the letters of these keyboards alone are no sign of another language.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from stance.features.folding import N_CODE_POINTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.features.units import CodePoints, CodeUnits

# Kinds of code points: letters that Arabic shares, those that only Arabic uses, forms of other
# keyboards, other letters of the Arabic script, and letters of other scripts.
NO_LETTER, SHARED, ARABIC_ONLY, KEYBOARD, FOREIGN, OTHER_SCRIPT = range(6)
N_KINDS = 6

# Blocks of the Arabic script, and the alphabet of Arabic.
ARABIC_SCRIPT = ((0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF))
ALPHABET = ((0x0621, 0x063A), (0x0641, 0x064A), (0x0671, 0x0671))
PRESENTATION_FORMS = ((0xFB50, 0xFDFB), (0xFE70, 0xFEFC))
ARABIC_LETTERS_ONLY = "ةأإىيك"

# Persian kaf and yeh, the two forms of heh in Urdu, and the zero-width non-joiner.
OTHER_KEYBOARDS = (0x06A9, 0x06CC, 0x06BE, 0x06C1, 0x200C)
# Categories of Unicode; modifiers such as the tatweel are no letters of their own.
LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo"})
LAST_OF_THE_BASIC_PLANE = 0xFFFF

# In Arabic news fewer than 1 letter in 1,000 is foreign; in Persian it is about 1 in 20.
FOREIGN_SHARE = 0.03
LEAST_FOREIGN = 2


def letter_counts(encoded: CodeUnits | CodePoints) -> NDArray[np.int64]:
    """Count the letters of texts by kind, shape (n_texts, N_KINDS).

    Examples
    --------
    >>> from stance.features.units import code_units
    >>> letter_counts(code_units(["قسد", "گروه", "YPG", "کی 5"]))[:, 1:].tolist()
    [[3, 0, 0, 0, 0], [3, 0, 0, 1, 0], [0, 0, 0, 0, 3], [0, 0, 2, 0, 0]]
    """
    from stance.features.compiled.scripts import count_kinds

    counts = np.zeros((len(encoded.offsets) - 1, N_KINDS), dtype=np.int64)
    count_kinds(encoded.units, encoded.offsets, _steps(), counts)
    return counts


def is_foreign(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which texts are in another language than Arabic, shape (n_texts,).

    Most of their letters are of another script; or more than 3 % of the letters of
    the Arabic script are foreign to Arabic; or as many are foreign or of another
    keyboard, and there is no letter that only Arabic uses.

    Parameters
    ----------
    counts : ndarray of int, shape (n_texts, N_KINDS)
        The output of `letter_counts`.
    """
    of_arabic_script, foreign = _of_arabic_script(counts), counts[:, FOREIGN]
    is_other_script: NDArray[np.bool_] = counts[:, OTHER_SCRIPT] > of_arabic_script
    found: NDArray[np.bool_] = foreign > FOREIGN_SHARE * of_arabic_script
    found &= foreign >= LEAST_FOREIGN
    found |= may_be_foreign(counts) & (counts[:, ARABIC_ONLY] == 0)
    return is_other_script | found


def may_be_foreign(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which texts are in another language if few of their words are known.

    More than 3 % of their letters are foreign to Arabic or of another keyboard.
    """
    unusual = counts[:, KEYBOARD] + counts[:, FOREIGN]
    found: NDArray[np.bool_] = unusual > FOREIGN_SHARE * _of_arabic_script(counts)
    return found


def _of_arabic_script(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = counts[:, SHARED : FOREIGN + 1].sum(axis=1)
    return found


@cache
def _steps() -> NDArray[np.int64]:
    """Return what each code point adds to the packed counts of `count_kinds`."""
    from stance.features.compiled.scripts import PART

    kinds = _kinds()
    letters = np.flatnonzero(kinds)
    # Memory that is only read as zeros is not allocated.
    steps = np.zeros(len(kinds), dtype=np.int64)
    steps[letters] = 1 << (PART * (kinds[letters].astype(np.int64) - 1))
    return steps


def _kinds() -> NDArray[np.uint8]:
    """Return the kind of each code point."""
    kinds = np.zeros(N_CODE_POINTS, dtype=np.uint8)
    for code_point in range(LAST_OF_THE_BASIC_PLANE + 1):
        if unicodedata.category(chr(code_point)) in LETTERS:
            kinds[code_point] = OTHER_SCRIPT
    for first, last in ARABIC_SCRIPT:
        part = kinds[first : last + 1]
        part[part == OTHER_SCRIPT] = FOREIGN
    for first, last in ALPHABET:
        kinds[first : last + 1] = SHARED
    kinds[[ord(letter) for letter in ARABIC_LETTERS_ONLY]] = ARABIC_ONLY
    kinds[list(OTHER_KEYBOARDS)] = KEYBOARD
    for first, last in PRESENTATION_FORMS:
        for code_point in range(first, last + 1):
            letters = [ord(letter) for letter in unicodedata.normalize("NFKC", chr(code_point))]
            kinds[code_point] = kinds[letters].max() if kinds[code_point] else NO_LETTER
    return kinds
