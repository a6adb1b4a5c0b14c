"""Voice detection: the outlet's own words, quoted speech, and scare quotes.

Arabic news mixes «», “” and "", leaves some quotations open, and may close one with
an opening mark. A quotation of one to three words is a scare quote, with which the
outlet distances itself from a name; a longer one is quoted speech.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

SCARE_WORDS = 3
# Long enough to skip a few invisible characters.
LOOK_BACK = 8

OPENING = {"«": "»", "“": "”", "„": "”", "‹": "›", "‘": "’"}
CLOSING = {closing: opening for opening, closing in OPENING.items()}
DOUBLE = '"“”„‟＂'

# Latin words contain apostrophes, so single marks count only at the edge of a word.
_MARK = re.compile(r'[«»"“”„‟＂‹›]|‘(?=\S)|’(?!\w)')
_WORD = re.compile(r"\S*\w\S*")
# What may precede an opening mark, besides white space, and invisible characters between them.
BEFORE_OPENING = "([{:/-–—،,؛;"
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_BEFORE_OPENING = re.compile(rf"(?:^|[\s{re.escape(BEFORE_OPENING)}])[{INVISIBLE}]*$")
PARAGRAPH_ENDS = "\n\r\u2028\u2029"
_PARAGRAPH = re.compile(f"[^{PARAGRAPH_ENDS}]+")
_INTRODUCES_SPEECH = re.compile(r":\s*$")


class Voice(IntEnum):
    """The voice of a segment: own words, quoted speech or a scare quote."""

    OWN = 0
    SPEECH = 1
    SCARE = 2


class Segment(NamedTuple):
    """A segment ``text[start:end]`` in one voice; quotation marks are the outlet's own."""

    start: int
    end: int
    voice: Voice


class _Quotation(NamedTuple):
    start: int  # after the opening mark
    end: int  # before the closing mark
    closed: bool


def voices(text: str) -> list[Segment]:
    """Divide a text into segments by voice.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of Segment
        In order, covering the whole text. Quotations inside speech are part of
        the speech. An unclosed mark after a colon opens speech up to the end of
        its paragraph; other unclosed marks are ignored.

    Examples
    --------
    >>> text = "أعلنت «قسد» السيطرة. وقال الناطق: «سنواصل ملاحقة فلول التنظيم»."
    >>> [(text[s.start : s.end], s.voice.name) for s in voices(text) if s.voice]
    [('قسد', 'SCARE'), ('سنواصل ملاحقة فلول التنظيم', 'SPEECH')]
    """
    if not _MARK.search(text):
        return [Segment(0, len(text), Voice.OWN)] if text else []
    segments: list[Segment] = []
    position = 0
    for quotation in _outermost(text):
        inside = text[quotation.start : quotation.end]
        is_name = quotation.closed and _count_words(inside) <= SCARE_WORDS
        voice = Voice.SCARE if is_name else Voice.SPEECH
        _append(segments, position, quotation.start, Voice.OWN)
        _append(segments, quotation.start, quotation.end, voice)
        position = quotation.end
    _append(segments, position, len(text), Voice.OWN)
    return segments


def _count_words(text: str) -> int:
    """Count words; punctuation alone is not a word."""
    return len(_WORD.findall(_MARK.sub(" ", text)))


def _append(segments: list[Segment], start: int, end: int, voice: Voice) -> None:
    if end > start:
        segments.append(Segment(start, end, voice))


def _outermost(text: str) -> list[_Quotation]:
    """Return the outermost quotations, in order."""
    found: list[_Quotation] = []
    for paragraph in _PARAGRAPH.finditer(text):
        quotations = _quotations(text, paragraph.start(), paragraph.end())
        end = paragraph.start()
        for quotation in sorted(quotations, key=lambda q: (q.start, -q.end)):
            if quotation.start >= end:
                found.append(quotation)
                end = quotation.end
    return found


def _quotations(text: str, start: int, end: int) -> list[_Quotation]:
    """Return the quotations of one paragraph, with its marks paired by a stack."""
    marks = list(_MARK.finditer(text, start, end))
    found: list[_Quotation] = []
    stack: list[re.Match[str]] = []
    for place, mark in enumerate(marks):
        opener = _opener_of(mark, stack)
        if opener is None or _opens_inside(text, marks, place, opener, end):
            if mark.group() not in CLOSING or mark.group() in DOUBLE:
                stack.append(mark)
            continue
        found.append(_Quotation(opener.end(), mark.start(), closed=True))
        del stack[stack.index(opener) :]
    for mark in stack:
        if _INTRODUCES_SPEECH.search(text, start, mark.start()):
            found.append(_Quotation(mark.end(), end, closed=False))
            break
    return found


def _opener_of(mark: re.Match[str], stack: list[re.Match[str]]) -> re.Match[str] | None:
    """Return the open mark that this mark may close: the last one of its family."""
    sign = mark.group()
    if sign in OPENING and sign not in DOUBLE:
        return None
    family = DOUBLE if sign in DOUBLE else CLOSING[sign]
    return next((m for m in reversed(stack) if m.group() in family), None)


def _opens_inside(
    text: str, marks: list[re.Match[str]], place: int, opener: re.Match[str], end: int
) -> bool:
    """Return whether a mark that could close a quotation opens one inside it.

    It does if it is attached to the word after it, and either the quotation is
    already long or a closing mark follows within a few words.
    """
    mark = marks[place]
    if mark.group() == "”" or not _leans_forward(text, mark, end):
        return False
    if _count_words(text[opener.end() : mark.start()]) > SCARE_WORDS:
        return mark.group() != '"' or _closes_soon(text, marks, place, end)
    return mark.group() == "“" and _closes_soon(text, marks, place, end)


def _closes_soon(text: str, marks: list[re.Match[str]], place: int, end: int) -> bool:
    following = marks[place + 1] if place + 1 < len(marks) else None
    return (
        following is not None
        and following.group() in DOUBLE
        and not _leans_forward(text, following, end)
        and _count_words(text[marks[place].end() : following.start()]) <= SCARE_WORDS
    )


def _leans_forward(text: str, mark: re.Match[str], end: int) -> bool:
    """Return whether a mark is preceded by a space or the like, but not followed by one."""
    following = text[mark.end()] if mark.end() < end else " "
    before = text[max(mark.start() - LOOK_BACK, 0) : mark.start()]
    return bool(_BEFORE_OPENING.search(before)) and not following.isspace()
