"""Letter clusters: what a reader sees as one letter, and a highlight must not divide."""

from __future__ import annotations

import unicodedata

LAMS = frozenset("\u0644\u06b5\u06b6\u06b7\u06b8")
ALEFS = frozenset("\u0622\u0623\u0625\u0627\u0671\u0672\u0673\u0675")
ZERO_WIDTH_JOINER = "\u200d"


def whole_clusters(text: str, start: int, end: int) -> tuple[int, int]:
    """Extend a place of a text so that it divides no letter cluster.

    A letter keeps its marks, lam keeps the alef that is written with it as one
    ligature, and a zero-width joiner keeps what it joins.

    Parameters
    ----------
    text : str
    start, end : int
        Code points; the place is not empty.

    Returns
    -------
    start, end : int

    Examples
    --------
    >>> whole_clusters("السلام", 0, 4), whole_clusters("كَتَبَ", 1, 3)
    ((0, 5), (0, 4))
    """
    while start > 0 and _divides(text, start):
        start -= 1
    while end < len(text) and _divides(text, end):
        end += 1
    return start, end


def _divides(text: str, at: int) -> bool:
    """Return whether a border between two code points lies within a cluster."""
    before, after = text[at - 1], text[at]
    if ZERO_WIDTH_JOINER in {before, after} or _is_mark(after):
        return True
    if after not in ALEFS:
        return False
    at -= 1
    while at > 0 and _is_mark(text[at]):
        at -= 1
    return text[at] in LAMS


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"
