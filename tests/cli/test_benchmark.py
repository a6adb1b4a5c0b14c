"""`stance benchmark` as a user calls it."""

import os
import re
import shutil
import signal

import orjson
import pytest
from rich.cells import cell_len

from tests.benchmarking.opponent import TABLE, write_opponent
from tests.cli.test_cli import stance
from tests.conftest import SEEDS
from tests.processes import start, wait_until

SUITE = """
title = "Seeds"
[opponents.gone]
fit = ["x"]
predict = ["x"]
requires = ["no_such_module"]
[tasks.framing]
corpus = ["articles.jsonl"]
by = "event"
folds = 2
sample = 60
opponents = ["majority", "gone"]
[tasks.framing.config]
features.char.enabled = false
features.lexicon.enabled = false
features.word.max_n = 1
calibration.enabled = false
[tasks.framing.variants]
"كلمات متتابعة" = { features.word.max_n = 2 }
"""


@pytest.fixture
def suite(tmp_path):
    shutil.copy(SEEDS, tmp_path / "articles.jsonl")
    (tmp_path / "suite.toml").write_text(SUITE, "utf-8")
    return tmp_path / "suite.toml"


@pytest.mark.slow
def test_a_suite_is_run_reported_and_held(suite, tmp_path):
    out, _ = stance(
        *("benchmark", suite, "--json", tmp_path / "one.json", "--jobs", 1),
        *("--junit", tmp_path / "one.xml"),
    )
    assert "framing\n60 articles; 2 folds of held-out events; " in out
    assert "gone took no part: no_such_module is not installed" in out
    assert "كلمات متتابعة" in out
    assert all(cell_len(line) <= 80 for line in out.splitlines())
    assert b"<testsuite" in (tmp_path / "one.xml").read_bytes()

    held = ("benchmark", suite, "--baseline", tmp_path / "one.json", "--fail-on-regression")
    written = ("-o", tmp_path / "two.md", "--html", tmp_path / "two.html", "--language", "ar")
    figures = ("--figures", tmp_path / "figures")
    out, _ = stance(*held, "--json", tmp_path / "two.json", *written, *figures, "--jobs", 1)
    drawn = {path.name for path in (tmp_path / "figures").iterdir()}
    assert "benchmark-framing-macro_f1-folds_of_groups-event.pdf" in drawn
    assert '<html lang="ar" dir="rtl">' in (tmp_path / "two.html").read_text("utf-8")
    assert out == ""
    report = (tmp_path / "two.md").read_text("utf-8")
    assert report.startswith("# Seeds\n\nWritten by `stance benchmark`; not edited by hand.\n")
    assert "| framing: macro-F1 | held | " in report
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()

    worse = SUITE.replace("max_n = 1", "max_n = 1\nfeatures.word.max_features = 2")
    suite.write_text(worse, "utf-8")
    out, err = stance(*held, "--json", tmp_path / "worse.json", "--jobs", 1, code=3)
    assert "does not hold the baseline" in err
    assert re.search(r"framing: macro-F1 +worse ", out)
    assert orjson.loads((tmp_path / "worse.json").read_bytes())["suite"] == "Seeds"
    stance(*held[:-1], "--json", tmp_path / "told.json", "--jobs", 1)


@pytest.mark.slow
def test_misuse_is_told_before_anything_runs(suite, tmp_path):
    out = tmp_path / "out.json"
    assert "cannot be read" in stance("benchmark", tmp_path / "no.toml", "--json", out, code=2)[1]
    assert (
        "without --baseline"
        in stance("benchmark", suite, "--json", out, "--fail-on-regression", code=2)[1]
    )
    assert "'nothing'" in stance("benchmark", suite, "--json", out, "--task", "nothing", code=2)[1]
    assert "baseline" in stance("benchmark", suite, "--json", out, "--baseline", out, code=2)[1]
    assert (
        "does not exist"
        in stance("benchmark", suite, "--json", tmp_path / "no" / "out.json", code=1)[1]
    )
    assert not out.exists()
    out.write_text("kept")
    assert "already exists" in stance("benchmark", suite, "--json", out, code=1)[1]
    assert out.read_text() == "kept"


TASK = """
[tasks.NAME]
corpus = ["articles.jsonl"]
by = "event"
folds = 2
sample = SAMPLE
opponents = ["first", "majority"]
[tasks.NAME.config]
features.char.enabled = false
features.lexicon.enabled = false
features.word.max_n = 1
calibration.enabled = false
"""
TWO_TASKS = f'title = "Two"\n{TABLE}'
DIES_IN_SECOND = 'if len(open("fits.txt").readlines()) > 2: raise SystemExit("out of luck")'


