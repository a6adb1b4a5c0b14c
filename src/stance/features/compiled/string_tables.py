"""Distinct strings in a table with an index.

The strings lie one behind the other (``units``), and ``offsets`` says where
each begins, with one entry more than there are strings. The index (``slots``)
is a hash table with open addressing; an entry holds the hash of a string and
its number. A hash only says where to look: a string is found if its letters
are the same, so two strings with one hash are two strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.arrays import EMPTY
from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Int32s, Int64s

HASH_MASK = (1 << 38) - 1
HASH_FACTOR = 0x9E3779  # odd, of 24 bits: times a hash of 38 bits it stays within 63
NUMBER_BITS = 25
LARGEST_NUMBER = (1 << NUMBER_BITS) - 1


@compiled
def extended_hash(hashed: int, unit: int, hash_mask: int) -> int:
    """Take one more letter into a hash."""
    return ((hashed ^ int(unit)) * HASH_FACTOR) & hash_mask


@compiled
def _first_slot(hashed: int, size: int) -> int:
    """Return where the search for a hash begins; the high bits are the better mixed."""
    return (hashed ^ (hashed >> 19)) & (size - 1)


@compiled
def find_string(
    units: Int32s,
    begin: int,
    end: int,
    hashed: int,
    slots: Int64s,
    offsets: Int64s,
    stored: Int32s,
) -> int:
    """Return the number of the string ``units[begin:end]``, or ~slot where it would stand."""
    at = _first_slot(hashed, len(slots))
    while slots[at] != EMPTY:
        if slots[at] >> NUMBER_BITS == hashed:
            number = slots[at] & LARGEST_NUMBER
            first = offsets[number]
            length = offsets[number + 1] - first
            if length == end - begin:
                same = 0
                while same < length and stored[first + same] == units[begin + same]:
                    same += 1
                if same == length:
                    return int(number)
        at = (at + 1) & (len(slots) - 1)
    return ~at


@compiled
def reindex(old: Int64s, slots: Int64s) -> None:
    """Enter what stands in some slots into more of them, which are empty."""
    for entry in old:
        if entry != EMPTY:
            _enter(entry, slots)


@compiled
def _enter(entry: int, slots: Int64s) -> None:
    at = _first_slot(entry >> NUMBER_BITS, len(slots))
    while slots[at] != EMPTY:
        at = (at + 1) & (len(slots) - 1)
    slots[at] = entry
