import json
from contextlib import suppress

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.corpus.article import Article, RejectedRow
from stance.errors import CorpusError
from tests.formats.tables import (
    ARTICLES,
    BOM,
    COLUMNS,
    GOOD,
    PACKED,
    as_jsonl,
    as_parquet,
    as_table,
    read,
)

anything = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


FAULTS = {
    "bad JSON": [b'{"id": "2", "text": ', b"{'text': 'x'}", b"\x00", b'"\\x"'],
    "not an object": [b'["x"]', b'"x"', b"null", b"3", b"true"],
    "'text' is missing": [b"{}", b'{"id": "2", "body": "x"}'],
    "'text' is empty": [
        b'{"text": ""}',
        b'{"text": null}',
        b'{"text": " \\n\\u00a0\\t"}',
        b'{"text": NaN}',
        b'{"text": []}',
    ],
    "'text' is a number": [b'{"text": 5}', b'{"text": 0}', b'{"text": 1.5}'],
    "'text' is a list of 2 values": [b'{"text": ["x", "y"]}'],
    "'text' is an object": [b'{"text": {"ar": "x"}}'],
    "'text' is a boolean": [b'{"text": true}', b'{"text": false}'],
    "'title' is a list of 2 values": [b'{"text": "x", "title": ["a", "b"]}'],
    "invalid UTF-8": [b'{"text": "\xd9"}', b"\xff\xfe", b'{"text": "\xed\xa0\x80"}'],
}


@pytest.mark.parametrize(
    ("reason", "line"), [(reason, line) for reason, lines in FAULTS.items() for line in lines]
)
def test_a_bad_line_of_json_is_set_aside_and_the_next_is_read(put, reason, line):
    good = json.dumps({"text": GOOD}).encode()
    path = put("a.jsonl", b"\n".join([good, line, good]))
    first, rejected, last = read(path)
    assert (first.text, last.text, last.id) == (GOOD, GOOD, "a.jsonl:3")
    assert isinstance(rejected, RejectedRow)
    assert (rejected.source, rejected.row) == (str(path), 2)
    assert reason in rejected.reason


def test_an_escaped_lone_surrogate_is_no_text(put):
    path = put("a.jsonl", '{"text": "\\ud800"}\n{"text": "\\ud83c\\udf47"}\n')
    rejected, article = read(path)
    assert isinstance(rejected, RejectedRow)
    assert article.text == "🍇"


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("4 values for 3 columns", "2,{text},محايد,زائد"),
        ("'text' is empty", "2,,محايد"),
        ("'text' is empty", "2, \u2003 ,محايد"),
        ("'text' is missing", "2"),
        ("invalid UTF-8", "2,{text}\udcd9,محايد"),
        ("invalid UTF-8", "\udcc3,{text},محايد"),
    ],
)
@pytest.mark.parametrize(("file_format", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_a_bad_row_of_a_table_is_set_aside_and_the_next_is_read(
    put, reason, row, file_format, delimiter
):
    lines = ["id,text,label", "1,{text},محايد", row, "3,{text},محايد", ""]
    content = "\n".join(lines).replace(",", delimiter).replace("{text}", GOOD)
    path = put(f"a.{file_format}", content.encode(errors="surrogateescape"))
    first, rejected, last = read(path)
    assert (first.id, last.id) == ("1", "3")
    assert (first.text, last.text) == (GOOD, GOOD)
    assert rejected == RejectedRow(str(path), 3, reason)


def test_invalid_utf8_in_a_column_that_nobody_asked_for_is_no_matter(put):
    path = put("a.csv", b"text,note\nx,\xff\ny,ok\n")
    assert [a.text for a in read(path)] == ["x", "y"]


def test_invalid_utf8_in_a_text_file_is_set_aside(put):
    path = put("a.txt", GOOD.encode()[:7] + b"\xff" + GOOD.encode())
    assert read(path) == [RejectedRow(str(path), 1, "invalid UTF-8 at byte 7")]


@pytest.mark.parametrize("data", [b"", BOM, b" \n\t"])
def test_an_empty_text_file_is_set_aside(put, data):
    path = put("a.txt", data)
    assert read(path) == [RejectedRow(str(path), 1, "'text' is empty")]


def test_an_unusable_row_of_parquet_is_set_aside_by_its_number(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [GOOD, None, "", GOOD]}), path)
    found = read(path)
    assert found[1:3] == [RejectedRow(str(path), n, "'text' is empty") for n in (2, 3)]
    assert [a.id for a in (found[0], found[3])] == ["a.parquet:1", "a.parquet:4"]


