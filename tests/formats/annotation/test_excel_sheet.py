"""Workbooks to code in: what goes out comes back, also after other programs saved them."""

import io
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import ConfigError, CorpusError
from stance.formats.annotation.codecs import recognise, tool
from stance.formats.annotation.excel_sheet import read, recognises, write
from stance.formats.annotation.records import Annotation, CodingTask, LabelChoice
from stance.formats.annotation.records import Span as SpanOfText
from tests.formats.annotation.tables import IDS, LABELS, TASK, TEXTS, articles, by_id, shares, texts

ARTICLES = [
    Annotation(one, TEXTS[n % len(TEXTS)], fields={"title": TEXTS[-1 - n % len(TEXTS)]})
    for n, one in enumerate(IDS)
]
annotations = st.builds(
    lambda article, labels, **given: replace(article, labels=tuple(labels), **given),
    articles,
    st.lists(st.sampled_from(LABELS), unique=True, max_size=2),
    annotator=st.sampled_from(("أمل", "=1+1", "model")),
    origin=st.sampled_from(("human", "model")),
    confidence=st.none() | shares,
    comment=st.none() | texts,
    skipped=st.booleans(),
    time=st.none() | st.just("2026-11-30T22:35:16Z"),
    spans=st.sampled_from(((), (SpanOfText(0, 3, "gov"),))),
)


def written(table, path, task=TASK):
    with path.open("wb") as file:
        tool("excel").codec.write(table, task, file)
    return path


def changed(path, *changes, sheet="articles"):
    """Fill in cells of a workbook: (row, column name, value)."""
    book = openpyxl.load_workbook(path)
    names = [cell.value for cell in book[sheet][1]]
    for row, name, value in changes:
        book[sheet].cell(row, names.index(name) + 1).value = value
    book.save(path)
    return path


@pytest.fixture
def workbook(tmp_path):
    return written(ARTICLES, tmp_path / "نور.xlsx")


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(table=by_id(articles | annotations, size=3))
def test_annotations_come_back_as_they_were(tmp_path_factory, table):
    path = written(table, tmp_path_factory.getbasetemp() / "book.xlsx")
    assert list(read(path)) == table


def test_ids_and_texts_of_every_kind_come_back(workbook):
    assert recognise(workbook).name == "excel"
    assert list(read(workbook)) == ARTICLES


def test_a_workbook_that_pandas_saved_again_comes_back(workbook):
    pd.read_excel(workbook).to_excel(workbook, index=False)
    assert recognises(workbook)
    assert list(read(workbook)) == ARTICLES


