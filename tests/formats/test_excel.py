"""Workbooks as Excel, LibreOffice, Google Sheets and programs write them."""

import datetime as dt
import gzip
import io
import itertools
import re
import sys
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart
from openpyxl.worksheet.formula import ArrayFormula

from stance.corpus.article import Article, RejectedRow
from stance.errors import ConfigError, CorpusError, DamagedFileError
from stance.formats.cursor import Cursor, Place
from stance.formats.input_file import InputFile
from stance.formats.inputs import plan_inputs
from stance.formats.rows import read_rows
from stance.formats.source import Source
from tests.formats.tables import read

HEADER = ["id", "text", "label"]


def book(*rows, title="مقالات", **sheets):
    """Return a workbook whose first sheet has some rows from A1 on."""
    made = openpyxl.Workbook()
    made.active.title = title
    for name, content in {title: rows, **sheets}.items():
        sheet = made[name] if name in made.sheetnames else made.create_sheet(name)
        for row in content:
            sheet.append(row)
    return made


@pytest.fixture
def saved(tmp_path):
    def save(made, name="a.xlsx"):
        made.save(tmp_path / name)
        return str(tmp_path / name)

    return save


def edited(path, part, *changes):
    """Change the XML of one part of a workbook, as other programs write it."""
    source = zipfile.ZipFile(io.BytesIO(Path(path).read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if re.fullmatch(part, name):
                for old, new in changes:
                    assert re.search(old, text), (name, old)
                    text = re.sub(old, new, text)
            target.writestr(name, text)
    return path


SHEET, WORKBOOK = r"xl/worksheets/sheet1\.xml", r"xl/workbook\.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def shared(path, *strings):
    """Write, as Excel does, a sheet of one column whose texts stand in a table of their own."""
    cells = "".join(f'<row><c t="s"><v>{n}</v></c></row>' for n in range(len(strings)))
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
            for name, kind in {
                "workbook": "sheet.main",
                "a": "worksheet",
                "sharedStrings": "sharedStrings",
            }.items()
        )
        + "</Types>",
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/'
        f'package/2006/relationships"><Relationship Id="rId1" Type="{_RELATED}/worksheet" '
        'Target="a.xml"/></Relationships>',
        "xl/a.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">'
        + "".join(f"<si><t>{text}</t></si>" for text in strings)
        + "</sst>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in parts.items():
            target.writestr(name, text)
    return str(path)


def rows_of(path, sheet=None, cursor=None):
    (planned,) = plan_inputs(Source((path,), sheet=sheet))
    return list(planned.rows(Source(), cursor))


def values_of(path, **options):
    return [row.values for row in rows_of(path, **options)]


def numbers_of(path, **options):
    return [row.number for row in rows_of(path, **options)]


def articles_of(path, **options):
    return read(path, **options)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (17, "17"),
        (17.0, "17"),
        (123456789012345, "123456789012345"),
        ("00123", "00123"),
        ("17.0", "17"),
        (17.5, "17.5"),
        (True, "true"),
        (dt.date(2020, 1, 2), "2020-01-02"),
        (dt.datetime(2020, 1, 2, 3, 4), "2020-01-02T03:04:00"),
        (None, "a.xlsx:2"),
    ],
)
def test_ids_come_out_as_they_are_shown(saved, stored, expected):
    (article,) = articles_of(saved(book(HEADER, [stored, "نص الخبر", "محايد"])))
    assert article.id == expected


def test_an_id_keeps_all_digits_that_the_file_has(saved):
    path = saved(book(HEADER, [7, "نص", "أ"]))
    edited(path, SHEET, (rb"<v>7</v>", b"<v>1234567890123456789</v>"))
    assert [article.id for article in articles_of(path)] == ["1234567890123456789"]


def test_an_id_that_lost_its_last_digits_is_none(saved):
    # openpyxl 3.1.5, and pandas by it, write 1.234567890123457e+18.
    (row,) = articles_of(saved(book(HEADER, [1234567890123456789, "نص", "أ"])))
    assert isinstance(row, RejectedRow)
    assert re.search("'id'.*digits.*as text", row.reason)


def test_numbers_dates_and_booleans_in_fields_that_are_compared(saved):
    header = [*HEADER, "outlet", "published"]
    path = saved(book(header, ["1", "نص", 1.0, False, dt.datetime(2019, 3, 23)]))
    assert articles_of(path) == [
        Article("1", "نص", "1", outlet="false", published="2019-03-23"),
    ]


