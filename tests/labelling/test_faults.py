"""What breaks on a long run, and what a careful user would want to find afterwards."""

import base64
import gzip
import os
import resource
import subprocess
import sys
import tracemalloc
from pathlib import Path
from threading import Event
from typing import ClassVar

import fsspec
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from stance.errors import InterruptedRunError, OutputError
from stance.formats import lines
from stance.labelling.engine import LocalEngine
from tests.labelling.conftest import as_lines, as_table, content, loads, rows, run

pytestmark = pytest.mark.slow

KILLING = Path(__file__).with_name("killing.py")


def put(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def ids(path):
    return [row["id"] for row in loads(path.read_bytes())]


def rejects(path):
    return loads(path.with_name(f"{path.name}.rejects.jsonl").read_bytes())


def stopped_after(n):
    """Return a stop and a report that sets it after some batches."""
    stop = Event()
    left = [n]

    def report(progress):
        left[0] -= 1
        if not left[0]:
            stop.set()

    return {"stop": stop, "report": report}


# Killed, out of room, cut off


@pytest.mark.kill
def test_runs_killed_at_12_random_moments_go_on_to_the_same_bytes(tmp_path, model_folder):
    data = as_lines(rows(250)) + b"{broken\n" + as_lines(rows(250, 250))
    source = put(tmp_path / "in.jsonl", data)
    done = subprocess.run(
        [sys.executable, KILLING, model_folder, source, tmp_path, "12"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 6


@pytest.fixture
def small_disk():
    """Let no file grow beyond 40 kB, until told otherwise."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limits[1]))
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet", "out.csv.gz"])
def test_a_full_disk_keeps_what_is_done_and_the_run_goes_on_when_there_is_room(
    stored, tmp_path, small_disk, monkeypatch, name
):
    # With a checkpoint behind each batch, whatever the speed of the machine.
    monkeypatch.setattr("stance.labelling.output.EVERY", 0.0)
    monkeypatch.setattr("stance.labelling.output.SHARE", 0)
    small_disk()
    source = put(tmp_path / "in.jsonl", as_lines(rows(600)))
    run(stored, [source], tmp_path / f"whole-{name}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))
    with pytest.raises(InterruptedRunError, match="disk is not full"):
        run(stored, [source], tmp_path / name)
    assert not (tmp_path / name).exists()
    small_disk()
    outcome = run(stored, [source], tmp_path / name, resume=True)
    assert outcome.receipt.sessions == 2
    assert (tmp_path / name).read_bytes() == (tmp_path / f"whole-{name}").read_bytes()


class FlakyFileSystem(MemoryFileSystem):
    """A file system that a cable connects."""

    protocol = "flaky"
    store: ClassVar[dict] = {}
    breaks_at = None

    def _open(self, path, mode="rb", **options):
        file = super()._open(path, mode, **options)
        read = file.read

        def flaky(size=-1):
            if self.breaks_at is not None and file.tell() >= self.breaks_at:
                raise ConnectionResetError("the cable was pulled")
            return read(size)

        if mode == "rb":
            file.read = flaky
        return file


@pytest.fixture
def flaky():
    fsspec.register_implementation("flaky", FlakyFileSystem, clobber=True)
    FlakyFileSystem.store.clear()
    yield FlakyFileSystem
    FlakyFileSystem.breaks_at = None


@pytest.mark.parametrize("ending", ["jsonl", "csv", "jsonl.gz", "csv.gz"])
def test_an_input_that_breaks_off_is_read_on_from_there(stored, tmp_path, flaky, ending):
    plain = as_table(rows(900)) if ending.startswith("csv") else as_lines(rows(900))
    data = gzip.compress(plain) if ending.endswith("gz") else plain
    name = f"flaky://in.{ending}"
    with fsspec.open(name, "wb") as file:
        file.write(data)
    run(stored, [name], tmp_path / "whole.jsonl")
    flaky.breaks_at = min(len(data) // 2, 300_000)
    with pytest.raises(InterruptedRunError, match="cable was pulled"):
        run(stored, [name], tmp_path / "out.jsonl")
    flaky.breaks_at = None
    run(stored, [name], tmp_path / "out.jsonl", resume=True)
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_run_stopped_behind_a_broken_row_sets_the_same_rows_aside(stored, tmp_path):
    rows_of_table = [f"{n},خبر من المدينة رقم {n},ص" for n in range(400)]
    rows_of_table[3] = '3,"لم تغلق,ص'
    rows_of_table[380] = "380,خبر قصير"
    source = put(tmp_path / "in.csv", "\n".join(["id,text,outlet", *rows_of_table]).encode())
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run(stored, [source], whole)
    assert len(rejects(whole)) == 2
    outcome = run(
        stored, [source], out, engine=LocalEngine(jobs=1, batch_size=4), **stopped_after(8)
    )
    assert outcome.receipt is None
    run(stored, [source], out, resume=True)
    assert out.read_bytes() == whole.read_bytes()
    assert rejects(out) == rejects(whole)


# Changed between stop and resume


@pytest.fixture
def interrupted(stored, tmp_path):
    """Stop a run on two files within the second."""
    first = put(tmp_path / "first.jsonl", as_lines(rows(20)))
    second = put(tmp_path / "second.jsonl", as_lines(rows(400, 20)))
    last = put(tmp_path / "last.jsonl", as_lines(rows(3, 420)))
    out = tmp_path / "out.jsonl"
    outcome = run(stored, [first, second, last], out, **stopped_after(8))
    assert outcome.receipt is None
    assert 20 < outcome.run_counts.n_rows < 420
    return [first, second, last], out


def resumed(stored, interrupted, **options):
    inputs, out = interrupted
    return run(stored, options.pop("inputs", inputs), out, resume=True, **options)


def test_a_stopped_run_goes_on_with_other_threads_and_batches(stored, interrupted, tmp_path):
    inputs, out = interrupted
    resumed(stored, interrupted, engine=LocalEngine(jobs=1, batch_size=100))
    run(stored, inputs, tmp_path / "whole.jsonl")
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("change", ["grown", "same size"])
def test_an_input_changed_since_is_refused_by_name(stored, interrupted, which, change):
    path = interrupted[0][which]
    data = path.read_bytes()
    path.write_bytes(data + b"\n" if change == "grown" else data.replace(b"text", b"texs", 1))
    with pytest.raises(OutputError, match=f"{path.name}: .*(bytes then|changed)"):
        resumed(stored, interrupted)


def test_an_input_of_the_same_size_and_time_is_told_by_its_content(stored, interrupted):
    path = interrupted[0][1]
    found = path.stat()
    path.write_bytes(path.read_bytes().replace(b"text", b"texs", 1))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    with pytest.raises(InterruptedRunError, match=r"second\.jsonl.*have changed since"):
        resumed(stored, interrupted)


def test_an_input_that_was_only_touched_is_read_on(stored, interrupted):
    os.utime(interrupted[0][0])
    assert resumed(stored, interrupted).receipt.counts["rows"] == 423


def test_other_inputs_settings_and_models_are_refused(stored, interrupted, full_model, tmp_path):
    from stance.model.persistence import read_model, save_model

    inputs, out = interrupted
    with pytest.raises(OutputError, match=r"last\.jsonl: gone"):
        resumed(stored, interrupted, inputs=inputs[:2])
    with pytest.raises(OutputError, match="another order"):
        resumed(stored, interrupted, inputs=inputs[::-1])
    with pytest.raises(OutputError, match=r"keep: \[\] then, \['outlet'\] now"):
        resumed(stored, interrupted, planned={"keep": ["outlet"]})
    save_model(full_model, tmp_path / "other")
    with pytest.raises(OutputError, match=r"model: [0-9a-f]{64} then"):
        resumed(read_model(tmp_path / "other"), interrupted)
    with pytest.raises(OutputError, match=r"unfinished run.*--resume.*--force"):
        run(stored, inputs, out)
    run(stored, inputs, out, force=True)
    assert ids(out) == [row["id"] for row in rows(423)]


def test_resuming_what_is_finished_does_nothing_and_what_never_began_begins(stored, tmp_path):
    source = put(tmp_path / "in.jsonl", as_lines(rows(9)))
    out = tmp_path / "out.jsonl"
    first = run(stored, [source], out, resume=True)
    written = out.stat().st_mtime_ns
    again = run(stored, [source], out, resume=True)
    assert again.was_finished
    assert again.receipt == first.receipt
    assert out.stat().st_mtime_ns == written
    put(source, as_lines(rows(10)))
    with pytest.raises(OutputError, match="finished output of a different run"):
        run(stored, [source], out, resume=True)


def test_two_runs_at_one_output_do_not_meet(stored, tmp_path):
    source = put(tmp_path / "in.jsonl", as_lines(rows(30)))
    met = []

    def report(progress):
        with pytest.raises(OutputError, match="another run is writing"):
            run(stored, [source], tmp_path / "out.jsonl", resume=True)
        met.append(progress)

    run(stored, [source], tmp_path / "out.jsonl", report=report)
    assert met
    assert len(ids(tmp_path / "out.jsonl")) == 30


# Damaged files


def test_rows_before_and_after_a_damaged_archive_are_labelled(stored, tmp_path):
    packed = gzip.compress(as_lines(rows(300)))
    cut = put(tmp_path / "cut.jsonl.gz", packed[: len(packed) // 2])
    good = put(tmp_path / "good.jsonl", as_lines(rows(5, 300)))
    out = tmp_path / "out.jsonl"
    outcome = run(stored, [cut, good], out)
    found = ids(out)
    n = len(found) - 5
    assert found == [row["id"] for row in rows(n)] + [row["id"] for row in rows(5, 300)]
    (reject,) = rejects(out)
    assert (reject["source"], reject["row"]) == (str(cut), n + 1)
    assert reject["byte_offset"] == len(as_lines(rows(n)))
    assert "cut short" in reject["reason"]
    assert [entry.name for entry in outcome.receipt.damaged] == [str(cut)]


def test_a_corrupt_checksum_at_the_end_of_an_archive_is_told_of(stored, tmp_path):
    packed = bytearray(gzip.compress(as_lines(rows(20))))
    packed[-6] ^= 255
    out = tmp_path / "out.jsonl"
    outcome = run(stored, [put(tmp_path / "in.jsonl.gz", packed)], out)
    assert len(ids(out)) == 20
    assert "CRC" in rejects(out)[0]["reason"]
    assert outcome.receipt.damaged


def test_parquet_cut_short_is_one_row_set_aside(stored, tmp_path):
    pq.write_table(pa.Table.from_pylist(rows(50)), tmp_path / "whole.parquet")
    data = (tmp_path / "whole.parquet").read_bytes()
    cut = put(tmp_path / "cut.parquet", data[:-2000])
    out = tmp_path / "out.jsonl"
    run(stored, [cut, tmp_path / "whole.parquet"], out)
    assert ids(out) == [row["id"] for row in rows(50)]
    assert [row["source"] for row in rejects(out)] == [str(cut)]


def test_parquet_is_resumed_within_a_row_group(stored, tmp_path):
    table = pa.Table.from_pylist([{"id": r["id"], "text": r["text"]} for r in rows(500)])
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=60)
    inputs = [tmp_path / "in.parquet"]
    out = tmp_path / "out.jsonl"
    assert run(stored, inputs, out, **stopped_after(11)).receipt is None
    run(stored, inputs, out, resume=True)
    assert ids(out) == table["id"].to_pylist()


def test_a_line_of_200_megabytes_is_set_aside_in_little_memory(stored, tmp_path):
    source = tmp_path / "in.jsonl"
    before, after = as_lines(rows(3)), as_lines(rows(3, 3))
    with source.open("wb") as file:
        file.write(before)
        file.seek(200_000_000, os.SEEK_CUR)
        file.write(b"\n" + after)
    tracemalloc.start()
    run(stored, [source], tmp_path / "out.jsonl")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80_000_000
    assert ids(tmp_path / "out.jsonl") == [row["id"] for row in rows(6)]
    (reject,) = rejects(tmp_path / "out.jsonl")
    assert "200,000,001 bytes" in reject["reason"]
    assert (reject["row"], reject["byte_offset"]) == (4, len(before))
    assert len(reject["raw"]) <= lines.SHOWN


def test_a_hostile_archive_of_10_gigabytes_is_given_up_in_little_memory(
    stored, tmp_path, monkeypatch
):
    monkeypatch.setattr(lines, "LONGEST_SKIP", 100_000_000)
    member = gzip.compress(bytes(10_000_000))
    bomb = put(tmp_path / "bomb.jsonl.gz", gzip.compress(as_lines(rows(2))) + member * 1000)
    good = put(tmp_path / "good.jsonl", as_lines(rows(2, 2)))
    tracemalloc.start()
    run(stored, [bomb, good], tmp_path / "out.jsonl")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80_000_000
    assert ids(tmp_path / "out.jsonl") == [row["id"] for row in rows(4)]
    assert "does not end within" in rejects(tmp_path / "out.jsonl")[0]["reason"]


def test_a_quote_that_is_never_closed_costs_one_row(stored, tmp_path):
    table = as_table([{"id": "1", "text": 'سطر\nأول، "مقتبس"\r\nوآخر'}, *rows(50)])
    where = table.index("ق-20,".encode())
    table = table[:where] + '7,"لا نهاية\n'.encode() + table[where:]
    out = tmp_path / "out.jsonl"
    run(stored, [put(tmp_path / "in.csv", table)], out)
    assert ids(out) == ["1", *(row["id"] for row in rows(50))]
    (reject,) = rejects(out)
    assert (reject["row"], reject["byte_offset"]) == (23, where)
    assert reject["raw"] == '7,"لا نهاية'
    assert "bad CSV" in reject["reason"]


def test_rows_in_another_encoding_are_kept_byte_for_byte(stored, tmp_path):
    strange = '{"id": "x", "text": "نص"}'.encode("cp1256")
    data = as_lines(rows(2)) + strange + b"\n" + as_lines(rows(2, 2))
    table = as_table(rows(2, 4)) + "y,نص\r\n".encode("cp1256") + b"z,ok\r\n"
    out = tmp_path / "out.jsonl"
    run(stored, [put(tmp_path / "a.jsonl", data), put(tmp_path / "b.csv", table)], out)
    assert ids(out) == [*(row["id"] for row in rows(6)), "z"]
    found = [base64.b64decode(row["raw_base64"]) for row in rejects(out)]
    assert found == [strange, "y,نص".encode("cp1256")]
    assert {row["reason"] for row in rejects(out)} == {"invalid UTF-8"}


def test_three_thousand_tiny_files_are_labelled_in_the_order_of_names(stored, tmp_path):
    (line,) = as_lines(rows(1)).splitlines()
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(3_000):
        (folder / f"{n:05d}.jsonl").write_bytes(line.replace("ق-0".encode(), b"%d" % n))
    out = tmp_path / "out.jsonl"
    outcome = run(
        stored,
        [f"{folder}/*.jsonl"],
        out,
        engine=LocalEngine(2, 1024),
        planned={"keep": ["@source"]},
    )
    assert ids(out) == [str(n) for n in range(3_000)]
    assert len(outcome.receipt.inputs) == 3_000
    assert loads(out.read_bytes())[-1]["@source"] == str(folder / "02999.jsonl")


def test_ids_repeated_across_files_are_kept_apart_by_their_source(stored, tmp_path):
    inputs = [put(tmp_path / side / "a.jsonl", as_lines(rows(3))) for side in ("north", "south")]
    out = tmp_path / "out.jsonl"
    run(stored, inputs, out, planned={"keep": ["@source", "@row"]})
    found = [(row["id"], row["@source"], row["@row"]) for row in loads(out.read_bytes())]
    assert found == [
        (row["id"], str(path), n) for path in inputs for n, row in enumerate(rows(3), start=1)
    ]
    assert len(set(found)) == 6


def test_a_run_leaves_nothing_but_its_output(stored, tmp_path):
    source = put(tmp_path / "in" / "in.jsonl", as_lines(rows(3)) + b"x\n")
    (tmp_path / "out").mkdir()
    run(stored, [source], tmp_path / "out" / "out.jsonl")
    assert sorted(content(tmp_path / "out")) == ["out.jsonl", "out.jsonl.rejects.jsonl"]


# Files that are converted or are documents


def as_document(values):
    inner = ",\n ".join(orjson.dumps(row).decode() for row in values)
    return f"[\n {inner}\n]\n".encode()


def in_windows_1256(values):
    """Write a table in a code page, without the signs that it has not."""
    return as_table(values).decode().encode("cp1256", errors="ignore")


@pytest.mark.kill
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_runs_on_code_pages_and_documents_that_are_killed_go_on_to_the_same_bytes(
    tmp_path, model_folder, ending
):
    data = as_document(rows(300)) if ending == "json" else in_windows_1256(rows(300))
    # In the middle stands a row that is set aside.
    middle = data.index("ق-150".encode("utf-8" if ending == "json" else "cp1256"))
    where = data.rindex(b"\n", 0, middle) + 1
    data = data[:where] + (b"{bad},\n" if ending == "json" else b"1,2,3\r\n") + data[where:]
    source = put(tmp_path / f"in.{ending}", data)
    done = subprocess.run(
        [sys.executable, KILLING, model_folder, source, tmp_path, "3"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1
    assert len(ids(tmp_path / "whole.jsonl")) == 300
    assert len(rejects(tmp_path / "whole.jsonl")) == 1


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_what_is_converted_or_a_document_breaks_off_and_is_read_on(stored, tmp_path, flaky, ending):
    data = as_document(rows(900)) if ending == "json" else in_windows_1256(rows(900))
    name = f"flaky://in.{ending}"
    with fsspec.open(name, "wb") as file:
        file.write(data)
    run(stored, [name], tmp_path / "whole.jsonl")
    flaky.breaks_at = len(data) // 2
    with pytest.raises(InterruptedRunError, match="cable was pulled"):
        run(stored, [name], tmp_path / "out.jsonl")
    flaky.breaks_at = None
    run(stored, [name], tmp_path / "out.jsonl", resume=True)
    assert ids(tmp_path / "whole.jsonl") == [row["id"] for row in rows(900)]
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
