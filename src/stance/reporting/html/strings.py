"""The strings of the interface, in every language that a page can have."""

from __future__ import annotations

import re
import string
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stance.reporting.html.page import Listed, Number, Phrase
from stance.reporting.phrases import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.reporting.html.page import Text

TEMPLATES = Path(__file__).parent / "templates"
DIRECTIONS = {"en": "ltr", "ar": "rtl"}
LANGUAGES = tuple(DIRECTIONS)
COMMA = {"en": ", ", "ar": "، "}

# Latin words and numbers in an Arabic string are isolated, or a sign beside them changes sides.
_LATIN = re.compile(r"(--[a-z-]+|[A-Za-z](?:[\w.'/ -]*\w)?|\d+(?:\u00a0%)?)", re.ASCII)
# Options of commands are never broken over lines.
_OPTION = re.compile(r"(--[a-z-]+)", re.ASCII)
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")


class Literal(NamedTuple):
    """A part of a string of the interface; `is_foreign` for what needs an isolate in it."""

    text: str
    is_foreign: bool
    kind: str = "literal"


@cache
def table() -> dict[str, dict[str, str]]:
    """Return the strings of each key by language."""
    found: dict[str, dict[str, str]] = tomllib.loads(
        (TEMPLATES / "strings.toml").read_text("utf-8")
    )
    return found


def fields(text: str) -> set[str]:
    """Return the placeholders of a string."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def parts(found: Phrase, language: str) -> Iterator[Literal | Text]:
    """Yield the literals and values of a string of the interface, in its order."""
    values = dict(found.values)
    for literal, name, _, _ in string.Formatter().parse(table()[found.key][language]):
        yield from _literals(literal, language)
        if name:
            yield values[name]


def _literals(text: str, language: str) -> Iterator[Literal]:
    pattern = _OPTION if language == "en" else _LATIN
    for place, part in enumerate(pattern.split(text)):
        if part:
            yield Literal(part, is_foreign=place % 2 == 1)


def plain(text: Text, language: str) -> str:
    """Return a text without markup, for the title of a page."""
    if isinstance(text, Phrase):
        return "".join(
            part.text if isinstance(part, Literal) else plain(part, language)
            for part in parts(text, language)
        )
    if isinstance(text, Listed):
        return COMMA[language].join(plain(one, language) for one in text.texts)
    return text.text if isinstance(text, Number) else shown(text.text)


# Overrides of direction, which would show a name as another one.
_OVERRIDES = {point: f"\\u{point:04x}" for point in (0x202D, 0x202E)}


def shown(name: str) -> str:
    r"""Return a name from the data in one line; control characters and overrides are escaped.

    Examples
    --------
    >>> print(shown("a\x1b[2J\nb"))
    a\x1b[2J b
    """
    return written(" ".join(name.split()))


def written(text: str) -> str:
    r"""Return a text as published; control characters and overrides are escaped.

    Examples
    --------
    >>> print(written("a  b\x1b[2J"))
    a  b\x1b[2J
    """
    return harmless(text).translate(_OVERRIDES)


def language_of(name: str) -> str:
    """Return the language of a name for the browser; empty if it is unknown.

    Examples
    --------
    >>> language_of("عنب بلدي"), language_of("pro_sdf")
    ('ar', '')
    """
    return "ar" if _ARABIC.search(name) else ""
