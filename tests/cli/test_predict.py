"""`stance predict` and `stance verify` as a user runs them, stops them and goes on."""

import os
import select
import signal
import subprocess
import time

import orjson
import pytest

from stance.cli.labelling_progress import RowRate, line
from stance.labelling.progress import Progress
from stance.labelling.run_counts import RunCounts
from tests.cli.test_cli import SCRIPT, corpus, model, stance  # noqa: F401

ARTICLE = {"text": "أعلنت القوات السيطرة على البلدة"}


def start(*arguments, **options):
    return subprocess.Popen(
        [SCRIPT, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def as_line(n):
    return orjson.dumps({"id": str(n), **ARTICLE}) + b"\n"


@pytest.mark.slow
def test_articles_are_labelled_as_they_arrive(model):  # noqa: F811
    with start("predict", "-", "-m", model) as running:
        for n in range(3):
            running.stdin.write(as_line(n))
            running.stdin.flush()
            # The first answer waits for the model; the others for no other article.
            ready, _, _ = select.select([running.stdout], [], [], 60 if n == 0 else 10)
            assert ready, running.stderr.read()
            assert orjson.loads(running.stdout.readline())["id"] == str(n)
        running.stdin.close()
        assert running.wait(20) == 0


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_batch_and_says_how_to_go_on(model, tmp_path, number):  # noqa: F811
    target = tmp_path / "labels.jsonl"
    arguments = ["predict", "-", "-m", model, "-o", target, "--batch-size", 2]
    with start(*arguments) as running:
        running.stdin.write(b"".join(map(as_line, range(20))))
        running.stdin.flush()
        give_up = time.monotonic() + 60
        while not list(tmp_path.glob(".stance-run-*/checkpoint.json")):
            assert time.monotonic() < give_up
            running.stdin.write(as_line("late"))
            running.stdin.flush()
            time.sleep(0.2)
        running.send_signal(number)
        error = running.stderr.read().decode()
        assert running.wait(20) == 128 + number
        running.stdin.close()
    assert f"Stopped by {number.name} after" in error
    assert error.rstrip().endswith("--resume")
    assert not target.exists()
    assert "unfinished run" in stance(*arguments, stdin=b"", code=1)[1]


@pytest.mark.kill
@pytest.mark.slow
def test_a_run_is_stopped_resumed_and_verified(corpus, model, tmp_path):  # noqa: F811
    source, target = tmp_path / "مقالات.jsonl", tmp_path / "labels.jsonl"
    rows = [orjson.loads(row) for row in corpus.read_bytes().splitlines()]
    many = [{**row, "id": f"{n}-{i}"} for n in range(600) for i, row in enumerate(rows)]
    source.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in many) + b"{bad\n")
    arguments = ["predict", source, "-m", model, "-o", target, "--keep", "outlet"]
    with start(*arguments) as running:
        while not list(tmp_path.glob(".stance-run-*/checkpoint.json")):
            assert running.poll() is None, "it was over before it could be killed"
            time.sleep(0.01)
        running.kill()
    assert not target.exists()
    _, error = stance(*arguments, "--resume", "--rejects", tmp_path / "bad.jsonl", code=1)
    assert "rejects:" in error
    _, error = stance(*arguments, "--resume", "--jobs", 1)
    assert "Labelled 28,800 articles" in error
    assert "Read 28,801 rows: 28,800 labelled, 1 set aside, 0 filtered out." in error
    found = [orjson.loads(row) for row in target.read_bytes().splitlines()]
    assert [(row["id"], row["outlet"]) for row in found] == [(r["id"], r["outlet"]) for r in many]
    receipt = orjson.loads((tmp_path / "labels.jsonl.run.json").read_bytes())
    assert receipt["sessions"] == 2
    assert sum(receipt["counts"]["labels"].values()) == 28_800
    assert receipt["counts"]["reasons"] == {"bad JSON": 1}
    assert str(source) in receipt["command"]
    verified = " ".join(stance("verify", target, "--inputs")[0].split())
    assert "28,801 rows = 28,800 labelled + 1 set aside + 0 filtered out." in verified
    with target.open("r+b") as file:
        file.write(b'{"id":"X')
    out, error = stance("verify", target, "--json", "-", code=1)
    assert "sha256 differs" in error
    assert any("sha256 differs" in fault for fault in orjson.loads(out)["faults"])


def test_quiet_says_nothing_and_rejects_go_where_asked(corpus, model, tmp_path):  # noqa: F811
    rejects = tmp_path / "set aside.jsonl"
    out, error = stance(
        "predict", "-", "-m", model, "-q", "--rejects", rejects, stdin=as_line(1) + b"{x\n"
    )
    assert orjson.loads(out)["id"] == "1"
    assert error == ""
    assert orjson.loads(rejects.read_bytes())["raw"] == "{x"


@pytest.mark.slow
def test_parquet_goes_through_a_pipe(corpus, model):  # noqa: F811
    import io

    import pyarrow.parquet as pq

    done = subprocess.run(
        [SCRIPT, "predict", corpus, "-m", model, "--format", "parquet"],
        capture_output=True,
        check=True,
    )
    assert pq.read_table(io.BytesIO(done.stdout)).num_rows == 48


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "out.jsonl", "--resume", "--force"], "Choose one"),
        (["--resume"], "only a file can be resumed"),
        (["-o", "out.parquet.gz"], "compressed internally"),
        (["-o", "out.jsonl", "--format", "table"], "for the screen"),
        (["-o", "s4://b/out.jsonl"], "s4"),
    ],
)
def test_misuse_is_told_in_one_line(corpus, options, message):  # noqa: F811
    error = stance("predict", corpus, *options, code=2)[1]
    assert message in error
    assert error.count("\n") == 1


def test_verify_without_a_receipt(tmp_path):
    assert "without a receipt" in stance("verify", tmp_path / "labels.jsonl", code=1)[1]


def test_a_line_of_progress_has_rows_rate_time_left_shares_and_rejects(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    counts = RunCounts()
    counts.labels.update({"محايد": 75, "منحاز": 20})
    counts.reasons.update({"bad JSON": 5})
    rate = RowRate()
    rate.start(Progress(RunCounts(), 0, 400, ()))
    clock[0] += 10
    text = line(Progress(counts, 100, 400, ()), rate)
    assert text == "25%; 100 rows; 10 a second; 0:00:30 left; 5 set aside; محايد 79%, منحاز 21%"
    assert "left" not in line(Progress(counts, 100, None, ()), rate)


@pytest.mark.slow
def test_a_bar_on_a_terminal_has_no_place_in_a_log(corpus, model, tmp_path):  # noqa: F811
    import pty

    leader, follower = pty.openpty()
    with subprocess.Popen(
        [SCRIPT, "predict", corpus, "-m", model, "-o", tmp_path / "o.jsonl"],
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    ) as running:
        os.close(follower)
        shown = b""
        while True:
            try:
                data = os.read(leader, 65536)
            except OSError:
                break
            if not data:
                break
            shown += data
        assert running.wait() == 0
    os.close(leader)
    assert "Labelled 48 articles" in shown.decode()
    assert b"\x1b[" in shown
