"""Values of an archive's rows as numbers: labels, fields, and hashes of ids."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.corpus.dates import DATE_ORDERS, resolve_dates
from stance.corpus.keys import Spellings, canonical
from stance.formats.values import text_or_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from stance.corpus.dates import ResolvedDates

# The number of a missing value.
NO_VALUE = -1

# A day, perhaps with a time.
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[T ])")
# Characters of the day that its month and its year have.
_PARTS = {"month": 7, "year": 4}

# Published values whose number is remembered.
MOST_KNOWN = 100_000

_DIGEST = 16
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_INCREMENT = np.uint64(0x9E3779B97F4A7C15)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


class LabelNumbers:
    """Numbers of labels, in the order in which they appear; all spellings of one share it."""

    def __init__(self) -> None:
        self._by_key: dict[str, int] = {}
        self._known: dict[str, int] = {}
        self._n: Counter[str] = Counter()

    def __len__(self) -> int:
        """Return the number of labels."""
        return len(self._by_key)

    def __contains__(self, label: str) -> bool:
        """Return whether this spelling of a label has a number."""
        return label in self._known

    @property
    def keys(self) -> list[str]:
        """The canonical forms of the labels, by their numbers."""
        return list(self._by_key)

    def of(self, label: str) -> int:
        """Return the number of a label."""
        number = self._known.get(label)
        if number is None:
            number = self._by_key.setdefault(canonical(label), len(self._by_key))
            self._known[label] = number
        return number

    def count(self, labels: Iterable[str]) -> None:
        """Count the spellings of predicted labels."""
        self._n.update(labels)

    def displayed(self) -> list[str]:
        """Return the labels by their numbers, each in its most frequent spelling."""
        spellings = Spellings()
        for label in self._known:
            # A label that is never predicted has its first spelling.
            spellings.counts.setdefault(canonical(label), Counter())[label] += self._n[label]
        display = spellings.display()
        return [display[key] for key in self._by_key]


@dataclass(frozen=True)
class Grouping:
    """The values of a field, and the value of each number of a column.

    Parameters
    ----------
    values : tuple of str
        In the order of time for months and years, else sorted.
    group : ndarray of int64, shape (n_numbers + 1,)
        Index in `values` of each number that `Batch.fields` has; the last one is for
        `NO_VALUE`, so that ``group[numbers]`` works for all rows. `NO_VALUE` means that
        the article has no value.
    dates : ResolvedDates, optional
        How the dates of a month or a year were read.
    """

    values: tuple[str, ...]
    group: NDArray[np.int64]
    dates: ResolvedDates | None = None


class FieldColumn:
    """One field of the rows as numbers of its distinct values as published.

    Parameters
    ----------
    name : str
        The name of the field in the files.
    part : {"month", "year"}, optional
        Take this of the dates in the field.
    """

    def __init__(self, name: str, part: str | None = None) -> None:
        self.name = name
        self.part = part
        self._numbers: dict[Any, int] = {None: NO_VALUE, "": NO_VALUE}
        self._values: list[str] = []
        self._n: list[int] = []

    def number(self, value: Any) -> int:
        """Return the number of a value."""
        try:
            number = self._numbers.get(value)
        except TypeError:  # a list or an object
            number = None
        return self._new(text_or_json(value) or "") if number is None else number

    def _new(self, text: str) -> int:
        kept = _part_of_day(text, self.part) if self.part else text
        number = self._numbers.get(kept)
        if number is None:
            number = self._numbers[kept] = len(self._values)
            self._values.append(kept)
        if len(self._numbers) < MOST_KNOWN:
            self._numbers[text] = number
        return number

    def __len__(self) -> int:
        """Return the number of distinct values so far."""
        return len(self._values)

    def grouping(self, n: NDArray[np.int64], date_order: str | None = None) -> Grouping:
        """Return the values of the field, in one spelling or as months or years.

        Parameters
        ----------
        n : ndarray of int64
            How many rows have each number.
        date_order : {"dmy", "mdy"}, optional
        """
        dates = None
        if self.part:
            order = next((known for known in DATE_ORDERS if known == date_order), None)
            dates = resolve_dates(self._values, order)
            shown = (
                dates.months
                if self.part == "month"
                else [str(year) if year else None for year in dates.years]
            )
        else:
            shown = self._spelled(n)
        values = sorted({value for value in shown if value is not None})
        place = {value: index for index, value in enumerate(values)}
        group = [NO_VALUE if value is None else place[value] for value in shown]
        return Grouping(tuple(values), np.array([*group, NO_VALUE], np.int64), dates)

    def _spelled(self, n: NDArray[np.int64]) -> list[str | None]:
        spellings = Spellings()
        keys = list(map(canonical, self._values))
        counts = np.zeros(len(keys), np.int64)
        counts[: len(n)] = n
        for key, value, number in zip(keys, self._values, counts.tolist(), strict=True):
            if key:
                spellings.counts.setdefault(key, Counter())[value] += number
        display = spellings.display()
        return [display.get(key) for key in keys]


def _part_of_day(text: str, part: str) -> str:
    """Return the month or the year of an ISO 8601 day; any other value unchanged.

    So there are not as many values as days, or as time stamps.
    """
    found = _ISO_DAY.match(text)
    if found is None:
        return text
    try:
        dt.date.fromisoformat(found[0])
    except ValueError:
        return text
    return text[: _PARTS[part]]


def id_hashes(ids: Sequence[str]) -> NDArray[np.uint64]:
    """Return 128 bits of the BLAKE2b hash of each id.

    Parameters
    ----------
    ids : sequence of str
        In canonical form.

    Returns
    -------
    ndarray of uint64, shape (n_ids, 2)
    """
    digests = b"".join([blake2b(one.encode(), digest_size=_DIGEST).digest() for one in ids])
    return np.frombuffer(digests, "<u8").reshape(-1, 2).astype(np.uint64)


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the finalizer of SplitMix64, in which each bit depends on all bits of a value.

    References
    ----------
    G. L. Steele, D. Lea, C. H. Flood (2014): Fast splittable pseudorandom number
    generators. OOPSLA.
    """
    with np.errstate(over="ignore"):
        found = values + _INCREMENT
        for shift, multiplier in zip(_SHIFTS, _MULTIPLIERS, strict=False):
            found = (found ^ (found >> shift)) * multiplier
    return found ^ (found >> _SHIFTS[-1])


