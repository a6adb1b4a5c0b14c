"""`stance benchmark` as a user calls it."""

import re
import shutil

import orjson
import pytest
from rich.cells import cell_len

from tests.cli.test_cli import stance
from tests.conftest import SEEDS

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
    out, _ = stance(*held, "--json", tmp_path / "two.json", "-o", tmp_path / "two.md", "--jobs", 1)
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
