"""The text form of what programs store, and that unused fields of any kind cost no row."""

import datetime as dt
import decimal
import uuid

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stance.corpus.article import Article, RejectedRow
from stance.formats.labelled import read_corpus
from stance.formats.reading import read_articles
from stance.formats.values import NoTextError, NoValue, text_of, text_or_json
from tests.formats.tables import read

D = decimal.Decimal
ID = uuid.UUID("12345678-1234-5678-1234-567812345678")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("محايد", "محايد"),
        (True, "true"),
        (False, "false"),
        (2019, "2019"),
        (10**30, "1" + "0" * 30),
        (2019.0, "2019"),
        (-0.0, "0"),
        (2.5, "2.5"),
        (2.0**53 - 1, "9007199254740991"),
        (D("1.50"), "1.50"),
        (D("17.00"), "17"),
        (D("1E+3"), "1000"),
        (D("12345678901234567890.0"), "12345678901234567890"),
        (ID, str(ID)),
        (dt.date(2019, 3, 23), "2019-03-23"),
        (dt.datetime(2019, 3, 23, 8, 5), "2019-03-23T08:05:00"),
        (dt.time(8, 5), "08:05:00"),
        ("سانا".encode(), "سانا"),
        (bytearray(b"sana"), "sana"),
        (memoryview(b"sana"), "sana"),
        (np.bool_(True), "true"),
        (np.int64(17), "17"),
        (np.float32(2.5), "2.5"),
        (np.float64(17), "17"),
        (np.str_("سانا"), "سانا"),
        (np.datetime64("2019-03-23", "D"), "2019-03-23"),
        (np.datetime64("2019-03-23T08:05", "ns"), "2019-03-23T08:05:00.000000000"),
        (np.array(["محايد"]), "محايد"),
        (["محايد"], "محايد"),
        (["محايد", "محايد"], "محايد"),
        (["محايد", "محايد\u200f", None, ""], "محايد"),
        ([1, 1.0, "1.0"], "1"),
        ([True], "true"),
        ({"choices": ["محايد"]}, "محايد"),
        ({"$oid": "5c96"}, "5c96"),
        ({"$date": {"$numberLong": "1553299200000"}}, "1553299200000"),
        ([{"$numberInt": "7"}], "7"),
    ],
)
def test_values_with_a_text_form(value, expected):
    assert text_of(value) == expected
    assert text_or_json(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None, "", b"", float("nan"), float("inf"), D("NaN"), D("sNaN"), D("Infinity"),
        np.float64("nan"), [], (), {}, [None], [""], [float("nan")], {"choices": []},
        {"$oid": None},
    ],
)  # fmt: skip
def test_values_that_say_nothing(value):
    assert text_of(value) is None
    assert text_or_json(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["مؤيد", "محايد"], "list of 2 values (مؤيد, محايد), not one: keep one of them"),
        (list("abcd"), "list of 4 values (a, b, c, ...)"),
        ([1, "1.5"], "list of 2 values (1, 1.5)"),
        ([[0, 5, "X"]], "list of lists (spans"),
        ({"choices": ["أ", "ب"]}, "list of 2 values"),
        ({"lat": 1, "lon": 2}, "object with 'lat', 'lon'"),
        (b"\xff", "bytes that are not UTF-8"),
        (2.0**53, "9.0072e+15, whose last digits were lost: store it as text"),
        (dt.timedelta(1), "a timedelta"),
        (NoValue("holds the error #N/A"), "holds the error #N/A"),
    ],
)
def test_values_without_a_text_form(value, message):
    with pytest.raises(NoTextError) as error:
        text_of(value)
    assert message in str(error.value)
    assert isinstance(text_or_json(value), str)


