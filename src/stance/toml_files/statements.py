"""Statements of a TOML text: its section headers, and its keys with their values.

They are found in broken texts too, so that one error does not hide the others.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MULTILINE = ('"""', "'''")

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_REST_OF_LINE = re.compile(r"[^\n]*")
_BASIC = re.compile(r'"(?:\\[^\n]|[^"\\\n])*"?')
_LITERAL = re.compile(r"'[^'\n]*'?")
# A line that begins a statement, even where a bracket before it was never closed. A list may hold
# lists, so a header counts only at the beginning of its line, and with a letter.
_HEADER = re.compile(r"\[\[?\s*[^\W\d][^\n\]{},=]*\]\]?[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_KEY = re.compile(r"[ \t]*[\w.-]+[ \t]*=")


class Statement(NamedTuple):
    """A statement ``text[start:end]``: a header, or a key with its value."""

    start: int
    end: int


def statements(text: str) -> list[Statement]:
    r"""Divide a TOML text into its statements, without comments between them.

    Examples
    --------
    >>> text = '# names\n[names]\nterms = [\n  "قسد", # all\n]\n'
    >>> [text[one.start : one.end] for one in statements(text)]
    ['[names]', 'terms = [\n  "قسد", # all\n]']
    """
    found = []
    position = after_blanks(text, 0)
    while position < len(text):
        end = _end(text, position)
        found.append(Statement(position, end))
        position = after_blanks(text, end)
    return found


def after_blanks(text: str, position: int) -> int:
    """Return the place after white space, line feeds and comments."""
    match = _BLANK.match(text, position)
    return match.end() if match else position


def after_string(text: str, position: int) -> int:
    """Return the place after a string; one that is not closed ends with its line."""
    for mark in MULTILINE:
        if text.startswith(mark, position):
            return _after_multiline(text, position, mark)
    pattern = _BASIC if text[position] == '"' else _LITERAL
    match = pattern.match(text, position)
    return match.end() if match else position + 1


def open_string(text: str) -> int | None:
    """Return the end of the line of the first string in one line that is not closed."""
    position = 0
    while position < len(text):
        sign = text[position]
        if sign == "#":
            position = max(text.find("\n", position), position + 1)
        elif sign in "\"'":
            end = after_string(text, position)
            if not text.startswith(MULTILINE, position) and (
                end == position + 1 or text[end - 1] != sign
            ):
                return end
            position = end
        else:
            position += 1
    return None


def _after_multiline(text: str, position: int, mark: str) -> int:
    end = position + len(mark)
    while end < len(text) and not text.startswith(mark, end):
        end += 2 if text[end] == "\\" and mark[0] == '"' else 1
    end = min(end + len(mark), len(text))
    while text.startswith(mark[0], end) and end < len(text):  # quotes at the end of the string
        end += 1
    return end


def _end(text: str, position: int) -> int:
    """Return the end of the statement that begins at a place."""
    brackets: list[str] = []
    while position < len(text):
        sign = text[position]
        if sign in "\"'":
            position = after_string(text, position)
            continue
        if sign == "#":
            match = _REST_OF_LINE.match(text, position)
            position = match.end() if match else position + 1
            continue
        if sign == "\n" and _ends_here(text, position + 1, brackets):
            return position
        if sign in "[{":
            brackets.append(sign)
        elif sign in "]}" and brackets:
            brackets.pop()
        position += 1
    return position


def _ends_here(text: str, line: int, brackets: list[str]) -> bool:
    """Return whether a statement with these open brackets ends before a line."""
    if not brackets:
        return True
    if _HEADER.match(text, line):
        return True
    return brackets[-1] == "[" and bool(_KEY.match(text, line))
