"""Diagnosis of a file that could not be used: its columns, and the options that may help."""

from __future__ import annotations

import re
import shlex
from itertools import islice
from typing import TYPE_CHECKING, Any

from stance.corpus.article import RejectedRow
from stance.corpus.keys import tidy
from stance.errors import CorpusError, MissingFieldError
from stance.formats.cursor import Cursor
from stance.formats.encodings import UTF8
from stance.formats.input_file import TEXTUAL
from stance.formats.values import NoTextError, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from stance.corpus.article import FieldMapping
    from stance.formats.inputs import PlannedInput
    from stance.formats.source import Source

FORMATS_KNOWN_AS = {
    "txt": "a text",
    "jsonl": "JSON Lines",
    "json": "a JSON document",
    "csv": "CSV",
    "tsv": "TSV",
    "parquet": "Parquet",
    "xlsx": "an Excel workbook",
}
WITH_HEADER = ("csv", "tsv", "xlsx")

# Rows examined to guess what a column holds.
LOOKED_AT = 200
COLUMNS_SHOWN = 30

# Delimiters that are not tried while a file is read.
OTHER_DELIMITERS = ("^", "~", "\x01", "\u060c", "\u061b", ":", "/", ",", ";", "|")

# Minimum mean length, in characters, of the values of a text column.
SHORTEST_TEXT = 20

# A label column has few distinct, short values, each of which occurs several times.
MOST_LABELS, LONGEST_LABEL = 25, 40

KNOWN_NAMES = {
    "id": "id _id article_id doc_id docid key uuid identifiant numéro numero رقم الرقم معرف المعرف "
    "الرقم_التعريفي م",
    "text": "text body content article article_text full_text fulltext maintext tweet texte "
    "contenu corps النص نص المتن متن المقال مقال الخبر خبر المحتوى محتوى التغريدة",
    "label": "label labels framing frame stance class category code annotation sentiment cadrage "
    "cadre étiquette position catégorie الإطار إطار التصنيف تصنيف الموقف موقف الوسم الفئة التأطير "
    "الترميز",
    "outlet": "outlet source publisher site website hostname domain media newspaper sitename "
    "journal média المصدر مصدر الموقع موقع الصحيفة الوسيلة الوكالة الجريدة القناة",
    "published": "published date time datetime created_at published_at pubdate publish_date "
    "publication_date التاريخ تاريخ تاريخ_النشر",
    "title": "title headline titre العنوان عنوان",
    "event": "event topic événement الحدث حدث",
    "target": "target cible الهدف هدف",
}
_FIELD_OF = {
    name.casefold(): field for field, names in KNOWN_NAMES.items() for name in names.split()
}


def known_field(column: str) -> str | None:
    """Return the field of an article that a column's name usually means, if any."""
    return _FIELD_OF.get(tidy(column).replace(" ", "_").casefold())


def likely_field(column: str) -> str | None:
    """Return the field that a column's name, or the main word of it, usually means.

    The main word comes first in Arabic and French, and last in English.
    """
    if field := known_field(column):
        return field
    words = [word for word in re.split(r"[\W_]+", tidy(column)) if word]
    found = [field for word in words if (field := known_field(word))]
    if not found:
        return None
    head_first = not column.isascii() or {"de", "du", "des", "of"} & {*map(str.lower, words)}
    return found[0] if head_first else found[-1]