ODD = {
    "boolean": [True, False],
    "integer": [1, 2],
    "float": [1.5, float("nan")],
    "long": [1e300, 2e300],
    "decimal": [D("1.5"), D("2")],
    "bytes": [b"\xff\xfe", b"ok"],
    "date": [dt.date(2019, 1, 1), dt.date(2020, 1, 1)],
    "timestamp": [dt.datetime(2019, 1, 1, 5), None],
    "time": [dt.time(5), dt.time(6)],
    "duration": [dt.timedelta(1), dt.timedelta(2)],
    "list": [["a", "b"], []],
    "lists": [[["a"], ["b"]], [[]]],
    "struct": [{"a": 1, "b": None}, {"a": 2, "b": 3}],
    "null": [None, None],
}
TEXTS = ["وصل الوفد إلى المدينة", "غادر الوفد المدينة"]


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("field", ["label", "outlet", "event", "published", "target"])
def test_a_field_that_nobody_needs_costs_no_article(tmp_path, kind, field):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["أ", "ب"], "text": TEXTS, field: ODD[kind]}), path)
    found = list(read_articles([path]))
    assert [(a.id, a.text) for a in found] == list(zip("أب", TEXTS, strict=True))


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("field", ["published", "target"])
def test_dates_and_targets_of_any_kind_cost_no_labelled_article(tmp_path, kind, field):
    path = tmp_path / "a.parquet"
    columns = {"text": TEXTS, "label": ["مؤيد", "محايد"], field: ODD[kind]}
    pq.write_table(pa.table(columns), path)
    articles, rejected = read_corpus([path])
    assert [a.label for a in articles] == ["مؤيد", "محايد"]
    assert rejected == []


@pytest.mark.parametrize("field", ["label", "outlet", "event"])
def test_what_training_compares_costs_its_row_where_it_is_no_text(tmp_path, field):
    path = tmp_path / "a.parquet"
    columns = {"text": TEXTS, "label": ["مؤيد", "محايد"], field: [["أ", "ب"], ["أ"]]}
    pq.write_table(pa.table(columns), path)
    articles, (rejected,) = read_corpus([path])
    assert [a.text for a in articles] == TEXTS[1:]
    assert rejected.reason.startswith(f"'{field}' is a list of 2 values")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (5, "a number"),
        (5.5, "a number"),
        (D("5"), "a number"),
        (True, "a boolean"),
        (float("nan"), "empty"),
        ({"html": "<p>"}, "an object with 'html'"),
        (["فقرة", "أخرى"], "a list of 2 values"),
        (b"\xff", "bytes that are not UTF-8"),
    ],
)
def test_what_is_no_text_is_no_article(tmp_path, text, reason):
    pq.write_table(pa.table({"text": [text]}), tmp_path / "a.parquet")
    (row,) = read(tmp_path / "a.parquet")
    assert isinstance(row, RejectedRow)
    assert reason in row.reason


def test_text_in_bytes_or_in_a_list_of_one_is_text(tmp_path):
    columns = {"text": [t.encode() for t in TEXTS], "title": [["عنوان"], []]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = list(read_articles([tmp_path / "a.parquet"]))
    assert [(a.text, a.title) for a in found] == [(TEXTS[0], "عنوان"), (TEXTS[1], None)]


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        (17.0, "17"),
        (D("17.00"), "17"),
        (ID.bytes[:2], "\x124"),
        (True, "true"),
        ({"a": 1}, '{"a":1}'),
        (["أ"], "أ"),
        (float("nan"), "a.parquet:1"),
    ],
)
def test_ids_of_any_kind(tmp_path, identifier, expected):
    table = pa.table({"id": [identifier], "text": TEXTS[:1]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert list(read_articles([tmp_path / "a.parquet"])) == [Article(expected, TEXTS[0])]


def test_a_bad_byte_in_a_field_that_nobody_needs_costs_nothing(put):
    path = put("a.csv", "id,text,outlet\n1,نص,".encode() + b"\xff\n" + "2,نص,سانا\n".encode())
    assert [(a.id, a.outlet) for a in read_articles([path], encoding="utf-8")] == [
        ("1", None),
        ("2", "سانا"),
    ]
    articles, (rejected,) = read_corpus(
        [put("b.csv", "text,label,outlet\nنص,أ,".encode() + b"\xff\n" + "نص,أ,س\n".encode())],
        encoding="utf-8",
    )
    assert len(articles) == 1
    assert rejected.reason == "invalid UTF-8"
