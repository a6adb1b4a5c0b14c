"""Normalisation as a table from code point to replacement, which a model stores."""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from stance.errors import ModelError
from stance.text.code_points import Ranges, character_class, members

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The number of what `NormalizationTable.to_dict` returns. Tables of format 1 know nothing of
# `before_composing` and `merging`; they do what they did.
TABLE_FORMAT = 2

BMP_END = 0xFFFF
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")

# camel-tools spells these two ligatures out before NFKC sees them. No mark composes with the last
# letter of either spelling, so a mark after them may be composed on its own.
SPELLED_LIGATURES = "\ufdfc\ufdfd"


class AlignedText(NamedTuple):
    """A normalised text and where each of its characters came from.

    ``starts[i]`` and ``ends[i]`` bound the original characters behind
    ``text[i]``; characters that normalisation removed belong to the one
    before them.
    """

    text: str
    starts: array[int]
    ends: array[int]


@dataclass(frozen=True)
class NormalizationTable:
    """What becomes of each code point.

    Parameters
    ----------
    replacements : mapping of int to str
        Code point to its replacement of zero or more characters; a code point
        that is not listed stays as it is.
    composing : tuple of (first, last)
        Code points that may merge with the letter before them (marks, Hangul
        vowels). Only text that holds one of them needs more than the table.
    separators : tuple of (first, last)
        Code points that end a word: everything but letters, digits and marks.
    before_composing : mapping of int to str
        What becomes of code points before letters and marks are merged: forms
        of letters, marks that are dropped. ``replacements`` has it too.
    merging : tuple of (first, last)
        Composing code points that are dropped where they merge with nothing.

    Examples
    --------
    >>> from stance.text.normalization import arabic_normalization
    >>> table = arabic_normalization()
    >>> table.apply("قُوّاتُ ســوريا الدّيمقراطيّة «٢٠١٩»")
    'قوات سوريا الديمقراطيه «2019»'
    """

    replacements: Mapping[int, str]
    composing: Ranges
    separators: Ranges
    before_composing: Mapping[int, str] = field(default_factory=dict)
    merging: Ranges = ()

    def __repr__(self) -> str:
        return f"NormalizationTable({len(self.replacements):,} code points)"

    def __hash__(self) -> int:
        # Mappings have no hash of their own.
        return hash((self.composing, self.separators, self.merging, len(self.replacements)))

    @cached_property
    def composing_points(self) -> list[int]:
        """Composing characters that are not simply dropped: what holds none needs no composing."""
        merging = set(members(self.merging))
        return [
            point
            for point in members(self.composing)
            if point in merging or self.replacements.get(point) != ""
        ]

    @cached_property
    def _surviving_marks(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """The composing points within the BMP and beyond.

        Two patterns, because one character class over both planes is tried
        range by range, while one within the BMP is a bitmap.
        """
        return (
            character_class((c for c in self.composing_points if c <= BMP_END), "[{}]"),
            character_class((c for c in self.composing_points if c > BMP_END), "[{}]"),
        )

    def _needs_composing(self, text: str) -> bool:
        if not self.composing or text.isascii():
            return False
        within, beyond = self._surviving_marks
        if within.search(text):
            return True
        return bool(_ASTRAL.search(text) and beyond.search(text))

    @cached_property
    def _cluster(self) -> re.Pattern[str]:
        """A character with the composing characters after it."""
        marks = members(self.composing)
        without_base = [*marks, *map(ord, SPELLED_LIGATURES)]
        base = character_class(without_base, "[^{}]").pattern
        return re.compile(f"(?:{base})?{character_class(marks, '[{}]').pattern}+", re.DOTALL)

    @cached_property
    def word_replacements(self) -> dict[int, str]:
        """Code point to replacement, with every separator turned into a space.

        ``text.translate`` with this mapping, then ``split``, gives the words
        of the text. Code points met for the first time are added on the way.
        """
        return _WordReplacements(self)

    @cached_property
    def word_boundaries(self) -> dict[int, str]:
        """Character of a normalised text to itself, or to a space if it ends a word."""
        return _WordBoundaries(self.separators)

    def compose(self, text: str) -> str:
        """Merge letters with the marks behind them, where there are any."""
        if not self._needs_composing(text):
            return text
        return self._cluster.sub(self._compose_match, text)

    def _compose_match(self, match: re.Match[str]) -> str:
        return unicodedata.normalize("NFKC", match.group().translate(self.before_composing))

    def apply(self, text: str) -> str:
        """Normalise a text; punctuation stays.

        Parameters
        ----------
        text : str
            Any text; lone surrogates pass through.

        Returns
        -------
        str
        """
        return self.compose(text).translate(self.replacements)

    def align(self, text: str) -> AlignedText:
        """Normalise a text and keep each character's place in the original.

        Returns
        -------
        AlignedText
            Its ``text`` equals ``apply(text)``.

        Examples
        --------
        >>> from stance.text.normalization import arabic_normalization
        >>> aligned = arabic_normalization().align("لاﷺ")
        >>> aligned.text, aligned.starts[2], aligned.ends[2]
        ('لاصلي الله عليه وسلم', 2, 3)
        """
        pieces: list[str] = []
        starts, ends = array("l"), array("l")
        for begin, end, composed in self._units(text):
            piece = composed.translate(self.replacements)
            if piece:
                pieces.append(piece)
                starts.extend([begin] * len(piece))
                ends.extend([end] * len(piece))
            elif ends:
                ends[-1] = end
        return AlignedText("".join(pieces), starts, ends)

    def _units(self, text: str) -> Iterable[tuple[int, int, str]]:
        """Split a text into the stretches that normalise independently."""
        clusters: dict[int, tuple[int, str]] = {}
        if self._needs_composing(text):
            for match in self._cluster.finditer(text):
                clusters[match.start()] = (match.end(), self._compose_match(match))
        position = 0
        while position < len(text):
            end, composed = clusters.get(position, (position + 1, text[position]))
            yield position, end, composed
            position = end

    def to_dict(self) -> dict[str, Any]:
        """Return the table as plain JSON values."""

        def spelled(table: Mapping[int, str]) -> dict[str, str]:
            return {f"{point:04x}": new for point, new in table.items()}

        return {
            "format": TABLE_FORMAT,
            "replacements": spelled(self.replacements),
            "composing": [list(pair) for pair in self.composing],
            "separators": [list(pair) for pair in self.separators],
            "before_composing": spelled(self.before_composing),
            "merging": [list(pair) for pair in self.merging],
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Build a table from what `to_dict` returned, now or in a format before.

        Raises
        ------
        ModelError
            If the data has another shape, or a format of the future.
        """
        values = cast("dict[str, Any]", data)
        try:
            older = _table_format(values) == 1
            return cls(
                replacements=_points(values["replacements"]),
                composing=_ranges(values["composing"]),
                separators=_ranges(values["separators"]),
                before_composing={} if older else _points(values["before_composing"]),
                merging=() if older else _ranges(values["merging"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(
                "Got a normalisation table of an unknown shape "
                f"({type(error).__name__}: {error}), but expected replacements, composing and "
                "separators. The model is damaged: copy it again from its source."
            ) from error


class _WordBoundaries(dict[int, str]):
    """Each character, with separators as spaces; filled in as characters are met."""

    def __init__(self, separators: Ranges) -> None:
        super().__init__()
        self._firsts = [first for first, _ in separators]
        self._lasts = [last for _, last in separators]

    def __missing__(self, point: int) -> str:
        place = bisect_right(self._firsts, point) - 1
        separates = place >= 0 and point <= self._lasts[place]
        self[point] = " " if separates else chr(point)
        return self[point]


class _WordReplacements(dict[int, str]):
    """The replacements with separators as spaces; filled in as characters are met."""

    def __init__(self, table: NormalizationTable) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, point: int) -> str:
        kept = self._table.replacements.get(point, chr(point))
        self[point] = kept.translate(self._table.word_boundaries)
        return self[point]


def _table_format(data: Mapping[str, Any]) -> int:
    """Return the format of a stored table; the first one did not name itself."""
    number = data.get("format", 1)
    if type(number) is not int or number < 1:
        raise ValueError(f"format {number!r} is no number of a format")
    if number > TABLE_FORMAT:
        raise ModelError(
            f"Got a normalisation table of format {number}, but this version of stance reads "
            f"formats up to {TABLE_FORMAT}. Upgrade stance."
        )
    return number


def _points(data: Mapping[str, Any]) -> dict[int, str]:
    return {_point(point): _string(new) for point, new in data.items()}


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"replacement {value!r} is not a string")
    return value


def _point(text: str) -> int:
    point = int(text, 16)
    if not 0 <= point <= sys.maxunicode:
        raise ValueError(f"{text} lies outside Unicode")
    return point


def _ranges(pairs: Iterable[tuple[int, int]]) -> Ranges:
    result = tuple((first, last) for first, last in pairs)
    places = [place for pair in result for place in pair]
    if not all(type(place) is int for place in places):
        raise TypeError("a range is not made of whole numbers")
    behind_each_other = all(a[1] < b[0] for a, b in pairwise(result))
    if not behind_each_other or any(not 0 <= a <= b <= sys.maxunicode for a, b in result):
        raise ValueError("ranges overlap, are out of order or lie outside Unicode")
    return result
