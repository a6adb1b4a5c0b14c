import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import CorpusError
from stance.formats.cursor import Cursor, FollowedFile, Place


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@settings(deadline=None)
@given(data=st.binary(max_size=200), sizes=st.lists(st.integers(1, 50), min_size=1))
def test_what_is_read_is_counted_and_hashed(data, sizes):
    cursor = Cursor()
    file = FollowedFile(io.BytesIO(data), cursor, "x")
    taken = b"".join(file.read(size) for size in sizes)
    assert cursor.mark.n_bytes == len(taken)
    assert cursor.mark.sha256 == sha256(taken) == sha256(data[: len(taken)])


@settings(deadline=None)
@given(data=st.binary(max_size=200), n_bytes=st.integers(0, 200), back=st.integers(0, 50))
def test_reading_goes_on_where_it_was_with_the_hash_of_the_whole(data, n_bytes, back):
    n_bytes = min(n_bytes, len(data))
    offset = max(n_bytes - back, 0)
    start = Place(1, offset, (), n_bytes, sha256(data[:n_bytes]))
    cursor = Cursor(start)
    file = FollowedFile(io.BytesIO(data), cursor, "x")
    file.recheck(offset)
    assert file.readall() == data[offset:]
    assert cursor.mark.sha256 == sha256(data)


@pytest.mark.parametrize("changed", [b"abXdef", b"ab", b""])
def test_another_beginning_is_refused(changed):
    cursor = Cursor(Place(1, 3, (), 4, sha256(b"abcd")))
    with pytest.raises(CorpusError, match=r"x, whose first 4 bytes.*--force"):
        FollowedFile(io.BytesIO(changed), cursor, "x").recheck(3)


def test_a_reading_that_breaks_off_says_where():
    class Broken:
        def __init__(self):
            self.left = 3

        def read(self, size):
            self.left -= 1
            if not self.left:
                raise TimeoutError("no answer")
            return b"ab"

    file = FollowedFile(Broken(), Cursor(), "s3://b/a.jsonl")
    assert file.read(2) + file.read(2) == b"abab"
    with pytest.raises(CorpusError, match=r"s3://b/a\.jsonl.*after 4 bytes: no answer"):
        file.read(2)


def test_a_pipe_that_has_nothing_yet_is_not_at_its_end():
    class Unready:
        answers = [None, None, b"a", b""]  # noqa: RUF012

        def read(self, size):
            return self.answers.pop(0)

    assert FollowedFile(Unready(), Cursor(), "-").readall() == b"a"


def test_somebody_is_told_before_each_read():
    told = []
    file = FollowedFile(io.BytesIO(b"abc"), Cursor(before_read=lambda: told.append(1)), "x")
    file.read(2)
    assert len(told) == 1