def test_rows_have_the_numbers_that_excel_shows(saved):
    made = book()
    for place, value in {
        "B3": "id",
        "C3": "text",
        "B4": 1,
        "C4": "نص أول",
        "B8": 2,
        "C8": "نص ثان",
        "E8": "حاشية",
    }.items():
        made.active[place] = value
    path = saved(made)
    assert numbers_of(path) == [4, 8]
    assert values_of(path) == [{"id": 1, "text": "نص أول"}, {"id": 2, "text": "نص ثان"}]


def test_blank_cells_make_no_row_and_no_column(saved):
    path = saved(book([None, "  "], ["text", " ", "label"], [" ", None, None], ["نص", "x", "أ"]))
    assert values_of(path) == [{"text": "نص", "label": "أ"}]
    assert numbers_of(path) == [4]


@pytest.mark.parametrize("title", ["تغطية الأزمة، ربيع 2019", 2019])
def test_column_names_may_stand_below_a_title(saved, title):
    path = saved(book([title], [], ["أعده قسم الرصد"], HEADER, [1, "نص الخبر", "محايد"]))
    assert articles_of(path) == [Article("1", "نص الخبر", "محايد")]
    assert numbers_of(path) == [5]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["text"], ["خبر قصير"], ["خبر", "حاشية"]], "text"),
        ([["القصة"], ["خبر قصير"], ["خبر " * 30, "حاشية"]], "القصة"),
        ([["القصة"], ["خبر قصير"], ["خبر", 7]], "القصة"),
    ],
)
def test_a_single_column_is_no_title(saved, rows, text):
    path = saved(book(*rows))
    assert [row[text] for row in values_of(path)] == [rows[1][0], rows[2][0]]


def test_column_names_are_tidied_and_told_where_one_comes_twice(saved):
    path = saved(book([" النص\n\u200f", 2019], ["خبر", "x"]))
    assert values_of(path) == [{"النص": "خبر", "2019": "x"}]
    with pytest.raises(CorpusError, match=r"two columns 'text'.*Rename"):
        rows_of(saved(book(["text", "text "], ["خبر", "x"])))


def test_values_beyond_the_names_and_rows_that_are_too_short(saved):
    path = saved(book(HEADER, [1, "نص", "أ", "زائد"], [2, "نص"]))
    assert values_of(path) == [
        {"id": 1, "text": "نص", "label": "أ"},
        {"id": 2, "text": "نص", "label": None},
    ]


def test_a_formula_that_was_never_calculated_is_no_value(saved):
    made = book(HEADER, [1, '="خبر"&" عاجل"', "أ"], [2, "نص", "=1+1"])
    made.active["B4"] = ArrayFormula("B4:B4", "=1+1")
    unread, kept, array = articles_of(saved(made))
    assert "never calculated" in unread.reason
    assert "'text'" in unread.reason
    assert kept == Article("2", "نص")
    assert "never calculated" in array.reason


def test_what_a_program_calculated_is_read(saved):
    path = saved(book(HEADER, [1, '="a"', "أ"]))
    edited(
        path,
        SHEET,
        (
            rb'<c r="B2"><f>"a"</f>(?:<v ?/>|<v></v>)</c>',
            '<c r="B2" t="str"><f>"a"</f><v>خبر</v></c>'.encode(),
        ),
    )
    assert values_of(path) == [{"id": 1, "text": "خبر", "label": "أ"}]


def test_formulas_with_an_empty_result_are_empty_cells(saved):
    path = saved(book(HEADER, [1, "نص", '=""'], [None, '=""', None]))
    edited(
        path,
        SHEET,
        (
            rb'(<c r="(?:C2|B3)")><f>""</f>(?:<v ?/>|<v></v>)</c>',
            rb'\1 t="str"><f>""</f><v></v></c>',
        ),
    )
    assert values_of(path) == [{"id": 1, "text": "نص", "label": None}]


def test_a_nought_in_the_place_of_a_result_is_none(saved):
    # XlsxWriter 3.3.1 writes 0 for each result, and asks Excel to calculate anew.
    path = saved(book(HEADER, [0, "نص", "=1-1"]))
    edited(path, SHEET, (rb"<f>1-1</f>(?:<v ?/>|<v></v>)", rb"<f>1-1</f><v>0</v>"))
    assert articles_of(path) == [Article("0", "نص")]
    edited(path, WORKBOOK, (rb' fullCalcOnLoad="1"', b""))
    assert articles_of(path) == [Article("0", "نص", "0")]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#NAME?"])
