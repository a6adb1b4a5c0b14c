"""Reading the articles of a command, and reporting rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from stance.cli.console import note
from stance.cli.unread_fields import warn_of_unread_fields
from stance.errors import CorpusError
from stance.formats.source import Source
from stance.reporting.reading import (
    date_lines,
    nothing_usable,
    skipped,
    spelling_lines,
    storage_lines,
    unusable,
)

if TYPE_CHECKING:
    from stance.corpus.article import Article, RejectedRow
    from stance.corpus.codebook import Codebook
    from stance.formats.inputs import PlannedInput
    from stance.formats.reading import LocatedArticle


def read_labelled(inputs: Iterable[str], reading: Source, *, skip_rejected: bool) -> list[Article]:
    """Read a whole labelled corpus.

    Raises
    ------
    CorpusError
        If a row cannot be used and `skip_rejected` is off, or no row can be used.
    """
    return [
        row.article for row in read_labelled_with_rows(inputs, reading, skip_rejected=skip_rejected)
    ]


def read_training(
    corpus: Iterable[str],
    auxiliary: Iterable[str] | None,
    reading: Source,
    *,
    skip_rejected: bool,
) -> tuple[list[LocatedArticle], list[Article]]:
    """Read a labelled corpus and the auxiliary articles; warn about unread fields.

    Raises
    ------
    CorpusError
        As `read_labelled_with_rows`; and if the same text has different labels
        for different targets.
    """
    rows = read_labelled_with_rows(corpus, reading, skip_rejected=skip_rejected)
    warn_of_unread_fields(rows, reading)
    return rows, read_auxiliary(auxiliary, reading, skip_rejected=skip_rejected)


def read_auxiliary(
    inputs: Iterable[str] | None, reading: Source, *, skip_rejected: bool
) -> list[Article]:
    """Read the articles of ``--auxiliary``, to which ``--where`` does not apply."""
    if not inputs:
        return []
    whole = replace(reading, where={})
    return read_labelled(inputs, whole, skip_rejected=skip_rejected)


def read_always_train(
    inputs: Iterable[str] | None,
    rows: Sequence[LocatedArticle],
    reading: Source,
    *,
    skip_rejected: bool,
) -> tuple[list[LocatedArticle], list[Article]]:
    """Read the articles of ``--always-train``, as the corpus is read.

    Returns
    -------
    rows : list of LocatedArticle
        The rows of the corpus, with keys in the spelling that is most frequent
        in both.
    articles : list of Article
    """
    from stance.formats.labelled import in_one_spelling

    if not inputs:
        return list(rows), []
    added = read_labelled_with_rows(inputs, reading, skip_rejected=skip_rejected)
    together, _ = in_one_spelling([*rows, *added], reading)
    return together[: len(rows)], [row.article for row in together[len(rows) :]]


def read_labelled_with_rows(
    inputs: Iterable[str], reading: Source, *, skip_rejected: bool
) -> list[LocatedArticle]:
    """Read a whole labelled corpus with all fields of its files.

    Raises
    ------
    CorpusError
        If a row cannot be used and `skip_rejected` is off, or no row can be used.
    """
    from stance.formats.labelled import NEEDED, read_labelled

    source = reading.reading(inputs)
    planned: list[PlannedInput] = []
    found = read_labelled(source, planned.append)
    if not found.rows:
        raise CorpusError(nothing_usable(planned, source, found.rejected, NEEDED | {"label"}))
    note_all(storage_lines(planned))
    note_all(spelling_lines(found.spellings))
    note_all(date_lines(found.dates))
    _require_usable(found.rejected, len(found.rows), skip_rejected=skip_rejected)
    return found.rows


def read_any(
    inputs: Iterable[str], reading: Source
) -> tuple[list[Article], list[RejectedRow], list[str]]:
    """Read all articles, labelled or not, each with its input.

    Raises
    ------
    CorpusError
        If no row can be used.
    """
    rows, rejected, names = read_any_with_rows(inputs, reading)
    return [row.article for row in rows], rejected, names


def read_any_with_rows(
    inputs: Iterable[str], reading: Source
) -> tuple[list[LocatedArticle], list[RejectedRow], list[str]]:
    """Read all articles as `read_any` does, with all fields of their files."""
    from stance.corpus.article import RejectedRow
    from stance.formats.reading import READ, read_located

    rows, rejected, names = [], [], []
    planned: list[PlannedInput] = []
    for name in inputs:
        for item in read_located(reading.reading([name]), on_input=planned.append):
            if isinstance(item, RejectedRow):
                rejected.append(item)
            else:
                # The bytes of a row would be held as long as its article.
                rows.append(item._replace(row=item.row._replace(raw=None)))
                names.append(name)
    if not rows:
        raise CorpusError(nothing_usable(planned, reading.reading(inputs), rejected, READ))
    return _consistent(rows, reading, planned), rejected, names


def _consistent(
    rows: Sequence[LocatedArticle], reading: Source, planned: Sequence[PlannedInput]
) -> list[LocatedArticle]:
    """Return rows with keys in one spelling and dates in one form, and say what was read how."""
    from stance.formats.labelled import dated, in_one_spelling

    note_all(storage_lines(planned))
    found, spellings = in_one_spelling(rows, reading)
    note_all(spelling_lines(spellings))
    found, dates = dated(found, reading)
    note_all(date_lines(dates))
    return found


def note_all(lines: Iterable[str]) -> None:
    """Print each line as a message on stderr."""
    for line in lines:
        note(line)


def _require_usable(rejected: list[RejectedRow], n_usable: int, *, skip_rejected: bool) -> None:
    """Raise an error for rows that cannot be used, or report that they were skipped."""
    if rejected and not skip_rejected:
        raise CorpusError(unusable(rejected, n_usable))
    if rejected:
        note(skipped(rejected))


def slice_fields(
    rows: Sequence[LocatedArticle],
    names: Sequence[str] | None,
    period_starts: Sequence[str] | None = None,
    codebook: Codebook | None = None,
) -> dict[str, list[str | None]]:
    """Return the values of the fields of ``--slice``.

    Periods begin on the given days; without any, where labels of the codebook
    change their meaning.
    """
    from stance.corpus.meaning_periods import MeaningPeriods
    from stance.formats.slice_values import field_values

    periods = MeaningPeriods.of_days(period_starts) if period_starts else None
    if periods is None and codebook is not None:
        periods = MeaningPeriods.of_codebook(codebook)
    return {name: field_values(rows, name, periods) for name in names or ()}


class ArticleStream:
    """The articles of the inputs, and the rows that cannot be used.

    Parameters
    ----------
    source : Source
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._planned: list[PlannedInput] = []
        self._rejected: list[RejectedRow] = []

    def read(self) -> Iterator[Article]:
        """Yield the articles.

        Raises
        ------
        CorpusError
            If there is none.
        """
        from stance.formats.reading import READ, LocatedArticle, read_located

        is_empty = True
        for row in read_located(self._source, on_input=self._planned.append):
            if isinstance(row, LocatedArticle):
                is_empty = False
                yield row.article
            else:
                self._rejected.append(row)
        if is_empty:
            raise CorpusError(nothing_usable(self._planned, self._source, self._rejected, READ))

    def report(self) -> None:
        """Say how files are stored, and which rows were skipped."""
        note_all(storage_lines(self._planned))
        if self._rejected:
            note(skipped(self._rejected))
