"""The normalisation table from code point to replacement, which a model stores."""

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

# Format version of the output of `NormalizationTable.to_dict`. Tables of format 1 have no
# `before_composing` and `merging`, and behave as before.
TABLE_FORMAT = 2

BMP_END = 0xFFFF
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")

# camel-tools expands these two ligatures before NFKC is applied. No mark composes with the last
# letter of either expansion, so a mark after them may be composed on its own.
SPELLED_LIGATURES = "\ufdfc\ufdfd"


class AlignedText(NamedTuple):
    """A normalised text with the original position of each character.

    ``text[i]`` comes from the original characters ``starts[i]`` to ``ends[i]``.
    Removed characters belong to the character before them.
    """

    text: str
    starts: array[int]
    ends: array[int]


@dataclass(frozen=True)
class NormalizationTable:
    """The normalisation of each code point.

    Parameters
    ----------
    replacements : mapping of int to str
        Code point to its replacement of zero or more characters. Other code
        points are unchanged.
    composing : tuple of (first, last)
        Code points that may merge with the letter before them (marks, Hangul
        vowels). Text without them is normalised by the table alone.
    separators : tuple of (first, last)
        Code points that end a word: all but letters, digits and marks.
    before_composing : mapping of int to str
        Replacements made before letters and marks are merged: variants of
        letters, marks that are dropped. ``replacements`` includes them.
    merging : tuple of (first, last)
        Composing code points that are dropped unless they merge with a letter.

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
        # Mappings are not hashable.
        return hash((self.composing, self.separators, self.merging, len(self.replacements)))

    @cached_property
    def composing_points(self) -> list[int]:
        """Composing code points that are not always dropped; only these need composing."""
        merging = set(members(self.merging))
        return [
            point
            for point in members(self.composing)
            if point in merging or self.replacements.get(point) != ""
        ]

    @cached_property
    def _surviving_marks(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """Patterns of the composing points in the BMP and above it.

        There are two, because a character class within the BMP is matched with a
        bitmap, but a class across planes range by range.
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
        """Pattern of a character with the composing characters after it."""
        marks = members(self.composing)
        without_base = [*marks, *map(ord, SPELLED_LIGATURES)]
        base = character_class(without_base, "[^{}]").pattern
        return re.compile(f"(?:{base})?{character_class(marks, '[{}]').pattern}+", re.DOTALL)

    @cached_property
    def word_replacements(self) -> dict[int, str]:
        """Code point to replacement, with every separator turned into a space.

        ``text.translate`` with this mapping, then ``split``, gives the words
        of the text. Code points are added to the mapping on first use.
        """
        return _WordReplacements(self)

    @cached_property
    def word_boundaries(self) -> dict[int, str]:
        """Code point of a normalised text to itself, or to a space if it ends a word."""
        return _WordBoundaries(self.separators)

    @cached_property
    def character_kinds(self) -> dict[int, str]:
        """Code point to what becomes of it.

        ``k``: it stays in a word; ``d``: it is dropped; a space: it ends a word;
        ``s``: it becomes several words. Code points are added on first use.
        """
        return _CharacterKinds(self.word_replacements)

    def compose(self, text: str) -> str:
        """Merge letters with the marks after them."""
        if not self._needs_composing(text):
            return text
        return self._cluster.sub(self._compose_match, text)

    def _compose_match(self, match: re.Match[str]) -> str:
        return unicodedata.normalize("NFKC", match.group().translate(self.before_composing))

    def apply(self, text: str) -> str:
        """Normalise a text; punctuation is kept.

        Parameters
        ----------
        text : str
            Any text; lone surrogates are unchanged.

        Returns
        -------
        str
        """
        return self.compose(text).translate(self.replacements)

    def align(self, text: str) -> AlignedText:
        """Normalise a text and return the original position of each character.

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
        """Split a text into parts that are normalised independently."""
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
        """Return the table as JSON-serialisable values."""

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
        """Build a table from the output of `to_dict`, also in an older format.

        Raises
        ------
        ModelError
            If the data is malformed, or in a newer format.
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
                "Got a malformed normalisation table "
                f"({type(error).__name__}: {error}), but expected replacements, composing and "
                "separators. The model is damaged: copy it again from its source."
            ) from error


class _WordBoundaries(dict[int, str]):
    """Maps each character to itself and separators to spaces; filled on first use."""

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
    """Maps each character to its replacement and separators to spaces; filled on first use."""

    def __init__(self, table: NormalizationTable) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, point: int) -> str:
        kept = self._table.replacements.get(point, chr(point))
        self[point] = kept.translate(self._table.word_boundaries)
        return self[point]


class _CharacterKinds(dict[int, str]):
    """Maps each character to what becomes of it; filled on first use."""

    def __init__(self, replacements: dict[int, str]) -> None:
        super().__init__()
        self._replacements = replacements

    def __missing__(self, point: int) -> str:
        new = self._replacements[point]
        if not new:
            kind = "d"
        elif not new.strip():
            kind = " "
        else:
            kind = "k" if len(new.split()) == 1 and new == new.strip() else "s"
        self[point] = kind
        return kind


def _table_format(data: Mapping[str, Any]) -> int:
    """Return the format of a stored table; format 1 is not recorded."""
    number = data.get("format", 1)
    if type(number) is not int or number < 1:
        raise ValueError(f"format {number!r} is not a valid format number")
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
        raise ValueError(f"{text} is outside Unicode")
    return point


def _ranges(pairs: Iterable[tuple[int, int]]) -> Ranges:
    result = tuple((first, last) for first, last in pairs)
    places = [place for pair in result for place in pair]
    if not all(type(place) is int for place in places):
        raise TypeError("the bounds of a range are not whole numbers")
    disjoint = all(a[1] < b[0] for a, b in pairwise(result))
    if not disjoint or any(not 0 <= a <= b <= sys.maxunicode for a, b in result):
        raise ValueError("ranges overlap, are out of order or are outside Unicode")
    return result
