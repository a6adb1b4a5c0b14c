"""What a file seems to hold, for who could not use it: columns, and the options that mend it."""

from __future__ import annotations

import re
import shlex
from itertools import islice
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow
from stance.corpus.keys import tidy
from stance.corpus.values import NoTextError, text_of
from stance.errors import CorpusError, MissingFieldError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from stance.corpus.article import FieldMapping
    from stance.corpus.inputs import PlannedInput
    from stance.corpus.source import Source

# Rows that are looked at to tell what a column holds.
LOOKED_AT = 200
COLUMNS_SHOWN = 30

# A column of texts has values of at least so many characters on average.
SHORTEST_TEXT = 20

# A column of labels has few values, short ones, each of them several times.
MOST_LABELS, LONGEST_LABEL = 25, 40

KNOWN_NAMES = {
    "id": "id _id article_id doc_id docid key uuid رقم الرقم معرف المعرف الرقم_التعريفي م",
    "text": "text body content article article_text full_text fulltext maintext tweet النص نص "
    "المتن متن المقال مقال الخبر خبر المحتوى محتوى التغريدة",
    "label": "label labels framing frame stance class category code annotation sentiment الإطار "
    "إطار التصنيف تصنيف الموقف موقف الوسم الفئة التأطير الترميز",
    "outlet": "outlet source publisher site website hostname domain media newspaper sitename "
    "المصدر مصدر الموقع موقع الصحيفة الوسيلة الوكالة الجريدة القناة",
    "published": "published date time datetime created_at published_at pubdate publish_date "
    "publication_date التاريخ تاريخ تاريخ_النشر",
    "title": "title headline العنوان عنوان",
    "event": "event topic الحدث",
    "target": "target الهدف",
}
_FIELD_OF = {
    name.casefold(): field for field, names in KNOWN_NAMES.items() for name in names.split()
}


def known_field(column: str) -> str | None:
    """Return the field of an article that a column's name usually stands for, if any."""
    return _FIELD_OF.get(tidy(column).replace(" ", "_").casefold())


class Columns:
    """The first values of each field that some rows have.

    Parameters
    ----------
    rows : iterable of mapping
        The values of each row; the first `LOOKED_AT` are looked at.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._values: dict[str, list[str]] = {}
        for row in islice(rows, LOOKED_AT):
            for name, value in row.items():
                found = self._values.setdefault(str(name), [])
                if (text := _text(value)) is not None:
                    found.append(text)

    @property
    def names(self) -> list[str]:
        """The names of the fields, in their order."""
        return list(self._values)

    def _mean_length(self, name: str) -> float:
        values = self._values[name]
        return sum(map(len, values)) / len(values) if values else 0.0

    def likely(self, field: str, fields: FieldMapping) -> str | None:
        """Return the column that seems to hold a field of an article, if one does."""
        taken = {theirs for ours, theirs in fields.items() if ours != field}
        free = [name for name in self._values if name not in taken]
        named = [name for name in free if known_field(name) == field]
        if field == "text":
            return self._likely_text(free, named)
        if named:
            return named[0]
        return self._likely_label(free) if field == "label" else None

    def _likely_text(self, free: Sequence[str], named: Sequence[str]) -> str | None:
        texts = [name for name in free if self._mean_length(name) >= SHORTEST_TEXT]
        longest = max(texts, key=self._mean_length, default=None)
        return next((name for name in named if name in texts), longest)

    def _likely_label(self, free: Sequence[str]) -> str | None:
        found = [
            name
            for name in free
            if known_field(name) is None
            and 2 <= len(set(self._values[name])) <= min(MOST_LABELS, len(self._values[name]) // 2)
            and self._mean_length(name) <= LONGEST_LABEL
        ]
        return found[0] if len(found) == 1 else None

    def options(self, wanted: Iterable[str], fields: FieldMapping) -> str:
        """Return the options that name the columns of some fields, empty if none is likely."""
        found = []
        for field in wanted:
            if getattr(fields, field) not in self._values:
                column = self.likely(field, fields)
                if column is not None:
                    found.append(f"--{field}-field {_in_shell(column)}")
        return " ".join(found)

    def listed(self) -> str:
        """Return the names as they are shown to a person."""
        shown = ", ".join(self.names[:COLUMNS_SHOWN])
        more = len(self.names) - COLUMNS_SHOWN
        return shown + (f" and {more} more" if more > 0 else "")


def _in_shell(word: str) -> str:
    """Write a word as a shell takes it; Arabic letters need no quotation marks."""
    return word if re.fullmatch(r"[\w.-]+", word) else shlex.quote(word)


def _text(value: Any) -> str | None:
    try:
        return text_of(value)
    except NoTextError:
        return None


def no_such_field(
    source: str,
    missing: Collection[str],
    rows: Iterable[Mapping[str, Any]],
    fields: FieldMapping,
    wanted: Iterable[str] = ("text",),
) -> MissingFieldError:
    """Return the error that a field is nowhere, with those there are and a proposal.

    Parameters
    ----------
    source : str
        The file.
    missing : collection of str
        The files' own names of the fields that are nowhere.
    rows : iterable of mapping
        The values of the first rows.
    fields : FieldMapping
    wanted : iterable of str
        Fields of an article that the command uses, for the proposal.
    """
    columns = Columns(rows)
    names = ", ".join(map(repr, sorted(missing)))
    options = columns.options(wanted, fields)
    proposal = f"Perhaps: {options}" if options else "Name one of them, such as with --text-field."
    return MissingFieldError(
        f"Got {source} without a field {names}, but expected it. "
        f"Its fields are: {columns.listed()}. {proposal}"
    )


def describe(planned: PlannedInput, source: Source, wanted: Iterable[str] = ("text",)) -> str:
    """Say what an input holds of which no row could be used, and what may mend it."""
    sentences = []
    if stored := planned.peculiarities:
        sentences.append(f"It was read as: {', '.join(stored)}.")
    rows, fault = _looked_at(planned, source)
    columns = Columns(rows)
    if columns.names:
        sentences.append(f"Its fields are: {columns.listed()}.")
    elif fault is None:
        sentences.append("It holds no rows.")
    if fault is not None:
        sentences.append(f"Row {fault.row}: {fault.reason}.")
    if options := columns.options(wanted, source.fields):
        sentences.append(f"Perhaps: {options}")
    elif fault is not None and not rows:
        sentences.append(
            "If it is stored in another way, say so with --input-format, --encoding or --delimiter."
        )
    return " ".join(sentences)


def first_rows(planned: PlannedInput, source: Source) -> list[Mapping[str, Any]]:
    """Return the values of an input's first rows; none of a pipe, which is read once only."""
    return _looked_at(planned, source)[0]


def _looked_at(
    planned: PlannedInput, source: Source
) -> tuple[list[Mapping[str, Any]], RejectedRow | None]:
    """Return the values of the first rows that can be read, and the first that cannot."""
    rows: list[Mapping[str, Any]] = []
    fault: RejectedRow | None = None
    if planned.is_live:
        return rows, fault
    try:
        for row in islice(planned.rows(source), LOOKED_AT):
            if isinstance(row, RejectedRow):
                fault = fault or row
            else:
                rows.append(row.values)
    except CorpusError as error:
        fault = fault or RejectedRow(planned.name, len(rows) + 1, str(error))
    return rows, fault
