import bz2
import gzip
import io
import lzma
import sys

import pyarrow as pa
import pytest


def _zstandard(data):
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as stream:
        stream.write(data)
    return packed.getvalue().to_pybytes()


PACKERS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": _zstandard,
}


@pytest.fixture
def pack():
    """Compress bytes as a file name's ending says."""
    return lambda name, data: next(
        (packer(data) for ending, packer in PACKERS.items() if name.endswith(ending)), data
    )


@pytest.fixture
def put(tmp_path, pack):
    """Write a file, compressed as its ending says."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(pack(name, data))
        return path

    return write


@pytest.fixture
def stdin(monkeypatch):
    """Put something in place of standard input."""

    def feed(data):
        stream = io.BytesIO(data) if isinstance(data, bytes) else io.BufferedReader(data)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        return stream

    return feed