def random_numbers(hashes: NDArray[np.uint64], seed: int | str) -> NDArray[np.uint64]:
    """Return the permanent random number of each id, as an integer below 2**64.

    It depends on the id and the seed alone, not on the order of the articles or on which
    others there are.

    References
    ----------
    E. Ohlsson (1995): Coordination of samples using permanent random numbers. In: Business
    Survey Methods, Wiley.
    """
    key = id_hashes([f"seed {seed}"])[0]
    return mixed(mixed(hashes[:, 0] ^ key[0]) + (hashes[:, 1] ^ key[1]))


class FrameHash:
    """A hash of the articles of a frame that does not depend on their order."""

    def __init__(self) -> None:
        self._sums = np.zeros((2, 2), np.uint64)

    def add(self, hashes: NDArray[np.uint64], labels: NDArray[np.int64], keys: list[str]) -> None:
        """Add articles: hashes of their ids, and numbers of their labels in a list of keys."""
        labelled = mixed(hashes + mixed(id_hashes(keys))[labels])
        with np.errstate(over="ignore"):
            self._sums[0] += hashes.sum(axis=0, dtype=np.uint64)
            self._sums[1] += labelled.sum(axis=0, dtype=np.uint64)

    @property
    def ids(self) -> str:
        """The hash of the ids."""
        return _hex(self._sums[0])

    @property
    def labelled_ids(self) -> str:
        """The hash of the ids with their predicted labels."""
        return _hex(self._sums[1])


def _hex(sums: NDArray[np.uint64]) -> str:
    return "".join(f"{one:016x}" for one in sums.tolist())
