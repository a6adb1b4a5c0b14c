"""One input file: its name, and what the name says of its format and compression."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stance.errors import ConfigError, CorpusError
from stance.formats.addresses import exists_at, is_address, is_folder_at
from stance.formats.encodings import UTF8

STDIN = "-"

FORMATS = {
    ".txt": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
TEXTUAL = ("txt", "jsonl", "json", "csv", "tsv")
COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file: where it is, and how its bytes become rows.

    Parameters
    ----------
    name : str
        A path, an address or ``-``.
    format : {"txt", "jsonl", "json", "csv", "tsv", "parquet", "xlsx"}
    compression : {"", ".gz", ".bz2", ".xz", ".zst"}
    encoding : str
        The character encoding of a text format, as Python calls it.
    delimiter : str
        What stands between the columns of CSV or TSV; the format's own where
        it is empty.
    escape : str
        A backslash if that stands before a quotation mark within a quoted
        value of CSV, empty if such a mark is doubled.
    sheet : str
        The sheet of a workbook; the first where it is empty.
    layout : str
        The program whose export it is, if its rows need unpacking
        (`stance.formats.exports`), or the way in which it holds them
        (`stance.formats.json_documents`).
    question : str
        The one question of an annotation tool's export, whose answers are the
        labels; empty where there are several or none.
    """

    name: str
    format: str
    compression: str = ""
    encoding: str = UTF8
    delimiter: str = ""
    escape: str = ""
    sheet: str = ""
    layout: str = ""
    question: str = ""

    @property
    def path(self) -> Path:
        """The file's path."""
        return Path(self.name)

    @property
    def is_remote(self) -> bool:
        """Whether the name is an address and no path."""
        return is_address(self.name)

    @property
    def is_converted(self) -> bool:
        """Whether its bytes are turned into UTF-8 before they are read."""
        return self.encoding != UTF8

    @property
    def separator(self) -> str:
        """What stands between the columns of a table."""
        return self.delimiter or ("	" if self.format == "tsv" else ",")


def identify(name: str, input_format: str | None = None) -> InputFile:
    """Tell a file's format and compression by its name.

    Parameters
    ----------
    name : str
        A path, an address that fsspec knows, or ``-`` for standard input,
        read as JSON Lines unless `input_format` says otherwise.
    input_format : {"txt", "jsonl", "json", "csv", "tsv", "parquet", "xlsx"}, optional
        Overrides what the name says.

    Raises
    ------
    CorpusError
        If there is no such file or its ending says nothing.
    ConfigError
        If `input_format` is unknown.
    """
    check_format(input_format)
    if name == STDIN:
        return InputFile(STDIN, input_format or "jsonl")
    if not name or is_folder(name) or not _exists(name):
        raise CorpusError(f"Got {name}, but there is no such file or folder. Check the spelling.")
    named, compression = promised_by(name)
    found = input_format or named
    if found is None:
        raise CorpusError(
            f"Got {name}, whose ending says nothing about its format, but expected "
            f"{', '.join(FORMATS)} (also with {', '.join(COMPRESSIONS)}). "
            "Rename the file or give --input-format."
        )
    return InputFile(name, found, compression)


def check_format(input_format: str | None) -> None:
    """Refuse a format that nobody knows.

    Raises
    ------
    ConfigError
        If it is one.
    """
    known = sorted(set(FORMATS.values()))
    if input_format is not None and input_format not in known:
        raise ConfigError(
            f"Got input format {input_format!r}, but expected one of {', '.join(known)}."
        )


def promised_by(name: str) -> tuple[str | None, str]:
    """Return the format that a name promises, if any, and the compression."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    compression = suffixes.pop() if suffixes and suffixes[-1] in COMPRESSIONS else ""
    return FORMATS.get(suffixes[-1] if suffixes else ""), compression


def is_folder(name: str) -> bool:
    """Tell whether a name is that of a folder; one too long to exist is not."""
    if is_address(name):
        return is_folder_at(name)
    try:
        return Path(name).is_dir()
    except OSError:
        return False


def _exists(name: str) -> bool:
    if is_address(name):
        return exists_at(name)
    try:
        return Path(name).exists()
    except OSError:
        return False