def test_numbers_in_a_parquet_column_of_text_are_set_aside(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [1, 2]}), path)
    assert [row.reason for row in read(path)] == ["'text' is a number, not text"] * 2


def test_invalid_utf8_in_parquet_is_told_of(tmp_path):
    path = tmp_path / "a.parquet"
    offsets = pa.array([0, 1, 2, 3], pa.int32()).buffers()[1]
    texts = pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"a\xffb"))
    pq.write_table(pa.table({"text": texts}), path)
    with suppress(CorpusError):
        assert [isinstance(row, Article) for row in read(path)] == [True, False, True]


@pytest.mark.parametrize("value", [pa.scalar(10**8, pa.date32()), pa.scalar(b"\xff")])
def test_a_column_that_nobody_asked_for_does_not_stop_parquet(tmp_path, value):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [GOOD], "note": pa.array([value])}), path)
    assert [a.text for a in read(path)] == [GOOD]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b'{"text": "\xff", "id": "1"}\n[1]\n{"text": 5}\n'),
        ("a.csv", b"id,text,note\n1,\xff,x\n2,,\xfe\n3,a,b,\xfd\n4,c,d\n5,e,f\n"),
        ("a.txt", b"\xff"),
    ],
)
def test_every_row_set_aside_can_be_written_out(put, name, content):
    rows = [row for row in read(put(name, content)) if isinstance(row, RejectedRow)]
    assert rows
    assert all(orjson.dumps(row.to_row()) for row in rows)


def test_a_row_of_parquet_set_aside_can_be_written_out(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [""], "scan": [b"\xff"]}), path)
    (row,) = read(path)
    assert orjson.dumps(row.to_row())


# Nasty content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '\n{"text": "نص"}\n\n \t\r\n\n{"text": "نص"}\n\n'),
        ("a.csv", "text\n\nنص\n\n\r\nنص\n\n"),
    ],
)
def test_blank_lines_are_passed_over(put, name, content):
    assert [a.text for a in read(put(name, content))] == ["نص", "نص"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "قبل\0بعد"),
        ("a.jsonl", '{"text": "قبل\\u0000بعد"}\n'),
        ("a.csv", "text\nقبل\0بعد\n"),
        ("a.tsv", "text\nقبل\0بعد\n"),
    ],
)
def test_nul_bytes_in_a_text_are_kept(put, name, content):
    assert [a.text for a in read(put(name, content))] == ["قبل\0بعد"]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.csv.gz"])
def test_an_empty_file_is_an_error(put, name):
    path = put(name, b"")
    path.write_bytes(b"")
    with pytest.raises(CorpusError, match="is empty"):
        read(path)


@pytest.mark.parametrize("content", [b"\n\n", b" , ,\nx,y,z\n", BOM])
def test_a_table_without_column_names_is_an_error(put, content):
    with pytest.raises(CorpusError, match="first row of column names"):
        read(put("a.csv", content))


def test_a_table_of_column_names_alone_holds_no_articles(put):
    assert read(put("a.csv", "id,text\n")) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(put, name):
    file_format = name.split(".")[1]
    assert read(put(name, BOM + PACKED[file_format])) == ARTICLES


def test_a_byte_order_mark_is_no_part_of_a_text(put):
    assert [a.text for a in read(put("a.txt", BOM + GOOD.encode()))] == [GOOD]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_row(put, newline):
    path = put("a.csv", newline.join(["id,text", "1,أ", "2,ب"]))
    assert read(path) == [Article("1", "أ"), Article("2", "ب")]


def test_lines_within_quotes_stay_within_the_text(put):
    path = put("a.csv", 'id,text\n1,"سطر\r\n\n""سطر"", ثالث"\n2,ب\n')
    assert read(path) == [Article("1", 'سطر\r\n\n"سطر", ثالث'), Article("2", "ب")]


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"])
def test_other_separators_end_no_row(put, separator):
    text = f"قبل{separator}بعد"
    assert [a.text for a in read(put("a.csv", f"text\n{text}\n"))] == [text]
    path = put("a.jsonl", json.dumps({"text": text}, ensure_ascii=False))
    assert [a.text for a in read(path)] == [text]


def test_names_of_columns_may_have_spaces_around_them(put):
    assert read(put("a.csv", " id , text\n1,نص\n")) == [Article("1", "نص")]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.txt"])
