"""Several annotators' labels, by column and by row."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stance.corpus.article import FieldMapping
from stance.errors import ConfigError, CorpusError
from stance.formats.annotations import Annotations, read_columns, read_long

WIDE = "id,text,سلمى,نور\nأ,نص,مؤيد,محايد\nب,نص,,مؤيد\n"
LONG = "article,who,label\nأ,سلمى,مؤيد\nب,نور,مؤيد\nأ,نور,محايد\n"
SAME = Annotations(("أ", "ب"), ("سلمى", "نور"), (("مؤيد", "محايد"), (None, "مؤيد")))


def test_columns_and_rows_say_the_same(put):
    wide = read_columns([put("a.csv", WIDE)], ["سلمى", "نور"])
    assert wide == replace(SAME, texts=("نص", "نص"))
    assert read_long([put("b.csv", LONG)], "who", fields=FieldMapping(id="article")) == SAME


def test_numbers_and_nulls(put):
    path = put("a.jsonl", '{"id": 1, "a": 2, "b": null}\n{"id": 2, "a": 1, "b": " 1 "}\n')
    assert read_columns([path], ["a", "b"]).labels == (("2", None), ("1", "1"))


def test_a_column_of_floats_with_gaps(tmp_path):
    table = pa.table({"id": ["1", "2"], "a": [1.0, float("nan")], "b": ["1.0", ""]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert read_columns([str(tmp_path / "a.parquet")], ["a", "b"]).labels == (
        ("1",) * 2,
        (None,) * 2,
    )


def test_articles_without_an_id_are_named_as_everywhere(put):
    from stance.formats.reading import read_articles

    path = put("a.csv", "text,a,b\nنص,x,y\nنص آخر,x,x\n")
    assert list(read_columns([path], ["a", "b"]).ids) == [a.id for a in read_articles([path])]


@pytest.mark.parametrize(
    ("content", "annotators", "message"),
    [
        (WIDE, ["سلمى", "هدى"], "'هدى'.*سلمى, نور"),
        ("id,a,b\n1,x,y\n1,x,x\n", ["a", "b"], "'1' again.*--annotator-field"),
        ("id,a,b\n1,x,y,z\n", ["a", "b"], "cannot be read.*row 2"),
    ],
)
def test_columns_that_cannot_be_used(put, content, annotators, message):
    with pytest.raises(CorpusError, match=message):
        read_columns([put("a.csv", content)], annotators)


@pytest.mark.parametrize("annotators", [["a"], ["a", "a"], []])
def test_two_columns_are_needed(put, annotators):
    with pytest.raises(ConfigError, match="two or more"):
        read_columns([put("a.csv", "id,a,b\n1,x,y\n")], annotators)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,who,label\n1,a,x\n1,a,y\n", "'a' labels '1' again"),
        ("id,who,label\n,a,x\n", "row 2, without 'id'"),
        ("id,who,label\n1,,x\n", "row 2, without 'who'"),
        ("id,label\n1,x\n", "'who'.*id, label"),
        ("id,who,label\n1,a,x\n2,a,x\n", "1 annotators in 'who'"),
    ],
)
def test_rows_that_cannot_be_used(put, content, message):
    with pytest.raises(CorpusError, match=message):
        read_long([put("a.csv", content)], "who")


def test_what_coders_wrote_differently_is_one_label(put):
    path = put("a.jsonl", '{"id": 1, "a": 1, "b": 1.0}\n{"id": "2", "a": "1.0", "b": "1 "}\n')
    found = read_columns([path], ["a", "b"])
    assert all(len(set(row)) == 1 for row in found.labels)
    rows = "id,who,label\n1,سلمى,مؤيد\n1.0,نور,مؤيد\u200f\n2, سلمى\u00a0,محايد\n2,نور ,محايد\n"
    assert read_long([put("b.csv", rows)], "who") == Annotations(
        ("1", "2"), ("سلمى", "نور"), (("مؤيد",) * 2, ("محايد",) * 2)
    )


def test_case_of_labels_and_annotators_is_kept(put):
    path = put("a.csv", "id,who,label\n1,Salma,Gov\n1,salma,gov\n")
    assert read_long([path], "who").annotators == ("Salma", "salma")
    assert read_long([path], "who").labels == (("Gov", "gov"),)


def test_an_annotator_is_shown_without_what_nobody_sees(put):
    path = put("a.csv", "id,who,label\n1,\u200fسلمى   علي ,أ\n1,نور,أ\n")
    assert read_long([path], "who").annotators == ("سلمى علي", "نور")


def test_one_who_labels_twice_under_two_spellings_is_told(put):
    path = put("a.csv", "id,who,label\n1,سلمى,أ\n1,سلمى ,ب\n")
    with pytest.raises(CorpusError, match=r"row 3.*again"):
        read_long([path], "who")
    with pytest.raises(CorpusError, match=r"row 3.*again"):
        read_columns([put("b.csv", "id,a,b\n1,x,y\n1.0,x,x\n")], ["a", "b"])


def test_several_labels_of_one_annotator_are_refused(put):
    path = put("a.jsonl", '{"id": 1, "a": ["x", "y"], "b": ["x"]}\n')
    with pytest.raises(CorpusError, match=r"row 1, whose 'a' is a list of 2 values \(x, y\)"):
        read_columns([path], ["a", "b"])


def test_a_label_that_is_nothing_to_be_seen_is_none(put):
    path = put("a.csv", "id,a,b\n1,x,\u200f\n2,x,x\n")
    assert read_columns([path], ["a", "b"]).labels == (("x", None), ("x", "x"))


def test_labels_in_a_workbook(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["id", "سلمى", "نور"], [1, 1, "1.0"], [2, True, "true"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    found = read_columns([tmp_path / "a.xlsx"], ["سلمى", "نور"])
    assert found == Annotations(("1", "2"), ("سلمى", "نور"), (("1", "1"), ("true", "true")))


def test_a_table_without_rows(put):
    with pytest.raises(CorpusError, match="without a row of labels"):
        read_columns([put("a.csv", "id,a,b\n")], ["a", "b"])
    with pytest.raises(CorpusError, match="without a row of labels"):
        read_long([put("b.csv", "id,who,label\n")], "who")
