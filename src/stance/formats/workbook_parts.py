"""The parts of a workbook, which is a zip archive: their sizes and contents."""

from __future__ import annotations

import re
import zipfile
from typing import IO, TYPE_CHECKING, Any

from stance.errors import CorpusError
from stance.formats.lines import LONGEST_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stance.formats.input_file import InputFile

_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_BOOK = re.compile(r"xl/workbook\d*\.xml")
_STALE = re.compile(rb"""fullCalcOnLoad=["'](?:1|true)["']""")
_BLOCK = 1024 * 1024

# The shared strings of a workbook are in memory at once; overhead of each in bytes.
MOST_SHARED_TEXT = 384 * 1024 * 1024
_EACH = 80
_SHARED = "xl/sharedStrings.xml"
_SHEETS = "xl/worksheets/"

# Limit for the other parts that are in memory at once, mostly styles.
MOST_OTHER_PARTS = 64 * 1024 * 1024

_CONTENT_TYPES = "[Content_Types].xml"
_WORKBOOK_TYPE = re.compile(rb"spreadsheetml|ms-excel\.(?:sheet|template)")


def refuse_too_large(file: InputFile, whole: Path | IO[bytes]) -> None:
    """Refuse a workbook that would take too much memory.

    Raises
    ------
    CorpusError
        If it is too large, or is not a workbook.
    """
    with zipfile.ZipFile(whole) as archive:
        names = archive.namelist()
        types = archive.read(_CONTENT_TYPES) if _CONTENT_TYPES in names else b""
        if not _WORKBOOK_TYPE.search(types):
            raise CorpusError(
                f"Got {file.name}, which is a zip archive but not an Excel workbook. Open it in "
                "the program that made it and save it as .xlsx or as CSV in UTF-8."
            )
        shared = _shared_part(archive)
        # Images are not read.
        others = sum(
            part.file_size
            for part in archive.infolist()
            if part.filename != shared
            and not part.filename.startswith(_SHEETS)
            and part.file_size > 2 * part.compress_size
        )
        size = _shared_size(file, archive, shared) if shared in names else 0
    if size > MOST_SHARED_TEXT or others > MOST_OTHER_PARTS:
        raise CorpusError(
            f"Got {file.name} with {size:,} bytes of text in cells and {others:,} of styles and "
            "the like, all of which have to be in memory at once, but expected at most "
            f"{MOST_SHARED_TEXT:,} and {MOST_OTHER_PARTS:,}. Save it as CSV in UTF-8."
        )


def _shared_part(archive: zipfile.ZipFile) -> str:
    """Return the name of the part with shared strings, which differs between workbooks."""
    with archive.open("[Content_Types].xml") as xml:
        kinds = xml.read(MOST_OTHER_PARTS)
    for override in re.findall(rb"<(?:\w+:)?Override [^>]*>", kinds):
        name = re.search(rb"PartName\s*=\s*[\"']/([^\"']+)", override)
        if name and b"sharedStrings+xml" in override:
            return name[1].decode(errors="replace")
    return _SHARED


def _shared_size(file: InputFile, archive: zipfile.ZipFile, name: str) -> int:
    """Return the approximate memory that the shared strings take, in bytes.

    Raises
    ------
    CorpusError
        If one of them is longer than `LONGEST_ROW`.
    """
    size = archive.getinfo(name).file_size
    if not LONGEST_ROW < size <= MOST_SHARED_TEXT:
        return size
    with archive.open(name) as xml:
        for block in _blocks(file, xml):
            size += _EACH * block.count(b"<")
    return size


def _blocks(file: InputFile, xml: IO[bytes]) -> Iterator[bytes]:
    """Read XML in blocks, and check the length of each text.

    Raises
    ------
    CorpusError
        If a text is longer than `LONGEST_ROW`.
    """
    run = 0
    while data := xml.read(_BLOCK):
        run = len(data) - data.rfind(b"<") if b"<" in data else run + len(data)
        if run > LONGEST_ROW:
            raise CorpusError(
                f"Got {file.name} with a text of over {LONGEST_ROW:,} bytes in one cell, which "
                "Excel cannot have written. Save the sheet as CSV in UTF-8, where only such a row "
                "is rejected."
            )
        yield data


def has_formulas(file: InputFile, whole: Path | IO[bytes], sheet: Any) -> bool:
    """Search the XML of a sheet for a formula, which is faster than parsing the sheet twice."""
    with zipfile.ZipFile(whole) as archive, archive.open(sheet._worksheet_path) as xml:
        end, found = b"", False
        for data in _blocks(file, xml):
            found = found or bool(_FORMULA.search(end + data))
            end = data[-64:]
    return found


def is_marked_stale(whole: Path | IO[bytes]) -> bool:
    """Return whether a workbook asks Excel to recalculate all formulas.

    openpyxl 3.1.5 assumes so if the file does not say.
    """
    with zipfile.ZipFile(whole) as archive:
        books = [name for name in archive.namelist() if _BOOK.fullmatch(name)]
        return any(_STALE.search(archive.read(name)) for name in books)