def test_a_long_text_is_shown_in_parts_and_comes_back_whole(tmp_path):
    table = [Annotation("1", "قسد 😀_x0041_ " * 5000, fields={"other": "=حقل " * 9000})]
    path = written(table, tmp_path / "book.xlsx")
    assert list(read(path)) == table
    sheet = openpyxl.load_workbook(path)["articles"]
    cells = {sheet.cell(1, c.column).value: c.value for c in sheet[2] if c.value}
    assert all(len(value.encode("utf-16-le")) // 2 <= 32_767 for value in cells.values())
    parts = [value for name, value in cells.items() if name.startswith("text")]
    assert "".join(parts).replace("\u2060", "") == table[0].text.rstrip() + " "


def test_the_sheet_is_made_for_coders(workbook):
    book = openpyxl.load_workbook(workbook)
    sheet, instructions, labels = book.worksheets
    assert (sheet.sheet_view.rightToLeft, sheet.freeze_panes) == (True, "B2")
    assert [one.sheet_state for one in book.worksheets] == ["visible", "visible", "hidden"]
    assert [row[0] for row in labels.iter_rows(values_only=True)] == list(LABELS)
    choice = sheet.data_validations.dataValidation[0]
    assert (choice.formula1, choice.showErrorMessage) == ("labels!$A$1:$A$4", True)
    header = [cell.value for cell in sheet[1]]
    letter = sheet.cell(1, header.index("label") + 1).column_letter
    assert str(choice.sqref) == f"{letter}2:{letter}{len(ARTICLES) + 1}"
    assert sheet.column_dimensions[sheet.cell(1, len(header)).column_letter].hidden
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    told = [cell for row in instructions.iter_rows(values_only=True) for cell in row if cell]
    assert {"كيف يؤطر المقال الحدث؟", "تعريف gov", "How to code", "- ثم النص"} <= set(told)


def test_many_long_labels_are_all_on_the_list(tmp_path):
    names = [f"تصنيف طويل, رقم {n}" for n in range(40)]
    path = tmp_path / "book.xlsx"
    written(ARTICLES, path, CodingTask(tuple(map(LabelChoice, names))))
    changed(path, (2, "label", names[-1]))
    assert [one.labels for one in read(path)][:2] == [(names[-1],), ()]


def test_what_was_filled_in_is_by_the_coder_of_the_workbook(workbook):
    changed(
        workbook,
        (2, "label", "sdf, ypg "),
        (2, "confidence", "٠٫٨"),
        (2, "comment", "ملاحظة"),
        (3, "skipped", "نعم"),
        (4, "label", 1),
        (4, "confidence", 1),
        (5, "confidence", "75%"),
    )
    found = list(read(workbook))
    assert found[0] == replace(
        ARTICLES[0], annotator="نور", labels=("sdf, ypg",), confidence=0.8, comment="ملاحظة"
    )
    assert found[1] == replace(ARTICLES[1], annotator="نور", skipped=True)
    assert found[2] == replace(ARTICLES[2], annotator="نور", labels=("1",), confidence=1.0)
    assert found[3] == replace(ARTICLES[3], annotator="نور", confidence=0.75)
    assert found[4:] == ARTICLES[4:]


def test_the_name_in_the_sheet_of_instructions_comes_before_that_of_the_file(workbook):
    changed(workbook, (2, "label", "gov"))
    changed(workbook, (2, "النص Text", " أمل  الخطيب"), sheet="instructions")
    assert next(read(workbook)).annotator == "أمل الخطيب"


def test_what_a_model_said_is_not_shown_and_comes_back_beside_the_answer(tmp_path):
    said = replace(ARTICLES[0], annotator="m", origin="model", labels=("gov",), confidence=0.9)
    path = changed(written([said], tmp_path / "nour.xlsx"), (2, "label", "محايد"))
    answer = replace(ARTICLES[0], annotator="nour", labels=("محايد",))
    assert list(read(path)) == [said, answer]


def test_a_changed_answer_keeps_the_cells_that_were_not_changed(tmp_path):
    first = replace(
        *(ARTICLES[0],), annotator="أمل", labels=("gov",), confidence=1 / 3, comment="a\r\nb\x01"
    )
    path = changed(written([first], tmp_path / "nour.xlsx"), (2, "label", "محايد"))
    assert list(read(path)) == [replace(first, annotator="nour", labels=("محايد",))]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((2, "label", "govv"), "row 2 has the label 'govv', .* Did you mean 'gov'"),
        ((2, "confidence", "80"), "row 2 has the confidence '80'"),
        ((2, "skipped", "maybe"), "row 2 has 'maybe' in 'skipped'"),
        ((2, "comment", "=1+1"), "row 2 has a 'comment' that holds a formula that was never"),
        ((2, "id", "7"), "row 2 shows the id '7', but .* of the article '007'"),
        ((4, "id", 1.2345678901234567e19), "row 4 shows the id 1.23.* '12345678901234567890'"),
        ((2, "stance_record", None), "row 2 has nothing in the hidden column"),
        ((2, "stance_record", "stance:{;"), "row 2 has damaged hidden columns"),
    ],
)
def test_a_row_that_was_damaged_is_refused(workbook, change, message):
    with pytest.raises(CorpusError, match=message):
        list(read(changed(workbook, change)))


def test_an_id_that_became_the_same_number_is_what_it_was(workbook):
    changed(workbook, (2, "id", 7), (3, "id", 7.0), (6, "id", None))
    assert list(read(workbook)) == ARTICLES


def test_a_row_that_was_copied_is_refused(workbook):
    sheet = openpyxl.load_workbook(workbook)["articles"]
    copied = [(3, sheet.cell(1, cell.column).value, cell.value) for cell in sheet[2]]
    with pytest.raises(CorpusError, match="row 3 is a copy of row 2, the article '007'"):
        list(read(changed(workbook, *copied)))


@pytest.mark.parametrize(
    ("table", "task", "message"),
    [
        ([], TASK, "0 rows"),
        ([Annotation("1", "a", "x", ("أخرى",))], TASK, "the label 'أخرى', but the labels"),
        (ARTICLES, CodingTask((LabelChoice("a\r"), LabelChoice("b"))), "cell of a workbook"),
    ],
)
def test_what_cannot_be_in_a_workbook_is_refused_before_a_byte_is_written(table, task, message):
    file = io.BytesIO()
    with pytest.raises(ConfigError, match=message):
        write(table, task, file)
    assert not file.getvalue()


def test_another_file_is_not_recognised(tmp_path):
    path = tmp_path / "other.xlsx"
    pd.DataFrame({"id": ["1"], "text": ["a"]}).to_excel(path, index=False)
    assert not recognises(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other", "")
    assert not recognises(path)
    path.write_bytes(b"PK\x03\x04")
    assert not recognises(path)
