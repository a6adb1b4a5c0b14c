"""Arabic normalisation as an opponent's script has it: camel-tools, then words."""

from __future__ import annotations

import re
from functools import reduce

from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)

STEPS = (
    normalize_unicode,
    dediac_ar,
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
)
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2, "\u0640\u200b\u200e\u200f\ufeff")
WORD = re.compile(r"[^\W_]+")


def normalise(text: str) -> str:
    """Return the words of a text, normalised and joined by spaces."""
    normal = reduce(lambda so_far, step: step(so_far), STEPS, text)
    return " ".join(WORD.findall(normal.translate(DIGITS).lower()))
