"""Tables that are one JSON object."""

import json

import pytest

from stance.corpus.article import Article, RejectedRow
from stance.errors import CorpusError, DamagedFileError
from stance.formats.cursor import Cursor
from stance.formats.inputs import plan_inputs
from stance.formats.json_documents import only_value, recognise_document
from stance.formats.reading import read_articles
from stance.formats.rows import read_rows
from stance.formats.source import Source
from tests.formats.tables import read

ROWS = [
    {"id": f"س{n}", "text": f"وصل الوفد {n}: «نعم», [لا] {{}}", "label": "مؤيد"} for n in range(4)
]


def by_column(rows, keys=None):
    return {
        name: dict(zip(keys or map(str, range(len(rows))), (r[name] for r in rows), strict=True))
        for name in rows[0]
    }


def by_index(rows, keys=None):
    return dict(zip(keys or map(str, range(len(rows))), rows, strict=True))


def split(rows, keys=None):
    index = keys or list(range(len(rows)))
    data = [list(row.values()) for row in rows]
    return {"columns": list(rows[0]), "index": index, "data": data}


def table(rows):
    schema = {"fields": [{"name": "index", "type": "integer"}], "primaryKey": ["index"]}
    return {"schema": schema, "data": [{"index": n, **row} for n, row in enumerate(rows)]}


def lists(rows):
    return {name: [row[name] for row in rows] for name in rows[0]}


def wrapped(rows):
    return {"status": "ok", "totalResults": len(rows), "articles": rows}


def beside_sources(rows):
    return {"sources": [{"name": "سانا"}], "articles": rows}


SHAPES = [by_column, by_index, split, table, lists, wrapped, beside_sources]


@pytest.fixture
def saved(put):
    def write(document, name="a.json", **options):
        text = document if isinstance(document, str) else json.dumps(document, **options)
        return str(put(name, text))

    return write


def articles(path):
    return read(path)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.json.gz"])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_rows_of_a_document_are_its_articles(saved, shape, name, indent):
    path = saved(shape(ROWS), name, indent=indent, ensure_ascii=False)
    assert articles(path) == [Article(**row) for row in ROWS]
    assert len(plan_inputs(Source((path,)))[0].peculiarities) == 2


@pytest.mark.parametrize("shape", SHAPES)
def test_one_row_is_a_table_too(saved, shape):
    # A list of one value is a value.
    assert articles(saved(shape(ROWS[:1]))) == [Article(**ROWS[0])]


@pytest.mark.parametrize("shape", [by_column, by_index, split])
def test_the_keys_of_an_index_are_ids_unless_they_only_count(saved, shape):
    rows = [{"text": row["text"]} for row in ROWS]
    named = saved(shape(rows, ["أ", "ب", "ج", "د"]))
    assert [a.id for a in articles(named)] == ["أ", "ب", "ج", "د"]
    chosen = saved(shape(rows, ["0", "2", "5", "9"]))
    assert [a.id for a in articles(chosen)] == ["0", "2", "5", "9"]
    counted = saved(shape(rows))
    assert [a.id for a in articles(counted)] == [f"a.json:{n}" for n in range(1, 5)]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_document_longer_than_what_is_looked_at(saved, shape):
    rows = [{**row, "text": row["text"] + " كلمة" * 20_000} for row in ROWS]
    path = saved(shape(rows), ensure_ascii=False)
    assert articles(path) == [Article(**row) for row in rows]


@pytest.mark.parametrize("shape", SHAPES)
def test_reading_goes_on_at_any_row(saved, shape):
    file = plan_inputs(Source((saved(shape(ROWS)),)))[0].file
    cursor = Cursor()
    rows = list(read_rows(file, cursor))
    cursor = Cursor()
    reading = read_rows(file, cursor)
    next(reading)
    assert list(read_rows(file, Cursor(cursor.place()))) == rows[1:]


