"""Periods between the dates of a lexicon, and the period of a text.

A term may count from one day on, or until a day. Between two such days the same
terms are valid, with the same categories and sides: that is a period.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.corpus.dates import possible_days

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from stance.features.lexicon import Lexicon, Validity

# A batch of articles has few distinct dates.
_possible_days = lru_cache(maxsize=1 << 14)(possible_days)

# What decided the period of a text, in the order of the numbers of `TextPeriods.sources`.
SOURCES = ("published", "words", "assumed")


class PeriodLabel(NamedTuple):
    """The period of a text, as in a row of results.

    Parameters
    ----------
    interval : str
        An interval of ISO 8601 with its first and last day, each empty if there
        is none: ``2024-12-08/``.
    source : {"published", "words", "assumed"}
        What decided it: the date of the article, its words, or neither.
    """

    interval: str
    source: str


class TextPeriods(NamedTuple):
    """The periods of texts.

    Parameters
    ----------
    numbers : ndarray of int32, shape (n_texts,)
    sources : ndarray of int8, shape (n_texts,)
        Index into `SOURCES`.
    """

    numbers: NDArray[np.int32]
    sources: NDArray[np.int8]


class Periods:
    """The periods of a lexicon, in the order of time; one if it has no dates.

    Parameters
    ----------
    lexicon : Lexicon
    """

    def __init__(self, lexicon: Lexicon) -> None:
        starts = set()
        for category in lexicon.categories.values():
            for first, last in map(category.validity, category.terms):
                starts |= {first.toordinal()} if first else set()
                starts |= {last.toordinal() + 1} if last else set()
        # A period must have a day of the calendar before and after its start.
        calendar = range(dt.date.min.toordinal() + 1, dt.date.max.toordinal() + 1)
        self._starts = sorted(start for start in starts if start in calendar)

    def __len__(self) -> int:
        return len(self._starts) + 1

    @property
    def names(self) -> list[str]:
        """The interval of each period; empty if there is only one."""
        if not self._starts:
            return []
        firsts = ["", *(dt.date.fromordinal(day).isoformat() for day in self._starts)]
        lasts = [*(dt.date.fromordinal(day - 1).isoformat() for day in self._starts), ""]
        return [f"{first}/{last}" for first, last in zip(firsts, lasts, strict=True)]

    def labels(self, periods: TextPeriods) -> list[PeriodLabel]:
        """Return the periods of texts as in rows of results; empty if there is only one."""
        known = [[PeriodLabel(name, source) for source in SOURCES] for name in self.names]
        pairs = zip(periods.numbers.tolist(), periods.sources.tolist(), strict=True)
        return [known[number][source] for number, source in pairs] if known else []

    def number(self, day: dt.date) -> int:
        """Return the number of the period of a day."""
        return bisect_right(self._starts, day.toordinal())

    def day(self, number: int) -> dt.date:
        """Return a day of one of several periods: its first one, or its last."""
        start = self._starts[max(number - 1, 0)]
        return dt.date.fromordinal(start if number else start - 1)

    def numbers(self, validity: Validity) -> range:
        """Return the numbers of the periods in which a term counts."""
        first = self.number(validity.first) if validity.first else 0
        last = self.number(validity.last) if validity.last else len(self) - 1
        return range(first, last + 1)

    def possible(self, published: Iterable[str | None]) -> NDArray[np.int32]:
        """Return the first and the last possible period of texts by their dates.

        Parameters
        ----------
        published : iterable of str or None
            Dates as `stance.corpus.dates.parse_date` reads them. One that
            cannot be read is the same as none.

        Returns
        -------
        ndarray of int32, shape (n_texts, 2)
        """
        found = [self._possible(value) if self._starts else (0, 0) for value in published]
        return np.array(found, dtype=np.int32).reshape(-1, 2)

    def _possible(self, value: str | None) -> tuple[int, int]:
        days = _possible_days(value) if value else None
        return (self.number(days[0]), self.number(days[1])) if days else (0, len(self) - 1)

    def unknown(self, n_texts: int) -> NDArray[np.int32]:
        """Return the possible periods of undated texts, shape (n_texts, 2)."""
        return np.tile(np.array([0, len(self) - 1], dtype=np.int32), (n_texts, 1))

    def most_frequent(self, possible: NDArray[np.int32]) -> int:
        """Return the most frequent period of dated texts, the last one if none is dated.

        Parameters
        ----------
        possible : ndarray of int32, shape (n_texts, 2)
            As `possible` returns it; a text with several periods does not count.
        """
        dated = possible[possible[:, 0] == possible[:, 1], 0]
        counts = np.bincount(dated, minlength=len(self))
        return len(self) - 1 - int(counts[::-1].argmax())