@pytest.fixture
def two_tasks(tmp_path):
    """Return a function that writes a suite of two tasks, with an opponent that may do more."""
    return suite_writer(tmp_path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return the results of the two tasks where nothing goes wrong."""
    folder = tmp_path_factory.mktemp("undisturbed")
    stance(*suite_writer(folder)(), "--json", folder / "results.json")
    return (folder / "results.json").read_bytes()


def suite_writer(folder):
    shutil.copy(SEEDS, folder / "articles.jsonl")
    path = folder / "suite.toml"
    tasks = [
        TASK.replace("NAME", name).replace("SAMPLE", size)
        for name, size in (("one", "48"), ("two", "40"))
    ]
    path.write_text(TWO_TASKS + "".join(tasks), "utf-8")

    def write(after_fit="pass"):
        write_opponent(folder, after_fit=after_fit)
        return ("benchmark", path, "--jobs", 1)

    return write


@pytest.mark.slow
def test_a_task_that_fails_in_the_middle_costs_nothing_and_is_mended_by_a_rerun(
    two_tasks, undisturbed, tmp_path
):
    failing = two_tasks(DIES_IN_SECOND)
    out, err = stance(
        *failing, "--json", tmp_path / "r.json", "--junit", tmp_path / "r.xml", code=1
    )
    assert "two, event, first: " in err
    assert "out of luck" in err
    assert "first failed: " in out
    assert b'errors="1"' in (tmp_path / "r.xml").read_bytes()
    found = orjson.loads((tmp_path / "r.json").read_bytes())
    outcomes = found["tasks"]["two"]["divisions"][0]["outcomes"]
    assert ["error" in one for one in outcomes] == [False, True, False]
    assert all("error" not in one for one in found["tasks"]["one"]["divisions"][0]["outcomes"])
    assert (tmp_path / ".r.json.predictions").exists()

    mended = two_tasks()
    _, err = stance(*mended, "--json", tmp_path / "r.json", "--force")
    # The opponent is another program now; the four models of each of the others are used.
    assert "8 of 12 models were made by an earlier run" in err
    assert (tmp_path / "r.json").read_bytes() == undisturbed
    assert not (tmp_path / ".r.json.predictions").exists()


@pytest.mark.slow
def test_a_model_of_ours_that_fails_is_a_failure_and_not_a_regression(
    two_tasks, undisturbed, tmp_path, monkeypatch
):
    from stance.benchmarking.contenders import OurModel

    (tmp_path / "before.json").write_bytes(undisturbed)
    label = OurModel.label

    def broken(self, known, unknown):
        if unknown[0].id in first_of_all:
            raise ZeroDivisionError("once")
        return label(self, known, unknown)

    first_of_all = {orjson.loads(line)["id"] for line in SEEDS.read_bytes().splitlines()}
    monkeypatch.setattr(OurModel, "label", broken)
    held = ("--baseline", tmp_path / "before.json", "--fail-on-regression")
    out, err = stance(*two_tasks(), *held, "--json", tmp_path / "after.json", code=1)
    assert "one, event, stance: ZeroDivisionError: once" in err
    assert re.search(r"one: macro-F1 +failed ", out)
    assert "majority" in out


@pytest.mark.kill
def test_a_run_that_was_killed_goes_on_where_it_was(two_tasks, undisturbed, tmp_path):
    fits, kept = tmp_path / "fits.txt", tmp_path / ".r.json.predictions"

    waits = 'time.sleep(60 * pathlib.Path("wait").exists())'
    (tmp_path / "wait").touch()
    command = two_tasks(waits)
    process = start("-m", "stance", *command, "--json", tmp_path / "r.json")
    try:
        assert wait_until(lambda: fits.exists() or process.poll() is not None, 120)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert not (tmp_path / "r.json").exists()
    n_kept = kept.read_bytes().count(b"\n")
    assert n_kept == 2
    kept.write_bytes(kept.read_bytes() + b'{"identity": "torn')

    (tmp_path / "wait").unlink()
    fits.unlink()
    _, err = stance(*command, "--json", tmp_path / "r.json")
    assert "2 of 12 models were made by an earlier run" in err
    assert len(fits.read_text().splitlines()) == 4
    assert (tmp_path / "r.json").read_bytes() == undisturbed
    assert not kept.exists()
