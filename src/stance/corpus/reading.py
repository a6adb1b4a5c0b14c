"""From files to articles, one at a time; a row that cannot be used is set aside."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.corpus.article import Article, FieldMapping, RejectedRow
from stance.corpus.opening import FORMATS, STDIN, Source, check_content, identify, open_bytes
from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Row = tuple[int, dict[str, Any]]
LABELS_FILE = "labels.csv"
BOM = b"\xef\xbb\xbf"
PARQUET_BATCH = 1000

# An article is rarely over 100 kB; csv's own limit of 128 kB would stop at a long one.
MAX_FIELD = min(sys.maxsize, 2**31 - 1)


def read_articles(
    inputs: Iterable[str | Path],
    *,
    fields: FieldMapping | None = None,
    where: Mapping[str, str] | None = None,
    input_format: str | None = None,
) -> Iterator[Article | RejectedRow]:
    """Read articles one at a time.

    Parameters
    ----------
    inputs : iterable of str or Path
        Files, folders of ``.txt`` files (with an optional ``labels.csv``
        beside them), or ``-`` for standard input. Files may be ``.txt``,
        JSON Lines, CSV, TSV or Parquet, each plain or compressed with gzip,
        bzip2, xz or Zstandard.
    fields : FieldMapping, optional
        The files' own names of an article's fields.
    where : mapping of str to str, optional
        Only rows whose field has this value; others are passed over.
    input_format : str, optional
        Overrides what the file names say.

    Yields
    ------
    Article or RejectedRow
        In the order of the files and their rows.

    Raises
    ------
    CorpusError
        If a file cannot be read as a whole, or a field that was asked for by
        name is in none of its rows.
    """
    fields = fields or FieldMapping()
    for name in map(str, inputs):
        if name != STDIN and Path(name).is_dir():
            yield from _read_folder(Path(name), fields, where or {})
        else:
            source = identify(name, input_format)
            yield from _Reader(source.name, fields, where or {}).read(_rows(source))


def _rows(source: Source) -> Iterator[Row | RejectedRow]:
    """Read a file's rows as mappings, numbered from 1."""
    readers = {"txt": _txt, "jsonl": _jsonl, "csv": _csv, "tsv": _csv, "parquet": _parquet}
    return readers[source.format](source)


class _Reader:
    """Turns rows into articles, and knows at the end whether a name was ever seen."""

    def __init__(self, source: str, fields: FieldMapping, where: Mapping[str, str]) -> None:
        self._source = source
        self._fields = fields
        self._where = where
        self._wanted = {theirs for _, theirs in fields.renamed()} | set(where)
        self._seen: dict[str, None] = {}

    def read(self, rows: Iterable[Row | RejectedRow]) -> Iterator[Article | RejectedRow]:
        for row in rows:
            if isinstance(row, RejectedRow):
                yield row
                continue
            number, values = row
            self._seen.update(dict.fromkeys(values))
            if all(_matches(values.get(name), value) for name, value in self._where.items()):
                yield self._article(number, values)
        if self._seen and (missing := self._wanted - set(self._seen)):
            raise CorpusError(_no_such_field(self._source, sorted(missing), list(self._seen)))

    def _article(self, number: int, values: dict[str, Any]) -> Article | RejectedRow:
        found: dict[str, str | None] = {}
        for ours, theirs in self._fields.items():
            value = values.get(theirs)
            if isinstance(value, bool) or not isinstance(value, str | int | float | None):
                found_type = type(value).__name__
                return self._reject(number, f"{theirs!r} is a {found_type}, not text", values)
            found[ours] = _as_text(value)
        text = found.pop("text")
        if text is None or not text.strip():
            state = "empty" if self._fields.text in values else "missing"
            return self._reject(number, f"{self._fields.text!r} is {state}", values)
        if not isinstance(values[self._fields.text], str):
            return self._reject(number, f"{self._fields.text!r} is a number, not text", values)
        if any(_undecodable(value) for value in (text, *found.values()) if value):
            return self._reject(number, "invalid UTF-8", values)
        identifier = found.pop("id") or f"{Path(self._source).name}:{number}"
        return Article(id=identifier, text=text, **found)

    def _reject(self, number: int, reason: str, values: dict[str, Any]) -> RejectedRow:
        return RejectedRow(self._source, number, reason, values)


def _matches(found: object, wanted: str) -> bool:
    return found is not None and str(found) == wanted


def _as_text(value: str | float | None) -> str | None:
    if value is None or value == "":
        return None
    return str(value)


