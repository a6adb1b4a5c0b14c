"""Reading a command's articles, and what becomes of the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from stance.cli.console import counted, note
from stance.formats.source import Source

if TYPE_CHECKING:
    from stance.corpus.article import Article, RejectedRow
    from stance.corpus.dates import ResolvedDates
    from stance.corpus.keys import Spellings
    from stance.formats.inputs import PlannedInput
    from stance.formats.reading import Located

SHOWN = 5


def read_labelled(inputs: Iterable[str], reading: Source, *, skip_rejected: bool) -> list[Article]:
    """Read a whole labelled corpus.

    Raises
    ------
    CorpusError
        If rows cannot be used and nobody said to go on without them, or none
        can.
    """
    return [row.article for row in _labelled_rows(inputs, reading, skip_rejected=skip_rejected)]


def read_auxiliary(
    inputs: Iterable[str] | None, reading: Source, *, skip_rejected: bool
) -> list[Article]:
    """Read the articles to learn from besides, whichever of the corpus ``--where`` chooses."""
    if not inputs:
        return []
    whole = replace(reading, where={})
    return read_labelled(inputs, whole, skip_rejected=skip_rejected)


def read_labelled_with_rows(
    inputs: Iterable[str], reading: Source, *, skip_rejected: bool
) -> list[Located]:
    """Read a whole labelled corpus with all fields that its files have.

    Raises
    ------
    CorpusError
        If rows cannot be used and nobody said to go on without them, or none
        can.
    """
    return _labelled_rows(inputs, reading, skip_rejected=skip_rejected)


def _labelled_rows(inputs: Iterable[str], reading: Source, *, skip_rejected: bool) -> list[Located]:
    from stance.formats.labelled import NEEDED, read_labelled

    source = reading.reading(inputs)
    planned: list[PlannedInput] = []
    found = read_labelled(source, planned.append)
    if not found.rows:
        raise nothing_usable(planned, source, found.rejected, NEEDED | {"label"})
    tell_storage(planned)
    tell_spellings(found.spellings)
    tell_dates(found.dates)
    _answer_for(found.rejected, len(found.rows), skip_rejected=skip_rejected)
    return found.rows


def nothing_usable(
    planned: Sequence[PlannedInput],
    source: Source,
    rejected: Sequence[RejectedRow],
    wanted: Collection[str],
) -> Exception:
    """Return the error that no row of the inputs can be used, with what they hold."""
    from stance.errors import CorpusError
    from stance.formats.diagnosis import describe

    names = ", ".join(one.name for one in planned[:SHOWN])
    told = [
        f"{one.name}: {describe(one, source, sorted(wanted))}"
        if len(planned) > 1
        else describe(one, source, sorted(wanted))
        for one in planned[:SHOWN]
    ]
    where = ", ".join(f"{name}={value}" for name, value in source.where.items())
    passed = f" (--where {where} passed over the others)" if where else ""
    faults = f"\n{listing(list(rejected))}" if rejected else ""
    return CorpusError(
        f"Got {names}, of which no row can be used{passed}, but expected labelled articles. "
        + "\n".join(told)
        + faults
    )


def tell_storage(planned: Sequence[PlannedInput]) -> None:
    """Say on stderr how files are stored, where it had to be found out."""
    told: dict[str, list[str]] = {}
    for one in planned:
        if stored := "; ".join(one.peculiarities):
            told.setdefault(stored, []).append(one.name)
    for stored, names in told.items():
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        note(f"Read {names[0]}{more} as: {stored}.")


def tell_spellings(spellings: Mapping[str, Spellings]) -> None:
    """Say on stderr which spellings of a label or an outlet count as one, and which do not."""
    for field, found in spellings.items():
        merged = found.merged()
        for counts in merged[:SHOWN]:
            shown = ", ".join(f"{spelling!r} {n:,}" for spelling, n in counts.most_common())
            note(f"Counted as one {field}: {shown}.")
        if len(merged) > SHOWN:
            note(f"  and {len(merged) - SHOWN:,} more {field}s with several spellings.")
        for names in found.differing_in_case()[:SHOWN]:
            shown = ", ".join(names)
            note(f"Counted as different {field}s, which differ in case alone: {shown}.")


def tell_dates(dates: ResolvedDates) -> None:
    """Say on stderr in which order day and month were read, where nobody said it."""
    if dates.inferred and dates.order:
        first, n = {"dmy": "day", "mdy": "month"}[dates.order], dates.evidence[dates.order]
        note(
            f"Read dates with the {first} first, since {counted(n, 'date')} can only be read so. "
            "Give --date-order to say otherwise."
        )


def _answer_for(rejected: list[RejectedRow], n_usable: int, *, skip_rejected: bool) -> None:
    """Stop at rows that cannot be used, or say that they were skipped."""
    from stance.errors import CorpusError

    if rejected and not skip_rejected:
        raise CorpusError(
            f"Got {counted(len(rejected), 'row')} that cannot be used beside {n_usable:,} "
            "that can:\n"
            f"{listing(rejected)}\n"
            "Mend them, or give --skip-rejected to go on without them."
        )
    if rejected:
        note(f"Skipped {counted(len(rejected), 'row')} that cannot be used:\n{listing(rejected)}")


def listing(rejected: list[RejectedRow], total: int | None = None) -> str:
    """List the first rejected rows, a line each, and how many more of a total there are."""
    lines = [f"  {row}" for row in rejected[:SHOWN]]
    if (more := (total or len(rejected)) - len(lines)) > 0:
        lines.append(f"  and {more:,} more")
    return "\n".join(lines)


def write_json(path: object, data: object, *, force: bool) -> None:
    """Write a result as indented JSON."""
    import orjson

    from stance.replacing import replacing_file

    with replacing_file(str(path), force=force) as file:
        file.write(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
