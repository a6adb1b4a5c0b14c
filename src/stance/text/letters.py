"""Deviations of the normalisation from camel-tools, each with its reason.

camel-tools 1.6.0 defines the normalisation of all code points that are not listed
here. Listed code points are replaced before camel-tools runs, except for marks that
may compose with the letter before them, which are removed after it.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class Deviation(NamedTuple):
    """Code points with a replacement that differs from that of camel-tools.

    ``step`` is the step of `stance.text.normalization.NormalizationProfile` that
    enables it.
    """

    step: str
    letters: str
    becomes: str
    reason: str


def _between(*ranges: tuple[int, int]) -> str:
    return "".join(chr(point) for first, last in ranges for point in range(first, last + 1))


LETTER_FORMS = (
    Deviation("letter_forms", "ی", "ي", "Persian and Kurdish keyboards have this yeh only"),
    Deviation("letter_forms", "ے", "ي", "the final yeh of Urdu writing"),
    Deviation("letter_forms", "ۓ", "ئ", "the same yeh with a hamza"),
    Deviation("letter_forms", "\u0886", "ي", "the thin yeh of Quranic printing"),
    Deviation("letter_forms", "کڪ", "ك", "Persian, Kurdish and calligraphic shapes of kaf"),
    Deviation("letter_forms", "ھہە", "ه", "keyboards of Kurdish and Urdu have these for heh; "
              "ە is also used for ة, which becomes ه by default"),
    Deviation("letter_forms", "ۀۂ", "ه", "heh with the yeh of the Persian genitive above"),
    Deviation("letter_forms", "ۃ", "ة", "the teh marbuta of Urdu writing"),
    Deviation("letter_forms", "ٲٵ", "أ", "hamza above alef in another shape, or beside it"),
    Deviation("letter_forms", "ٳ", "إ", "hamza below alef in another shape"),
    Deviation("letter_forms", "ٶ", "ؤ", "hamza beside waw instead of above"),
    Deviation("letter_forms", "ٸ", "ئ", "hamza beside yeh instead of above"),
    Deviation("letter_forms", _between((0x0870, 0x0882)), "ا",
              "alef of Quranic printing with a vowel sign attached"),
    Deviation("letter_forms", "ڢ\u08bb", "ف", "feh of Maghribi and African writing"),
    Deviation("letter_forms", "ڧ\u08bc", "ق", "qaf of Maghribi and African writing"),
    Deviation("letter_forms", "\u08bd", "ن", "noon of African writing"),
)  # fmt: skip

# Marks that compose with the letter before them (آ أ ؤ إ ئ), so they are removed afterwards.
MERGING_MARKS = Deviation("diacritics", "\u0653\u0654\u0655", "",
    "dediac_ar keeps a maddah or hamza that cannot merge with the letter before it")  # fmt: skip

QURANIC_MARKS = (
    Deviation("diacritics", _between((0x0610, 0x061A)), "", "honorifics and small vowels"),
    Deviation("diacritics", _between((0x0656, 0x065F)), "", "vowel signs of other languages"),
    Deviation("diacritics", _between((0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED)), "",
              "signs of recitation, with the small waw and yeh; the signs that occur between "
              "words (U+06DD, U+06DE, U+06E9) are not marks and end a word"),
    Deviation("diacritics", _between((0x0897, 0x089F), (0x08C9, 0x08E1), (0x08E3, 0x08FF)), "",
              "signs of recitation and vowel signs in Arabic Extended-A and -B"),
    Deviation("diacritics", _between((0x10EFC, 0x10EFF)), "", "the same in Extended-C"),
)  # fmt: skip

INVISIBLE_MARKS = (
    Deviation("invisible", "\u034f", "", "the combining grapheme joiner shows nothing"),
)

GLYPH_PARTS = (
    Deviation("compatibility", "\ufe73", "", "the tail of a letter whose head is a letter itself"),
)

FIRST = (*LETTER_FORMS, *QURANIC_MARKS, *INVISIBLE_MARKS, *GLYPH_PARTS)

# Letters of sounds without an Arabic letter. Folding them would merge distinct words, or turn a
# foreign name into an Arabic word.
LETTERS_KEPT = {
    "پ": "p in Persian, Kurdish and Urdu",
    "چ": "ch in Persian, Kurdish and Urdu; g in Egyptian signs",
    "ژ": "zh in Persian and Kurdish",
    "گ": "g in Persian, Kurdish and Iraqi Arabic",
    "ڤ": "v in Kurdish and in foreign names",
    "ێ": "the Kurdish vowel ê",
    "ۆ": "the Kurdish vowel o",
    "ڵ": "the Kurdish velar l",
    "ڕ": "the Kurdish rolled r",
    "ې": "e in Pashto and Uyghur",
    "ں": "the nasal vowel of Urdu",
    "ڭ": "ng in Uyghur, g in Morocco",
    "ڨ": "g in Tunisia and Algeria",
}

_PRESENTATION_FORMS = (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00))


def first_replacements(steps: set[str]) -> dict[int, str]:
    """Return the replacements that are made before camel-tools runs.

    Parameters
    ----------
    steps : set of str
        The enabled steps of a profile.

    Returns
    -------
    dict of int to str
        Code point to replacement. With ``compatibility``, this includes the
        presentation forms of the listed letters, and those of a mark on a blank
        or a tatweel, which become the mark alone: a blank would end the word.

    Examples
    --------
    >>> first_replacements({"letter_forms"})[ord("ک")]
    'ك'
    >>> first_replacements({"compatibility"})[0xFC60] == "\u064e\u0651"
    True
    """
    table = {ord(c): d.becomes for d in FIRST if d.step in steps for c in d.letters}
    if "compatibility" in steps:
        for point in _PRESENTATION_FORMS:
            folded = unicodedata.normalize("NFKC", chr(point))
            new = _without_carrier(folded).translate(table)
            if folded not in (chr(point), new):
                table[point] = new
    return table


def _without_carrier(folded: str) -> str:
    """Return the marks of a presentation form without the blank or tatweel under them."""
    marks = folded.lstrip(" \u0640")
    return marks if all(map(unicodedata.combining, marks)) else folded