def _undecodable(text: str) -> bool:
    """Tell whether ``surrogateescape`` had to keep bytes that are no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _no_such_field(source: str, missing: list[str], seen: list[str]) -> str:
    names = ", ".join(map(repr, missing))
    return (
        f"Got {source} without a field {names}, but expected it as asked for. "
        f"Its fields are: {', '.join(seen)}. Choose one of them, for instance with --text-field."
    )


def _txt(source: Source) -> Iterator[Row | RejectedRow]:
    """Read a text file as one article, named after the file."""
    with open_bytes(source) as stream:
        data = stream.read()
    name = source.path.name if source.name != STDIN else "stdin"
    yield _text_row(source.name, 1, name, data)


def _text_row(source: str, number: int, name: str, data: bytes) -> Row | RejectedRow:
    try:
        text = data.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        return RejectedRow(source, number, f"invalid UTF-8 at byte {error.start}")
    return number, {"id": name, "text": text}


def _jsonl(source: Source) -> Iterator[Row | RejectedRow]:
    import orjson

    with open_bytes(source) as stream:
        for number, line in enumerate(stream, start=1):
            content = line.removeprefix(BOM) if number == 1 else line
            if not content.strip():
                continue
            try:
                values = orjson.loads(content)
            except orjson.JSONDecodeError as error:
                raw = content.decode(errors="replace").rstrip("\n")
                yield RejectedRow(source.name, number, _json_fault(content, error), raw)
                continue
            if isinstance(values, dict):
                yield number, values
            else:
                kind = type(values).__name__
                yield RejectedRow(source.name, number, f"a JSON {kind}, not an object")


def _json_fault(content: bytes, error: Exception) -> str:
    try:
        content.decode()
    except UnicodeDecodeError:
        return "invalid UTF-8"
    return f"bad JSON ({error})"


def _csv(source: Source) -> Iterator[Row | RejectedRow]:
    csv.field_size_limit(MAX_FIELD)
    delimiter = "\t" if source.format == "tsv" else ","
    with open_bytes(source) as stream:
        # Bytes that are no UTF-8 come through as surrogates, so one bad row does not end the file.
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        rows = csv.reader(text, delimiter=delimiter)
        try:
            header = next(rows, None)
            if header is None or not any(name.strip() for name in header):
                raise CorpusError(
                    f"Got {source.name} without a first row of column names, but expected one."
                )
            yield from _csv_rows(source.name, [name.strip() for name in header], rows)
        except csv.Error as error:
            raise CorpusError(
                f"Got {source.name}, which cannot be read as {source.format.upper()}: {error}."
            ) from error
        finally:
            text.detach()


def _csv_rows(
    source: str, header: list[str], rows: Iterator[list[str]]
) -> Iterator[Row | RejectedRow]:
    for number, values in enumerate(rows, start=2):
        if not values:
            continue
        if len(values) > len(header):
            reason = f"{len(values)} values for {len(header)} columns"
            yield RejectedRow(source, number, reason, ",".join(values))
        else:
            yield number, dict(zip(header, values, strict=False))


def _parquet(source: Source) -> Iterator[Row | RejectedRow]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if source.name == STDIN:
        raise CorpusError(
            "Got Parquet on standard input, but its index stands at the end of the file. "
            "Save it to a file and name that."
        )
    check_content(source)
    number = 0
    try:
        with pq.ParquetFile(source.path) as file:
            for batch in file.iter_batches(batch_size=PARQUET_BATCH):
                for values in batch.to_pylist():
                    number += 1
                    yield number, values
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(
            f"Got {source.name}, which cannot be read as Parquet after row {number}: {error}. "
            "The file is damaged or was cut short: copy it again."
        ) from error


def _read_folder(
    folder: Path, fields: FieldMapping, where: Mapping[str, str]
) -> Iterator[Article | RejectedRow]:
    """Read the ``.txt`` files of a folder in the order of their names."""
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and FORMATS.get(_bare_suffix(path)) == "txt"
    )
    if not files:
        raise CorpusError(
            f"Got the folder {folder}, which holds no .txt files, but expected one file per "
            "article. Name the file itself if the articles are in one file."
        )
    labels = _read_labels(folder, fields)
    names = FieldMapping(**{**dict(fields.items()), "id": "id", "text": "text"})
    reader = _Reader(str(folder), names, where)
    yield from reader.read(_folder_rows(folder, files, labels))


def _bare_suffix(path: Path) -> str:
    return path.suffixes[0].lower() if path.suffixes else ""


def _folder_rows(
    folder: Path, files: list[Path], labels: dict[str, dict[str, Any]]
) -> Iterator[Row | RejectedRow]:
    columns = dict.fromkeys(next(iter(labels.values()), {}), "")
    unused = set(labels)
    for number, path in enumerate(files, start=1):
        name = path.relative_to(folder).as_posix()
        key = name if name in labels else name.removesuffix(".txt")
        unused.discard(key)
        with open_bytes(Source(str(path), "txt", _compression(path))) as stream:
            row = _text_row(str(path), number, name, stream.read())
        if isinstance(row, RejectedRow):
            yield row
        else:
            yield number, {**columns, **labels.get(key, {}), **row[1]}
    for key in sorted(unused):
        yield RejectedRow(str(folder / LABELS_FILE), 0, f"names {key!r}, but there is no such file")


def _compression(path: Path) -> str:
    return identify(str(path), "txt").compression


def _read_labels(folder: Path, fields: FieldMapping) -> dict[str, dict[str, Any]]:
    """Read the optional table beside the texts, by file name."""
    path = folder / LABELS_FILE
    if not path.is_file():
        return {}
    labels: dict[str, dict[str, Any]] = {}
    for row in _csv(identify(str(path))):
        if isinstance(row, RejectedRow):
            raise CorpusError(f"Got {row}, but expected a readable row for every file.")
        values = row[1]
        key = next((k for k in (fields.id, "id", "file") if k in values), None)
        if key is None:
            raise CorpusError(
                f"Got {path} without a column 'id' or 'file', but expected the file names in one. "
                f"Its columns are: {', '.join(values)}."
            )
        labels[values.pop(key)] = values
    return labels