def test_a_very_long_text_is_read_whole(put, name):
    article = Article("1", "طويل جدا " * 200_000)
    file_format = name.split(".")[1]
    packed = {
        "csv": as_table([article], ","),
        "tsv": as_table([article], "\t"),
        "jsonl": as_jsonl([article]),
        "parquet": as_parquet([article]),
        "txt": article.text,
    }
    assert [a.text for a in read(put(name, packed[file_format]))] == [article.text]


def test_a_quote_that_never_ends_does_not_swallow_the_rows_after_it(put):
    path = put("a.csv", 'id,text\n1,"أول\n2,ثان\n3,ثالث\n')
    found = []
    with suppress(CorpusError):
        found = read(path)
    assert not [a for a in found if isinstance(a, Article) and "\n2,ثان" in a.text]


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("a.tsv", "\t")])
def test_quotation_marks_in_a_text_are_never_lost_in_silence(put, name, delimiter):
    text = '"المناطق المحررة" كما سمتها الصحيفة'
    path = put(name, f"id{delimiter}text\n1{delimiter}{text}\n2{delimiter}{GOOD}\n")
    first, second = read(path)
    assert isinstance(first, RejectedRow) or first.text == text
    assert second.text == GOOD


def test_two_columns_of_the_name_asked_for_are_not_settled_in_silence(put):
    with pytest.raises(CorpusError, match="text"):
        read(put("a.csv", "id,text,text\n1,أول,ثان\n"))


def test_columns_without_a_name_are_passed_over(put):
    assert read(put("a.csv", "id,text,,\n1,نص,,\n2,نص,x,y\n")) == [
        Article("1", "نص"),
        Article("2", "نص"),
    ]


@pytest.mark.parametrize("kept", [0.2, 0.9, 0.999])
def test_parquet_that_was_cut_short_is_an_error(put, kept):
    data = PACKED["parquet"]
    with pytest.raises(CorpusError, match="cut short"):
        read(put("a.parquet", data[: int(len(data) * kept)]))


@pytest.mark.parametrize("number", ["7", "-1", "2.5", "18446744073709551615"])
def test_a_number_as_id_is_kept_as_written(put, number):
    path = put("a.jsonl", f'{{"id": {number}, "text": "نص"}}\n')
    assert [a.id for a in read(path)] == [number]


def test_a_number_too_long_to_keep_is_no_id(put):
    ids = ["20190323000000000000001", "20190323000000000000002"]
    rows = read(put("a.jsonl", "".join(f'{{"id": {i}, "text": "نص"}}\n' for i in ids)))
    assert [a.id for a in rows if isinstance(a, Article)] in ([], ids)


# Anything at all


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv", "a.txt", "a.parquet", "a.csv.zst"])
@anything
@given(content=st.binary(min_size=1))
def test_any_bytes_give_rows_or_a_corpus_error(put, name, content):
    path = put(name, content)
    with suppress(CorpusError):
        assert all(isinstance(row, Article | RejectedRow) for row in read(path))


def number_of(article):
    return int(article.id.rpartition(":")[2])


TABLE_PARTS = st.sampled_from(['"', ",", "\t", "\n", "\r", "text", "نص", " ", "\0", "\udcff"])


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
@anything
@given(parts=st.lists(TABLE_PARTS))
def test_any_table_gives_rows_in_order_or_a_corpus_error(put, name, parts):
    content = "text,note\n" + "".join(parts)
    path = put(name, content.encode(errors="surrogateescape"))
    with suppress(CorpusError):
        rows = read(path)
        numbers = [row.row if isinstance(row, RejectedRow) else number_of(row) for row in rows]
        assert numbers == sorted(set(numbers))
        assert all(row.text.strip() for row in rows if isinstance(row, Article))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
ROWS = st.lists(st.dictionaries(st.sampled_from([*COLUMNS, "note"]), JSON) | JSON, max_size=5)


@pytest.mark.slow
@anything
@given(rows=ROWS)
def test_every_line_of_json_becomes_an_article_or_a_row_set_aside(put, rows):
    path = put("a.jsonl", "\n".join(json.dumps(row) for row in [*rows, {"text": GOOD}]))
    found = read(path)
    assert len(found) == len(rows) + 1
    assert found[-1].text == GOOD
    for row, values in zip(found, rows, strict=False):
        usable = isinstance(values, dict) and isinstance(values.get("text"), str)
        assert (
            isinstance(row, RejectedRow)
            or (usable and row.text == values["text"])
            or (isinstance(values, dict) and isinstance(values["text"], list | dict))
        )
    assert all(orjson.dumps(row.to_row()) for row in found if isinstance(row, RejectedRow))
