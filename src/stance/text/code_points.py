"""Sets of Unicode code points: ranges, character classes, assigned code points."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOTHING = re.compile("(?!)")

Ranges = tuple[tuple[int, int], ...]


def members(ranges: Ranges) -> list[int]:
    """Return the code points in ranges."""
    return [point for first, last in ranges for point in range(first, last + 1)]


def group(points: Iterable[int]) -> Ranges:
    """Join sorted code points into ranges."""
    ranges: list[tuple[int, int]] = []
    for point in points:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return tuple(ranges)


def character_class(points: Iterable[int], template: str) -> re.Pattern[str]:
    """Return a pattern of code points from a template; no code points match nothing."""
    ranges = group(sorted(set(points)))
    if not ranges:
        return _NOTHING
    inside = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return re.compile(template.format(inside), re.DOTALL)


@lru_cache(maxsize=1)
def reordered() -> Ranges:
    """Code points that NFKC may reorder or merge with the character before them."""
    second = {ord(parts[1]) for parts in map(_canonical_pair, assigned()) if parts}
    second.update(range(0x1161, 0x1176), range(0x11A8, 0x11C3))  # Hangul vowels and finals

    def composes(point: int) -> bool:
        folded = unicodedata.normalize("NFKC", chr(point))
        return ord(folded[0]) in second or any(map(unicodedata.combining, folded))

    return group(point for point in assigned() if composes(point))


@lru_cache(maxsize=1)
def assigned() -> tuple[int, ...]:
    """All assigned code points except private use, a quarter of Unicode; only these compose."""
    unassigned = ("Cn", "Co", "Cs")
    points = range(sys.maxunicode + 1)
    return tuple(p for p in points if unicodedata.category(chr(p)) not in unassigned)


def _canonical_pair(point: int) -> str | None:
    """Return a character's canonical decomposition if it has two parts."""
    parts = unicodedata.decomposition(chr(point)).split()
    if len(parts) != 2 or parts[0].startswith("<"):
        return None
    return "".join(chr(int(part, 16)) for part in parts)


@lru_cache(maxsize=1)
def separators() -> Ranges:
    """All code points except letters, digits and marks."""
    kept = group(p for p in assigned() if unicodedata.category(chr(p))[0] in "LNM")
    begins = [0, *(last + 1 for _, last in kept)]
    ends = [*(first - 1 for first, _ in kept), sys.maxunicode]
    return tuple((begin, end) for begin, end in zip(begins, ends, strict=True) if begin <= end)
