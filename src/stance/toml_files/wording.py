"""Syntax errors of TOML in the words of people who write lexicons, not parsers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_WORD = re.compile(r"[^\s\]\[{}=,.\"'#]+")
_QUOTES = "“”„«»‹›‘’"
_COMMAS = "،؛;"
_INNER = 'Quotation marks inside a text are written \\"'


# A text in quotation marks that does not end in its line.
IN_LINE = ("Illegal character", "Found invalid character")


def explain_end(message: str, part: str) -> str:
    """Explain an error at the end of a line, of a statement or of the text.

    Parameters
    ----------
    message : str
        Of `tomllib`, without the place.
    part : str
        The statement with the error.
    """
    key, equals, value = part.partition("=")
    is_open = part.count("{") > part.count("}")
    explanations = (
        (
            message.startswith(IN_LINE),
            "a text in quotation marks does not end in its line. Add the closing mark",
        ),
        (
            "multiline" in message or "Unterminated string" in message,
            "a text in three quotation marks is never closed",
        ),
        (part.startswith("["), "a section needs brackets on both sides: [name]"),
        (not equals, f"expected a value after the key: {key.strip()} = ..."),
        (not value.strip(), "there is no value after ="),
        (
            is_open or "key part" in message,
            "an entry in braces { } must be closed, and be on one line",
        ),
        (True, "the list is not closed. Add ] at its end"),
    )
    return next(told for applies, told in explanations if applies)


def explain_at(message: str, text: str, offset: int) -> str:
    """Explain an error at a character.

    Examples
    --------
    >>> explain_at("Invalid value", "naming = True", 9)
    'got True, but expected true, without capitals'
    """
    sign = text[offset]
    if sign in _COMMAS:
        return f"got {sign}, but expected the comma ,"
    if sign in _QUOTES:
        return f'got the quotation mark {sign}, but expected a straight one: "'
    if sign in "-/." and text[offset - 1 : offset].isdigit():
        return "got a date that is none, but expected one such as 2024-12-08"
    if sign == "}" and text[:offset].rstrip().endswith(","):
        return "got a comma before }, but expected none there"
    word = _WORD.match(text, offset)
    there = word[0] if word else sign
    for beginning, explain in _EXPLANATIONS.items():
        if message.startswith(beginning):
            return explain(there)
    return message[0].lower() + message[1:]


def _no_key(there: str) -> str:
    if not there.isascii():
        return f'got the key {there}, but other letters than a-z need quotation marks: "{there}"'
    return (
        f'got {there}, but expected a key with its value, such as family = "names", or a [section]'
    )


def _no_value(there: str) -> str:
    if there.lower() in {"true", "false"}:
        return f"got {there}, but expected {there.lower()}, without capitals"
    return f"got {there}, but expected a value: a text needs quotation marks"


def _no_equals(there: str) -> str:
    if there.isascii() and not there[0].isalnum():
        return "expected = and a value after the key"
    return "a key of several words, or with other letters than a-z, needs quotation marks"


def _not_closed(there: str) -> str:
    return f"got {there} after a value, but expected a comma or a closing bracket. {_INNER}"


def _left_over(there: str) -> str:
    if there == ",":
        return 'got several values, but they must be in brackets: ["...", "..."]'
    return f"got {there} after the value, but expected the end of the line. {_INNER}"


# By the beginning of a message of `tomllib`.
_EXPLANATIONS: dict[str, Callable[[str], str]] = {
    "Invalid statement": _no_key,
    "Invalid initial character": _no_key,
    "Invalid value": _no_value,
    "Expected '=' after": _no_equals,
    "Expected ']": lambda there: f"got {there} in the name of a section, but expected ] behind it",
    "Unclosed": _not_closed,
    "Expected newline": _left_over,
    "Unescaped": lambda there: "got a backslash, but expected it twice: \\\\",
    "Invalid date": lambda there: f"got {there}, but expected a date such as 2024-12-08",
}
