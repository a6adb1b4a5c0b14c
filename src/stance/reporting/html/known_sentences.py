"""Sentences that a result holds in English alone, as strings of the interface where there are some.

Assumptions and warnings are made beside the statistics, where nothing is known of languages. A
sentence that has no string is shown in English on every page.
"""

from __future__ import annotations

import re
import string
from functools import cache
from typing import TYPE_CHECKING

from stance.reporting.html.page import English, Name, Number, names, phrase
from stance.reporting.html.strings import table

if TYPE_CHECKING:
    from stance.reporting.html.page import Text

# The strings whose English text is that of a sentence, each once.
ASSUMPTIONS = (
    *("sample", "articles", "outlets", "right", "blind", "untrained"),
    *("same_errors", "shares_alone", "same_model", "calibrated", "resamples"),
)
WARNINGS = (
    *("few_coded", "few_outlets", "weight", "all_predicted", "many", "no_design", "not_coded"),
    *(
        "groups_none",
        "groups_few",
        "label_none",
        "not_by_outlet",
        "few_outlets_resampled",
        "misfit",
        "single_outlet",
    ),
)

# Words of a sentence that are strings too.
_WORDS = {
    "outlets": "unit.outlet",
    "articles": "unit.article",
    "The archive": "estimate.side.archive",
    "The training corpus": "estimate.side.corpus",
}
_NUMBER = re.compile(r"[\d.,]+( %)?")
_MORE = re.compile(r"(.+) and (\d+) more")


def in_language(text: str) -> Text:
    """Return a sentence as a string of the interface, or in English if there is none.

    Examples
    --------
    >>> in_language("The coders did not see the predicted labels.").key
    'estimate.known.blind'
    """
    for name in (*ASSUMPTIONS, *WARNINGS):
        key = f"estimate.known.{name}"
        if found := _pattern(key).fullmatch(text):
            return phrase(
                key, **{one: _value(one, part) for one, part in found.groupdict().items()}
            )
    return English(text)


def _value(name: str, part: str) -> Text:
    if name == "groups":
        return _groups(part)
    if part in _WORDS:
        return phrase(_WORDS[part])
    return Number(part) if _NUMBER.fullmatch(part) else Name(part)


def _groups(part: str) -> Text:
    """Return a list of values of a field, whose last ones may only be counted."""
    found = _MORE.fullmatch(part)
    listed = names(tuple((found[1] if found else part).split(", ")))
    return phrase("estimate.known.more", groups=listed, n=Number(found[2])) if found else listed


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """Return a pattern that the English text of a string matches, with its values."""
    pattern, seen = "", set()
    for literal, name, _, _ in string.Formatter().parse(table()[key]["en"]):
        pattern += re.escape(literal)
        if name:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
    return re.compile(pattern)
