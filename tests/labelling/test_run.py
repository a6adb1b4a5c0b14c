"""Whole runs: counts that add up, an order that is kept, bytes that never differ."""

import io
import json
import os
from collections import Counter
from threading import Event, Thread

import orjson
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stance.corpus.article import FieldMapping
from stance.errors import ConfigError, CorpusError, MissingFieldError, OutputError
from stance.formats.source import Source
from stance.labelling.engine import LocalEngine
from stance.labelling.plan import plan_labelling
from stance.labelling.streaming import label_to_stream
from tests.labelling.conftest import as_lines, content, loads, rows, run

ENGINES = [LocalEngine(jobs, size) for jobs in (1, 2, 4) for size in (1, 7, 1024)]

GOOD = st.builds(
    lambda text, key: orjson.dumps({"id": key, "text": f"{text} خبر", "outlet": "صوت"}),
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=5),
)
BAD = st.sampled_from(
    [b"{", b"[1]", b"null", b'{"text": ""}', b'{"id": "x"}', b'{"text": 5}', b'{"text": "\xff"}']
)
BLANK = st.sampled_from([b"", b" ", b"\t\r"])


def streamed(stored, path, engine, **planned):
    task = plan_labelling(stored, "model", Source((str(path),)), **planned)
    labelled, rejected = [], io.BytesIO()
    run_counts, _ = label_to_stream(
        task, lambda batch: labelled.append(batch.rows), engine=engine, rejects=rejected
    )
    return b"".join(labelled), rejected.getvalue(), run_counts


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(st.one_of(GOOD, GOOD, BAD, BLANK), max_size=40))
def test_any_mix_of_rows_adds_up_in_order_and_gives_the_same_bytes(stored, tmp_path, lines):
    # A file without a text, or most of whose lines beyond ASCII are no UTF-8, is refused whole.
    assume(any(line.startswith(b'{"id":') and b"text" in line for line in lines))
    assume(2 * sum(b"\xff" in line for line in lines) <= sum(not line.isascii() for line in lines))
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    written, rejected, run_counts = streamed(stored, path, ENGINES[0])
    good = [
        n
        for n, line in enumerate(lines, 1)
        if line.endswith(b'"outlet":"\xd8\xb5\xd9\x88\xd8\xaa"}')
    ]
    blank = [n for n, line in enumerate(lines, 1) if not line.strip()]
    assert [row["id"] for row in loads(written)] == [json.loads(lines[n - 1])["id"] for n in good]
    numbers = [row["row"] for row in loads(rejected)]
    assert numbers == sorted(set(range(1, len(lines) + 1)) - set(good) - set(blank))
    offsets = [sum(len(line) + 1 for line in lines[: n - 1]) for n in numbers]
    assert [row["byte_offset"] for row in loads(rejected)] == offsets
    assert (run_counts.n_labelled, run_counts.n_rejected) == (len(good), len(numbers))
    for engine in ENGINES[1:]:
        assert streamed(stored, path, engine) == (written, rejected, run_counts), engine


@pytest.mark.slow
@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.csv.xz", "out.parquet", "out/"])
def test_every_output_has_the_same_bytes_for_any_threads_and_batches(stored, tmp_path, name):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(40)) + b"x\n" + as_lines(rows(25, 40)))
    found = set()
    for n, engine in enumerate(ENGINES):
        folder = tmp_path / str(n)
        folder.mkdir()
        run(stored, [source], f"{folder}/{name}", engine=engine, planned={"part_rows": 30})
        found.add(tuple(content(folder).items()))
    assert len(found) == 1
    assert len(found.pop()) == (4 if name == "out/" else 2)


def test_rows_passed_over_are_counted(stored, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines([*rows(4), {"text": "", "outlet": "x"}, *rows(5, 4)]))
    wanted = rows(1)[0]["outlet"]
    n = sum(row["outlet"] == wanted for row in [*rows(4), *rows(5, 4)])
    run_counts = run(
        stored, [source], tmp_path / "o.jsonl", planned={"where": {"outlet": wanted}}
    ).run_counts
    assert (run_counts.n_labelled, run_counts.n_rejected, run_counts.filtered_out) == (n, 0, 10 - n)
    assert run_counts.n_rows == 10


def test_a_run_with_several_accepted_values_is_resumed(stored, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(8)))
    outlets = list(dict.fromkeys(row["outlet"] for row in rows(8)))[:2]
    for wanted in (outlets, tuple(outlets)):
        planned = {"where": {"outlet": wanted}}
        outcome = run(stored, [source], tmp_path / "o.jsonl", planned=planned, resume=True)
        n = sum(row["outlet"] in outlets for row in rows(8))
        assert (outcome.run_counts.n_labelled, outcome.run_counts.filtered_out) == (n, 8 - n)
    assert outcome.was_finished


