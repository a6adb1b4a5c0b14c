"""Arabic normalisation as a table from code point to replacement.

The replacements are those of camel-tools, except for the deviations that
`stance.text.letters` lists. A model stores the table that it was trained with, so
another version of camel-tools cannot change its input, and prediction does not
need to import camel-tools.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from stance.distribution import installed_versions
from stance.text.code_points import Ranges, assigned, group, members, reordered, separators
from stance.text.letters import MERGING_MARKS, first_replacements
from stance.text.normalization_table import NormalizationTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Importing camel-tools and normalising every code point takes most of a second.
STORED = Path(__file__).with_name("arabic_normalization.json")

TATWEEL = "\u0640"
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff"
VARIATION_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
DIGITS = {zero + value: str(value) for zero in (0x0660, 0x06F0) for value in range(10)}


@dataclass(frozen=True, slots=True)
class NormalizationProfile:
    """The normalisation steps to apply; by default all of them.

    Parameters
    ----------
    compatibility : bool
        Apply NFKC: fold compatibility characters, including Arabic presentation
        forms, and compose letters with their marks.
    letter_forms : bool
        Replace the variants of Arabic letters on Persian, Kurdish and Urdu
        keyboards (ی ک ھ ە) and in Maghribi writing by the Arabic letters, and
        ڤ پ in foreign words by ف ب. Other letters (چ ژ گ ێ ۆ) are kept.
    diacritics : bool
        Remove all Arabic marks: short vowels, tanwin, shadda, sukun, dagger
        alef, signs of recitation.
    tatweel : bool
        Remove the tatweel (ـ), which only lengthens a word.
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
        """Return the names of the enabled steps."""
        return {name for name, taken in asdict(self).items() if taken}


def camel_steps(profile: NormalizationProfile) -> list[Callable[[str], str]]:
    """Return the camel-tools functions of a profile, in order."""
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
    """Return the replacements of a profile that are made after camel-tools."""
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
        upper = (chr(p) for p in assigned() if chr(p).lower() != chr(p))
        table.update({ord(c): c.lower() for c in upper if "LATIN" in unicodedata.name(c, "")})
    return table


@lru_cache(maxsize=8)
def arabic_normalization(profile: NormalizationProfile | None = None) -> NormalizationTable:
    """Return the normalisation table of a profile.

    The table of all steps is stored in a file, with the versions of camel-tools
    and of Unicode that it was built with. If a version or a step differs, the
    table is built with camel-tools.

    Parameters
    ----------
    profile : NormalizationProfile, optional
        The steps to apply; by default all of them.

    Returns
    -------
    NormalizationTable
        Its `apply` is equivalent to these steps in sequence: the deviations of
        `stance.text.letters`, the functions of camel-tools, and the steps of
        this project.
    """
    profile = profile or NormalizationProfile()
    stored = _stored_table() if profile == NormalizationProfile() else None
    return table_of_camel_tools(profile) if stored is None else stored


def _stored_table() -> NormalizationTable | None:
    stored = json.loads(STORED.read_bytes())
    installed = (installed_versions(["camel-tools"])["camel-tools"], unicodedata.unidata_version)
    if installed != (stored["camel_tools"], stored["unicode"]):
        return None
    return NormalizationTable.from_dict(stored["table"])


def store_table() -> None:
    """Build the table of all steps with the installed camel-tools, and store it."""
    table = table_of_camel_tools(NormalizationProfile()).to_dict()
    stored = {
        "camel_tools": installed_versions(["camel-tools"])["camel-tools"],
        "unicode": unicodedata.unidata_version,
        "table": table,
    }
    STORED.write_text(f"{json.dumps(stored, separators=(',', ':'))}\n", "ascii")


def table_of_camel_tools(profile: NormalizationProfile) -> NormalizationTable:
    """Build a normalisation table by applying camel-tools to every code point."""
    first = first_replacements(profile.steps())
    # One call per step instead of a million, because no step depends on text across a line feed.
    # Unassigned and private-use code points, three quarters of all, are never changed.
    points = [point for point in sorted({*assigned(), *first}) if point != ord("\n")]
    lines = "\n".join(map(chr, points)).translate(first)
    for step in camel_steps(profile):
        lines = step(lines)
    own = own_replacements(profile)
    pairs = zip(points, lines.translate(own).split("\n"), strict=True)
    composing = _composing(first) if profile.compatibility else ()
    return NormalizationTable(
        replacements={point: new for point, new in pairs if new != chr(point)},
        composing=composing,
        separators=separators(),
        before_composing=first if composing else {},
        merging=_merging(own) if composing else (),
    )


def _composing(first: Mapping[int, str]) -> Ranges:
    """Code points that NFKC may reorder or merge with the character before them.

    This includes code points that are dropped first, which may separate a letter from its marks.
    """
    dropped = (point for point, new in first.items() if not new)
    return group(sorted({*members(reordered()), *dropped}))


def _merging(own: Mapping[int, str]) -> Ranges:
    return group(point for point in map(ord, MERGING_MARKS.letters) if own.get(point) == "")
