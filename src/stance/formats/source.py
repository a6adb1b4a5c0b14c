"""The source of articles: which files, how they are stored, which fields and rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self, TypedDict

from stance.corpus.article import FieldMapping
from stance.corpus.dates import DATE_ORDERS
from stance.errors import ConfigError
from stance.formats.encodings import check_encoding
from stance.formats.input_file import check_format

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path


class SourceOptions(TypedDict, total=False):
    """Keyword arguments of `Source` besides its files."""

    fields: FieldMapping | None
    where: Mapping[str, str | Sequence[str]] | None
    input_format: str | None
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    date_order: str | None


@dataclass(frozen=True)
class Source:
    """Files of articles, and how to read them.

    Parameters
    ----------
    files : tuple of str
        Files, globs, folders of ``.txt`` files (with an optional
        ``labels.csv`` beside them) or of files of articles, public data sets
        as ``dataset:NAME`` or ``dataset:NAME/SPLIT``, addresses that fsspec
        supports, or ``-`` for standard input.
    fields : FieldMapping
        The names of an article's fields in the files.
    where : mapping of str to str or sequence of str
        Only rows whose field has this value, or one of these; others are
        filtered out. Values are compared in their canonical form
        (`stance.corpus.keys.canonical`).
    input_format : {"txt", "jsonl", "json", "csv", "tsv", "parquet", "xlsx"}, optional
        Overrides the format inferred from a file's name and first bytes.
    encoding : str, optional
        A Python codec name, such as ``windows-1256``; detected by default.
    delimiter : str, optional
        One character between the columns of a table; detected by default.
    sheet : str, optional
        The sheet of a workbook; the first by default.
    date_order : {"dmy", "mdy"}, optional
        How to read dates such as 03/04/2019.
    optional : frozenset of str
        Fields of an article that may be missing from all rows even if they
        have a name of their own in the mapping.
    """

    files: tuple[str, ...] = ()
    fields: FieldMapping = field(default_factory=FieldMapping)
    where: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    input_format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    date_order: str | None = None
    optional: frozenset[str] = frozenset()

    @property
    def required(self) -> set[str]:
        """Names of fields that at least one row must have: the text, and the requested ones."""
        asked = {theirs for ours, theirs in self.fields.renamed() if ours not in self.optional}
        return asked | {self.fields.text}

    @property
    def accepted(self) -> dict[str, tuple[str, ...]]:
        """The accepted values of each field in `where`."""
        return {
            name: (wanted,) if isinstance(wanted, str) else tuple(wanted)
            for name, wanted in self.where.items()
        }

    def describe_where(self) -> str:
        """Describe the row filter, such as ``label=a or b, year=2020``; empty if there is none."""
        return ", ".join(f"{name}={' or '.join(some)}" for name, some in self.accepted.items())

    @classmethod
    def of(cls, files: Source | Iterable[str | Path], options: SourceOptions) -> Source:
        """Return a source for files; a `Source` is returned unchanged."""
        if isinstance(files, Source):
            return files
        given = {name: value for name, value in options.items() if value is not None}
        return cls(tuple(map(str, files)), **given)  # type: ignore[arg-type]

    def reading(self, files: Iterable[str | Path]) -> Self:
        """Return the same source with other files."""
        return replace(self, files=tuple(map(str, files)))


def check_source(source: Source) -> None:
    """Refuse invalid options.

    Raises
    ------
    ConfigError
        If the format, the encoding or the date order is unknown, the
        delimiter is not one character, or `where` accepts no value of a field.
    """
    check_format(source.input_format)
    check_encoding(source.encoding)
    for name, accepted in source.accepted.items():
        if not accepted:
            raise ConfigError(
                f"Got where={{{name!r}: []}}, but expected one value or more of {name!r}: no row "
                "would be left. Give a value, or leave the field out."
            )
    if source.delimiter is not None and len(source.delimiter) != 1:
        raise ConfigError(
            f"Got the delimiter {source.delimiter!r}, but expected one character such as ';'. "
            "A tab may be written as --delimiter tab."
        )
    if source.date_order is not None and source.date_order not in DATE_ORDERS:
        raise ConfigError(
            f"Got the date order {source.date_order!r}, but expected dmy (03/04/2019: 3 April) or "
            "mdy (4 March)."
        )
