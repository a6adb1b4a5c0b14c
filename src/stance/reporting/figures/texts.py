"""Texts of a page as plain lines in which bidi isolates do what markup does in HTML.

A drawing library orders each line by the Unicode bidirectional algorithm, and takes the direction
of a line from its first strong letter. So names and numbers within a sentence are isolated, and a
line that begins with one has a mark of its own direction. Where neither changes anything they are
left out: the text of a PDF, which readers search and copy, has them as characters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from stance.reporting.html.page import Listed, Number, Phrase
from stance.reporting.html.strings import COMMA, DIRECTIONS, Literal, parts, shown
from stance.reporting.phrases import END_ISOLATE, ISOLATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.reporting.html.page import English, Name, Text

LEFT_TO_RIGHT = "\u2066"
MARKS = {"ltr": "\u200e", "rtl": "\u200f"}
ELLIPSIS = "…"
# Bidirectional classes of letters and digits: those that a direction is made of, and those that
# may change the order in it.
OWN = {"ltr": {"L"}, "rtl": {"R", "AL"}}
OTHERS = {"ltr": {"R", "AL", "AN"}, "rtl": {"L", "EN", "AN"}}

_ARABIC = "\u0600-\u06ff"
# A word such as F1 between Arabic words.
_NEEDLESS = re.compile(
    f"(?<=[{_ARABIC}] ){LEFT_TO_RIGHT}([A-Za-z][A-Za-z0-9]*){END_ISOLATE}(?= [{_ARABIC}]|$)"
)
_OPENING = (ISOLATE, LEFT_TO_RIGHT)
_ISOLATING = re.compile(f"[{ISOLATE}{LEFT_TO_RIGHT}{END_ISOLATE}]")
# Controls of direction that a name brings along would end its isolate, or another one.
_CONTROLS = dict.fromkeys((0x202A, 0x202B, 0x202C, 0x2066, 0x2067, 0x2068, 0x2069))


def isolated(text: Text, language: str) -> str:
    r"""Return a text in one line, its names and numbers in isolates.

    Examples
    --------
    >>> from stance.reporting.html.page import Name, phrase
    >>> print(ascii(isolated(phrase("comparison.a.named", name=Name("model")), "en")))
    'A: \u2068model\u2069'
    """
    if isinstance(text, Phrase):
        line = "".join(_part(part, language) for part in parts(text, language))
        return _NEEDLESS.sub(r"\1", line)
    if isinstance(text, Listed):
        return COMMA[language].join(isolated(one, language) for one in text.texts)
    if isinstance(text, Number):
        return f"{LEFT_TO_RIGHT}{text.text}{END_ISOLATE}" if text.text else ""
    return f"{ISOLATE}{alone(text)}{END_ISOLATE}"


def _part(part: Literal | Text, language: str) -> str:
    if not isinstance(part, Literal):
        return isolated(part, language)
    return f"{LEFT_TO_RIGHT}{part.text}{END_ISOLATE}" if part.is_foreign else part.text


def lines(text: Text, language: str, width: int, most: int = 3) -> str:
    """Return a text in lines of a width, each with its direction; what does not fit is cut.

    Parameters
    ----------
    text : Text
    language : {"en", "ar"}
    width : int
        Letters in a line; marks above letters do not count.
    most : int
        Maximum number of lines.
    """
    if isinstance(text, Phrase | Listed):
        direction = DIRECTIONS[language]
        found = [_directed(line, direction) for line in _wrapped(isolated(text, language), width)]
    else:
        # A name or a number alone has its own direction.
        found = list(_wrapped(alone(text), width))
    if len(found) > most:
        found = [*found[: most - 1], found[most - 1] + ELLIPSIS]
    return "\n".join(found)


def alone(text: Name | English | Number) -> str:
    """Return a name or a number that is a line of its own."""
    return text.text if isinstance(text, Number) else shown(text.text).translate(_CONTROLS)


def _directed(line: str, direction: str) -> str:
    """Leave out isolates that change nothing; mark a direction that the first letter does not tell.

    In a line whose letters all have its own direction, nothing changes places.
    """
    kinds = {unicodedata.bidirectional(letter) for letter in line}
    if not kinds & OTHERS[direction] and kinds & OWN[direction]:
        return _ISOLATING.sub("", line)
    depth = 0
    for letter in line:
        depth += (letter in _OPENING) - (letter == END_ISOLATE)
        kind = unicodedata.bidirectional(letter)
        if not depth and kind in {"L", "R", "AL"}:
            found = "ltr" if kind == "L" else "rtl"
            return line if found == direction else MARKS[direction] + line
    return MARKS[direction] + line


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Yield lines; an isolate that spans several is closed and opened again."""
    line = ""
    for word in text.split(" "):
        cut = _cut(word, width)
        if line and length(line) + 1 + length(cut) > width:
            yield _ended(line)
            line = "".join(_open(line)) + cut
        else:
            line = f"{line} {cut}" if line else cut
    yield _ended(line)


def _cut(word: str, width: int) -> str:
    """Cut the middle out of a word that is longer than a line; isolates stay in pairs."""
    n = length(word)
    if n <= width:
        return word
    first, last = width // 2, n - (width - width // 2 - 1)
    kept, place = [], -1
    for letter in word:
        place += _is_wide(letter)
        if place == first and _is_wide(letter):
            kept.append(ELLIPSIS)
        if not first <= place < last or letter in _OPENING or letter == END_ISOLATE:
            kept.append(letter)
    return "".join(kept)


def _open(line: str) -> list[str]:
    """Return the openings of the isolates that are not closed."""
    found: list[str] = []
    for sign in _ISOLATING.findall(line):
        if sign in _OPENING:
            found.append(sign)
        elif found:
            found.pop()
    return found


def _ended(line: str) -> str:
    return line + END_ISOLATE * len(_open(line))


def length(line: str) -> int:
    """Return how many letters of a line take room."""
    return sum(map(_is_wide, line))


def _is_wide(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Mn", "Me", "Cf"}
