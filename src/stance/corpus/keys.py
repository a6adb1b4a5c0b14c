"""One canonical form for labels, outlets, events, targets, annotators and ids.

Two values are the same key if their canonical forms are equal, however they
were typed or saved. Reports show the published spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stance.text.letters import LETTER_FORMS
from stance.text.normalization import BIDI_CONTROLS, ZERO_WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_INVISIBLE = dict.fromkeys(map(ord, BIDI_CONTROLS + ZERO_WIDTH))
# Letters of Persian, Kurdish and Urdu keyboards, and the Arabic ones: «تشرین» is «تشرين».
_ARABIC_LETTERS = str.maketrans({c: form.becomes for form in LETTER_FORMS for c in form.letters})
_WHOLE_FLOAT = re.compile(r"([+-]?[0-9]+)\.0+")
_BOOLEANS = {"true": "true", "True": "true", "TRUE": "true"} | {
    "false": "false",
    "False": "false",
    "FALSE": "false",
}


def tidy(value: str) -> str:
    r"""Normalise a value: NFC, no invisible marks, single blanks.

    Examples
    --------
    >>> tidy(" وكالة\u00a0 سانا\u200f ")
    'وكالة سانا'
    """
    # Fast path: invisible characters, and blanks other than the plain one, are not printable.
    if (
        value.isprintable()
        and unicodedata.is_normalized("NFC", value)
        and not ("  " in value or value.startswith(" ") or value.endswith(" "))
    ):
        return value
    # An invisible mark between a letter and its accent would prevent composition, so remove it
    # first.
    composed = unicodedata.normalize("NFC", value.translate(_INVISIBLE))
    return " ".join(composed.split())


def canonical(value: str) -> str:
    """Return the form in which a value is compared.

    Unicode NFC without zero-width or bidi marks, with single blanks, Persian
    forms of Arabic letters replaced by the Arabic ones, whole floats as
    integers, booleans as ``true`` and ``false``. Case is kept.

    Examples
    --------
    >>> canonical("1.0"), canonical("True"), canonical("gov "), canonical("SANA")
    ('1', 'true', 'gov', 'SANA')
    """
    plain = tidy(value)
    if not plain.isascii():
        # «ی» with a hamza is composed as «ئ» only once it is «ي».
        return unicodedata.normalize("NFC", plain.translate(_ARABIC_LETTERS))
    return _BOOLEANS.get(plain) or whole(plain)


def whole(value: str) -> str:
    """Return an id unchanged, except that a whole float becomes an integer.

    Examples
    --------
    >>> whole("17.0"), whole("17.5"), whole("a 17.0")
    ('17', '17.5', 'a 17.0')
    """
    found = _WHOLE_FLOAT.fullmatch(value) if value.endswith("0") else None
    return found.group(1) if found else value


@dataclass
class Spellings:
    """The spellings of one field's values, by canonical form.

    Parameters
    ----------
    counts : dict of str to Counter
        For each canonical form, the number of times of each spelling.
    """

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Spellings:
        """Count the spellings of some values; None and blank values are ignored."""
        found = cls()
        for value in values:
            if value is not None and (key := canonical(value)):
                found.counts.setdefault(key, Counter())[value] += 1
        return found

    def display(self) -> dict[str, str]:
        """Return the display form of each canonical form: its most frequent spelling, tidied."""
        return {key: _most_frequent(found) for key, found in self.counts.items()}

    def merged(self) -> list[Counter[str]]:
        """Return the published spellings of each value that has several."""
        return [found for found in self.counts.values() if len(found) > 1]

    def differing_in_case(self) -> list[tuple[str, ...]]:
        """Return groups of canonical forms that differ only in case, and so count as different."""
        folded: dict[str, list[str]] = {}
        for key in self.counts:
            folded.setdefault(key.casefold(), []).append(key)
        return [tuple(sorted(keys)) for keys in folded.values() if len(keys) > 1]


def _most_frequent(spellings: Counter[str]) -> str:
    """Return the most frequent tidied spelling; the first in sort order if there is a tie."""
    tidied: Counter[str] = Counter()
    for spelling, n in spellings.items():
        tidied[tidy(spelling)] += n
    return min(tidied, key=lambda spelling: (-tidied[spelling], spelling))


def aligned(value: str, known: Mapping[str, str]) -> str:
    """Return the known spelling of a value, or the tidied value if there is none.

    Parameters
    ----------
    value : str
    known : mapping of str to str
        Canonical form to spelling, as `by_canonical` makes it.
    """
    return known.get(canonical(value)) or tidy(value)


def by_canonical(values: Iterable[str]) -> dict[str, str]:
    """Return values by their canonical form; the first one if several have the same form."""
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(canonical(value), value)
    return found
