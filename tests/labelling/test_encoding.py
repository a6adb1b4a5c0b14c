import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.labelling.encoding import Encoder
from tests.labelling.conftest import loads

ROW = {"id": "ق-1", "label": "محايد", "probabilities": {"محايد": 0.75}, "out_of_domain": False}
COLUMNS = ("id", "label", "probabilities.محايد", "out_of_domain")
VALUES = st.none() | st.text(st.characters(codec="utf-8"), max_size=5) | st.integers(-9, 9)


def encoder(file_format, *kept, **options):
    return Encoder(file_format, COLUMNS, COLUMNS[2:3], COLUMNS[3:], kept, **options)


def decoded(file_format, data):
    if file_format == "csv":
        return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    return pa.ipc.open_stream(data).read_all().to_pylist()


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
@settings(deadline=None)
@given(values=st.lists(VALUES, max_size=8), cut=st.integers(0, 8))
def test_the_bytes_of_batches_are_those_of_the_whole(file_format, values, cut):
    made = encoder(file_format, "n")
    kept = [{"n": value} for value in values]
    parts = made.encode([ROW] * len(kept[:cut]), kept[:cut])
    parts += made.encode([ROW] * len(kept[cut:]), kept[cut:])
    if file_format == "parquet":
        found = [row["n"] for row in decoded(file_format, made.header() + parts)]
        assert found == [v if v is None or isinstance(v, str) else str(v) for v in values]
    else:
        assert parts == made.encode([ROW] * len(kept), kept)


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_columns_are_flat_and_kept_ones_stand_behind(file_format):
    made = encoder(file_format, "label", "probabilities", "outlet")
    data = made.header() + made.encode(
        [ROW], [{"label": "x", "probabilities": [True], "outlet": None}]
    )
    (row,) = decoded(file_format, data)
    assert list(row) == [*COLUMNS, "input.label", "input.probabilities", "outlet"]
    assert (row["label"], row["input.label"], row["input.probabilities"]) == (
        "محايد",
        "x",
        "[true]",
    )
    assert float(row["probabilities.محايد"]) == 0.75


def test_json_lines_keep_nesting():
    (row,) = loads(encoder("jsonl", "n").encode([ROW], [{"n": {"a": [1]}}]))
    assert row == {**ROW, "n": {"a": [1]}}


def test_a_byte_order_mark_stands_before_the_columns_of_csv_alone():
    assert encoder("csv", bom=True).header() == b"\xef\xbb\xbf" + encoder("csv").header()
    assert encoder("jsonl", bom=True).header() == b""
