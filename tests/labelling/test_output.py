"""What a kill leaves behind at each single moment of a run."""

import errno
import gzip
import os
from pathlib import Path

import pytest

from stance.errors import InterruptedRunError, OutputError
from stance.labelling import journal, output
from tests.labelling.conftest import as_lines, as_table, content, rows, run

OUTPUTS = {
    "lines": ("out.jsonl", None),
    "packed table": ("out.csv.gz", None),
    "parquet": ("out.parquet", None),
    "parts of lines": ("out/", "jsonl"),
    "parts of parquet": ("out/", None),
}


class Killed(BaseException):
    """The process is gone: nothing below it may tidy up."""


def no_room():
    return OSError(errno.ENOSPC, "No space left on device")


class Fuse:
    """Ends the run when something is about to be done to the disk for the n-th time."""

    def __init__(self, monkeypatch, n, failure):
        self.left = n
        write = journal.Spool.write
        fsync, replace, unlink = os.fsync, Path.replace, Path.unlink

        def half_written(spool, data):
            if self.burns():
                write(spool, data[: len(data) // 2])
                raise failure()
            write(spool, data)

        def wrapped(function):
            def burning(*arguments, **options):
                if self.burns():
                    raise failure()
                return function(*arguments, **options)

            return burning

        monkeypatch.setattr(journal.Spool, "write", half_written)
        monkeypatch.setattr(os, "fsync", wrapped(fsync))
        monkeypatch.setattr(Path, "replace", wrapped(replace))
        if failure is Killed:  # there is always room to remove something
            monkeypatch.setattr(Path, "unlink", wrapped(unlink))
        monkeypatch.setattr(Path, "rename", wrapped(Path.rename))

    def burns(self):
        self.left -= 1
        return self.left == 0


@pytest.fixture
def inputs(tmp_path):
    """Several kinds of files, with good rows and bad ones."""
    folder = tmp_path / "in"
    (folder / "texts").mkdir(parents=True)
    (folder / "a.jsonl").write_bytes(as_lines(rows(30)) + b"{broken\n\n" + as_lines(rows(5, 30)))
    (folder / "b.csv.gz").write_bytes(gzip.compress(as_table(rows(12, 35)) + b'"x\n'))
    for row in rows(4, 50):
        (folder / "texts" / f"{row['id']}.txt").write_text(row["text"], "utf-8")
    (folder / "empty.jsonl").write_bytes(b"\n")
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(as_lines(rows(9, 60)))[:-9])
    return [
        folder / name for name in ("a.jsonl", "b.csv.gz", "texts", "empty.jsonl", "cut.jsonl.gz")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("failure", [Killed, no_room])
@pytest.mark.parametrize(("name", "file_format"), OUTPUTS.values(), ids=OUTPUTS)
def test_a_run_that_ends_at_any_write_goes_on_to_the_same_bytes(
    stored, inputs, tmp_path, monkeypatch, name, file_format, failure
):
    monkeypatch.setattr(output, "EVERY", 0)
    monkeypatch.setattr(output, "SHARE", 0)
    options = {"file_format": file_format, "planned": {"part_rows": 20, "keep": ["title"]}}
    whole = tmp_path / "whole"
    whole.mkdir()
    expected = run(stored, inputs, f"{whole}/{name}", **options)
    assert expected.run_counts.n_rejected == 3
    # Other moments for the one than for the other, and for each kind of output.
    n = list(OUTPUTS.values()).index((name, file_format)) + (0 if failure is Killed else 7)
    while True:
        n += 13
        folder = tmp_path / f"killed-{n}"
        folder.mkdir()
        with monkeypatch.context() as patched:
            fuse = Fuse(patched, n, failure)
            try:
                run(stored, inputs, f"{folder}/{name}", **options)
            except (Killed, InterruptedRunError, OutputError):
                assert fuse.left <= 0
        outcome = run(stored, inputs, f"{folder}/{name}", resume=True, **options)
        assert content(folder) == content(whole), f"killed at write {n}"
        assert outcome.receipt.counts == expected.receipt.counts
        assert [e.sha256 for e in outcome.receipt.inputs] == [
            e.sha256 for e in expected.receipt.inputs
        ]
        if fuse.left > 0:
            break
    assert n > 60
