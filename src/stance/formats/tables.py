"""Articles of a data frame or an Arrow table, checked like the rows of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.corpus.article import FieldMapping, Row
from stance.errors import CorpusError, MissingFieldError
from stance.formats.labelled import NEEDED, dated, in_one_spelling, labelled_rows
from stance.formats.reading import READ, ArticleLocator, LocatedArticle, rejecting
from stance.formats.source import Source, check_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stance.corpus.article import Article, RejectedRow

# The source of a table's rows, for messages.
TABLE = "table"


def articles_from_table(
    table: Any,
    fields: FieldMapping | None = None,
    *,
    labelled: bool = False,
    where: Mapping[str, str | Sequence[str]] | None = None,
    date_order: str | None = None,
    on_rejected: Callable[[RejectedRow], object] | None = None,
) -> list[Article]:
    """Return the articles of a table of any data frame library.

    Values are checked and normalised like those of files: an empty text is
    rejected, ``17.0`` becomes the id ``17``, and labels, outlets, events and
    targets that differ only in invisible marks or whitespace become one.

    Parameters
    ----------
    table : table
        Anything that exports an Arrow stream (``__arrow_c_stream__``): a frame
        of pandas or polars, an Arrow table or record batch reader, a relation
        of DuckDB.
    fields : FieldMapping, optional
        The names of an article's fields in the table.
    labelled : bool
        Whether each row must have a label and a unique id, as
        `stance.read_corpus` requires.
    where : mapping of str to str or sequence of str, optional
        Only rows whose column has this value, or one of these.
    date_order : {"dmy", "mdy"}, optional
        How to read dates such as 03/04/2019.
    on_rejected : callable, optional
        Called with each row that cannot be used; without it a
        `RejectedRowsWarning` says how many there are. Rows count from 1.

    Returns
    -------
    list of Article

    Raises
    ------
    CorpusError
        If `table` is not a table, or mixes types in a column so that Arrow
        cannot hold it.
    MissingFieldError
        If the text column or another requested column is missing.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({"nr": [17.0], "body": ["تجددت الاشتباكات"], "outlet": ["سانا "]})
    >>> articles_from_table(table, FieldMapping(id="nr", text="body"))[0].outlet
    'سانا'
    """
    source = Source(fields=fields or FieldMapping(), where=where or {}, date_order=date_order)
    check_source(source)
    reader = _arrow_stream(table)
    _check_columns(reader.schema.names, source)
    with rejecting(on_rejected) as reject:
        if labelled:
            found = labelled_rows(_located(reader, source, NEEDED), source)
            for row in found.rejected:
                reject(row)
            return found.articles
        rows = []
        for one in _located(reader, source, READ):
            if isinstance(one, LocatedArticle):
                rows.append(one)
            else:
                reject(one)
    rows, _ = in_one_spelling(rows, source)
    rows, _ = dated(rows, source)
    return [row.article for row in rows]


@dataclass(frozen=True)
class TableInput:
    """Rows of a table or of mappings, read like those of a file.

    Parameters
    ----------
    table : table, or sequence of mapping
        Anything that exports an Arrow stream, or a mapping of names to values for each row.
    name : str
        For messages.
    """

    table: Any
    name: str = TABLE

    def rows(self, source: Source) -> Iterator[Row]:
        """Yield the rows; `source` is for files and is not used."""
        del source
        if isinstance(self.table, Sequence):
            for number, values in enumerate(self.table, start=1):
                if not isinstance(values, Mapping):
                    raise CorpusError(
                        f"Got {type(values).__name__} at place {number - 1}, but expected a "
                        "mapping of names to values for each row, such as {'id': '17', 'label': "
                        "'neutral'}, a table, or names of files."
                    )
                yield Row(self.name, number, dict(values))
            return
        number = 0
        for batch in _arrow_stream(self.table):
            for values in batch.to_pylist():
                number += 1
                yield Row(self.name, number, values)


def is_table(value: object) -> bool:
    """Return whether a value is a table, or a sequence of mappings, rather than names of files."""
    if hasattr(value, "__arrow_c_stream__"):
        return True
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], Mapping)


def _arrow_stream(table: Any) -> Any:
    """Open a table of any library as a reader of record batches."""
    import pyarrow as pa

    if not hasattr(table, "__arrow_c_stream__"):
        raise CorpusError(
            f"Got {type(table).__name__}, but expected a table that exports Arrow: a data frame "
            "of pandas (2.2 or later) or polars, or an Arrow table. Read files with "
            "stance.read_articles or stance.read_corpus."
        )
    try:
        return pa.RecordBatchReader.from_stream(table)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise CorpusError(
            f"Got a table that Arrow cannot hold ({'; '.join(map(str, error.args))}), but expected "
            "values of one type in each column. Make the column text, in pandas with "
            "astype('string')."
        ) from error


def _check_columns(names: list[str], source: Source) -> None:
    missing = sorted((source.required | set(source.where)) - set(names))
    if missing:
        raise MissingFieldError(
            f"Got a table without the column {missing[0]!r}, but expected it. Its columns are: "
            f"{', '.join(map(str, names))}. Name yours, for example "
            "fields=stance.FieldMapping(text='body')."
        )


def _located(
    reader: Any, source: Source, needs: frozenset[str]
) -> Iterator[LocatedArticle | RejectedRow]:
    locator = ArticleLocator(source, needs, prefix=TABLE)
    number = 0
    for batch in reader:
        for values in batch.to_pylist():
            number += 1
            if (found := locator.locate(Row(TABLE, number, values))) is not None:
                yield found
