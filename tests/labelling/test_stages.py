import time
from threading import Event

import pytest

from stance.corpus.article import Article, RejectedRow
from stance.labelling import batches
from stance.labelling.batches import Batcher
from stance.labelling.entries import Entry
from stance.labelling.stages import BLOCK_ENTRIES, BLOCKS_AHEAD, Reader, labelled_batches


def entries(n, found=lambda i: Article(str(i), "خبر")):
    return (Entry(found(i), {}, None, 0) for i in range(n))


def labelled(stream, label=lambda batch: batch, *, size=10, jobs=2, live=False, stop=None):
    reader = Reader(live=live)
    reader.read(stream)
    stop = stop or Event()
    return labelled_batches(reader, Batcher(size), label, jobs=jobs, live=live, stop=stop)


@pytest.mark.parametrize("jobs", [1, 2, 4])
@pytest.mark.parametrize("n", [0, 1, 10, 999])
def test_all_entries_come_out_in_order(jobs, n):
    found = [entry for batch in labelled(entries(n), jobs=jobs) for entry in batch]
    assert [entry.found.id for entry in found] == [str(i) for i in range(n)]


def test_batches_of_rejects_are_bounded_too():
    stream = entries(5000, lambda i: RejectedRow("a", i, "x"))
    assert max(len(batch) for batch in labelled(stream)) <= 1024


@pytest.mark.slow
def test_reading_does_not_run_ahead_without_bound():
    taken = []

    def endless():
        for entry in entries(10**9):
            taken.append(None)
            yield entry

    batches = labelled(endless(), size=10)
    next(batches)
    time.sleep(0.3)
    assert len(taken) <= BLOCK_ENTRIES * (BLOCKS_AHEAD + 4)
    batches.close()
    n = len(taken)
    time.sleep(0.6)
    assert len(taken) <= n + BLOCK_ENTRIES


def test_the_next_batch_is_read_while_one_is_labelled():
    read, begun = Event(), Event()

    def stream():
        yield from entries(BLOCK_ENTRIES)
        begun.wait(10)
        read.set()
        yield from entries(1)

    def label(batch):
        begun.set()
        assert read.wait(10)
        return batch

    assert sum(map(len, labelled(stream(), label))) == BLOCK_ENTRIES + 1


def test_an_error_comes_after_all_that_was_read_before_it():
    def stream():
        yield from entries(25)
        raise OSError("pulled")

    found = []
    with pytest.raises(OSError, match="pulled"):
        found.extend(len(batch) for batch in labelled(stream()))
    assert sum(found) == 25


def test_an_error_in_a_labelling_thread_reaches_the_caller():
    def label(batch):
        raise ValueError("bug")

    with pytest.raises(ValueError, match="bug"):
        list(labelled(entries(50), label))


def test_a_stop_finishes_what_is_begun_and_no_more():
    stop = Event()
    found = []
    for batch in labelled(entries(10**6), stop=stop):
        found += [entry.found.id for entry in batch]
        stop.set()
    assert found == [str(i) for i in range(len(found))]
    assert 10 <= len(found) <= 100


def test_a_live_article_waits_for_no_other():
    reader = Reader(live=True)
    go_on = Event()

    def stream():
        for n in range(3):
            yield from entries(1)
            reader.before_read()
            if n < 2:
                assert go_on.wait(10)
                go_on.clear()

    reader.read(stream())
    batches = labelled_batches(reader, Batcher(1000), lambda b: b, jobs=2, live=True, stop=Event())
    for _ in range(3):
        began = time.monotonic()
        assert len(next(batches)) == 1
        assert time.monotonic() - began < 5
        go_on.set()
    assert list(batches) == []


@pytest.mark.parametrize(
    "raw", ["س" * 500, b"x" * 500, {"note": "س" * 250, "tags": ["س" * 250]}], ids=type
)
def test_rows_set_aside_fill_a_batch_by_their_size(monkeypatch, raw):
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 1_000)
    batcher = Batcher(100)
    row = Entry(RejectedRow("a", 1, "نص", raw), {}, None, 0)
    assert batcher.add(row) is None
    assert batcher.add(row) == [row, row]


def test_fields_that_are_kept_fill_a_batch_too(monkeypatch):
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 1_000)
    row = Entry(Article("1", "نص"), {"note": "س" * 600}, None, 0)
    batcher = Batcher(100)
    assert batcher.add(row) is None
    assert batcher.add(row) == [row, row]
