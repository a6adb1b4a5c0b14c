"""Splitting articles into training and test folds by outlet, event, time or at random.

Held-out outlets measure how a model does on an unseen outlet; held-out events,
on unseen news; a split by time, on future articles. A random split measures
none of these: it lets the model recognise the outlet.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Literal

import numpy as np

from stance.corpus.dates import resolve_dates
from stance.corpus.stratified_folds import stratified_group_folds
from stance.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.corpus.partial_date import PartialDate

By = Literal["outlet", "event", "time", "random"]
PROTOCOLS: tuple[By, ...] = ("outlet", "event", "time", "random")

DEFAULT_FOLDS = 5
# With more groups than this, one fold for each would take too long.
MOST_SINGLE_GROUPS = 60


@dataclass(frozen=True)
class Fold:
    """One division of a corpus.

    Parameters
    ----------
    name : str
        The held-out group, or the fold's number.
    train, test : ndarray of int
        Indices of the training and test articles.
    """

    name: str
    train: NDArray[np.int64]
    test: NDArray[np.int64]

    def without_repeats(self, duplicates: NDArray[np.int64]) -> Fold:
        """Remove near-duplicates of test articles from training."""
        repeats = np.isin(duplicates[self.train], duplicates[self.test])
        return Fold(self.name, self.train[~repeats], self.test)


def split(
    articles: Sequence[Article],
    by: By,
    folds: int | Literal["each"] | None = None,
    *,
    seed: int,
    duplicates: Sequence[int] | NDArray[np.int64] | None = None,
) -> list[Fold]:
    """Divide labelled articles into folds.

    Parameters
    ----------
    articles : sequence of Article
    by : {"outlet", "event", "time", "random"}
        What training and test must not share. For "time", every test article
        is later than all training articles. Dates may be in any format that
        `stance.corpus.dates.parse_date` reads, including a month or a year
        alone: such an article is used for training only if its whole period is
        before the test.
    folds : int or "each", optional
        Number of folds, or one for each outlet or event. By default one for
        each if there are at most 60, else five. An article that names no
        outlet or event is a group of its own; if there are more than 60, they
        are held out in five folds instead.
    seed : int
        Seed for shuffling.
    duplicates : sequence of int, optional
        The near-duplicate group of each article, as
        `stance.corpus.duplicates.near_duplicates` returns. No group is then on
        both sides of a fold: at random, a group goes into one fold; otherwise
        outlets, events and days stay whole, and near-duplicates of test
        articles are removed from training. (Outlets that share a reprint could
        be held out together instead, but reprints connect most outlets of a
        corpus.)

    Returns
    -------
    list of Fold

    Raises
    ------
    CorpusError
        If no article has the field of the split, if some lack the date of a
        split by time, or if there are too few articles.
    ConfigError
        If `folds` is out of its range.
    """
    if by not in PROTOCOLS:
        raise ConfigError(f"Got by={by!r}, but expected one of {', '.join(PROTOCOLS)}.")
    if isinstance(folds, int) and not 2 <= folds <= len(articles):
        raise ConfigError(
            f"Got folds={folds} for {len(articles)} articles, but expected from 2 to that many."
        )
    if len(articles) < 2:
        raise CorpusError(f"Got {len(articles)} articles, but expected at least two to divide.")
    repeated = None if duplicates is None else np.asarray(duplicates)
    if repeated is not None and len(repeated) != len(articles):
        raise CorpusError(
            f"Got near-duplicate groups of {len(repeated)} articles, but expected one for each of "
            f"{len(articles)}. Group the same articles that are split."
        )
    if repeated is None or len(np.unique(repeated)) == len(articles):
        return _split(articles, by, folds, seed, None)
    found = _split(articles, by, folds, seed, repeated)
    return [fold.without_repeats(repeated) for fold in found]


def _split(
    articles: Sequence[Article],
    by: By,
    folds: int | Literal["each"] | None,
    seed: int,
    repeated: NDArray[np.int64] | None,
) -> list[Fold]:
    if by == "time":
        return _split_by_time(articles, folds)
    if by == "random":
        return _split_at_random(articles, folds, seed, repeated)
    return _split_by_group(articles, by, folds, seed)


def groups_of(articles: Sequence[Article], field: str) -> list[str]:
    """Return the value of a field that every article must have.

    Raises
    ------
    CorpusError
        If some have none.
    """
    values = [getattr(article, field) for article in articles]
    missing = [article.id for article in articles if not getattr(article, field)]
    if missing:
        raise CorpusError(
            f"Got {len(missing)} of {len(articles)} articles without {field!r} "
            f"(the first is {missing[0]!r}), but expected one in each to split by it. "
            f"Name the field with --{field}-field, or choose another --by."
        )
    return values


def group_numbers(
    articles: Sequence[Article], by: Literal["outlet", "event"]
) -> tuple[NDArray[np.int64], list[str]]:
    """Assign a number to each outlet or event, and to each article that names none.

    Returns
    -------
    numbers : ndarray of int64, shape (n_articles,)
        From 0 in the order of the names, and then for the articles without one.
    names : list of str
        Sorted.
    """
    values = [getattr(article, by) or None for article in articles]
    names = sorted({value for value in values if value is not None})
    number_of = {name: number for number, name in enumerate(names)}
    unnamed = count(len(names))
    numbers = [next(unnamed) if value is None else number_of[value] for value in values]
    return np.array(numbers, dtype=np.int64), names


def holds_out_each(n_named: int, n_unnamed: int, folds: int | Literal["each"] | None) -> bool:
    """Return whether every outlet or event gets a fold of its own.

    Parameters
    ----------
    n_named : int
        Number of named outlets or events.
    n_unnamed : int
        Number of articles that name none.
    folds : int or "each", optional
        As `split` takes it.
    """
    if folds is None:
        return n_named <= MOST_SINGLE_GROUPS
    return folds in {"each", n_named + n_unnamed}


def _split_by_group(
    articles: Sequence[Article],
    by: Literal["outlet", "event"],
    folds: int | Literal["each"] | None,
    seed: int,
) -> list[Fold]:
    groups, names = group_numbers(articles, by)
    if not names:
        groups_of(articles, by)  # says what is missing
    n_groups = int(groups.max()) + 1
    if n_groups < 2:
        raise CorpusError(
            f"Got articles of one {by} only ({str(names[0])!r}), but expected at least two to hold "
            "one out. Add articles, or choose another --by."
        )
    if holds_out_each(len(names), n_groups - len(names), folds):
        return _one_fold_each(articles, by, groups, names, spread=folds != n_groups, seed=seed)
    n_folds = folds if isinstance(folds, int) else DEFAULT_FOLDS
    if n_folds > n_groups:
        raise ConfigError(
            f"Got folds={folds} for {n_groups} groups by {by}, but expected no more folds than "
            "groups. Use --folds each for one fold each."
        )
    labels = [article.label for article in articles]
    if max(Counter(labels).values()) >= n_folds:
        return _in_proportion(labels, groups, n_folds, seed)
    # Where every label is rarer than the folds there is nothing to keep in proportion.
    from sklearn.model_selection import GroupKFold

    splitter = GroupKFold(n_folds, shuffle=True, random_state=seed)
    return _numbered(pair for pair in splitter.split(groups, labels, groups) if len(pair[1]))


def _in_proportion(
    labels: Sequence[str | None], groups: NDArray[np.int64], n_folds: int, seed: int
) -> list[Fold]:
    """Divide groups into folds, each label in proportion."""
    tests = stratified_group_folds(labels, groups, n_folds, seed=seed)
    places = np.arange(len(labels))
    return _numbered((np.setdiff1d(places, test), test) for test in tests if len(test))


def _one_fold_each(
    articles: Sequence[Article],
    by: str,
    groups: NDArray[np.int64],
    names: Sequence[str],
    *,
    spread: bool,
    seed: int,
) -> list[Fold]:
    """Hold out each group in turn, and then the articles that name none.

    Each of the latter gets its own fold, unless that would make more than
    `MOST_SINGLE_GROUPS` folds and they may be spread over a few.
    """
    unnamed = np.flatnonzero(groups >= len(names))
    if spread and int(groups.max()) + 1 > MOST_SINGLE_GROUPS and len(unnamed) > DEFAULT_FOLDS:
        # Stratified: sorted by label and assigned to the folds in turn.
        order = np.random.default_rng(seed).permutation(unnamed)
        labels = np.array([str(articles[place].label) for place in order.tolist()])
        order = order[np.argsort(labels, kind="stable")]
        groups = groups.copy()
        groups[order] = len(names) + np.arange(len(order)) % DEFAULT_FOLDS
    titles = [*names, *(f"without {by} {n}" for n in range(1, len(unnamed) + 1))]
    return [
        Fold(titles[number], np.flatnonzero(groups != number), np.flatnonzero(groups == number))
        for number in range(int(groups.max()) + 1)
    ]


def _split_at_random(
    articles: Sequence[Article],
    folds: int | Literal["each"] | None,
    seed: int,
    repeated: NDArray[np.int64] | None,
) -> list[Fold]:
    if folds == "each":
        places = np.arange(len(articles))
        return _numbered((np.delete(places, one), places[[one]]) for one in places.tolist())
    labels = [article.label for article in articles]
    most_common = max(Counter(labels).values(), default=0)
    n_folds = folds or min(DEFAULT_FOLDS, most_common)
    if n_folds < 2 or n_folds > most_common:
        raise CorpusError(
            f"Got {len(articles)} articles, at most {most_common} of a label, but expected at "
            f"least two, and as many as folds. Label more articles."
        )
    if repeated is not None and n_folds <= len(np.unique(repeated)):
        return _in_proportion(labels, repeated, n_folds, seed)
    from sklearn.model_selection import StratifiedKFold

    splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    with _few_of_a_label():
        return _numbered(splitter.split(np.zeros(len(labels)), labels))


@contextmanager
def _few_of_a_label() -> Iterator[None]:
    """Silence scikit-learn's warning that a label has fewer articles than folds.

    Such a label is absent from some test folds; scores are pooled over all
    folds.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")
        yield


