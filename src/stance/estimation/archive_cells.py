"""The predictions of an archive summed over groups and outlets, in one pass over its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import CorpusError
from stance.estimation.archive_columns import NO_VALUE, Grouping, random_numbers
from stance.estimation.population import Population
from stance.estimation.resampled_shares import PosteriorSample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from stance.estimation.archive import Batch, LabelledArchive

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

# EMQ looks at single articles: at this many of a larger archive, drawn at random.
MOST_POSTERIORS = 20_000
# Numbers of values, with room for -1, in one integer.
_SHIFT = np.int64(32)


@dataclass(frozen=True)
class FoundArticles:
    """What the archive says of some of its articles, such as those coded by hand.

    Parameters
    ----------
    place : ndarray of int64, shape (n,)
        Which of the wanted articles each one is.
    predicted : ndarray of float64, shape (n, n_labels)
        As in `Population`.
    group, outlet : ndarray of int64, shape (n,)
    """

    place: Integers
    predicted: Floats
    group: Integers
    outlet: Integers


@dataclass(frozen=True)
class SummedArchive:
    """An archive as sums, and some of its articles.

    Parameters
    ----------
    population : Population
    labels, label_keys : tuple of str
        As published, and in their canonical form.
    groups : Grouping, optional
        The values of the field by which articles are grouped; None without one.
    outlets : Grouping, optional
        None if no article names an outlet.
    found : FoundArticles
    posteriors : PosteriorSample, optional
        None if they were not asked for, or the archive has no probabilities.
    """

    population: Population
    labels: tuple[str, ...]
    label_keys: tuple[str, ...]
    groups: Grouping | None
    outlets: Grouping | None
    found: FoundArticles
    posteriors: PosteriorSample | None

    @property
    def n_without_outlet(self) -> int:
        """Number of articles that name no outlet; they count as one outlet."""
        n_outlets = len(self.outlets.values) if self.outlets else 0
        return int(self.population.n[self.population.outlet == n_outlets].sum())


def sum_archive(
    archive: LabelledArchive,
    by: str | None,
    outlet_field: str,
    wanted: Mapping[str, int],
    *,
    is_outlet_asked: bool = False,
    n_posteriors: int = 0,
    seed: int = 0,
) -> SummedArchive:
    """Read an archive once and sum its predictions.

    Parameters
    ----------
    archive : LabelledArchive
        With `by` and `outlet_field` among its fields.
    by : str, optional
        The field by which articles are grouped.
    outlet_field : str
        The field that names the outlets.
    wanted : mapping of str to int
        Canonical ids of the articles to find, with a number for each.
    is_outlet_asked : bool
        Whether the user named the field of the outlets, so that it must be there.
    n_posteriors : int
        How many articles' probabilities to keep.
    seed : int
        Decides which.

    Raises
    ------
    CorpusError
        If no row can be used, or no article has the field.
    """
    cells = _Cells()
    found = _Found(wanted)
    kept = _Posteriors(n_posteriors, seed)
    for batch in archive.batches():
        n = len(batch)
        group = batch.fields[by] if by else np.full(n, NO_VALUE, np.int64)
        outlet = batch.fields[outlet_field]
        counted = np.zeros((n, len(archive.label_keys)))
        counted[np.arange(n), batch.label] = 1.0
        predicted = counted if batch.probabilities is None else batch.probabilities
        cells.add(group, outlet, counted, predicted)
        found.add(batch, predicted, group, outlet)
        if n_posteriors and batch.probabilities is not None:
            kept.add(batch, group, outlet)
    groups = archive.grouping(by) if by else None
    outlets = _outlets(archive, outlet_field, is_asked=is_outlet_asked)
    numbers = _Numbers(groups, outlets)
    labels = archive.labels
    return SummedArchive(
        cells.population(numbers, len(labels)),
        tuple(labels),
        tuple(archive.label_keys),
        groups,
        outlets,
        found.articles(numbers, len(labels)),
        kept.sample(numbers, len(labels)),
    )


def _outlets(archive: LabelledArchive, field: str, *, is_asked: bool) -> Grouping | None:
    try:
        return archive.grouping(field)
    except CorpusError:
        if is_asked:
            raise
        return None


@dataclass(frozen=True)
class _Numbers:
    """Turns numbers of published values into those of groups and outlets."""

    groups: Grouping | None
    outlets: Grouping | None

    def of_groups(self, raw: Integers) -> Integers:
        return raw if self.groups is None else self.groups.group[raw]

    def of_outlets(self, raw: Integers) -> Integers:
        """Articles without an outlet count as one outlet, the last."""
        if self.outlets is None:
            return np.zeros_like(raw)
        numbers = self.outlets.group[raw]
        return np.where(numbers == NO_VALUE, len(self.outlets.values), numbers)


def _widened(table: Floats, n_labels: int) -> Floats:
    """Add columns of zeros, for labels that appeared later."""
    return np.pad(table, ((0, 0), (0, n_labels - table.shape[1])))


class _Cells:
    """Sums over combinations of published values; memory does not grow with the articles."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._n = np.zeros(0, np.int64)
        self._sums = np.zeros((2, 0, 0))

    def add(self, group: Integers, outlet: Integers, counted: Floats, predicted: Floats) -> None:
        keys, inverse = np.unique(((group + 1) << _SHIFT) | (outlet + 1), return_inverse=True)
        places = self._places
        place = np.array([places.setdefault(key, len(places)) for key in keys.tolist()], np.int64)
        n_labels = counted.shape[1]
        self._grow(n_labels)
        self._n[place] += np.bincount(inverse, minlength=len(keys))
        for sums, table in zip(self._sums, (counted, predicted), strict=True):
            for label, column in enumerate(table.T):
                sums[place, label] += np.bincount(inverse, weights=column, minlength=len(keys))

    def _grow(self, n_labels: int) -> None:
        _, room, columns = self._sums.shape
        if len(self._places) <= room and n_labels == columns:
            return
        room = max(room, 2 * len(self._places))
        sums, n = np.zeros((2, room, n_labels)), np.zeros(room, np.int64)
        sums[:, : self._sums.shape[1], :columns] = self._sums
        n[: len(self._n)] = self._n
        self._sums, self._n = sums, n

    def population(self, numbers: _Numbers, n_labels: int) -> Population:
        self._grow(n_labels)
        some = slice(len(self._places))
        keys = np.array([*self._places], np.int64)
        group = numbers.of_groups((keys >> _SHIFT) - 1)
        outlet = numbers.of_outlets((keys & 0xFFFFFFFF) - 1)
        both, inverse = np.unique(np.stack([group, outlet]), axis=1, return_inverse=True)
        inverse = inverse.reshape(-1)
        n_cells = both.shape[1]
        n = np.bincount(inverse, weights=self._n[some], minlength=n_cells).astype(np.int64)
        counted, predicted = (np.zeros((n_cells, n_labels)) for _ in range(2))
        np.add.at(counted, inverse, self._sums[0, some])
        np.add.at(predicted, inverse, self._sums[1, some])
        return Population(both[0], both[1], n, predicted, counted)


