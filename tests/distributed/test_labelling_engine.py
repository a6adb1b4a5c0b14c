"""The Dask engine: what one machine would have written, byte by byte, whatever happens."""

import contextlib
import gzip
import os
import signal
import subprocess
import sys
import time
from functools import partial
from threading import Event

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stance.distribution import install_command

pytest.importorskip("distributed", reason=f"Dask is not installed: {install_command('dask')}")

from stance.distributed.connection import connected
from stance.distributed.labelling_engine import DaskEngine
from stance.distributed.worker import WorkerTask
from stance.errors import (
    ConfigError,
    InterruptedRunError,
    MissingFieldError,
    ModelError,
)
from stance.formats.cursor import Place
from stance.formats.source import Source
from stance.labelling.engine import LocalEngine
from stance.labelling.plan import plan_labelling
from stance.labelling.receipt import verify
from tests.commands import installed_stance, stance
from tests.conftest import ROOT
from tests.labelling.conftest import as_lines, as_table, content, rows, run

pytestmark = pytest.mark.cluster

TIMES = ("started", "ended", "seconds", "rows_per_second", "command")


@pytest.fixture
def label(stored, model_folder):
    return partial(run, stored, folder=model_folder)


def mixed(folder, part=1):
    """Write files of every kind, good and bad, or with a part of the rows; return them."""
    folder.mkdir()
    bad = b"{broken\n\n  \n" + as_lines([{"text": "بلا رقم"}]) + b'{"text": ""}'
    (folder / "a.jsonl").write_bytes(as_lines(rows(60 // part)) + bad)
    broken = as_table([{"id": "1", "text": 'سطر\nأول، "مقتبس"\r\nوآخر'}, *rows(40 // part, 100)])
    where = broken.index("ق-105,".encode())
    broken = broken[:where] + '7,"لا نهاية\n'.encode() + broken[where:]
    (folder / "b.csv").write_bytes(broken)
    (folder / "c.jsonl.gz").write_bytes(gzip.compress(as_lines(rows(70 // part, 200)) + b"[]\n"))
    named = [{"id": row["id"], "text": row["text"]} for row in rows(90 // part, 300)]
    pq.write_table(pa.Table.from_pylist(named), folder / "d.parquet", row_group_size=13)
    packed = gzip.compress(as_lines(rows(80 // part, 400)))
    (folder / "e.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "f").mkdir()
    for n in range(5):
        (folder / "f" / f"{n}.txt").write_text(f"خبر رقم {n}", "utf-8")
    (folder / "g.jsonl").write_bytes(as_lines(rows(3, 500)))
    return [folder / name for name in ("a.jsonl", "b.csv", "c.jsonl.gz", "d.parquet")] + [
        folder / name for name in ("e.jsonl.gz", "f", "g.jsonl")
    ]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return mixed(tmp_path_factory.mktemp("dask") / "in")


@pytest.fixture(scope="module")
def few_inputs(tmp_path_factory):
    return mixed(tmp_path_factory.mktemp("dask") / "in", part=5)


def receipt(folder, name):
    found = orjson.loads((folder / f"{name.rstrip('/')}.run.json").read_bytes())
    return {key: value for key, value in found.items() if key not in TIMES}


def both(label, folder, inputs, name, engine, **options):
    """Label by both engines, and compare all that they wrote."""
    for part, chosen in (("local", LocalEngine(2, 7)), ("dask", engine)):
        (folder / part).mkdir()
        with contextlib.chdir(folder / part):
            label(inputs, name, engine=chosen, **options)
            assert not verify(name, inputs=True).faults
    assert content(folder / "dask") == content(folder / "local")
    assert receipt(folder / "dask", name) == receipt(folder / "local", name)


SIZES = {
    "row by row": {"partition_bytes": 1, "batch_size": 4},
    "some rows": {"partition_bytes": 20_000, "batch_size": 7, "result_bytes": 3_000},
    "whole files": {},
}
# Each kind of output and each size twice, or nearly so.
PAIRS = [
    ("out.jsonl", "row by row"),
    ("parts/", "row by row"),
    ("out.csv.gz", "some rows"),
    ("parts/", "some rows"),
    ("out.parquet", "some rows"),
    ("out.parquet", "whole files"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sizes"), PAIRS)
def test_every_output_is_that_of_the_local_engine(
    label, cluster, inputs, few_inputs, tmp_path, name, sizes
):
    planned = {"part_rows": 37, "keep": ["@source", "@row", "text"]}
    inputs = few_inputs if sizes == "row by row" else inputs
    both(label, tmp_path, inputs, name, DaskEngine(cluster, **SIZES[sizes]), planned=planned)


@pytest.mark.parametrize("sizes", ["row by row", "some rows"])
def test_files_stored_in_other_ways_are_labelled_as_on_one_machine(label, cluster, tmp_path, sizes):
    table = as_table([{"id": "1", "text": 'سطر\nأول، "مقتبس"'}, *rows(30)]).decode()
    quoted = [f'"{n}";"أول; ثان\nسطر {n}"' for n in range(40)]
    spark = [f'{n},"قال \\"نعم\\", ثم\nسطر {n}"' for n in range(40)]
    listed = orjson.dumps([*rows(20, 100), 5, *rows(20, 120)])
    contents = {
        "page.csv": table.encode("cp1256", errors="ignore"),
        "wide.csv": table.encode("utf-16"),
        "semicolons.csv": "\n".join(["sep=;", "id;text", *quoted, "1;2;3"]).encode(),
        "spark.csv": "\n".join(["id,text", *spark, "1,2,3"]).encode(),
        "array.json": listed,
        "wrapped.json": b'{"total": 41, "articles": ' + listed.replace(b",5,", b",{},") + b"}",
    }
    (tmp_path / "in").mkdir()
    for name, data in contents.items():
        (tmp_path / "in" / name).write_bytes(data)
    paths = [tmp_path / "in" / name for name in contents]
    both(label, tmp_path, paths, "out.jsonl", DaskEngine(cluster, **SIZES[sizes]))
    assert len((tmp_path / "dask" / "out.jsonl").read_bytes().splitlines()) == 31 * 2 + 40 * 4
    rejected = (tmp_path / "dask" / "out.jsonl.rejects.jsonl").read_bytes().splitlines()
    assert len(rejected) == 4


def test_rows_passed_over_and_fields_of_some_files_are_as_on_one_machine(label, cluster, tmp_path):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_bytes(as_lines([{**row, "extra": n} for n, row in enumerate(rows(30))]))
    second.write_bytes(as_lines(rows(1500, 30)))
    planned = {"keep": ["extra"], "where": {"outlet": rows(1)[0]["outlet"]}}
    engine = DaskEngine(cluster, partition_bytes=50_000)
    both(label, tmp_path, [first, second], "out.jsonl", engine, planned=planned)


def test_damage_within_a_file_that_was_cut_ends_that_file_alone(label, cluster, tmp_path):
    table = pa.Table.from_pylist([{"id": r["id"], "text": r["text"]} for r in rows(400)])
    path, good = tmp_path / "in.parquet", tmp_path / "good.jsonl"
    pq.write_table(table, path, row_group_size=50, compression="none", use_dictionary=False)
    data = bytearray(path.read_bytes())
    where = data.index("ق-200".encode())
    data[where - 60 : where - 4] = b"\xff" * 56
    path.write_bytes(data)
    good.write_bytes(as_lines(rows(5, 400)))
    engine = DaskEngine(cluster, partition_bytes=1)
    both(label, tmp_path, [path, good], "out.jsonl", engine)
    assert receipt(tmp_path / "dask", "out.jsonl")["inputs"][0]["damage"]


@pytest.mark.parametrize("part", ["body", "late"])
def test_a_field_that_is_nowhere_ends_the_run_early(label, cluster, tmp_path, part):
    source = tmp_path / "in.jsonl"
    # One that is only in rows behind the first thousand counts as misspelt too.
    source.write_bytes(as_lines(rows(1200)) + as_lines([{**r, "late": 1} for r in rows(9, 1200)]))
    with pytest.raises(MissingFieldError, match=part):
        label(
            [source],
            tmp_path / "o.jsonl",
            planned={"keep": [part]},
            engine=DaskEngine(cluster, partition_bytes=100_000),
        )
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_pipe_is_read_here_and_labelled_there(label, cluster, tmp_path, monkeypatch):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(50)) + b"x\n" + as_lines(rows(50, 50)))
    with source.open("rb") as file:
        monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": file})())
        label(["-"], tmp_path / "pipe.jsonl", engine=DaskEngine(cluster, batch_size=8))
    label([source], tmp_path / "file.jsonl")
    assert (tmp_path / "pipe.jsonl").read_bytes() == (tmp_path / "file.jsonl").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 9, 40])
def test_a_run_that_was_stopped_goes_on_by_either_engine(label, cluster, inputs, tmp_path, n):
    planned = {"part_rows": 37}
    label(inputs, f"{tmp_path}/whole/", planned=planned)
    engines = [DaskEngine(cluster, batch_size=5, partition_bytes=9_000), LocalEngine(2, 5)]
    for turn in (1, -1):
        first, second = engines[::turn]
        stop, left = Event(), [n]

        def report(progress, left=left, stop=stop):
            left[0] -= 1
            if not left[0]:
                stop.set()

        out = f"{tmp_path}/out{turn}/"
        options = {"planned": planned, "engine": first, "report": report, "stop": stop}
        assert label(inputs, out, **options).receipt is None
        label(inputs, out, planned=planned, engine=second, resume=True)
        assert content(tmp_path / f"out{turn}") == content(tmp_path / "whole")


def test_an_input_all_of_which_is_given_out_is_not_at_its_end_when_a_run_is_stopped(
    label, cluster, tmp_path
):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(as_lines(rows(30)))
    engine = DaskEngine(cluster, partition_bytes=source.stat().st_size // 3, batch_size=4)
    stop = Event()
    stopped = {"stop": stop, "report": lambda progress: stop.set()}
    assert label([source], out, engine=engine, **stopped).receipt is None
    assert label([source], out, engine=engine, resume=True).receipt.counts["rows"] == 30
    label([source], tmp_path / "local.jsonl")
    assert out.read_bytes() == (tmp_path / "local.jsonl").read_bytes()


def test_an_input_that_another_machine_sees_otherwise_stops_the_run(
    label, cluster, tmp_path, monkeypatch
):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(60)))
    monkeypatch.setattr("stance.formats.byte_ranges._checksum", lambda *byte_range: 1)
    with pytest.raises(InterruptedRunError, match=r"in\.jsonl.*differs from.*shared"):
        label([source], tmp_path / "out.jsonl", engine=DaskEngine(cluster, partition_bytes=10_000))
    # Parquet has no checksum, but a size.
    source = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_pylist([{"id": "1", "text": "خبر"}] * 9), source)
    monkeypatch.setattr("stance.formats.byte_ranges._place", _shorter)
    with pytest.raises(InterruptedRunError, match=r"in\.parquet.*size on this worker"):
        label([source], tmp_path / "p.jsonl", engine=DaskEngine(cluster, partition_bytes=1))


def _shorter(cursor, row, offset):
    return Place(row, offset, (), cursor.mark.n_bytes - 1, cursor.mark.sha256)


@pytest.mark.kill
@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(label, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(700)) + b"x\n" + as_lines(rows(700, 700)))
    label([source], tmp_path / "local.jsonl")
    killed = []

    def report(progress):
        if len(killed) < 2 and progress.run_counts.n_rows > 400 * (len(killed) + 1):
            # Started anew between two kills, so that one worker at least is at work.
            pid = min(pids() - set(killed))
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    with connected(workers=2) as own:

        def pids():
            return set(own.client.run(os.getpid).values())

        engine = DaskEngine(own, batch_size=20, partition_bytes=20_000)
        label([source], tmp_path / "dask.jsonl", engine=engine, report=report)
    assert len(killed) == 2
    assert (tmp_path / "dask.jsonl").read_bytes() == (tmp_path / "local.jsonl").read_bytes()


CLIENT = """
import sys
from stance.distributed.connection import connected
from stance.labelling import output
from stance.distributed.labelling_engine import DaskEngine
from stance.model.persistence import read_model
from tests.labelling.conftest import run

model, source, out = sys.argv[1:4]
output.EVERY, output.SHARE = 0.005, 0
with connected(workers=1) as cluster:
    engine = DaskEngine(cluster, partition_bytes=20_000, batch_size=10)
    run(read_model(model), [source], out, folder=model, engine=engine, resume=True)
"""


@pytest.mark.kill
@pytest.mark.slow
def test_a_client_that_is_killed_leaves_what_can_be_gone_on_with(label, model_folder, tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "dask.jsonl"
    source.write_bytes(as_lines(rows(3000)))
    command = [sys.executable, "-c", CLIENT, model_folder, source, out]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as running:
        give_up = time.monotonic() + 120
        while not any(map(_is_begun, tmp_path.glob(".stance-run-*/checkpoint.json"))):
            assert running.poll() is None, running.stderr.read()
            assert time.monotonic() < give_up
            time.sleep(0.001)
        running.kill()
    assert not out.exists()
    found = label([source], out, engine=LocalEngine(2), resume=True).receipt
    assert found.sessions == 2
    label([source], tmp_path / "local.jsonl")
    assert out.read_bytes() == (tmp_path / "local.jsonl").read_bytes()


def _is_begun(path):
    return orjson.loads(path.read_bytes())["place"]["row"] > 100


@pytest.mark.slow
def test_the_command_labels_on_a_cluster_that_stands_already(cluster, model_folder, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_bytes(as_lines(rows(60)) + b"x\n")
    where = tmp_path / "scheduler.json"
    # As `dask scheduler --scheduler-file` writes it. Client.write_scheduler_file (distributed
    # 2026.8.0) fails while the workers' metrics, whose keys are tuples, are among what it writes.
    where.write_bytes(orjson.dumps({"address": cluster.client.scheduler.address}))
    command = ["predict", source, "-m", model_folder, "--engine", "dask", "--scheduler"]
    _, told = installed_stance(*command, where, "-o", tmp_path / "a.csv")
    assert "Labelled 60 articles" in told
    address = cluster.client.scheduler.address
    _, told = stance(*command, address, "-o", tmp_path / "b.csv")
    assert "Labelled 60 articles" in told
    stance("verify", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    # One table for the eye, or no engine of that name, is misuse.
    for more in (["--format", "table"], ["--engine", "dusk"], ["--engine", "local"]):
        _, told = stance(*command, address, *more, code=2)
        assert told.startswith("Error: Got --")


# What a worker refuses


def order(stored, model_folder, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(as_lines(rows(2)))
    task = plan_labelling(stored, str(model_folder), Source((str(tmp_path / "in.jsonl"),)))
    return WorkerTask.of(task, 7, 1000)


def test_a_worker_with_another_version_of_stance_refuses(stored, model_folder, tmp_path):
    from dataclasses import replace

    made = order(stored, model_folder, tmp_path)
    with pytest.raises(ConfigError, match=r"expected 0\.0\.9"):
        replace(made, stance="0.0.9").partition_labeller()


def test_a_worker_refuses_a_model_that_was_changed_on_its_way(stored, model_folder, tmp_path):
    from dataclasses import replace

    made = order(stored, model_folder, tmp_path)
    other = replace(made.model, sha256="0" * 64)
    with pytest.raises(ModelError, match="sha256"):
        replace(made, model=other).partition_labeller()
    files = {**made.model.files, "word.txt": b"x" * len(made.model.files["word.txt"])}
    with pytest.raises(ModelError, match="sha256 differs"):
        replace(made, model=replace(made.model, files=files)).partition_labeller()


@pytest.mark.parametrize("sizes", [{"batch_size": 0}, {"partition_bytes": 0}, {"result_bytes": -1}])
def test_sizes_that_cannot_be_are_refused(cluster, sizes):
    with pytest.raises(ConfigError, match="expected at least 1"):
        DaskEngine(cluster, **sizes)
