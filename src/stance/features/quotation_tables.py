"""What the rules of quotation look at, as arrays that compiled loops read."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from stance.features.folding import N_UNITS, WHITE_SPACE
from stance.text.quotation import BEFORE_OPENING, INVISIBLE, PARAGRAPH_ENDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

# In the order of their kinds in `stance.features.compiled.quotation`.
MARKS = '"“”„‟＂«»‹›‘’'

# Planes of Unicode that have letters or digits, and where their surrogates begin.
N_WITH_WORDS = 0x40000
FIRST_SURROGATE, FIRST_LOW_SURROGATE = 0xD800, 0xDC00


@cache
def mark_kinds() -> NDArray[np.uint8]:
    """Return the kind of each unit of UTF-16 that is a mark or ends a paragraph, else zero."""
    from stance.features.compiled.quotation import PARAGRAPH_END

    kinds = np.zeros(N_UNITS, dtype=np.uint8)
    for kind, mark in enumerate(MARKS, start=1):
        kinds[ord(mark)] = kind
    kinds[list(map(ord, PARAGRAPH_ENDS))] = PARAGRAPH_END
    return kinds


@cache
def no_kinds() -> NDArray[np.uint8]:
    """Return kinds by which no unit is a mark."""
    return np.zeros(N_UNITS, dtype=np.uint8)


@cache
def letter_classes(*, beyond_units: bool) -> NDArray[np.uint8]:
    """Return what each code point is to the rules of quotation.

    Parameters
    ----------
    beyond_units : bool
        Whether there is more than one unit of UTF-16 to some letters; else the
        table ends before them.
    """
    from stance.features.compiled import quotation

    classes = np.zeros(N_WITH_WORDS if beyond_units else N_UNITS, dtype=np.uint8)
    for found in re.finditer(r"\w+", "".join(map(chr, range(len(classes))))):
        classes[found.start() : found.end()] = quotation.WORD
    classes[WHITE_SPACE] |= quotation.SPACE
    classes[list(map(ord, INVISIBLE))] |= quotation.INVISIBLE
    classes[list(map(ord, BEFORE_OPENING))] |= quotation.BEFORE_OPENING
    classes[FIRST_SURROGATE:FIRST_LOW_SURROGATE] = quotation.PAIRED
    return classes
