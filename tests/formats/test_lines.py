import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import DamagedFileError
from stance.formats import lines
from stance.formats.lines import read_lines


class Dripping(io.RawIOBase):
    """Gives out a few bytes at a time, as a slow pipe does."""

    def __init__(self, data, sizes):
        self.data, self.sizes = data, list(sizes)

    def read1(self, size):
        size = self.sizes.pop(0) if self.sizes else size
        taken, self.data = self.data[:size], self.data[size:]
        return taken


PIECES = st.lists(st.sampled_from([b"a", "ق".encode(), b"\n", b"\r", b"\r\n", b"\x85", b"\0"]))
SIZES = st.lists(st.integers(1, 5), max_size=40)


@settings(deadline=None)
@given(pieces=PIECES, sizes=SIZES)
def test_lines_are_those_of_the_whole_however_they_come(pieces, sizes):
    data = b"".join(pieces)
    found = list(read_lines(Dripping(data, sizes), "x"))
    assert [line.data for line in found] == io.BytesIO(data).readlines()
    found = list(read_lines(Dripping(data, sizes), "x", universal=True))
    assert [line.data for line in found] == data.splitlines(keepends=True)


@settings(deadline=None)
@given(pieces=PIECES, sizes=SIZES, offset=st.integers(0, 9), longest=st.integers(1, 6))
def test_offsets_and_sizes_lead_back_to_the_line(pieces, sizes, offset, longest):
    data = b"".join(pieces)
    stream = Dripping(data, sizes)
    for line in read_lines(stream, "x", offset=offset, longest=longest):
        start = line.offset - offset
        whole = data[start : start + line.size]
        assert whole.endswith(b"\n") or start + line.size == len(data)
        assert line.data == whole[: lines.SHOWN]


def test_a_line_that_is_too_long_is_cut_and_the_next_is_whole():
    data = b"x" * 5000 + b"\nnext"
    cut, whole = read_lines(io.BytesIO(data), "x", longest=100)
    assert (cut.size, cut.data, bool(cut.fault)) == (5001, b"x" * lines.SHOWN, True)
    assert "5,001 bytes" in cut.fault
    assert (whole.data, whole.offset, whole.fault) == (b"next", 5001, "")


def test_a_line_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_SKIP", 1_000_000)
    with pytest.raises(DamagedFileError, match=r"bomb.*1,000,000 bytes"):
        list(read_lines(io.BytesIO(bytes(2_000_000)), "bomb", longest=100))