COMMENTS = [{"user": "أ", "text": "شكرا"}, {"user": "ب", "text": "لا"}]


@pytest.mark.parametrize(
    "article",
    [
        {"id": 1, "text": "وصل الوفد", "comments": COMMENTS},
        {"id": 1, "body": "وصل الوفد", "comments": COMMENTS},
        {"id": 1, "المتن": "وصل الوفد", "comments": COMMENTS},
        {"id": 1, "post": "وصل الوفد " * 30, "comments": COMMENTS},
        {"text": ["وصل الوفد"], "label": ["مؤيد"]},
        {"metadata": {"a": 1, "b": 2}, "extra": {"a": 1, "b": 2}},
        {"_id": {"$oid": "5c96"}, "body": "وصل الوفد"},
        {"id": 1, "data": {"text": "وصل"}, "annotations": [{"result": []}]},
        {"comments": []},
        {},
        [],
        None,
    ],
)
def test_one_article_stays_one(article):
    assert recognise_document(article) == ""


def test_an_article_with_comments_is_read_as_one(saved):
    article = {"id": 1, "text": "وصل الوفد", "comments": COMMENTS}
    assert articles(saved(article)) == [Article("1", "وصل الوفد")]
    long = {"id": 1, "comments": COMMENTS, "text": "كلمة " * 100_000}
    assert [a.id for a in articles(saved(long, ensure_ascii=False))] == ["1"]
    lines = "\n".join(json.dumps({"comments": COMMENTS, "note": n}) for n in range(3))
    assert len(articles_or_none(saved(lines, "a.jsonl"))) == 3


def articles_or_none(path):
    try:
        return articles(path)
    except CorpusError:
        return list(plan_inputs(Source((path,)))[0].rows(Source()))


def test_lists_in_lists_have_no_names_and_are_refused(saved):
    found = articles(saved([list(row.values()) for row in ROWS]))
    assert all(isinstance(row, RejectedRow) for row in found)
    assert "names of its fields" in found[0].reason


@pytest.mark.parametrize("shape", SHAPES)
def test_a_document_that_was_cut_short(saved, shape):
    rows = [{**row, "text": row["text"] + " كلمة" * 20_000} for row in ROWS]
    whole = json.dumps(shape(rows), ensure_ascii=False)
    with pytest.raises(DamagedFileError, match=r"cut short"):
        articles(saved(whole[:-10]))


def test_a_split_table_with_a_row_too_short(saved):
    document = split(ROWS)
    document["data"][2].pop()
    with pytest.raises(DamagedFileError, match="after row 2"):
        articles(saved(document))


def test_a_document_that_would_fill_the_memory(saved, monkeypatch):
    monkeypatch.setattr("stance.formats.rows.LONGEST_DOCUMENT", 50)
    with pytest.raises(CorpusError, match=r"over 50 bytes.*lines=True"):
        articles(saved(by_column(ROWS)))


def test_by_a_pipe_the_user_says_that_it_is_a_document(stdin):
    data = json.dumps(by_column(ROWS)).encode()
    stdin(data)
    assert [a.id for a in read_articles(["-"], input_format="json")] == ["س0", "س1", "س2", "س3"]
    stdin(json.dumps({"articles": ROWS}).encode() + b"\n")
    with pytest.raises(CorpusError, match="'text'"):
        list(read_articles(["-"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('\ufeff {"a": "}"} \n', '{"a": "}"}'),
        ('{"a": 1} {"b": 2}', ""),
        ('{"a": [{"b": 1}, {"c": "\\"}', '{"a": [{"b": 1}, {}]}'),
        ('{"a": {"0": "x", "1": "ي', '{"a": {"0": "x"}}'),
        ('{"a": 1, "b": "long', ""),
        ('{"a": [', '{"a": []}'),
        ("[1]", ""),
        ("", ""),
        ("نص", ""),
    ],
)
def test_the_beginning_of_a_value_is_closed(text, expected):
    assert only_value(text) == expected
