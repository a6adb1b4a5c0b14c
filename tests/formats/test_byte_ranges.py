"""Files cut into byte ranges: read one by one they are what the whole is."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.errors import CorpusError, DamagedFileError
from stance.formats.byte_ranges import can_be_cut, cut
from stance.formats.cursor import ByteRangeCursor, Cursor, Place
from stance.formats.input_file import InputFile, identify
from stance.formats.recognition import recognise
from stance.formats.rows import read_rows
from stance.formats.source import Source

LINES = st.sampled_from(
    [
        b'{"id": "1", "text": "\xd8\xae\xd8\xa8\xd8\xb1"}',
        b'{"text": "x"}\r',
        b"{",
        b"",
        b" \t",
        b"\xff",
        b"[1]",
    ]
)
# What csv makes something of: rows over two lines, quotes that are never closed, both ends of line.
PIECES = st.sampled_from(
    [
        b"a,b",
        b",",
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b'"',
        b'"',
        b'"x\ny",z\n',
        b"\xff",
        b'5"',
        "نص".encode(),
    ]
)
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def rows_of(source, cursor):
    return list(read_rows(source, cursor))


def check(path, size, first=None, source=None):
    """Compare the rows of all byte ranges with those of the whole, and every place between them."""
    source = source or identify(str(path))
    whole = Cursor()
    expected = rows_of(source, whole)
    byte_ranges = list(cut(source, first or Place(), size))
    found = []
    for byte_range, following in zip(byte_ranges, [*byte_ranges[1:], None], strict=True):
        cursor = ByteRangeCursor(byte_range)
        found += rows_of(source, cursor)
        cursor.check(source.name)
        assert following is None or following.start == byte_range.end
    if first is None:
        assert found == expected
    else:
        assert found == expected[len(expected) - len(found) :]
    end = byte_ranges[-1].end
    assert (end.n_bytes, end.sha256) == (whole.mark.n_bytes, whole.mark.sha256)
    for byte_range in byte_ranges[1:]:
        # A place between two byte ranges is one that any reading can go on from.
        rest = rows_of(source, Cursor(byte_range.start))
        assert rest == expected[len(expected) - len(rest) :]
    return byte_ranges


@pytest.mark.slow
@RELAXED
@given(lines=st.lists(LINES, min_size=1, max_size=30), size=st.integers(1, 200), end=st.booleans())
def test_byte_ranges_of_json_lines_are_the_whole(tmp_path, lines, size, end):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n" * end or b"\n")
    check(path, size)


@pytest.mark.slow
@RELAXED
@given(pieces=st.lists(PIECES, max_size=60), size=st.integers(1, 60), bom=st.booleans())
def test_byte_ranges_of_a_table_are_the_whole_however_it_is_broken(tmp_path, pieces, size, bom):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbf" * bom + b"id,text\n" + b"".join(pieces))
    check(path, size)


def test_a_table_without_broken_rows_is_cut_everywhere(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b"id\ttext\n" + b'1\t"two\nlines"\n' * 50)
    assert len(check(path, 1)) == 51
    assert len(check(path, 10**6)) == 1


# What Spark's escapes make of a table, well formed or not.
ESCAPED = st.sampled_from(
    ["1,x\n", '2,"\\"y\\"\nz"\n', '3,"a\\\\"\n', "4,b\\\n", '5,"\\"\n', '"6\n', "7\n"]
)


@pytest.mark.slow
@RELAXED
@given(pieces=st.lists(ESCAPED, max_size=40), size=st.integers(1, 60))
def test_byte_ranges_of_what_spark_wrote_are_the_whole(tmp_path, pieces, size):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "".join(pieces))
    check(path, size, source=InputFile(str(path), "csv", escape="\\"))


@pytest.mark.parametrize("first", ["", "sep=;\n", "\ufeffsep=;\n"])
def test_byte_ranges_of_a_table_with_semicolons_are_the_whole(tmp_path, first):
    path = tmp_path / "a.csv"
    path.write_text(first + "id;text\n" + '1;"two, and\nlines"\n' * 50 + "2;x;y\n", "utf-8")
    source = recognise(identify(str(path)), Source())
    assert can_be_cut(source)
    assert len(check(path, 1, source=source)) == 52


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "b.csv"])
def test_what_is_converted_or_a_document_is_never_cut(tmp_path, name):
    text = (
        'id,text\n1,"خبر من وسط المدينة"\n' if "csv" in name else '{"text": "خبر من وسط المدينة"}\n'
    )
    path = tmp_path / name
    if name == "a.json":
        path.write_text(f"[{text}]", "utf-8")
    else:
        path.write_bytes(text.encode("utf-16" if name == "b.csv" else "cp1256"))
    source = recognise(identify(str(path)), Source())
    assert len(list(read_rows(source))) == 1
    assert not can_be_cut(source)


def table(n, first=0):
    return pa.table({"id": [f"ق-{first + i}" for i in range(n)], "text": ["نص طويل"] * n})


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 400, 10**6])
def test_byte_ranges_of_parquet_are_its_row_groups(tmp_path, size):
    path = tmp_path / "a.parquet"
    with pq.ParquetWriter(path, table(1).schema) as writer:
        for n in (5, 1, 30, 2000):
            writer.write_table(table(n))
    assert len(check(path, size)) == {1: 4, 400: 2, 10**6: 1}[size]


def test_a_reading_that_was_begun_is_cut_from_there_on(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1"}\n' * 40)
    middle = check(path, 100)[2].start
    assert check(path, 50, middle)[0].start == middle
    path.write_bytes(b'{"id": "2"}\n' * 40)
    with pytest.raises(CorpusError, match="have changed since"):
        list(cut(identify(str(path)), middle, 50))


def test_parts_of_a_byte_range_of_parquet_are_read_by_row(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(table(2500), path, row_group_size=1200)
    source = identify(str(path))
    (byte_range,) = cut(source, Place(), 10**9)
    part = byte_range._replace(start=Place(1100), end=Place(1302), checksum=None)
    rows = rows_of(source, ByteRangeCursor(part))
    assert [row.number for row in rows] == list(range(1101, 1303))
    assert rows[0].values["id"] == "ق-1100"


def test_another_file_under_the_same_name_is_found_out(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1"}\n' * 40)
    byte_ranges = list(cut(identify(str(path)), Place(), 100))
    for other in (b'{"id": "2"}\n' * 40, b'{"id": "1"}\n' * 10):
        path.write_bytes(other)
        cursor = ByteRangeCursor(byte_ranges[1])
        rows_of(identify(str(path)), cursor)
        with pytest.raises(CorpusError, match="differs from"):
            cursor.check(str(path))


def test_what_cannot_be_cut_says_so(tmp_path):
    for name in ("a.jsonl.gz", "a.txt"):
        (tmp_path / name).write_bytes(b"x")
        assert not can_be_cut(identify(str(tmp_path / name)))
    path = tmp_path / "cut-short.parquet"
    pq.write_table(table(50), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DamagedFileError, match="index"):
        next(cut(identify(str(path)), Place(), 1))