def test_kept_fields_are_carried_and_never_hide_a_prediction(stored, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines([{"id": "1", "text": "خبر", "label": "x", "n": {"a": [1, None]}}]))
    keep = ["label", "n", "@row"]
    run(stored, [source], tmp_path / "o.jsonl", planned={"keep": keep})
    (row,) = loads((tmp_path / "o.jsonl").read_bytes())
    assert list(row)[-3:] == ["input.label", "n", "@row"]
    assert (row["input.label"], row["n"], row["@row"]) == ("x", {"a": [1, None]}, 1)
    assert row["label"] in stored.model.labels
    run(stored, [source], tmp_path / "o.csv", planned={"keep": keep})
    header, line = (tmp_path / "o.csv").read_text("utf-8").splitlines()
    assert header.endswith(",input.label,n,@row")
    assert line.endswith(',x,"{""a"":[1,null]}",1')


@pytest.mark.slow
def test_a_field_asked_for_that_is_nowhere_ends_the_run_early_and_leaves_nothing(stored, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(3000)))
    seen = []
    for planned in ({"keep": ["outlt"]}, {"fields": FieldMapping(text="body")}):
        with pytest.raises(MissingFieldError, match=r"(outlt|body).*outlet"):
            run(stored, [source], tmp_path / "o.jsonl", planned=planned, report=seen.append)
    assert all(progress.run_counts.n_rows <= 1000 for progress in seen)
    with pytest.raises(MissingFieldError, match="nowhere"):
        run(stored, [source], tmp_path / "o.jsonl", planned={"where": {"nowhere": "1"}})
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.slow
def test_a_field_that_only_the_first_file_has_is_found_again_after_a_stop(stored, tmp_path):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_bytes(as_lines([{**row, "extra": 1} for row in rows(5)]))
    second.write_bytes(as_lines(rows(1500, 5)))
    stop = Event()

    def report(progress):
        if progress.run_counts.n_rows > 50:
            stop.set()

    planned = {"keep": ["extra"]}
    out = tmp_path / "o.jsonl"
    outcome = run(stored, [first, second], out, planned=planned, report=report, stop=stop)
    assert outcome.receipt is None
    run(stored, [first, second], out, planned=planned, resume=True)
    assert len(loads(out.read_bytes())) == 1505


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda out: out.write_text("mine"), "already exists.*--force"),
        (lambda out: out.with_name("o.jsonl.run.json").write_text("mine"), "already exists"),
        (lambda out: out.with_name("o.jsonl.rejects.jsonl").write_text("mine"), "already exists"),
    ],
)
def test_what_exists_is_kept_without_force(stored, tmp_path, make, message):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(2)))
    make(tmp_path / "o.jsonl")
    with pytest.raises(OutputError, match=message):
        run(stored, [source], tmp_path / "o.jsonl")
    run(stored, [source], tmp_path / "o.jsonl", force=True)
    assert len(loads((tmp_path / "o.jsonl").read_bytes())) == 2


def test_a_file_put_there_meanwhile_is_not_replaced(stored, tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "o.jsonl"
    source.write_bytes(as_lines(rows(2)))
    with pytest.raises(Exception, match="created by another program"):
        run(stored, [source], out, report=lambda progress: out.write_text("theirs"))
    assert out.read_text() == "theirs"
    out.unlink()
    run(stored, [source], out, resume=True)
    assert len(loads(out.read_bytes())) == 2


def test_an_output_is_never_an_input(stored, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(2)))
    with pytest.raises(OutputError, match="never replaced"):
        run(stored, [f"{tmp_path}/*.jsonl"], source, force=True)
    assert len(loads(source.read_bytes())) == 2


def test_a_folder_of_parts_replaces_parts_only(stored, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(30)))
    planned = {"part_rows": 10}
    run(stored, [source], f"{tmp_path}/out/", planned=planned)
    assert len(list((tmp_path / "out").iterdir())) == 3
    run(stored, [source], f"{tmp_path}/out/", planned={"part_rows": 20}, force=True)
    assert len(list((tmp_path / "out").iterdir())) == 2
    (tmp_path / "out" / "thesis.docx").write_text("years")
    with pytest.raises(OutputError, match=r"thesis\.docx"):
        run(stored, [source], f"{tmp_path}/out", planned=planned, force=True)
    assert (tmp_path / "out" / "thesis.docx").read_text() == "years"


