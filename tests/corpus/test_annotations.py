"""Several annotators' labels, by column and by row."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stance.corpus.annotations import Annotations, read_columns, read_long
from stance.corpus.article import FieldMapping
from stance.errors import ConfigError, CorpusError

WIDE = "id,text,سلمى,نور\nأ,نص,مؤيد,محايد\nب,نص,,مؤيد\n"
LONG = "article,who,label\nأ,سلمى,مؤيد\nب,نور,مؤيد\nأ,نور,محايد\n"
SAME = Annotations(("أ", "ب"), ("سلمى", "نور"), (("مؤيد", "محايد"), (None, "مؤيد")))


def test_columns_and_rows_say_the_same(put):
    assert read_columns([put("a.csv", WIDE)], ["سلمى", "نور"]) == SAME
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
    from stance.corpus.reading import read_articles

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
