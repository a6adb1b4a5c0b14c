"""A workbook that would fill memory is refused before it is opened."""

import re
import zipfile

import pytest

from stance.errors import CorpusError, DamagedFileError
from stance.formats import workbook_parts
from stance.formats.input_file import identify
from stance.formats.rows import read_rows

openpyxl = pytest.importorskip("openpyxl")

SHARED = "xl/sharedStrings.xml"


TYPES = "[Content_Types].xml"
SHEET = "xl/worksheets/sheet1.xml"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


@pytest.fixture(params=[SHARED, "xl/worksheets/texts.xml"])
def workbook(tmp_path, request):
    """Return a workbook whose texts are shared, in the usual part or in one of another name."""
    book = openpyxl.Workbook()
    for row in (["id", "text"], ["1", "قال شهود"], ["2", "قال آخرون"]):
        book.active.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    texts = []

    def shared(found):
        texts.append(found[2])
        return b'<c r="%b" t="s"><v>%d</v></c>' % (found[1], len(texts) - 1)

    inline = rb'<c r="(\w+)" t="inlineStr"><is><t>([^<]*)</t></is></c>'
    parts[SHEET] = re.sub(inline, shared, parts[SHEET])
    assert len(texts) == 6
    override = f'<Override PartName="/{request.param}" ContentType="{KIND}"/></Types>'
    parts[TYPES] = re.sub(rb'<Override PartName="/xl/sharedStrings.xml"[^>]*>', b"", parts[TYPES])
    parts[TYPES] = parts[TYPES].replace(b"</Types>", override.encode())
    parts.pop(SHARED, None)
    items = b"".join(b"<si><t>%b</t></si>" % text for text in texts)
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts[request.param] = b'<sst xmlns="%b">%b</sst>' % (namespace, items)
    path.with_suffix(".part").write_text(request.param, "utf-8")
    write_parts(path, parts)
    return path


def write_parts(path, parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part, data in parts.items():
            new.writestr(part, data)


def read(path):
    return [row.values for row in read_rows(identify(str(path)))]


def replaced(path, name, change):
    """Write a workbook again with one of its parts changed."""
    with zipfile.ZipFile(path) as old:
        parts = {part: old.read(part) for part in old.namelist()}
    name = path.with_suffix(".part").read_text("utf-8") if name == SHARED else name
    assert change(parts[name]) != parts[name]
    write_parts(path, {**parts, name: change(parts[name])})


def with_text(text):
    """Return a change of the text, as openpyxl writes it with lxml and without."""
    plain = "قال شهود"
    entities = plain.encode("ascii", "xmlcharrefreplace")
    return lambda data: data.replace(plain.encode(), text.encode()).replace(entities, text.encode())


def test_an_ordinary_one_is_read(workbook):
    assert [row["text"] for row in read(workbook)] == ["قال شهود", "قال آخرون"]


def test_one_long_text_is_refused_wherever_it_is(workbook, monkeypatch):
    monkeypatch.setattr(workbook_parts, "LONGEST_ROW", 2_000)
    monkeypatch.setattr(workbook_parts, "_BLOCK", 300)
    read(workbook)
    long = "س" * 1_500
    replaced(workbook, SHARED, with_text(long))
    with pytest.raises(CorpusError, match="a text of over 2,000 bytes in one cell"):
        read(workbook)
    replaced(workbook, SHARED, lambda data: data.replace(long.encode(), b"x"))
    inline = f'<c r="B3" t="inlineStr"><is><t>{long}</t></is></c>'.encode()
    replaced(
        workbook,
        SHEET,
        lambda data: data.replace(b"</row></sheetData>", inline + b"</row></sheetData>"),
    )
    with pytest.raises(CorpusError, match="a text of over 2,000 bytes in one cell"):
        read(workbook)


def test_many_short_texts_count_with_what_each_takes(workbook, monkeypatch):
    monkeypatch.setattr(workbook_parts, "LONGEST_ROW", 100)
    monkeypatch.setattr(workbook_parts, "MOST_SHARED_TEXT", 20_000)
    read(workbook)
    more = b"<si><t>a</t></si>" * 200
    replaced(workbook, SHARED, lambda data: data.replace(b"</sst>", more + b"</sst>"))
    with pytest.raises(CorpusError, match=r"of text in cells.*at most 20,000"):
        read(workbook)


def test_styles_count_too(workbook, monkeypatch):
    monkeypatch.setattr(workbook_parts, "MOST_OTHER_PARTS", 50_000)
    read(workbook)
    blanks = b" " * 60_000
    replaced(workbook, "xl/styles.xml", lambda data: data + blanks)
    with pytest.raises(CorpusError, match=r"styles and the like.*50,000"):
        read(workbook)


def test_a_damaged_one_is_still_told_as_damaged(workbook):
    replaced(workbook, SHARED, lambda data: data[: len(data) // 2])
    with pytest.raises(DamagedFileError):
        read(workbook)
