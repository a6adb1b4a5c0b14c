"""Messages about the files read: unusable rows, storage, spellings, dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from stance.corpus.article import RejectedRow
    from stance.corpus.dates import ResolvedDates
    from stance.corpus.keys import Spellings
    from stance.formats.inputs import PlannedInput
    from stance.formats.source import Source
    from stance.model.unread_fields import UnreadFields

SHOWN = 5


def rejected_lines(rejected: Sequence[RejectedRow], total: int | None = None) -> list[str]:
    """List the first rejected rows, and the number of the others."""
    lines = [f"  {row}" for row in rejected[:SHOWN]]
    if (more := (total or len(rejected)) - len(lines)) > 0:
        lines.append(f"  and {more:,} more")
    return lines


def listing(rejected: Sequence[RejectedRow], total: int | None = None) -> str:
    """Return `rejected_lines` as one text."""
    return "\n".join(rejected_lines(rejected, total))


def unusable(rejected: Sequence[RejectedRow], n_usable: int) -> str:
    """Return the error about rows that cannot be used, with advice."""
    return (
        f"Got {counted(len(rejected), 'row')} that cannot be used, and {n_usable:,} "
        "that can:\n"
        f"{listing(rejected)}\n"
        "Correct them, or give --skip-rejected to continue without them."
    )


def skipped(rejected: Sequence[RejectedRow]) -> str:
    """Say which rows were skipped."""
    return f"Skipped {counted(len(rejected), 'row')} that cannot be used:\n{listing(rejected)}"


def nothing_usable(
    planned: Sequence[PlannedInput],
    source: Source,
    rejected: Sequence[RejectedRow],
    wanted: Collection[str],
) -> str:
    """Return the error that no row can be used, with a description of the inputs."""
    from stance.formats.diagnosis import describe

    names = ", ".join(one.name for one in planned[:SHOWN])
    descriptions = [
        f"{one.name}: {describe(one, source, sorted(wanted))}"
        if len(planned) > 1
        else describe(one, source, sorted(wanted))
        for one in planned[:SHOWN]
    ]
    where = source.describe_where()
    others = f" (--where {where} filtered out the others)" if where else ""
    faults = f"\n{listing(rejected)}" if rejected else ""
    return (
        f"Got {names}, where no row can be used{others}, but expected labelled articles. "
        + "\n".join(descriptions)
        + faults
    )


def storage_lines(planned: Sequence[PlannedInput]) -> Iterator[str]:
    """Say how files are stored, as far as it was detected."""
    by_storage: dict[str, list[str]] = {}
    for one in planned:
        if stored := "; ".join(one.peculiarities):
            by_storage.setdefault(stored, []).append(one.name)
    for stored, names in by_storage.items():
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        yield f"Read {names[0]}{more} as: {stored}."


def spelling_lines(spellings: Mapping[str, Spellings]) -> Iterator[str]:
    """Say which spellings of a label or an outlet count as one, and which do not."""
    for field, found in spellings.items():
        merged = found.merged()
        for counts in merged[:SHOWN]:
            shown = ", ".join(f"{spelling!r} {n:,}" for spelling, n in counts.most_common())
            yield f"Counted as one {field}: {shown}."
        if len(merged) > SHOWN:
            yield f"  and {len(merged) - SHOWN:,} more {field}s with several spellings."
        for names in found.differing_in_case()[:SHOWN]:
            yield (f"Counted as different {field}s, which differ only in case: {', '.join(names)}.")


def date_lines(dates: ResolvedDates) -> Iterator[str]:
    """Say in which order day and month were read, if it was inferred."""
    if dates.inferred and dates.order:
        first, n = {"dmy": "day", "mdy": "month"}[dates.order], dates.evidence[dates.order]
        yield (
            f"Read dates with the {first} first, because {counted(n, 'date')} can be read only in "
            "this order. Give --date-order to override."
        )


def unread_warning(found: UnreadFields, target_field: str = "target") -> str | None:
    """Say which fields a model does not read; None if there are none."""
    if found.pair_fields:
        fields = " and ".join(map(repr, found.pair_fields))
        return (
            f"the rows look like pairs of texts ({fields}). A model reads title and text as one "
            "text and does not compare two."
        )
    if len(found.targets) > 1:
        return (
            f"the corpus has {len(found.targets):,} targets, and a model does not read "
            f"{target_field!r}: the same text gets the same label for every target. To train on "
            f"one of them, give --where {target_field}=NAME."
        )
    return None