def test_an_error_is_no_value(saved, error):
    rejected, kept = articles_of(saved(book(HEADER, [1, error, "أ"], [2, "نص", error])))
    assert rejected.reason == f"'text' holds the error {error}"
    assert kept == Article("2", "نص")


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("أول_x000D_\nثان", "أول\r\nثان"),
        ("أول_x0009_ثان", "أول\tثان"),
        ("_x005F_x0041_", "_x0041_"),
        ("_x0041_", "_x0041_"),
        ("file_xabcd_name", "file_xabcd_name"),
    ],
)
def test_characters_that_xml_cannot_hold(saved, tmp_path, stored, expected):
    assert [row["text"] for row in values_of(saved(book(["text"], [stored])))] == [expected]
    path = shared(tmp_path / "b.xlsx", "text", stored)
    assert [row["text"] for row in values_of(path)] == [expected]


def test_an_escape_that_was_escaped(saved, tmp_path):
    assert values_of(saved(book(["text"], ["أ_x005F_x000D_"]))) == [{"text": "أ_x000D_"}]
    # openpyxl 3.1.5 removes x005F_ from texts that cells share: nothing tells this from «_x000D_».
    path = shared(tmp_path / "b.xlsx", "text", "أ_x005F_x000D_")
    assert values_of(path) == [{"text": "أ\r"}]


def test_the_first_visible_sheet_is_read_and_told(saved):
    made = book(["text"], ["سر"], ملخص=[["text"], ["خبر"]], آخر=[["text"], ["غيره"]])
    made["مقالات"].sheet_state = "hidden"
    path = saved(made)
    (planned,) = plan_inputs(Source((path,)))
    assert planned.peculiarities == ["sheet 'ملخص'"]
    assert values_of(path) == [{"text": "خبر"}]
    assert values_of(path, sheet="مقالات") == [{"text": "سر"}]
    assert values_of(path, sheet="آخر\u200f ") == [{"text": "غيره"}]


def test_a_sheet_of_charts_is_none(saved):
    made = book(["text"], ["خبر"])
    made.create_chartsheet("رسم", 0).add_chart(BarChart())
    path = saved(made)
    assert plan_inputs(Source((path,)))[0].peculiarities == []
    assert values_of(path) == [{"text": "خبر"}]
    with pytest.raises(CorpusError, match=r"requested sheet 'رسم'.*are: مقالات\. .*--sheet"):
        rows_of(path, sheet="رسم")


def test_a_sheet_that_reads_from_right_to_left(saved):
    made = book(HEADER, [1, "نص", "أ"])
    made.active.sheet_view.rightToLeft = True
    assert articles_of(saved(made)) == [Article("1", "نص", "أ")]


@pytest.mark.parametrize("reference", [b'<dimension ref="A1"/>', b""])
def test_the_range_that_a_sheet_claims_is_not_believed(saved, reference):
    path = saved(book(HEADER, [1, "نص", "أ"], [2, "نص", "ب"]))
    edited(path, SHEET, (rb'<dimension ref="A1:C3" ?/>', reference))
    assert [row["label"] for row in values_of(path)] == ["أ", "ب"]


def test_cells_and_rows_without_a_reference(saved):
    path = saved(book(HEADER, [1, "نص", "أ"]))
    edited(path, SHEET, (rb'<c r="[A-C]\d"', b"<c"), (rb'<row r="\d"', b"<row"))
    assert articles_of(path) == [Article("1", "نص", "أ")]
    assert numbers_of(path) == [2]