def _split_by_time(articles: Sequence[Article], folds: int | Literal["each"] | None) -> list[Fold]:
    """Train on the past and test on the following period, for several periods.

    An article is tested by its first possible day, and used for training after
    its last possible day. So an article with only a year is tested with the
    articles from 1 January on, and used for training in the folds that begin
    after that year: whatever its day was, no model is tested on articles older
    than its training articles.
    """
    if folds == "each":
        raise ConfigError("Got folds='each' by time, but expected a number of folds.")
    dates = dates_of(articles)
    first = np.array([date.first_day.toordinal() for date in dates])
    last = np.array([date.last_day.toordinal() for date in dates])
    folded = []
    borders = _borders(first, last, folds or DEFAULT_FOLDS)
    ends = [*borders[1:], np.inf]
    for begin, end in zip(borders, ends, strict=True):
        test = np.flatnonzero((begin <= first) & (first < end))
        name = f"from {dt.date.fromordinal(begin)}"
        folded.append(Fold(name, np.flatnonzero(last < begin), test))
    return folded


def _borders(first: NDArray[np.int64], last: NDArray[np.int64], n_folds: int) -> list[int]:
    """Choose the first day of each period so that all have about the same number of articles.

    A border is a day, because articles of one day stay together. A border
    inside the possible period of an article removes it from training, so each
    such article counts like a deviation of one article from the ideal size.
    """
    days = np.unique(first)
    candidates = days[days > last.min()]
    if len(candidates) < n_folds:
        raise CorpusError(_too_few_days(first, last, n_folds))
    before = np.searchsorted(np.sort(first), candidates)
    unfinished = before - np.searchsorted(np.sort(last), candidates)
    chosen: list[int] = []
    earliest = 0
    for k in range(1, n_folds + 1):
        off = np.abs(before - len(first) * k / (n_folds + 1)) + unfinished
        latest = len(candidates) - (n_folds - k)
        place = earliest + int(off[earliest:latest].argmin())
        chosen.append(int(candidates[place]))
        earliest = place + 1
    return chosen


def _too_few_days(first: NDArray[np.int64], last: NDArray[np.int64], n_folds: int) -> str:
    coarse = int((first < last).sum())
    only_coarse = f", {coarse} with the month or the year only" if coarse else ""
    return (
        f"Got articles of {len(np.unique(first))} days{only_coarse}, but expected more than "
        f"{n_folds} distinct days to test forward in time. Ask for fewer --folds, or choose "
        "another --by."
    )


def dates_of(articles: Sequence[Article]) -> list[PartialDate]:
    """Return the date of every article.

    Raises
    ------
    CorpusError
        If dates are missing or cannot be read; the message says how many.
    """
    found = resolve_dates([article.published for article in articles])
    if fault := found.fault([article.id for article in articles]):
        raise CorpusError(fault)
    if found.missing:
        first = articles[found.missing[0]].id
        raise CorpusError(
            f"Got {len(found.missing)} of {len(articles)} articles without 'published' (the first "
            f"is {first!r}), but expected the date of every article to split by time. Name the "
            "field with --published-field, remove these articles, or choose another --by."
        )
    return [date for date in found.dates if date]


def _numbered(pairs: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> list[Fold]:
    return [Fold(str(n), train, test) for n, (train, test) in enumerate(pairs, start=1)]
