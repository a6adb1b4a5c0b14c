"""Groups of articles in their order, and the differences between them that a user asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stance.corpus.keys import canonical
from stance.errors import ConfigError, CorpusError
from stance.estimation.archive import DATE_PARTS
from stance.estimation.archive_columns import NO_VALUE
from stance.estimation.label_numbers import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from stance.estimation.archive_cells import SummedArchive
    from stance.estimation.label_numbers import LabelNumbering

MOST_GROUPS = 1000
LISTED = 20


@dataclass(frozen=True)
class Groups:
    """The groups by which an estimate is divided.

    Parameters
    ----------
    values : tuple of str
        In the order of time where the field is one, else the largest first.
    times : tuple of float, optional
        For months and years: the time of each group, in steps.
    n_without : int
        Articles without a value.
    """

    values: tuple[str, ...] = ()
    times: tuple[float, ...] | None = None
    n_without: int = 0


def grouped(archive: SummedArchive, by: str | None) -> tuple[Groups, SummedArchive]:
    """Return the groups of an archive, and the archive with their numbers in that order.

    Raises
    ------
    CorpusError
        If the field has so many values that no estimate by it is meaningful.
    """
    if archive.groups is None or by is None:
        return Groups(), archive
    values, population = archive.groups.values, archive.population
    if len(values) > MOST_GROUPS:
        raise CorpusError(
            f"Got --by {by}, which has {len(values):,} values, but expected at most "
            f"{MOST_GROUPS:,} groups. Choose a field with fewer, such as outlet or month."
        )
    is_grouped = population.group != NO_VALUE
    sizes = np.zeros(len(values), np.int64)
    np.add.at(sizes, population.group[is_grouped], population.n[is_grouped])
    is_time = archive.groups.dates is not None
    order = (
        np.arange(len(values)) if is_time or by in DATE_PARTS else np.argsort(-sizes, kind="stable")
    )
    renumbered = np.empty(len(values) + 1, np.int64)
    renumbered[order] = np.arange(len(values))
    renumbered[NO_VALUE] = NO_VALUE
    ordered = tuple(values[place] for place in order.tolist())
    groups = Groups(
        ordered,
        tuple(map(_time, ordered)) if is_time else None,
        int(population.n[~is_grouped].sum()),
    )
    return groups, _renumbered(archive, renumbered)


def _time(value: str) -> float:
    """Return a month as a number of months, and a year as itself."""
    year, _, month = value.partition("-")
    return float(int(year) * 12 + int(month)) if month else float(year)


def _renumbered(archive: SummedArchive, numbers: NDArray[np.int64]) -> SummedArchive:
    population, found, part = archive.population, archive.found, archive.posteriors
    return replace(
        archive,
        population=replace(population, group=numbers[population.group]),
        found=replace(found, group=numbers[found.group]),
        posteriors=part and replace(part, group=numbers[part.group]),
    )


def parsed_contrasts(
    contrasts: Sequence[str | tuple[str, str, str]],
    labels: LabelNumbering,
    groups: Groups,
    by: str | None,
) -> list[tuple[str, str, str]]:
    """Return differences as label, group and the group whose share is subtracted.

    Parameters
    ----------
    contrasts : sequence of str or of tuple of str
        ``label=NAME,GROUP-REFERENCE``. Names and groups may hold commas and minus signs.
    labels : LabelNumbering
    groups : Groups
    by : str, optional

    Raises
    ------
    ConfigError
        If the label or a group is unknown.
    """
    if contrasts and by is None:
        raise ConfigError(
            "Got --contrast without --by, but expected the field whose values are compared. Give, "
            "for instance, --by year."
        )
    return [_contrast(one, labels, groups, str(by)) for one in contrasts]


def _contrast(
    text: str | tuple[str, str, str], labels: LabelNumbering, groups: Groups, by: str
) -> tuple[str, str, str]:
    if not isinstance(text, str):
        label, *pair = text
        return (
            labels.labels[labels.number(label, "the contrast of")],
            *(_known(one, groups, by) for one in pair),
        )  # type: ignore[return-value]
    name, equals, rest = text.partition("=")
    found = [
        (label, *pair)
        for label, pairs in _split(rest, ",")
        if canonical(label) in labels.keys
        for pair in _pairs(pairs, groups)
    ]
    if name.strip() != "label" or not equals or len(found) != 1:
        raise ConfigError(_unclear(text, labels, groups, by, n_found=len(found)))
    label, group, reference = found[0]
    return labels.labels[labels.keys[canonical(label)]], group, reference


def _split(text: str, sign: str) -> Iterator[tuple[str, str]]:
    """Yield each way to divide a text at a sign."""
    for place, letter in enumerate(text):
        if letter == sign:
            yield text[:place], text[place + 1 :]


def _pairs(text: str, groups: Groups) -> Iterator[tuple[str, str]]:
    known = {canonical(value): value for value in groups.values}
    for group, reference in _split(text, "-"):
        if canonical(group) in known and canonical(reference) in known:
            yield known[canonical(group)], known[canonical(reference)]


def _known(value: str, groups: Groups, by: str) -> str:
    known = {canonical(one): one for one in groups.values}
    if (key := canonical(value)) not in known:
        raise ConfigError(
            f"Got a contrast with {value!r}, which is no value of {by}. Its values are: "
            f"{_listed(groups.values)}.{suggestion(value, groups.values)}"
        )
    return known[key]


def _unclear(text: str, labels: LabelNumbering, groups: Groups, by: str, *, n_found: int) -> str:
    example = f"label={labels.labels[0]},{groups.values[-1]}-{groups.values[0]}"
    shape = f"Got --contrast {text}, but expected label=NAME,GROUP-REFERENCE such as {example}"
    if n_found > 1:
        return f"{shape}; this can be read in {n_found} ways. Use stance.estimate_shares in Python."
    rest = text.partition("=")[2]
    label = next((one for one, _ in _split(rest, ",") if canonical(one) in labels.keys), None)
    if label is not None and canonical(label) in labels.keys:
        pair = rest[len(label) + 1 :]
        part = next((one for one in pair.split("-") if one not in groups.values), pair)
        return (
            f"{shape}. The values of {by} are: {_listed(groups.values)}."
            f"{suggestion(part, groups.values)}"
        )
    named = rest.partition(",")[0]
    return (
        f"{shape}. The label is one that nobody coded and no article has; the labels are: "
        f"{', '.join(labels.labels)}.{suggestion(named, labels.labels)}"
    )


def _listed(values: Sequence[str]) -> str:
    more = f" and {len(values) - LISTED} more" if len(values) > LISTED else ""
    return ", ".join(values[:LISTED]) + more
