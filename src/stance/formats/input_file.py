"""One input file: its name, and the format and compression that the name implies."""

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
    """One file: where it is, and how it is stored.

    Parameters
    ----------
    name : str
        A path, an address or ``-``.
    format : {"txt", "jsonl", "json", "csv", "tsv", "parquet", "xlsx"}
    compression : {"", ".gz", ".bz2", ".xz", ".zst"}
    encoding : str
        The character encoding of a text format, as a Python codec name.
    delimiter : str
        The column delimiter of CSV or TSV; the default of the format if empty.
    escape : str
        A backslash if quotation marks within a quoted CSV value are escaped by
        one; empty if they are doubled.
    sheet : str
        The sheet of a workbook; the first if empty.
    layout : str
        The program whose export it is, if its rows need unpacking
        (`stance.formats.exports`), or the structure of the JSON document
        (`stance.formats.json_documents`).
    question : str
        The only question of an annotation tool's export, whose answers are the
        labels; empty if there are several or none.
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
        """Whether the name is an address, not a path."""
        return is_address(self.name)

    @property
    def is_converted(self) -> bool:
        """Whether its bytes are converted to UTF-8 before they are parsed."""
        return self.encoding != UTF8

    @property
    def separator(self) -> str:
        """The delimiter between the columns of a table."""
        return self.delimiter or ("	" if self.format == "tsv" else ",")


def identify(name: str, input_format: str | None = None) -> InputFile:
    """Infer a file's format and compression from its name.

    Parameters
    ----------
    name : str
        A path, an address that fsspec supports, or ``-`` for standard input,
        read as JSON Lines unless `input_format` is given.
    input_format : {"txt", "jsonl", "json", "csv", "tsv", "parquet", "xlsx"}, optional
        Overrides the format that the name implies.

    Raises
    ------
    CorpusError
        If there is no such file, or its format cannot be inferred.
    ConfigError
        If `input_format` is unknown.
    """
    check_format(input_format)
    if name == STDIN:
        return InputFile(STDIN, input_format or "jsonl")
    if not name or is_folder(name) or not _exists(name):
        raise CorpusError(f"Got {name}, but there is no such file or folder. Check the spelling.")
    named, compression = implied_format(name)
    found = input_format or named
    if found is None:
        raise CorpusError(
            f"Got {name}, whose extension is not that of a known format, but expected "
            f"{', '.join(FORMATS)} (also with {', '.join(COMPRESSIONS)}). "
            "Rename the file or give --input-format."
        )
    return InputFile(name, found, compression)


def check_format(input_format: str | None) -> None:
    """Refuse an unknown format.

    Raises
    ------
    ConfigError
        If the format is unknown.
    """
    known = sorted(set(FORMATS.values()))
    if input_format is not None and input_format not in known:
        raise ConfigError(
            f"Got input format {input_format!r}, but expected one of {', '.join(known)}."
        )


def implied_format(name: str) -> tuple[str | None, str]:
    """Return the format that a name implies, if any, and the compression."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    compression = suffixes.pop() if suffixes and suffixes[-1] in COMPRESSIONS else ""
    return FORMATS.get(suffixes[-1] if suffixes else ""), compression


def is_folder(name: str) -> bool:
    """Return whether a name is that of a folder; False for a name that is too long to exist."""
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
