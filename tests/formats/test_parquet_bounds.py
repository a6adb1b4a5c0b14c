"""Parquet that holds far more than its bytes is read in bounded memory, or refused in words."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stance.corpus.article import RejectedRow
from stance.errors import DamagedFileError
from stance.formats import parquet
from stance.formats.cursor import Cursor, Place
from stance.formats.input_file import identify
from stance.formats.parquet_pages import BadPageError, pages
from stance.formats.parquet_plan import ColumnPlan, plan_column
from stance.formats.parquet_sizes import ONE_VALUE, row_sizes, value_sizes
from stance.formats.rows import read_rows

SENTENCE = "قال شهود إن الطريق مقطوع. "
KINDS = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "string_view": pa.string_view(),
    "binary": pa.binary(),
}


def read(path, first=0):
    return list(read_rows(identify(str(path)), Cursor(Place(row=first), hashes=False)))


@pytest.fixture
def little(monkeypatch):
    """Let a row have 3,000 bytes, and all that is held at once 30,000."""
    monkeypatch.setattr(parquet, "LONGEST_ROW", 3_000)
    monkeypatch.setattr(parquet, "AT_ONCE", 10_000)
    monkeypatch.setattr(parquet, "MOST_HELD", 30_000)


def write(path, columns, **options):
    pq.write_table(pa.table(columns), path, **{"compression": "zstd", **options})
    return path


def peak_of_slices(monkeypatch):
    """Record the bytes of text in each slice that becomes Python objects."""
    sizes = []
    turn = parquet._slice_rows

    def measured(file, batch, cursor):
        sizes.append(int(row_sizes(batch).sum()))
        return turn(file, batch, cursor)

    monkeypatch.setattr(parquet, "_slice_rows", measured)
    return sizes


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dictionary", [True, False])
def test_a_row_that_is_too_long_is_set_aside_and_costs_no_other(
    tmp_path, little, monkeypatch, kind, dictionary
):
    texts = ["قصير", SENTENCE * 200, "قصير أيضا", SENTENCE * 200, "نعم"]
    values = [text.encode() for text in texts] if kind == "binary" else texts
    path = write(
        tmp_path / "a.parquet",
        {"id": list("abcde"), "text": pa.array(values, KINDS[kind])},
        use_dictionary=dictionary,
    )
    slices = peak_of_slices(monkeypatch)
    found = read(path)
    assert [isinstance(row, RejectedRow) for row in found] == [False, True, False, True, False]
    assert found[1].row == 2
    assert "over 3,000 bytes" in found[1].reason
    assert found[1].raw == {"id": "b"}
    kept = [row.values["text"] for row in found if not isinstance(row, RejectedRow)]
    assert kept == [values[0], values[2], values[4]]
    assert [row.number for row in found if not isinstance(row, RejectedRow)] == [1, 3, 5]
    assert max(slices) <= 3_000
    assert read(path, first=3) == found[3:]


@pytest.mark.slow
def test_a_text_that_many_rows_share_is_copied_for_few_at_a_time(tmp_path, little, monkeypatch):
    text = SENTENCE * 40
    path = write(tmp_path / "a.parquet", {"text": [text] * 5_000})
    assert path.stat().st_size < len(text.encode()) * 5
    slices = peak_of_slices(monkeypatch)
    assert [row.values["text"] for row in read(path)] == [text] * 5_000
    assert max(slices) <= 3_000


def test_a_text_that_nested_values_share_is_held_once(tmp_path, little, monkeypatch):
    sizes = []
    turn = parquet._batch_rows

    def measured(file, batch, cursor, shared):
        sizes.append(batch.nbytes)
        return turn(file, batch, cursor, shared)

    monkeypatch.setattr(parquet, "_batch_rows", measured)
    text = SENTENCE * 40
    path = write(tmp_path / "a.parquet", {"text": ["نص"] * 500, "notes": [[text]] * 500})
    assert [row.values["notes"] for row in read(path)] == [[text]] * 500
    assert sum(sizes) < 100_000


@pytest.mark.parametrize(
    "value",
    [
        [SENTENCE * 100] * 3,
        {"within": [SENTENCE * 300]},
        [("مفتاح", SENTENCE * 300)],
        [[1] * 300, [2] * 300],
    ],
)
def test_what_is_nested_counts_too(tmp_path, little, value):
    kind = (
        pa.map_(pa.string(), pa.string())
        if isinstance(value, list) and isinstance(value[0], tuple)
        else None
    )
    column = pa.array([None, value, value], kind)
    path = write(tmp_path / "a.parquet", {"text": ["نص"] * 3, "more": column})
    found = read(path)
    assert [isinstance(row, RejectedRow) for row in found] == [False, True, True]
    assert found[0].values == {"text": "نص", "more": None}


def test_a_column_in_one_large_page_is_refused_by_what_it_takes(tmp_path, little):
    texts = [os.urandom(500).hex() for _ in range(100)]
    path = write(tmp_path / "a.parquet", {"id": range(100), "text": texts}, use_dictionary=False)
    with pytest.raises(DamagedFileError, match=r"row group 1 takes 10\d,\d{3} bytes.*'text'"):
        read(path)


def test_many_rows_in_one_group_are_read_page_by_page(tmp_path, little):
    texts = [os.urandom(50).hex() for _ in range(3_000)]
    options = {"use_dictionary": False, "data_page_size": 2_000, "write_batch_size": 10}
    path = write(tmp_path / "a.parquet", {"text": texts}, **options)
    assert pq.read_metadata(path).num_row_groups == 1
    assert [row.values["text"] for row in read(path)] == texts


def test_groups_before_one_that_is_refused_are_read(tmp_path, little):
    path = tmp_path / "a.parquet"
    with pq.ParquetWriter(path, pa.schema([("text", pa.string())]), use_dictionary=False) as file:
        file.write_table(pa.table({"text": ["أول", "ثان"]}))
        file.write_table(pa.table({"text": [os.urandom(500).hex() for _ in range(100)]}))
    rows = read_rows(identify(str(path)))
    assert [next(rows).values["text"], next(rows).values["text"]] == ["أول", "ثان"]
    with pytest.raises(DamagedFileError, match="row group 2"):
        next(rows)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("codec", ["none", "zstd", "gzip"])
def test_pages_are_those_that_were_written(tmp_path, version, codec):
    texts = [f"{n} {SENTENCE}" for n in range(1_000)]
    path = write(
        tmp_path / "a.parquet",
        {"text": texts, "n": range(1_000), "same": ["س"] * 1_000},
        compression=codec,
        data_page_version=version,
        data_page_size=1_000,
        write_batch_size=100,
        use_dictionary=["same"],
    )
    group = pq.read_metadata(path).row_group(0)
    with path.open("rb") as file:
        found = [list(pages(file, group.column(n))) for n in range(3)]
    assert [sum(page.n_values for page in own if not page.is_dictionary) for own in found] == [
        1_000
    ] * 3
    assert sum(page.is_dictionary for page in found[2]) == 1
    assert len(found[0]) == 10
    size = sum(page.n_bytes for page in found[0])
    assert size == pytest.approx(sum(len(text.encode()) + 4 for text in texts), rel=0.01)


def test_what_is_no_page_is_told(tmp_path):
    path = write(tmp_path / "a.parquet", {"text": ["نص"] * 10})
    column = pq.read_metadata(path).row_group(0).column(0)
    for junk in (b"\xff" * 64, b"\x15" * 64, b"\x1c" * 5_000):
        data = bytearray(path.read_bytes())
        data[4 : 4 + len(junk)] = junk
        (tmp_path / "junk").write_bytes(data)
        with (tmp_path / "junk").open("rb") as file, pytest.raises(BadPageError):
            list(pages(file, column))


def test_beginnings_that_texts_share_are_counted_for_each(tmp_path):
    path = write(
        tmp_path / "a.parquet",
        {"text": [SENTENCE * 100 + str(n) for n in range(50)]},
        use_dictionary=False,
        column_encoding={"text": "DELTA_BYTE_ARRAY"},
    )
    meta = pq.read_metadata(path)
    with path.open("rb") as file:
        plan = plan_column(file, meta.row_group(0).column(0), meta.schema.column(0))
    assert plan.cost(50) >= 50 * len((SENTENCE * 100).encode())
    assert plan.cost(50) == 50 * plan.cost(1)


def test_a_window_of_rows_costs_the_pages_that_it_can_touch():
    page = pages_of(10, 100)
    plan = ColumnPlan("text", False, False, True, data=[page] * 5)
    one = page.n_bytes + 8
    assert plan.cost(1) == one
    assert plan.cost(2) == 2 * (page.n_bytes + 16)
    assert plan.cost(12) == 3 * (page.n_bytes + 80)


def pages_of(n_values, n_bytes):
    from stance.formats.parquet_pages import Page

    return Page(False, n_values, n_bytes, True, False)


@pytest.mark.parametrize(
    ("values", "kind", "sizes"),
    [
        (["a", "قال", None], pa.string(), [1, 6, 0]),
        (["a", "قال", None], pa.large_string(), [1, 6, 0]),
        (["a", "قال", None], pa.string_view(), [1, 6, 0]),
        ([b"abc", None], pa.binary_view(), [3, 0]),
        (["a", "قال", None], pa.dictionary(pa.int8(), pa.string()), [1, 6, 0]),
        ([["a", "قال"], None, []], pa.list_(pa.string()), [7 + 2 * ONE_VALUE, 0, 0]),
        ([["aa"], None], pa.list_(pa.dictionary(pa.int32(), pa.string())), [2 + ONE_VALUE, 0]),
        (
            [[("k", "vv")], None, [("k", "vvv"), ("x", "y")]],
            pa.map_(pa.string(), pa.string()),
            [3 + 2 * ONE_VALUE, 0, 6 + 4 * ONE_VALUE],
        ),
        ([{"a": "xyz"}], pa.struct([("a", pa.string())]), [3 + ONE_VALUE]),
        ([[1, 2], None], pa.list_(pa.int8(), 2), [2 * ONE_VALUE, 0]),
        ([b"xx"], pa.binary(2), [2]),
        ([1, None], pa.int64(), [0, 0]),
    ],
)
def test_sizes_of_values(values, kind, sizes):
    array = pa.array(values, kind)
    expected = np.array(sizes) + ONE_VALUE
    assert value_sizes(array).tolist() == expected.tolist()
    # A slice has the sizes of its own values.
    for first in range(1, len(values)):
        assert value_sizes(array.slice(first)).tolist() == expected[first:].tolist()