class Columns:
    """The first values of each field of some rows.

    Parameters
    ----------
    rows : iterable of mapping
        The values of each row; only the first `LOOKED_AT` are used.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._values: dict[str, list[str]] = {}
        for row in islice(rows, LOOKED_AT):
            for name, value in row.items():
                found = self._values.setdefault(str(name), [])
                if (text := _text(value)) is not None and tidy(text):
                    found.append(text)

    @property
    def names(self) -> list[str]:
        """The names of the fields, in their order."""
        return list(self._values)

    def _mean_length(self, name: str) -> float:
        values = self._values[name]
        return sum(map(len, values)) / len(values) if values else 0.0

    def lacks(self, field: str, name: str) -> bool:
        """Return whether a column has no usable value for a field of an article."""
        if name not in self._values or self._is_blank(name):
            return True
        values = self._values[name]
        return field == "text" and bool(values) and not any(map(_is_text, values))

    def _is_blank(self, name: str) -> bool:
        """Return whether a column is empty while others are not."""
        return not self._values[name] and any(self._values.values())

    def likely(self, field: str, fields: FieldMapping) -> str | None:
        """Return the column that probably holds a field of an article, if any."""
        taken = {theirs for ours, theirs in fields.items() if not self.lacks(ours, theirs)}
        taken.add(getattr(fields, field))
        free = [name for name in self._values if name not in taken and not self._is_blank(name)]
        named = [name for name in free if known_field(name) == field]
        named += [name for name in free if name not in named and likely_field(name) == field]
        if field == "text":
            return self._likely_text(free, named)
        if named:
            return named[0]
        return self._likely_label(free) if field == "label" else None

    def _likely_text(self, free: Sequence[str], named: Sequence[str]) -> str | None:
        texts = [name for name in free if self._mean_length(name) >= SHORTEST_TEXT]
        if not any(self._values.values()):  # only the names are known for a pipe
            return next(iter(named), None)
        longest = max(texts, key=self._mean_length, default=None)
        return next((name for name in named if name in texts), longest)

    def _likely_label(self, free: Sequence[str]) -> str | None:
        found = [
            name
            for name in free
            if likely_field(name) is None
            and 2 <= len(set(self._values[name])) <= min(MOST_LABELS, len(self._values[name]) // 2)
            and self._mean_length(name) <= LONGEST_LABEL
        ]
        return found[0] if len(found) == 1 else None

    def options(self, wanted: Iterable[str], fields: FieldMapping) -> str:
        """Return options that name the columns of the given fields; empty if none is likely."""
        if (delimiter := self._delimiter()) and fields.text not in self._values:
            return f"--delimiter {in_shell(delimiter)}"
        found = []
        for field in wanted:
            if self.lacks(field, getattr(fields, field)):
                column = self.likely(field, fields)
                if column is not None:
                    found.append(f"--{field}-field {in_shell(column)}")
        return " ".join(found)

    def _delimiter(self) -> str | None:
        """Return the probable delimiter of a table that was read as a single column."""
        if len(self._values) != 1:
            return None
        ((name, values),) = self._values.items()
        return next(
            (s for s in OTHER_DELIMITERS if s in name and all(s in v for v in values)), None
        )

    def listed(self) -> str:
        """Return the names, shortened for a message."""
        shown = ", ".join(self.names[:COLUMNS_SHOWN])
        more = len(self.names) - COLUMNS_SHOWN
        return shown + (f" and {more} more" if more > 0 else "")


def _is_text(value: str) -> bool:
    """Return whether a value contains a letter, which numbers and dates do not."""
    return any(map(str.isalpha, value))


def in_shell(word: str) -> str:
    """Quote a word for a shell if necessary; Arabic letters need no quotation marks.

    Examples
    --------
    >>> in_shell("النص"), in_shell("نص الخبر")
    ('النص', "'نص الخبر'")
    """
    return word if re.fullmatch(r"[\w.-]+", word) else shlex.quote(word)


def _text(value: Any) -> str | None:
    try:
        return text_of(value)
    except NoTextError:
        return None


def no_such_field(
    planned: PlannedInput,
    missing: Collection[str],
    rows: Iterable[Mapping[str, Any]],
    fields: FieldMapping,
    wanted: Iterable[str] = ("text",),
    *,
    n_more: int = 0,
) -> MissingFieldError:
    """Return the error for missing fields, with the existing fields and a suggestion.

    Parameters
    ----------
    planned : PlannedInput
        The input, or the first of several.
    missing : collection of str
        The missing fields, by their names in the files.
    rows : iterable of mapping
        The values of the first rows.
    fields : FieldMapping
    wanted : iterable of str
        Fields of an article that the command uses, for the suggestion.
    n_more : int
        Number of further inputs without the fields.
    """
    others = f" and {n_more:,} more" if n_more else ""
    columns = Columns(rows)
    stored = f"It was read as {stored_as(planned)}. "
    names = ", ".join(map(repr, sorted(missing)))
    options = columns.options(wanted, fields)
    ours = next((ours for ours, theirs in fields.items() if theirs in missing), None)
    proposal = f"Name one of them with --{ours}-field." if ours else "Choose one of them."
    if options:
        proposal = f"Perhaps: {options}"
    return MissingFieldError(
        f"Got {planned.name}{others} without a field {names}, but expected it. "
        f"{stored}Its fields are: {columns.listed()}. {proposal}"
    )


def describe(planned: PlannedInput, source: Source, wanted: Iterable[str] = ("text",)) -> str:
    """Describe an input without a usable row, and suggest options that may help."""
    sentences = [f"It was read as {stored_as(planned)}."]
    names, rows, fault = _looked_at(planned, source)
    columns = Columns([*rows, dict.fromkeys(names)])
    if columns.names:
        sentences.append(f"Its fields are: {columns.listed()}.")
    if not rows and fault is None:
        sentences.append("It holds no rows.")
    if fault is not None:
        sentences.append(f"Row {fault.row}: {fault.reason}.")
    if options := columns.options(wanted, source.fields):
        sentences.append(f"Perhaps: {options}")
    elif not rows and not planned.is_live:
        sentences.append("If this is wrong, set --input-format, --encoding or --delimiter.")
    return " ".join(sentences)


def stored_as(planned: PlannedInput) -> str:
    """Describe how an input is stored, as detected or assumed."""
    file = planned.file
    if file is None:
        return "a folder of texts" if planned.kind == "texts" else "a public data set"
    found = [f"{FORMATS_KNOWN_AS.get(file.format, file.format)}{file.compression}"]
    if file.format in TEXTUAL:
        found.append(
            f"encoding {file.encoding.upper() if file.encoding == UTF8 else file.encoding}"
        )
    if file.format in {"csv", "tsv"} and not file.delimiter:
        found.append(f"columns separated by {'tabs' if file.separator == chr(9) else repr(',')}")
    known = {*found, "JSON document"}
    return ", ".join([*found, *(one for one in planned.peculiarities if one not in known)])


def first_rows(planned: PlannedInput, source: Source) -> list[Mapping[str, Any]]:
    """Return the values of an input's first rows; none for a pipe, which can be read only once."""
    return _looked_at(planned, source)[1]


def _looked_at(
    planned: PlannedInput, source: Source
) -> tuple[Sequence[str], list[Mapping[str, Any]], RejectedRow | None]:
    """Return the columns' names, the first rows that can be read, and the first that cannot."""
    rows: list[Mapping[str, Any]] = []
    fault: RejectedRow | None = None
    cursor = Cursor(hashes=False)
    if planned.is_live:
        return (), rows, fault
    try:
        for row in islice(planned.rows(source, cursor), LOOKED_AT):
            if isinstance(row, RejectedRow):
                fault = fault or row
            else:
                rows.append(row.values)
    except CorpusError as error:
        fault = fault or RejectedRow(planned.name, len(rows) + 1, str(error))
    names = cursor.header if planned.file and planned.file.format in WITH_HEADER else ()
    return names, rows, fault
