"""Deviations of the normalisation from camel-tools, each with its reason.

camel-tools 1.6.0 defines the normalisation of all code points that are not listed
here. It falls short in these places, which `tests/text/test_letters.py` checks:

- ``dediac_ar`` removes U+064B-0652 and U+0670 only, and keeps all other marks.
- No function that is used here knows the letters of Persian, Kurdish and Urdu
  keyboards. The ``arclean`` map does, and is not used: it turns ی into ى instead of
  ي, deletes ە and ﷺ, and removes a combining hamza that belongs to its letter.
- ``normalize_unicode`` puts a blank into a word for a mark such as U+FC60, and does
  not join a hamza to its letter across U+034F, U+06D6 or a small letter such as U+06E5.

So this project has steps of its own. What NFKC would otherwise compose or split
wrongly is replaced before camel-tools runs. Marks that may compose with the letter
before them, tatweel, digits and invisible characters are handled after it.
docs/letters.md has the decision for each letter and mark.
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

# Unlike the letters above, these are not forms of the Arabic letter but other sounds. Arabic news
# has them only in foreign words, which other writers spell with this one Arabic letter.
FOREIGN_SOUNDS = (
    Deviation("letter_forms", "ڤ", "ف", "v in foreign words: ڤيديو is فيديو"),
    Deviation("letter_forms", "پ", "ب", "p in foreign words: پوتين is بوتين"),
)

# Marks that compose with the letter before them (آ أ ؤ إ ئ), so they are removed afterwards.
MERGING_MARKS = Deviation("diacritics", "\u0653\u0654\u0655", "",
    "dediac_ar keeps a maddah or hamza that cannot merge with the letter before it")  # fmt: skip

QURANIC_MARKS = (
    Deviation("diacritics", _between((0x0610, 0x061A)), "", "honorifics and small vowels"),
    Deviation("diacritics", _between((0x0656, 0x065F)), "", "vowel signs of other languages"),
    Deviation("diacritics", _between((0x06D6, 0x06DC), (0x06DF, 0x06E8), (0x06EA, 0x06ED)), "",
              "signs of recitation, with the small waw and yeh"),
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

FIRST = (*LETTER_FORMS, *FOREIGN_SOUNDS, *QURANIC_MARKS, *INVISIBLE_MARKS, *GLYPH_PARTS)

# Letters that no single Arabic letter stands for. Folding them would merge distinct words, or
# turn a foreign name into an Arabic word.
LETTERS_KEPT = {
    "چ": "ch in Persian, Kurdish and Urdu; in Arabic ك (Gulf, Iraq), ج (Egypt) or تش",
    "ژ": "zh in Persian and Kurdish; in Arabic ج or ز",
    "گ": "g in Persian and Kurdish; in Arabic ق (Iraq, Gulf), غ, ج or ك",
    "ێ": "the Kurdish vowel ê, in Kurdish words only",
    "ۆ": "the Kurdish vowel o, in Kurdish words only",
    "ڵ": "the Kurdish velar l, in Kurdish words only",
    "ڕ": "the Kurdish rolled r, in Kurdish words only",
    "ې": "e in Pashto and Uyghur",
    "ں": "the nasal vowel of Urdu",
    "ڭ": "ng in Uyghur, g in Morocco",
    "ڨ": "g in Tunisia and Algeria",
}

# Signs in the ranges of the marks that stand between words (Unicode categories Cf and So). Dropping
# them would join the words around them, or a word and the number of its verse.
SIGNS_BETWEEN_WORDS = {
    "\u06dd": "the end of a verse, around its number",
    "\u06de": "the start of a quarter of a hizb",
    "\u06e9": "a place of prostration",
    "\u08e2": "the disputed end of a verse",
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