def test_addresses_are_read_and_written(stored, tmp_path):
    import fsspec

    fsspec.filesystem("memory").store.clear()
    for n, name in enumerate(("memory://in/a.jsonl", "memory://in/b.jsonl")):
        with fsspec.open(name, "wb") as file:
            file.write(as_lines(rows(5, 5 * n)))
    local = tmp_path / "c.jsonl"
    local.write_bytes(as_lines(rows(5, 10)) + b"x\n")
    inputs = ["memory://in/*.jsonl", f"file://{local}"]
    run(stored, inputs, tmp_path / "whole.jsonl")
    run(stored, inputs, "memory://out/o.jsonl")
    run(stored, inputs, "memory://out/parts/", file_format="jsonl", planned={"part_rows": 6})
    files = fsspec.filesystem("memory").find("/out")
    assert [name.rpartition("/out/")[2] for name in files] == [
        "o.jsonl",
        "o.jsonl.rejects.jsonl",
        "o.jsonl.run.json",
        "parts.rejects.jsonl",
        "parts.run.json",
        "parts/part-00000.jsonl",
        "parts/part-00001.jsonl",
        "parts/part-00002.jsonl",
    ]
    whole = (tmp_path / "whole.jsonl").read_bytes()
    system = fsspec.filesystem("memory")
    assert system.cat("/out/o.jsonl") == whole
    assert b"".join(system.cat(f"/out/parts/part-0000{n}.jsonl") for n in range(3)) == whole
    with pytest.raises(OutputError, match="already exists"):
        run(stored, inputs, "memory://out/o.jsonl")


@pytest.mark.parametrize(
    ("name", "message"),
    [("s4://bucket/a.jsonl", "s4"), ("gs://bucket/a.jsonl", "gcsfs"), ("s3://b/a.jsonl", "s3fs")],
)
def test_an_address_that_needs_a_package_names_it(stored, tmp_path, name, message):
    package = {"gcsfs": "gcsfs", "s3fs": "s3fs"}.get(message)
    if package:
        try:
            __import__(package)
        except ImportError:
            pass
        else:
            pytest.skip(f"{package} is installed")
    with pytest.raises(ConfigError, match=f"(?i){message}"):
        run(stored, [name], tmp_path / "o.jsonl")


def test_parts_of_an_output_that_was_replaced_do_not_stay_at_an_address(stored, tmp_path):
    import fsspec

    system = fsspec.filesystem("memory")
    system.store.clear()
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(20)))
    for size in (5, 10):
        run(stored, [source], "memory://p/", planned={"part_rows": size}, force=True)
    assert len(system.find("/p")) == 2


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX alone")
def test_a_name_that_is_no_text_is_an_input_and_an_output_like_any(stored, tmp_path):
    source, out = (tmp_path / os.fsdecode(name) for name in (b"\xff.jsonl", b"\xfe.jsonl"))
    source.write_bytes(as_lines(rows(60)) + b"x\n")
    stop = Event()

    def report(progress):
        stop.set()

    assert run(stored, [source], out, report=report, stop=stop).receipt is None
    run(stored, [source], out, resume=True)
    assert run(stored, [source], out, resume=True).was_finished
    assert len(out.read_bytes().splitlines()) == 60


@pytest.mark.parametrize("engine", [{"jobs": 0}, {"jobs": -2}, {"batch_size": 0}])
def test_an_engine_that_cannot_work_is_refused_at_once(engine):
    with pytest.raises(ConfigError, match="expected at least 1"):
        LocalEngine(**engine)


@pytest.mark.slow
def test_standard_input_is_resumed_by_passing_over_what_was_read(stored, tmp_path, monkeypatch):
    data = as_lines(rows(300)) + b"{x\n" + as_lines(rows(300, 300))
    (tmp_path / "in.jsonl").write_bytes(data)

    def piped(**options):
        receiving, sending = os.pipe()
        feeder = Thread(target=lambda: _send(sending, data))
        feeder.start()
        with os.fdopen(receiving, "rb") as file:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(file))
            outcome = run(stored, ["-"], tmp_path / "o.jsonl", **options)
        feeder.join()
        return outcome

    stop = Event()

    def report(progress):
        if progress.run_counts.n_rows > 100:
            stop.set()

    assert piped(stop=stop, report=report).receipt is None
    receipt = piped(resume=True).receipt
    assert receipt.counts["rows"] == 601
    assert receipt.inputs[0].size == len(data)
    run(stored, [tmp_path / "in.jsonl"], tmp_path / "whole.jsonl")
    assert (tmp_path / "o.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    with pytest.raises(CorpusError, match="only once"):
        run(stored, ["-", "-"], tmp_path / "p.jsonl")


def _send(pipe, data):
    try:
        with os.fdopen(pipe, "wb") as file:
            file.write(data)
    except BrokenPipeError:
        return


def test_progress_counts_bytes_up_to_their_total(stored, tmp_path):
    sources = []
    for n in range(2):
        sources.append(tmp_path / f"{n}.jsonl")
        sources[-1].write_bytes(as_lines(rows(20, 20 * n)) + b"x\n")
    seen = []
    run(stored, sources, tmp_path / "o.jsonl", report=seen.append)
    total = sum(path.stat().st_size for path in sources)
    assert {progress.n_bytes_total for progress in seen} == {total}
    done = [progress.n_bytes for progress in seen]
    assert done == sorted(done)
    assert done[-1] == total
    assert Counter(row.reason.split(" (")[0] for p in seen for row in p.rejected) == {"bad JSON": 2}
