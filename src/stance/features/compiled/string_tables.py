"""String tables: distinct strings with a hash index.

The strings are concatenated in ``units``; ``offsets`` has their starts and the end
of the last one. The index (``slots``) is a hash table with open addressing, whose
entries are the hash and the number of a string. The letters are compared as well,
so two strings with equal hashes are distinct.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.arrays import EMPTY
from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Int32s, Int64s

HASH_MASK = (1 << 38) - 1
HASH_FACTOR = 0x9E3779  # odd, 24 bits: times a 38-bit hash it stays within 63 bits
NUMBER_BITS = 25
LARGEST_NUMBER = (1 << NUMBER_BITS) - 1


@compiled
def extended_hash(hashed: int, unit: int, hash_mask: int) -> int:
    """Extend a hash by one letter."""
    return ((hashed ^ int(unit)) * HASH_FACTOR) & hash_mask


@compiled
def _first_slot(hashed: int, size: int) -> int:
    """Return the first slot to probe for a hash; its high bits are mixed better."""
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
    """Return the number of the string ``units[begin:end]``, or ``~slot`` to insert it at."""
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
    """Insert the entries of some slots into a larger array of empty slots."""
    for entry in old:
        if entry != EMPTY:
            _enter(entry, slots)


@compiled
def _enter(entry: int, slots: Int64s) -> None:
    at = _first_slot(entry >> NUMBER_BITS, len(slots))
    while slots[at] != EMPTY:
        at = (at + 1) & (len(slots) - 1)
    slots[at] = entry
