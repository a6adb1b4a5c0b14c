"""Arabic normalisation as a table from code point to replacement.

camel-tools decides what becomes of a letter, but for the deviations that
`stance.text.letters` lists; the table keeps what was decided. A model stores
the table that it was trained with, so a later camel-tools cannot change what
the model sees, and prediction need not import it.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from bisect import bisect_right
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from stance.errors import ModelError
from stance.text.letters import MERGING_MARKS, first_replacements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# The number of what `NormalizationTable.to_dict` returns. Tables of format 1 know nothing of
# `before_composing` and `merging`; they do what they did.
TABLE_FORMAT = 2

BMP_END = 0xFFFF

_NOTHING = re.compile("(?!)")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")

Ranges = tuple[tuple[int, int], ...]

TATWEEL = "\u0640"
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff"
VARIATION_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
DIGITS = {zero + value: str(value) for zero in (0x0660, 0x06F0) for value in range(10)}

# camel-tools spells these two ligatures out before NFKC sees them. No mark composes with the last
# letter of either spelling, so a mark after them may be composed on its own.
SPELLED_LIGATURES = "\ufdfc\ufdfd"


@dataclass(frozen=True, slots=True)
class NormalizationProfile:
    """Which normalisation steps are taken; all of them by default.

    Parameters
    ----------
    compatibility : bool
        Fold compatibility characters, Arabic presentation forms among them
        (NFKC), and compose letters with their marks.
    letter_forms : bool
        Write the forms that letters have on Persian, Kurdish and Urdu
        keyboards and in Maghribi writing as the Arabic letters that they are
        (ی ک ھ ە); letters of other sounds (پ چ ژ گ) stay.
    diacritics : bool
        Remove every Arabic mark: short vowels, tanwin, shadda, sukun, dagger
        alef, signs of recitation.
    tatweel : bool
        Remove the stretching stroke.
    alef : bool
        Write أ إ آ ٱ as ا.
    alef_maksura : bool
        Write ى as ي.
    teh_marbuta : bool
        Write ة as ه.
    digits : bool
        Write Arabic-Indic and Persian digits as ASCII digits.
    invisible : bool
        Remove bidi controls, zero-width characters, variation selectors and
        the combining grapheme joiner.
    latin_case : bool
        Write Latin letters in lower case.
    """

    compatibility: bool = True
    letter_forms: bool = True
    diacritics: bool = True
    tatweel: bool = True
    alef: bool = True
    alef_maksura: bool = True
    teh_marbuta: bool = True
    digits: bool = True
    invisible: bool = True
    latin_case: bool = True

    def steps(self) -> set[str]:
        """Return the names of the steps that are taken."""
        return {name for name, taken in asdict(self).items() if taken}


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
    >>> table = arabic_normalization()
    >>> table.apply("قُوّاتُ ســوريا الدّيمقراطيّة «٢٠١٩»")
    'قوات سوريا الديمقراطيه «2019»'
    """

    replacements: Mapping[int, str]
    composing: Ranges
    separators: Ranges
    before_composing: Mapping[int, str] = field(default_factory=dict)
    merging: Ranges = ()

    @cached_property
    def composing_points(self) -> list[int]:
        """Composing characters that are not simply dropped: what holds none needs no composing."""
        merging = set(_members(self.merging))
        return [
            point
            for point in _members(self.composing)
            if point in merging or self.replacements.get(point) != ""
        ]

    def __repr__(self) -> str:
        return f"NormalizationTable({len(self.replacements):,} code points)"

    @cached_property
    def _surviving_marks(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """The composing points within the BMP and beyond.

        Two patterns, because one character class over both planes is tried
        range by range, while one within the BMP is a bitmap.
        """
        return (
            _character_class((c for c in self.composing_points if c <= BMP_END), "[{}]"),
            _character_class((c for c in self.composing_points if c > BMP_END), "[{}]"),
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
        marks = _members(self.composing)
        without_base = [*marks, *map(ord, SPELLED_LIGATURES)]
        base = _character_class(without_base, "[^{}]").pattern
        return re.compile(f"(?:{base})?{_character_class(marks, '[{}]').pattern}+", re.DOTALL)

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


def _members(ranges: Ranges) -> list[int]:
    return [point for first, last in ranges for point in range(first, last + 1)]


def _group(points: Iterable[int]) -> Ranges:
    """Join sorted code points into ranges."""
    ranges: list[tuple[int, int]] = []
    for point in points:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return tuple(ranges)


def _character_class(points: Iterable[int], template: str) -> re.Pattern[str]:
    ranges = _group(sorted(set(points)))
    if not ranges:
        return _NOTHING
    inside = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return re.compile(template.format(inside), re.DOTALL)


def camel_steps(profile: NormalizationProfile) -> list[Callable[[str], str]]:
    """Return the functions of camel-tools that a profile asks for, in order."""
    from camel_tools.utils.dediac import dediac_ar
    from camel_tools.utils.normalize import (
        normalize_alef_ar,
        normalize_alef_maksura_ar,
        normalize_teh_marbuta_ar,
        normalize_unicode,
    )

    steps = [
        (profile.compatibility, normalize_unicode),
        (profile.diacritics, dediac_ar),
        (profile.alef, normalize_alef_ar),
        (profile.alef_maksura, normalize_alef_maksura_ar),
        (profile.teh_marbuta, normalize_teh_marbuta_ar),
    ]
    return [step for wanted, step in steps if wanted]


def own_replacements(profile: NormalizationProfile) -> dict[int, str]:
    """Return what a profile asks for after camel-tools, code point by code point."""
    table: dict[int, str] = {}
    if profile.diacritics:
        table.update(dict.fromkeys(map(ord, MERGING_MARKS.letters), MERGING_MARKS.becomes))
    if profile.tatweel:
        table[ord(TATWEEL)] = ""
    if profile.invisible:
        table.update(dict.fromkeys(map(ord, BIDI_CONTROLS + ZERO_WIDTH), ""))
        table.update(dict.fromkeys(VARIATION_SELECTORS, ""))
    if profile.digits:
        table.update(DIGITS)
    if profile.latin_case:
        upper = (chr(p) for p in _assigned() if chr(p).lower() != chr(p))
        table.update({ord(c): c.lower() for c in upper if "LATIN" in unicodedata.name(c, "")})
    return table


@lru_cache(maxsize=8)
def arabic_normalization(profile: NormalizationProfile | None = None) -> NormalizationTable:
    """Build the normalisation table by asking camel-tools about every code point.

    Parameters
    ----------
    profile : NormalizationProfile, optional
        The steps to take; all of them by default.

    Returns
    -------
    NormalizationTable
        On any text its `apply` equals the functions of camel-tools called one
        after the other, with the deviations of `stance.text.letters` before
        them and this project's own steps after them.
    """
    profile = profile or NormalizationProfile()
    first = first_replacements(profile.steps())
    # One call a step instead of a million: no step looks across a line feed. What Unicode says
    # nothing about, three quarters of all, nobody changes.
    points = [point for point in sorted({*_assigned(), *first}) if point != ord("\n")]
    lines = "\n".join(map(chr, points)).translate(first)
    for step in camel_steps(profile):
        lines = step(lines)
    own = own_replacements(profile)
    pairs = zip(points, lines.translate(own).split("\n"), strict=True)
    composing = _composing(first) if profile.compatibility else ()
    return NormalizationTable(
        replacements={point: new for point, new in pairs if new != chr(point)},
        composing=composing,
        separators=_separators(),
        before_composing=first if composing else {},
        merging=_merging(own) if composing else (),
    )


def _composing(first: Mapping[int, str]) -> Ranges:
    """Code points that NFKC may reorder or merge into the character before.

    Those that are dropped first stand between a letter and its marks too.
    """
    dropped = (point for point, new in first.items() if not new)
    return _group(sorted({*_members(_reordered()), *dropped}))


def _merging(own: Mapping[int, str]) -> Ranges:
    return _group(point for point in map(ord, MERGING_MARKS.letters) if own.get(point) == "")


@lru_cache(maxsize=1)
def _reordered() -> Ranges:
    """Code points that NFKC may reorder or merge into the character before."""
    second = {ord(parts[1]) for parts in map(_canonical_pair, _assigned()) if parts}
    second.update(range(0x1161, 0x1176), range(0x11A8, 0x11C3))  # Hangul vowels and finals

    def composes(point: int) -> bool:
        folded = unicodedata.normalize("NFKC", chr(point))
        return ord(folded[0]) in second or any(map(unicodedata.combining, folded))

    return _group(point for point in _assigned() if composes(point))


@lru_cache(maxsize=1)
def _assigned() -> tuple[int, ...]:
    """Code points that Unicode says something about, a quarter of all; no other one composes."""
    nothing_said = ("Cn", "Co", "Cs")
    points = range(sys.maxunicode + 1)
    return tuple(p for p in points if unicodedata.category(chr(p)) not in nothing_said)


def _canonical_pair(point: int) -> str | None:
    """Return a character's canonical decomposition if it has two parts."""
    parts = unicodedata.decomposition(chr(point)).split()
    if len(parts) != 2 or parts[0].startswith("<"):
        return None
    return "".join(chr(int(part, 16)) for part in parts)


@lru_cache(maxsize=1)
def _separators() -> Ranges:
    """Every code point that is no letter, digit or mark."""
    kept = _group(p for p in _assigned() if unicodedata.category(chr(p))[0] in "LNM")
    begins = [0, *(last + 1 for _, last in kept)]
    ends = [*(first - 1 for first, _ in kept), sys.maxunicode]
    return tuple((begin, end) for begin, end in zip(begins, ends, strict=True) if begin <= end)
