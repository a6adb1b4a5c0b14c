"""Kernels that count the letters of texts by their script, and their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Int32s, Int64s, Numbers, Units

# Bits of a count of one kind, and the largest number of units that fit into it.
PART = 12
PART_MASK = (1 << PART) - 1
BLOCK = PART_MASK

# The digits of Europe, of Arabic and of Persian.
DIGITS, ARABIC_DIGITS, PERSIAN_DIGITS = 0x30, 0x660, 0x6F0
N_DIGITS = 10


@compiled
def count_kinds(units: Units, text_offsets: Int64s, steps: Int64s, counts: Int64s) -> None:
    """Count the units of each text by kind, shape (n_texts, n_kinds).

    The counts of up to `BLOCK` units are the 12-bit parts of one number, which
    stays in a register: kind 0 is not counted, and ``steps`` has, for a unit of
    another kind, a one in the part of its kind.
    """
    for text in range(len(text_offsets) - 1):
        begin, end = text_offsets[text], text_offsets[text + 1]
        while begin < end:
            stop = min(begin + BLOCK, end)
            packed = 0
            for i in range(begin, stop):
                packed += steps[units[i]]
            for kind in range(1, counts.shape[1]):
                counts[text, kind] += (packed >> (PART * (kind - 1))) & PART_MASK
            begin = stop


@compiled
def mark_numbers(
    units: Int32s, offsets: Int64s, first_word: int, n_words: int, marks: Int32s
) -> None:
    """Set the mark of each word to 1 if it consists of digits, else to 0."""
    for word in range(first_word, n_words):
        mark = 1
        for place in range(offsets[word], offsets[word + 1]):
            unit = units[place]
            if not (
                DIGITS <= unit < DIGITS + N_DIGITS
                or ARABIC_DIGITS <= unit < ARABIC_DIGITS + N_DIGITS
                or PERSIAN_DIGITS <= unit < PERSIAN_DIGITS + N_DIGITS
            ):
                mark = 0
        marks[word] = mark


@compiled
def sum_marks(tokens: Numbers, token_offsets: Int64s, marks: Int32s, sums: Int64s) -> None:
    """Sum the marks of each text's words, shape (n_texts,)."""
    for text in range(len(token_offsets) - 1):
        total = 0
        for i in range(token_offsets[text], token_offsets[text + 1]):
            total += marks[tokens[i]]
        sums[text] = total
