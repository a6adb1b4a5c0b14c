import bz2
import gzip
import lzma

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stance.labelling import finishing
from stance.labelling.encoding import Encoder
from stance.labelling.finishing import build, sha256_of

ROWS = [{"id": str(n), "p": n / 2} for n in range(25)]


def spooled(path, encoder, size):
    data = encoder.header()
    for first in range(0, len(ROWS), size):
        data += encoder.encode(ROWS[first : first + size], [{}] * len(ROWS[first : first + size]))
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("group", [1, 4, 10, 25, 100])
def test_parquet_has_row_groups_of_one_size_for_any_batches(tmp_path, monkeypatch, group):
    monkeypatch.setattr(finishing, "PARQUET_GROUP", group)
    encoder = Encoder("parquet", ("id", "p"), ("p",))
    hashes = set()
    for size in (1, 3, 7, 25):
        spool = spooled(tmp_path / f"s{size}", encoder, size)
        built = build(spool, "parquet", "", tmp_path / f"b{size}")
        hashes.add(sha256_of(built))
        assert pq.read_table(built).to_pylist() == ROWS
    assert len(hashes) == 1
    file = pq.ParquetFile(built)
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [group] * (25 // group) + ([25 % group] if 25 % group else [])


def test_no_rows_make_parquet_with_its_columns(tmp_path):
    spool = tmp_path / "s"
    spool.write_bytes(Encoder("parquet", ("id", "p"), ("p",)).header())
    table = pq.read_table(build(spool, "parquet", "", tmp_path / "b"))
    assert table.column_names == ["id", "p"]
    assert table.num_rows == 0


@pytest.mark.parametrize(
    ("compression", "unpack"),
    [
        (".gz", gzip.decompress),
        (".bz2", bz2.decompress),
        (".xz", lzma.decompress),
        (".zst", lambda data: pa.input_stream(pa.py_buffer(data), compression="zstd").read()),
    ],
)
def test_compressed_rows_are_the_rows_and_the_same_bytes_each_time(tmp_path, compression, unpack):
    spool = spooled(tmp_path / "s", Encoder("jsonl", ("id", "p")), 7)
    first, second = (build(spool, "jsonl", compression, tmp_path / n) for n in "ab")
    assert unpack(first.read_bytes()) == spool.read_bytes()
    assert first.read_bytes() == second.read_bytes()


def test_plain_rows_are_the_spool_itself(tmp_path):
    spool = spooled(tmp_path / "s", Encoder("csv", ("id", "p")), 7)
    assert build(spool, "csv", "", tmp_path / "b") == spool
