"""Articles of some days: a first and a last date, each of which may be a month or a year."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from stance.corpus.dates import DATE_ORDERS, is_missing, parse_date
from stance.errors import ConfigError, DateError

if TYPE_CHECKING:
    from stance.corpus.dates import DateOrder, PartialDate


class DateRange:
    """Selects articles by their dates.

    Parameters
    ----------
    since, until : str, optional
        The first and the last date, both inclusive. A month or a year counts
        from its first or to its last day.
    order : {"dmy", "mdy"}, optional
        How to read dates such as 03/04/2019.

    Attributes
    ----------
    n_undated : int
        Articles left out because their date is missing or cannot be read.
    n_uncertain : int
        Articles left out because their date is a month or a year that is only
        partly in the range.

    Raises
    ------
    ConfigError
        If a date cannot be read, or the last is before the first.
    """

    def __init__(self, since: str | None, until: str | None, order: str | None = None) -> None:
        self._order = next((known for known in DATE_ORDERS if known == order), None)
        first, last = self._asked("since", since), self._asked("until", until)
        self._since = first.first_day if first else None
        self._until = last.last_day if last else None
        if self._since and self._until and self._until < self._since:
            raise ConfigError(
                f"Got since {since} and until {until}, but expected until not before since. "
                "Exchange them."
            )
        self.n_undated = 0
        self.n_uncertain = 0

    @property
    def is_open(self) -> bool:
        """Whether every article is in the range, dated or not."""
        return self._since is None and self._until is None

    def date_of(self, published: str | None) -> PartialDate | None:
        """Return the date of an article; None if there is none that can be read."""
        return None if published is None else _date(published, self._order)

    def has(self, date: PartialDate | None) -> bool:
        """Return whether all possible days of a date are in the range; count it if not sure."""
        if self.is_open:
            return True
        if date is None:
            self.n_undated += 1
            return False
        begins_late_enough = self._since is None or date.first_day >= self._since
        ends_early_enough = self._until is None or date.last_day <= self._until
        if begins_late_enough and ends_early_enough:
            return True
        is_outside = (self._since is not None and date.last_day < self._since) or (
            self._until is not None and date.first_day > self._until
        )
        self.n_uncertain += not is_outside
        return False

    def _asked(self, name: str, value: str | None) -> PartialDate | None:
        if value is None:
            return None
        try:
            return parse_date(value, order=self._order)
        except DateError as error:
            raise ConfigError(f"Got a date for {name} that cannot be used. {error}") from error


@lru_cache(maxsize=1 << 16)
def _date(published: str, order: DateOrder | None) -> PartialDate | None:
    if is_missing(published):
        return None
    try:
        return parse_date(published, order=order)
    except DateError:
        return None
