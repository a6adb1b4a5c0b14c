"""Where each key and each entry of a list is in a TOML text."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from stance.toml_files.statements import after_blanks, after_string, statements

if TYPE_CHECKING:
    from collections.abc import Sequence

# Keys of tables, and numbers of entries from 0.
Path = tuple[str | int, ...]

_PART = re.compile(r"""[\w-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""", re.ASCII)
_SCALAR = re.compile(r"[^,\]}#\n]*")


class Place(NamedTuple):
    """A place in a text, both from 1."""

    line: int
    column: int


class Positions:
    r"""The places of keys and entries of a text.

    Parameters
    ----------
    text : str
        Valid TOML.
    original : str, optional
        The text whose lines are counted, of the same length; by default the same.

    Examples
    --------
    >>> found = Positions('[names]\nterms = [\n  { term = "قسد" },\n]\n')
    >>> found.of(("names", "terms", 0, "term"))
    Place(line=3, column=5)
    >>> found.of(("names", "missing"))
    Place(line=1, column=2)
    """

    def __init__(self, text: str, original: str | None = None) -> None:
        lines = text if original is None else original
        self._lines = [0, *(match.end() for match in re.finditer("\n", lines))]
        self.offsets = _Scanner(text).offsets

    def of(self, path: Sequence[str | int]) -> Place:
        """Return the place of a path, or of the innermost table or list around it."""
        path = tuple(path)
        while path and path not in self.offsets:
            path = path[:-1]
        return self.at(self.offsets[path]) if path else Place(1, 1)

    def at(self, offset: int) -> Place:
        """Return the place of an offset in the text."""
        line = bisect_right(self._lines, offset)
        return Place(line, offset - self._lines[line - 1] + 1)


class _Scanner:
    """Reads where the keys of a valid text are; their values are only skipped.

    Attributes
    ----------
    offsets : dict of Path to int
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.offsets: dict[Path, int] = {}
        self._entries: dict[Path, int] = {}
        section: Path = ()
        for statement in statements(text):
            if text[statement.start] == "[":
                section = self._header(statement.start)
            else:
                self._pair(statement.start, section)

    def _header(self, position: int) -> Path:
        """Read ``[section]`` or ``[[entry]]``; return the path of its keys."""
        is_entry = self._text.startswith("[[", position)
        names, _ = self._key(position + 1 + is_entry)
        path: Path = ()
        for n_names, (name, offset) in enumerate(names, start=1):
            path = (*path, name)
            self.offsets.setdefault(path, offset)
            if is_entry and n_names == len(names):
                self._entries[path] = self._entries.get(path, -1) + 1
            if path in self._entries:
                path = (*path, self._entries[path])
                self.offsets.setdefault(path, offset)
        return path

    def _pair(self, position: int, table: Path) -> int:
        """Read ``key = value``; return the place after it."""
        names, position = self._key(position)
        path = table
        for name, offset in names:
            path = (*path, name)
            self.offsets.setdefault(path, offset)
        position = after_blanks(self._text, self._text.index("=", position) + 1)
        return self._value(position, path)

    def _key(self, position: int) -> tuple[list[tuple[str, int]], int]:
        """Read a key, which may have several parts; return them and the place after it."""
        names: list[tuple[str, int]] = []
        while True:
            position = after_blanks(self._text, position)
            match = _PART.match(self._text, position)
            if match is None:
                return names, position
            names.append((_name(match.group()), position))
            position = after_blanks(self._text, match.end())
            if not self._text.startswith(".", position):
                return names, position
            position += 1

    def _value(self, position: int, path: Path) -> int:
        sign = self._text[position : position + 1]
        if sign in {'"', "'"}:
            return after_string(self._text, position)
        if sign == "[":
            return self._list(position + 1, path)
        if sign == "{":
            return self._table(position + 1, path)
        match = _SCALAR.match(self._text, position)
        return match.end() if match else position

    def _list(self, position: int, path: Path) -> int:
        entry = 0
        while True:
            position = after_blanks(self._text, position)
            if self._text[position] == "]":
                return position + 1
            self.offsets[(*path, entry)] = position
            position = after_blanks(self._text, self._value(position, (*path, entry)))
            entry += 1
            position += self._text[position] == ","

    def _table(self, position: int, path: Path) -> int:
        while True:
            position = after_blanks(self._text, position)
            if self._text[position] == "}":
                return position + 1
            position = after_blanks(self._text, self._pair(position, path))
            position += self._text[position] == ","


def _name(part: str) -> str:
    """Return a part of a key without its quotation marks."""
    return part if part[0] not in "\"'" else next(iter(tomllib.loads(f"{part} = 0")))
