"""Results out: written beside the target and renamed, so that nobody sees half a file."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, Self

from stance.errors import ConfigError, OutputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

OUTPUT_FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}

# Rows of a row group: enough to compress well, few enough to be read at once.
PARQUET_GROUP = 50_000


class RowWriter(Protocol):
    """Takes result rows one batch at a time."""

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some rows."""
        ...

    def close(self) -> None:
        """Finish the stream; the file below it stays open."""
        ...


def refuse_existing(target: Path, *, force: bool) -> None:
    """Refuse to write over something that exists.

    Raises
    ------
    OutputError
        If the target exists and `force` is off.
    """
    if os.path.lexists(target) and not force:
        raise OutputError(
            f"Got {target} as output, but it exists already. "
            "Choose another name, or give --force to replace it."
        )


def check_file_target(target: Path, *, force: bool) -> None:
    """Refuse a file that could not be written at the end: before the hours of work, not after.

    Raises
    ------
    OutputError
        If the target exists and `force` is off, is no file, or there is no
        folder for it.
    """
    refuse_existing(target, force=force)
    if target.exists() and not target.is_file():
        kind = "a folder" if target.is_dir() else "a device or a pipe"
        raise OutputError(
            f"Got {target} as output, but it is {kind}, which no file can replace. "
            "Give the name of a file."
        )
    if not target.parent.is_dir():
        raise OutputError(
            f"Got {target} as output, but there is no folder {target.parent}. Make it, or choose "
            "another place."
        )


@contextmanager
def replacing_file(target: str | Path, *, force: bool = False) -> Iterator[BinaryIO]:
    """Open a file that takes its place under its name only when it is complete.

    Parameters
    ----------
    target : path
        Where the file will stand.
    force : bool
        Whether to replace a file that is there.

    Yields
    ------
    binary file

    Raises
    ------
    OutputError
        If the target exists and `force` is off, or cannot be written.
    """
    target = Path(target)
    check_file_target(target, force=force)
    with unwritable(target):
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".stance-")
    beside = Path(name)
    try:
        with unwritable(target, beside), os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with unwritable(target):
            beside.chmod(0o666 & ~_umask())
            # Somebody may have put a file there meanwhile.
            refuse_existing(target, force=force)
            beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def replacing_folder(target: str | Path, *, force: bool = False) -> Iterator[Path]:
    """Fill a folder that takes its place under its name only when it is complete.

    Yields
    ------
    Path
        An empty folder beside the target.

    Raises
    ------
    OutputError
        If the target exists and `force` is off, or cannot be written.
    """
    target = Path(target)
    refuse_existing(target, force=force)
    with unwritable(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=".stance-"))
    try:
        with unwritable(target, beside):
            yield beside
        with unwritable(target):
            refuse_existing(target, force=force)
            beside.chmod(0o777 & ~_umask())
            swap_folder(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def swap_folder(new: Path, target: Path) -> None:
    """Put a folder in another's place; the old one goes only when the new one stands."""
    if not os.path.lexists(target):
        new.rename(target)
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=".stance-"))
    try:
        target.rename(old / "replaced")
        try:
            new.rename(target)
        except BaseException:
            (old / "replaced").rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def unwritable(target: Path | str, written: Path | None = None) -> Iterator[None]:
    """Tell a failure to write in words.

    An error about a file that is neither the target nor what is being written
    beside it is somebody else's, and passes.
    """
    try:
        yield
    except OSError as error:
        elsewhere = written and error.filename and not _is_below(error.filename, written)
        if elsewhere:
            raise
        raise OutputError(
            f"Got {target} as output, but it cannot be written: {error.strerror or error}. "
            "Check that the folder exists, is yours to write in and has room."
        ) from error


def _is_below(name: str | bytes, folder: Path) -> bool:
    return Path(os.fsdecode(name)).is_relative_to(folder)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def output_format(target: Path | None, chosen: str | None) -> str:
    """Return the format asked for, or the one that the file name says.

    Raises
    ------
    ConfigError
        If neither names a known format.
    """
    known = sorted(set(OUTPUT_FORMATS.values()))
    if chosen is not None:
        if chosen not in known:
            raise ConfigError(f"Got format {chosen!r}, but expected one of {', '.join(known)}.")
        return chosen
    if target is None:
        return "jsonl"
    found = OUTPUT_FORMATS.get(target.suffix.lower())
    if found is None:
        raise ConfigError(
            f"Got {target} as output, whose ending says nothing about its format, but expected "
            f"{', '.join(OUTPUT_FORMATS)}. Rename it or give --format."
        )
    return found


class _JsonLines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._file.write(json_lines(rows))

    def close(self) -> None:
        """Nothing is held back."""


class _Csv:
    def __init__(self, file: BinaryIO, columns: Sequence[str], *, bom: bool) -> None:
        import io

        self._text = io.TextIOWrapper(file, "utf-8-sig" if bom else "utf-8", newline="")
        self._writer = csv.DictWriter(self._text, columns, lineterminator="\r\n")
        self._writer.writeheader()

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._writer.writerows(map(flatten, rows))

    def close(self) -> None:
        with suppress(ValueError):
            self._text.detach()


class _Parquet:
    """Keeps a row group's worth of rows, so that small batches do not make small groups."""

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[str],
        numbers: Sequence[str],
        flags: Sequence[str],
    ) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa = pa
        self._schema = parquet_schema(columns, numbers, flags)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[dict[str, Any]] = []

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._held.extend(map(flatten, rows))
        while len(self._held) >= PARQUET_GROUP:
            self._flush(self._held[:PARQUET_GROUP])
            del self._held[:PARQUET_GROUP]

    def _flush(self, rows: list[dict[str, Any]]) -> None:
        self._writer.write_table(self._pa.Table.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        if self._held:
            self._flush(self._held)
        self._writer.close()


def parquet_schema(
    columns: Sequence[str], numbers: Collection[str], flags: Collection[str] = ()
) -> Any:
    """Return the Arrow schema of result rows: float64, true or false, the rest text."""
    import pyarrow as pa

    kinds = {**dict.fromkeys(numbers, pa.float64()), **dict.fromkeys(flags, pa.bool_())}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in columns])


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON Lines."""
    import orjson

    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    return b"".join([orjson.dumps(row, option=options) for row in rows])


def flatten(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give every value of a nested mapping a column of its own.

    Examples
    --------
    >>> flatten({"id": "1", "probabilities": {"a": 0.5}})
    {'id': '1', 'probabilities.a': 0.5}
    """
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": nested for inner, nested in value.items()})
        else:
            flat[name] = value
    return flat


class ResultWriter:
    """Writes result rows to an open file in one of the known formats.

    Parameters
    ----------
    file : binary file
    file_format : {"jsonl", "csv", "parquet"}
    columns : sequence of str
        Flat column names, for CSV and Parquet.
    numbers : iterable of str
        Those of the columns that hold numbers.
    flags : iterable of str
        Those of the columns that are true or false.
    bom : bool
        Begin CSV with a byte-order mark, which Excel needs to see UTF-8.
    """

    def __init__(
        self,
        file: BinaryIO,
        file_format: str,
        columns: Sequence[str],
        *,
        numbers: Sequence[str] = (),
        flags: Sequence[str] = (),
        bom: bool = False,
    ) -> None:
        self._writer: RowWriter
        if file_format == "csv":
            self._writer = _Csv(file, columns, bom=bom)
        elif file_format == "parquet":
            self._writer = _Parquet(file, columns, numbers, flags)
        else:
            self._writer = _JsonLines(file)

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write some rows."""
        self._writer.write(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
