"""Articles of data frames and Arrow tables: one path for every library."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from stance.corpus.article import Article, FieldMapping
from stance.errors import CorpusError, MissingFieldError, RejectedRowsWarning
from stance.formats.labelled import read_corpus
from stance.formats.tables import articles_from_table
from tests.formats.tables import GOOD, as_jsonl

COLUMNS = {
    "id": ["أ", "ب", "ج"],
    "text": [f"{GOOD} {n}" for n in range(3)],
    "label": ["محايد", "محايد ", "مؤيد"],
    "outlet": ["سانا", None, "\u200fسانا"],
    "published": [dt.date(2019, 3, 23), None, dt.date(2019, 3, 24)],
}
LIBRARIES = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "arrow": pa.table,
    "arrow reader": lambda columns: pa.table(columns).to_reader(max_chunksize=1),
    "record batch": pa.RecordBatch.from_pydict,
}
every_library = pytest.mark.parametrize("made", LIBRARIES.values(), ids=list(LIBRARIES))


@every_library
def test_every_library_gives_the_same_articles(made):
    assert articles_from_table(made(COLUMNS), labelled=True) == [
        Article("أ", f"{GOOD} 0", "محايد", "سانا", published="2019-03-23"),
        Article("ب", f"{GOOD} 1", "محايد"),
        Article("ج", f"{GOOD} 2", "مؤيد", "سانا", published="2019-03-24"),
    ]


@pytest.mark.parametrize("labelled", [True, False])
def test_a_table_gives_the_articles_of_the_same_file(tmp_path, labelled):
    rows = [Article("1", GOOD, "a ", "صوت"), Article("2", f"{GOOD}.", "a", "صو\u200fت")]
    (tmp_path / "a.jsonl").write_bytes(as_jsonl(rows))
    expected, _ = read_corpus([tmp_path / "a.jsonl"])
    frame = pd.read_json(tmp_path / "a.jsonl", lines=True)
    assert articles_from_table(frame, labelled=labelled) == expected


@every_library
def test_columns_can_have_other_names_and_rows_be_chosen(made):
    table = made({"nr": [17.0, 18.0], "body": [GOOD, GOOD], "split": ["train", "test"]})
    fields = FieldMapping(id="nr", text="body")
    assert articles_from_table(table, fields, where={"split": "test"}) == [Article("18", GOOD)]


@every_library
def test_rows_without_an_id_are_numbered(made):
    found = articles_from_table(made({"text": [GOOD, GOOD]}))
    assert [article.id for article in found] == ["table:1", "table:2"]


@every_library
def test_bad_rows_go_to_the_callback(made):
    rejected = []
    table = made({"id": ["1", "2", "3", "1"], "text": [GOOD, None, " ", GOOD]})
    found = articles_from_table(table, on_rejected=rejected.append)
    assert [article.id for article in found] == ["1", "1"]
    assert list(map(str, rejected)) == [
        "table, row 2: 'text' is empty",
        "table, row 3: 'text' is empty",
    ]
    assert rejected[1].to_row()["raw"] == {"id": "3", "text": " "}


def test_a_labelled_row_needs_a_label_and_an_id_of_its_own():
    rejected = []
    table = pa.table({"id": ["1", "2", "1"], "text": [GOOD] * 3, "label": ["a", None, "b"]})
    found = articles_from_table(table, labelled=True, on_rejected=rejected.append)
    assert found == [Article("1", GOOD, "a")]
    assert [row.reason for row in rejected] == ["no label in 'label'", "duplicate id '1'"]


@pytest.mark.parametrize("labelled", [True, False])
def test_bad_rows_are_told_of_where_nobody_asks_for_them(labelled):
    table = pa.table({"text": [GOOD, "", "12"], "label": ["a", "a", "a"]})
    with pytest.warns(RejectedRowsWarning, match=r"^Skipped 2 rows .*table, row 2.*on_rejected"):
        articles_from_table(table, labelled=labelled)


def test_an_index_with_the_name_of_a_field_is_that_field():
    frame = pd.DataFrame({"text": [GOOD]}, index=pd.Index(["خبر"], name="id"))
    assert articles_from_table(frame) == [Article("خبر", GOOD)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("a.csv", "Got str, .*stance.read_articles"),
        ([{"text": GOOD}], "Got list, "),
        (np.array([[GOOD]]), "Got ndarray, "),
        (pd.DataFrame({"text": [GOOD, 12]}), r"column text.*astype\('string'\)"),
    ],
    ids=["path", "list", "array", "mixed"],
)
def test_what_is_no_table_is_refused(wrong, message):
    with pytest.raises(CorpusError, match=message):
        articles_from_table(wrong)


def test_a_missing_column_is_told_of_with_those_there_are():
    with pytest.raises(MissingFieldError, match=r"'text'.*are: body, nr\. .*FieldMapping"):
        articles_from_table(pa.table({"body": [GOOD], "nr": [1]}))
    with pytest.raises(MissingFieldError, match="'split'"):
        articles_from_table(pa.table({"text": [GOOD]}), where={"split": "test"})