class _Found:
    """The wanted articles among those of the archive."""

    def __init__(self, wanted: Mapping[str, int]) -> None:
        self._wanted = wanted
        self._parts: list[tuple[Integers, Floats, Integers, Integers]] = []

    def add(self, batch: Batch, predicted: Floats, group: Integers, outlet: Integers) -> None:
        wanted = self._wanted
        here = [place for place, key in enumerate(batch.ids) if key in wanted] if wanted else []
        if here:
            which = np.array([wanted[batch.ids[place]] for place in here], np.int64)
            self._parts.append((which, predicted[here], group[here], outlet[here]))

    def articles(self, numbers: _Numbers, n_labels: int) -> FoundArticles:
        none = np.zeros(0, np.int64)
        if not self._parts:
            return FoundArticles(none, np.zeros((0, n_labels)), none, none)
        place, predicted, group, outlet = zip(*self._parts, strict=True)
        return FoundArticles(
            np.concatenate(place),
            np.concatenate([_widened(table, n_labels) for table in predicted]),
            numbers.of_groups(np.concatenate(group)),
            numbers.of_outlets(np.concatenate(outlet)),
        )


class _Posteriors:
    """A random part of the articles: those with the smallest permanent random numbers."""

    def __init__(self, most: int, seed: int) -> None:
        self._most = most
        self._seed = seed
        self._parts: list[tuple[NDArray[np.uint64], Floats, Integers, Integers]] = []
        self._limit: np.uint64 | None = None
        self._n = 0

    def add(self, batch: Batch, group: Integers, outlet: Integers) -> None:
        if batch.probabilities is None:
            return
        drawn = random_numbers(batch.hashes, self._seed)
        some = np.arange(len(drawn)) if self._limit is None else np.flatnonzero(drawn < self._limit)
        self._parts.append((drawn[some], batch.probabilities[some], group[some], outlet[some]))
        self._n += len(some)
        if self._n > 2 * self._most:
            self._parts = [self._smallest(batch.probabilities.shape[1])]
            self._n, self._limit = self._most, self._parts[0][0].max()

    def _smallest(self, n_labels: int) -> tuple[NDArray[np.uint64], Floats, Integers, Integers]:
        drawn, probabilities, group, outlet = zip(*self._parts, strict=True)
        numbers = np.concatenate(drawn)
        chosen = np.argsort(numbers, kind="stable")[: self._most]
        table = np.concatenate([_widened(one, n_labels) for one in probabilities])
        return (
            numbers[chosen],
            table[chosen],
            np.concatenate(group)[chosen],
            np.concatenate(outlet)[chosen],
        )

    def sample(self, numbers: _Numbers, n_labels: int) -> PosteriorSample | None:
        if not self._parts:
            return None
        _, table, group, outlet = self._smallest(n_labels)
        return PosteriorSample(table, numbers.of_groups(group), numbers.of_outlets(outlet))
