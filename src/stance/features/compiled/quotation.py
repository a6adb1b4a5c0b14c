"""Voice assignment: the rules of `stance.text.quotation` on the marks of UTF-16 texts.

A mark is a row of `marks`: its position, its kind, and the number of tokens before
it. The ends of paragraphs are marks as well. The time is linear in the number of
marks and of the letters between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.features.compiled.arrays import Bits, Int8s, Int64s

    Marks = NDArray[np.int64]

# The columns of marks.
POSITION, KIND, TOKENS = range(3)

# Kinds of marks. All double marks are one family: each may close any other.
STRAIGHT, LEFT, RIGHT, LAST_DOUBLE = 1, 2, 3, 6
OPENING, CLOSING = (7, 9, 11), (8, 10, 12)
OPENING_SINGLE, CLOSING_SINGLE, PARAGRAPH_END = 11, 12, 13
N_FAMILIES = 4

# Character classes, as bit flags.
SPACE, WORD, INVISIBLE, BEFORE_OPENING, PAIRED = 1, 2, 4, 8, 16

OWN, SPEECH, SCARE = range(3)
SCARE_WORDS = 3
LOOK_BACK = 8
COLON = ord(":")

# Rows of the work arrays for the marks of a paragraph.
MARK, WORDS, OPEN, BEFORE, FIRST, LAST = range(6)
FIRST_PAIRED = 0x10000


@compiled
def assign_voices(
    units: NDArray[np.uint16],
    text_offsets: Int64s,
    marks: Marks,
    mark_offsets: Int64s,
    token_offsets: Int64s,
    classes: Bits,
    given: Int8s,
    voices: Int8s,
) -> None:
    """Write the voice of each token.

    ``classes`` has the class bits of each code point; code points past its end are
    not word characters. ``given`` is the voice of a whole text, or -1 if its marks
    decide.
    """
    most = 0
    for text in range(len(mark_offsets) - 1):
        most = max(most, mark_offsets[text + 1] - mark_offsets[text])
    room = np.empty((6, most + 1), dtype=np.int64)
    heads = np.empty(N_FAMILIES, dtype=np.int64)
    for text in range(len(text_offsets) - 1):
        _fill(voices, token_offsets[text], token_offsets[text + 1], max(given[text], OWN))
        first, behind = mark_offsets[text], mark_offsets[text + 1]
        if given[text] >= 0 or first == behind:
            continue
        begin = start = text_offsets[text]
        for mark in range(first, behind + 1):
            if mark == behind:
                end, end_token = text_offsets[text + 1], token_offsets[text + 1]
            elif marks[mark, KIND] == PARAGRAPH_END:
                end, end_token = marks[mark, POSITION], marks[mark, TOKENS]
            else:
                continue
            n_marks = _read_marks(units, end, marks, first, mark, classes, room)
            if n_marks > 0:
                bounds = (begin, start, end, end_token)
                _voice_paragraph(units, bounds, marks, n_marks, classes, room, heads, voices)
            start, first = end + 1, mark + 1


@compiled
def _fill(voices: Int8s, first: int, last: int, voice: int) -> None:
    """Assign one voice to tokens. A slice would take a second longer to compile."""
    for i in range(first, last):
        voices[i] = voice


@compiled
def _read_marks(
    units: NDArray[np.uint16],
    end: int,
    marks: Marks,
    first: int,
    last: int,
    classes: Bits,
    room: Int64s,
) -> int:
    """List the quotation marks of a paragraph, with the number of words before each.

    An apostrophe inside a word is not a quotation mark, so single marks count only
    at the edge of a word. At most four words are counted between two marks.
    """
    n_marks = words = 0
    for mark in range(first, last):
        behind = marks[mark, POSITION] + 1
        kind = marks[mark, KIND]
        if kind == OPENING_SINGLE and (behind == end or classes[units[behind]] & SPACE):
            continue
        if kind == CLOSING_SINGLE and behind < end and _is_word(units, behind, classes):
            continue
        if n_marks > 0:
            begin = marks[room[MARK, n_marks - 1], POSITION] + 1
            words += _count_words(units, begin, behind - 1, classes)
        room[MARK, n_marks] = mark
        room[WORDS, n_marks] = words
        n_marks += 1
    return n_marks


@compiled
def _is_word(units: NDArray[np.uint16], place: int, classes: Bits) -> bool:
    """Return whether there is a letter, digit or underscore at a position."""
    bits = classes[units[place]]
    if bits & PAIRED:
        point = FIRST_PAIRED + ((int(units[place]) & 1023) << 10) + (int(units[place + 1]) & 1023)
        bits = classes[point] if point < len(classes) else 0
    return bool(bits & WORD)


@compiled
def _count_words(units: NDArray[np.uint16], begin: int, end: int, classes: Bits) -> int:
    """Count space-separated words that contain a letter or digit, up to the limit plus one."""
    n_words = 0
    counted = False
    for i in range(begin, end):
        bits = classes[units[i]]
        if bits & SPACE:
            counted = False
        elif not counted and bits & (WORD | PAIRED) and _is_word(units, i, classes):
            counted = True
            n_words += 1
            if n_words > SCARE_WORDS:
                break
    return n_words


@compiled
def _voice_paragraph(
    units: NDArray[np.uint16],
    bounds: tuple[int, int, int, int],
    marks: Marks,
    n_marks: int,
    classes: Bits,
    room: Int64s,
    heads: Int64s,
    voices: Int8s,
) -> None:
    """Pair the marks of a paragraph and assign voices to the tokens between them.

    ``bounds`` are the start of the text, the start and the end of the paragraph,
    and the number of tokens before its end.
    """
    begin, start, end, end_token = bounds
    n_found, n_open = _pair_marks(units, begin, end, marks, n_marks, classes, room, heads)
    for slot in range(n_open):
        opener = room[OPEN, slot]
        mark = room[MARK, opener]
        if _follows_colon(units, start, marks[mark, POSITION], classes):
            while n_found > 0 and room[FIRST, n_found - 1] > opener:
                n_found -= 1
            _fill(voices, marks[mark, TOKENS], end_token, SPEECH)
            break
    for i in range(n_found):
        first, last = room[FIRST, i], room[LAST, i]
        voice = SCARE if room[WORDS, last] - room[WORDS, first] <= SCARE_WORDS else SPEECH
        _fill(voices, marks[room[MARK, first], TOKENS], marks[room[MARK, last], TOKENS], voice)


@compiled
def _pair_marks(
    units: NDArray[np.uint16],
    begin: int,
    end: int,
    marks: Marks,
    n_marks: int,
    classes: Bits,
    room: Int64s,
    heads: Int64s,
) -> tuple[int, int]:
    """Pair marks with a stack; return the number of outermost pairs and of open marks.

    ``heads`` is the last open mark of each family; ``BEFORE`` links each open mark
    to the previous one.
    """
    n_found = n_open = 0
    for family in range(N_FAMILIES):
        heads[family] = -1
    for i in range(n_marks):
        kind = marks[room[MARK, i], KIND]
        family = 0 if kind <= LAST_DOUBLE else (kind - LAST_DOUBLE + 1) >> 1
        slot = -1 if kind in OPENING else heads[family]
        if slot < 0 or _opens_inside(
            units, begin, end, marks, n_marks, i, room[OPEN, slot], classes, room
        ):
            if kind not in CLOSING:
                room[OPEN, n_open], room[BEFORE, n_open] = i, heads[family]
                heads[family] = n_open
                n_open += 1
            continue
        opener, n_open = room[OPEN, slot], slot
        for other in range(N_FAMILIES):
            while heads[other] >= n_open:
                heads[other] = room[BEFORE, heads[other]]
        while n_found > 0 and room[FIRST, n_found - 1] > opener:
            n_found -= 1
        room[FIRST, n_found], room[LAST, n_found] = opener, i
        n_found += 1
    return n_found, n_open


@compiled
def _opens_inside(
    units: NDArray[np.uint16],
    begin: int,
    end: int,
    marks: Marks,
    n_marks: int,
    i: int,
    opener: int,
    classes: Bits,
    room: Int64s,
) -> bool:
    """Return whether a mark that could close a quotation opens one inside it."""
    mark = room[MARK, i]
    kind = marks[mark, KIND]
    if kind == RIGHT or not _leans_forward(units, begin, end, marks[mark, POSITION], classes):
        return False
    long = room[WORDS, i] - room[WORDS, opener] > SCARE_WORDS
    if kind != STRAIGHT and long:
        return True
    if kind != LEFT and not long:
        return False
    if i + 1 == n_marks or room[WORDS, i + 1] - room[WORDS, i] > SCARE_WORDS:
        return False
    following = room[MARK, i + 1]
    return marks[following, KIND] <= LAST_DOUBLE and not _leans_forward(
        units, begin, end, marks[following, POSITION], classes
    )


@compiled
def _leans_forward(
    units: NDArray[np.uint16], begin: int, end: int, position: int, classes: Bits
) -> bool:
    """Return whether a mark is preceded by a space or the like, but not followed by one."""
    if position + 1 == end or classes[units[position + 1]] & SPACE:
        return False
    for i in range(position - 1, max(position - LOOK_BACK, begin) - 1, -1):
        bits = classes[units[i]]
        if not bits & INVISIBLE:
            return bool(bits & (SPACE | BEFORE_OPENING))
    return True


@compiled
def _follows_colon(units: NDArray[np.uint16], start: int, position: int, classes: Bits) -> bool:
    """Return whether a colon precedes a mark, with only white space in between."""
    i = position - 1
    while i >= start and classes[units[i]] & SPACE:
        i -= 1
    return bool(i >= start and units[i] == COLON)
