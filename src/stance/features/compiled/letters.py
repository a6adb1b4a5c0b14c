"""Kernels that split texts into words and number the words.

Letters are code points as int32. Kernels that write to arrays of a fixed size
stop before a text that does not fit and return the number of finished texts; the
caller enlarges the arrays and calls again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.arrays import LOW_HALF
from stance.features.compiled.compilation import compiled
from stance.features.compiled.string_tables import NUMBER_BITS, extended_hash, find_string

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stance.features.compiled.arrays import Bits, Int32s, Int64s, Numbers, Units

# Codes of a letter that is not replaced by exactly one letter.
DROPPED = -1
SEPARATOR = -2
SPELLED_OUT = -3  # and below: encodes the number of a replacement of several letters

# Letter codes for the lookup of runs: BREAK for none, CODED for letters without a code.
BREAK = 0
CODED = 127
CODE_BITS = 7
HEAD_BITS = 8 * CODE_BITS
TAIL_BITS = 4 * CODE_BITS
MEMO_FACTORS = (0x1E3779B1, 0x25EBCA77, 0x42B2AE3D)  # odd; products stay within 63 bits
MEMO_SHIFT = 24

FULL = -1

HIGH_SURROGATES = 0xD800 >> 10
FIRST_PAIRED = 0x10000


@compiled
def mark_texts(
    units: Units, text_offsets: Int64s, wanted: NDArray[np.bool_], found: NDArray[np.bool_]
) -> None:
    """Set ``found``, shape (n_texts,), for the texts that contain a wanted letter."""
    for text in range(len(text_offsets) - 1):
        for i in range(text_offsets[text], text_offsets[text + 1]):
            if wanted[units[i]]:
                found[text] = True
                break


@compiled
def read_runs(  # noqa: C901, PLR0912, PLR0915 - one loop that knows its place in every state
    units: NDArray[np.uint16],
    text_offsets: Int64s,
    first_text: int,
    codes: Bits,
    kinds: Bits,
    memo: Int64s,
    marks: NDArray[np.int64],
    mark_offsets: Int64s,
    folding: Int32s,
    spelled: Int32s,
    spelled_offsets: Int64s,
    slots: Int64s,
    offsets: Int64s,
    stored: Int32s,
    n_words: Int64s,
    tokens: Numbers,
    token_offsets: Int64s,
    hash_mask: int,
) -> int:
    """Split texts in UTF-16 into words and number them; see `read_letters`.

    Most runs of letters have occurred before. So a run of at most twelve letters
    that all have a code is looked up as a whole in ``memo``. A row of the memo is
    the first eight codes as one number, and the other four codes with the result
    in the bits above them: the word's number plus one, or zero if the run is
    empty after normalisation. A run may be in either of two neighbouring rows; the
    most recent one is moved to the first of them.

    Letters with a non-zero entry in ``kinds`` are written to ``marks`` with their
    position and the number of tokens before them; text i has
    ``marks[mark_offsets[i]:mark_offsets[i + 1]]``. They must be word separators.

    Returns
    -------
    int
        Number of finished texts, as in `read_letters`; its complement ``~n`` if
        ``marks`` is full.
    """
    for text in range(first_text, len(text_offsets) - 1):
        n_tokens = token_offsets[text]
        n_marks = mark_offsets[text]
        i, last = text_offsets[text], text_offsets[text + 1]
        while i < last:
            begin = i
            code = int(codes[units[i]])
            head = tail = 0
            shift = 0
            while CODED > code > BREAK and shift < HEAD_BITS and i < last:
                head |= code << shift
                shift += CODE_BITS
                i += 1
                code = int(codes[units[i]])
            if CODED > code > BREAK and i < last:
                shift = 0
                while CODED > code > BREAK and shift < TAIL_BITS and i < last:
                    tail |= code << shift
                    shift += CODE_BITS
                    i += 1
                    code = int(codes[units[i]])
            if i == begin and code == BREAK:
                if kinds[units[i]]:
                    if n_marks == len(marks):
                        return ~text
                    marks[n_marks, 0] = i
                    marks[n_marks, 1] = kinds[units[i]]
                    marks[n_marks, 2] = n_tokens
                    n_marks += 1
                i += 1
                continue
            row = -1
            if code == BREAK or i == last:
                row = _memo_row(head, tail, len(memo))
                known = int(memo[row, 1])
                if memo[row, 0] != head or known & LOW_HALF != tail:
                    known = int(memo[row + 1, 1]) if memo[row + 1, 0] == head else ~tail
                if known & LOW_HALF == tail:
                    if n_tokens == len(tokens):
                        return text
                    tokens[n_tokens] = (known >> 32) - 1
                    n_tokens += int(known >> 32 != 0)
                    continue
            while i < last and codes[units[i]] != BREAK:
                i += 1
            before = n_tokens
            n_tokens = _read_letters(
                units,
                begin,
                i,
                True,
                folding,
                spelled,
                spelled_offsets,
                slots,
                offsets,
                stored,
                n_words,
                tokens,
                n_tokens,
                hash_mask,
            )
            if n_tokens < 0:
                return text
            if row >= 0:
                memo[row + 1, 0], memo[row + 1, 1] = memo[row, 0], memo[row, 1]
                memo[row, 0] = head
                memo[row, 1] = (int(tokens[before] + 1) << 32 if n_tokens > before else 0) | tail
        token_offsets[text + 1] = n_tokens
        mark_offsets[text + 1] = n_marks
    return len(text_offsets) - 1


@compiled
def _memo_row(head: int, tail: int, size: int) -> int:
    """Return the first of the two memo rows for the codes of a run."""
    mixed = (head & LOW_HALF) * MEMO_FACTORS[0] ^ (head >> 32) * MEMO_FACTORS[1]
    mixed ^= tail * MEMO_FACTORS[2]
    return (mixed >> MEMO_SHIFT) & (size - 2)


@compiled
def read_letters(
    units: Int32s,
    text_offsets: Int64s,
    first_text: int,
    folding: Int32s,
    spelled: Int32s,
    spelled_offsets: Int64s,
    slots: Int64s,
    offsets: Int64s,
    stored: Int32s,
    n_words: Int64s,
    tokens: Numbers,
    token_offsets: Int64s,
    hash_mask: int,
) -> int:
    """Split texts in code points into words and number them; add new words to the table.

    ``folding`` maps each code point to a letter, or to a code: dropped, separator,
    or spelled out by several letters. ``n_words[0]`` is the number of words in the
    table. Text i has ``tokens[token_offsets[i]:token_offsets[i + 1]]``.

    Returns
    -------
    int
        Number of finished texts; less than all if the table or ``tokens`` is
        full.
    """
    for text in range(first_text, len(text_offsets) - 1):
        n_tokens = _read_letters(
            units,
            text_offsets[text],
            text_offsets[text + 1],
            False,
            folding,
            spelled,
            spelled_offsets,
            slots,
            offsets,
            stored,
            n_words,
            tokens,
            token_offsets[text],
            hash_mask,
        )
        if n_tokens < 0:
            return text
        token_offsets[text + 1] = n_tokens
    return len(text_offsets) - 1


@compiled
def _read_letters(  # noqa: C901 - one loop that knows its place in every state
    units: Units,
    first: int,
    last: int,
    paired: bool,
    folding: Int32s,
    spelled: Int32s,
    spelled_offsets: Int64s,
    slots: Int64s,
    offsets: Int64s,
    stored: Int32s,
    n_words: Int64s,
    tokens: Numbers,
    n_tokens: int,
    hash_mask: int,
) -> int:
    """Read the words of ``units[first:last]``; return the new number of tokens, or FULL.

    ``paired`` units are UTF-16, where a surrogate pair is one letter.
    """
    known = n_words[0]
    begin = at = offsets[known]
    i = first
    piece = last_piece = hashed = 0
    while i <= last:
        if piece < last_piece:
            letter = spelled[piece]
            piece += 1
        elif i == last:
            letter = SEPARATOR
            i += 1
        else:
            point = int(units[i])
            i += 1
            if paired and (point >> 10) == HIGH_SURROGATES:
                point = FIRST_PAIRED + ((point & 1023) << 10) + (int(units[i]) & 1023)
                i += 1
            letter = folding[point]
            if letter <= SPELLED_OUT:
                piece = spelled_offsets[SPELLED_OUT - letter]
                last_piece = spelled_offsets[SPELLED_OUT - letter + 1]
                continue
        if letter >= 0:
            if at == len(stored):
                return FULL
            stored[at] = letter
            at += 1
            hashed = extended_hash(hashed, letter, hash_mask)
        elif letter == SEPARATOR and at > begin:
            if n_tokens == len(tokens):
                return FULL
            number = find_string(stored, begin, at, hashed, slots, offsets, stored)
            if number < 0:
                if known == len(offsets) - 1 or 2 * known >= len(slots):
                    return FULL
                slots[~number] = (hashed << NUMBER_BITS) | known
                number = known
                known += 1
                offsets[known] = begin = at
                n_words[0] = known
            at = begin
            hashed = 0
            tokens[n_tokens] = number
            n_tokens += 1
    return n_tokens