def test_a_date_beyond_the_calendar_is_an_error_in_its_cell(saved):
    path = saved(book(["text", "published"], ["نص", dt.date(2019, 1, 1)]))
    edited(path, SHEET, (rb"<v>43466</v>", b"<v>99999999</v>"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (article,) = articles_of(path)
    assert article.published is None


def test_what_openpyxl_does_not_keep_is_not_remarked_on(saved):
    path = saved(book(["text"], ["نص"]))
    known = b"{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"
    edited(
        path, SHEET, (rb"</worksheet>", b'<extLst><ext uri="' + known + b'"/></extLst></worksheet>')
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert values_of(path) == [{"text": "نص"}]


def test_an_empty_sheet(saved):
    with pytest.raises(CorpusError, match=r"sheet is empty.*--sheet"):
        rows_of(saved(book()))
    with pytest.raises(CorpusError, match="without column names in row 1"):
        rows_of(saved(book(["=1", "=2"], ["نص", "x"])))


def many(n=30):
    return book(HEADER, *([i, f"نص الخبر رقم {i}", "=1+1" if i % 2 else "أ"] for i in range(n)))


@pytest.mark.parametrize("name", ["a.xlsx", "a.xlsx.gz"])
def test_reading_goes_on_at_any_row(saved, tmp_path, name):
    saved(many(8))
    if name.endswith(".gz"):
        packed = gzip.compress((tmp_path / "a.xlsx").read_bytes())
        (tmp_path / name).write_bytes(packed)
    file = plan_inputs(Source((str(tmp_path / name),)))[0].file
    cursor = Cursor()
    places = [cursor.place()]
    rows = []
    for row in read_rows(file, cursor):
        rows.append(row)
        places.append(cursor.place())
    assert [row.number for row in rows] == list(range(2, 10))
    for n, place in enumerate(places[1:], start=1):
        assert list(read_rows(file, Cursor(place))) == rows[n:]
    with pytest.raises(CorpusError, match="have changed since"):
        list(read_rows(file, Cursor(Place(3, 0, (), 5, "0" * 64))))


def test_at_an_address(saved, tmp_path):
    import fsspec

    saved(many(3))
    with fsspec.open("memory://excel/a.xlsx", "wb") as file:
        file.write((tmp_path / "a.xlsx").read_bytes())
    assert [row.id for row in articles_of("memory://excel/a.xlsx")] == ["0", "1", "2"]


@pytest.mark.parametrize("end", [30, 200, 2000, -200, -30, -1])
def test_a_file_that_was_cut_short(saved, tmp_path, end):
    path = saved(many())
    (tmp_path / "a.xlsx").write_bytes((tmp_path / "a.xlsx").read_bytes()[:end])
    with pytest.raises(DamagedFileError, match=r"a\.xlsx.*damaged.*save it again"):
        rows_of(path)


@pytest.mark.slow
def test_a_file_that_is_damaged_anywhere(saved, tmp_path):
    path = saved(many())
    whole = (tmp_path / "a.xlsx").read_bytes()
    rows = rows_of(path)
    n_damaged = 0
    for place in range(4, len(whole), 97):
        (tmp_path / "a.xlsx").write_bytes(whole[:place] + b"\xff" * 3 + whole[place + 3 :])
        try:
            assert rows_of(path) == rows
        except CorpusError as error:
            n_damaged += isinstance(error, DamagedFileError)
    assert n_damaged > 20


def part(name, text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", part("word/document.xml", "<a/>"), "not an Excel workbook"),
        ("a.xlsx", part("mimetype", "application/vnd.oasis.opendocument"), "not an Excel workbook"),
        ("a.xlsx", "id,text\n1,نص\n", r"not that of a \.xlsx file"),
        ("a.csv", part("xl/workbook.xml", "<a/>"), r"says csv.*Rename it to end in \.xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 100, r"old Office document.*Save it as \.xlsx"),
        ("a.xlsx", b"", "empty"),
    ],
)
def test_what_is_no_workbook_is_told(put, name, content, message):
    with pytest.raises(CorpusError, match=message):
        articles_of(str(put(name, content)))


def test_a_workbook_in_the_strict_format_is_told(saved):
    path = saved(book(HEADER, [1, "نص", "أ"]))
    transitional = rb"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    edited(path, r"xl/w.*\.xml", (transitional, b"http://purl.oclc.org/ooxml/spreadsheetml/main"))
    with pytest.raises(CorpusError, match="Strict Open XML"):
        rows_of(path)


def test_texts_that_would_fill_the_memory(tmp_path, monkeypatch):
    path = shared(tmp_path / "a.xlsx", "text", *["نص الخبر"] * 9)
    assert len(rows_of(path)) == 9
    monkeypatch.setattr("stance.formats.workbook_parts.MOST_SHARED_TEXT", 100)
    with pytest.raises(CorpusError, match=r"at most 100.*CSV"):
        rows_of(path)


def test_by_standard_input():
    with pytest.raises(CorpusError, match=r"standard input.*Save it to a file"):
        list(read_rows(InputFile("-", "xlsx")))


def test_without_openpyxl_the_user_is_told_what_to_install(saved, monkeypatch):
    path = saved(many(2))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ConfigError, match=r"pip install 'arabic-stance\[excel\]'"):
        rows_of(path)


@pytest.mark.slow
def test_memory_holds_a_row_not_a_sheet(saved):
    path = saved(many(30))
    file = plan_inputs(Source((path,)))[0].file
    cursor = Cursor()
    first = list(itertools.islice(read_rows(file, cursor), 2))
    assert [row.number for row in first] == [2, 3]
    assert cursor.row == 3
