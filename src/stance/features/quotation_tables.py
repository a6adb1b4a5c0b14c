"""Character tables of the quotation rules, as arrays for compiled loops."""

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

# Unicode planes that have letters or digits, and the start of their surrogates.
N_WITH_WORDS = 0x40000
FIRST_SURROGATE, FIRST_LOW_SURROGATE = 0xD800, 0xDC00


@cache
def mark_kinds() -> NDArray[np.uint8]:
    """Return the kind of each UTF-16 unit: a mark, the end of a paragraph, or zero."""
    from stance.features.compiled.quotation import PARAGRAPH_END

    kinds = np.zeros(N_UNITS, dtype=np.uint8)
    for kind, mark in enumerate(MARKS, start=1):
        kinds[ord(mark)] = kind
    kinds[list(map(ord, PARAGRAPH_ENDS))] = PARAGRAPH_END
    return kinds


@cache
def no_kinds() -> NDArray[np.uint8]:
    """Return a table of kinds in which no unit is a mark."""
    return np.zeros(N_UNITS, dtype=np.uint8)


@cache
def letter_classes(*, beyond_units: bool) -> NDArray[np.uint8]:
    """Return the character classes of code points for the quotation rules.

    Parameters
    ----------
    beyond_units : bool
        Whether to include the code points that need two UTF-16 units.
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
