"""The report of a benchmark, as Markdown and as JUnit XML."""

from xml.etree import ElementTree as ET

import pytest

from stance.benchmarking.benchmark import run_suite
from stance.benchmarking.gate import Verdict
from stance.reporting.benchmark import report
from stance.reporting.junit import junit
from stance.reporting.markdown import render
from tests.benchmarking.conftest import suite_writer, write_articles

TASK = """
title = "Of two | minds"
by = "outlet"
naive = true
opponents = ["majority", "gone"]
variants = { pairs = { features.word.max_n = 2 } }
metrics = { F = { bar = 0.9, aim = 0.95 }, accuracy = { score = "accuracy" } }
published = [{ what = "حلم", scores = { F = 0.99 }, source = "Nobody 2020" }]
"""
REST = """
speed = { task = "small", rounds = 1 }
[opponents.gone]
title = "Gone: | long ago"
fit = ["x"]
predict = ["x"]
requires = ["no_such_module"]
"""
VERDICTS = [
    Verdict("small: F", "held", "1.000, in the baseline 1.000"),
    Verdict("speed: train", "worse", "9 times"),
]


def markdown(*results):
    return render(report(*results))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    suite = suite_writer(write_articles(tmp_path_factory.mktemp("benchmark")))(TASK, REST)
    return suite, run_suite(suite).results


@pytest.mark.slow
def test_the_report_has_scores_published_figures_bars_gap_and_ablation(small):
    written = markdown(*small, VERDICTS)
    for line in (
        "| stance | 1.000 [0.920, 1.000] | 1.000 [0.920, 1.000] |",
        "| Gone: \\| long ago | took no part: no_such_module is not installed |  |",
        "| حلم (Nobody 2020) | 0.990 |  |",
        "| bar | 0.90 |  |",
        "| aim | 0.95 |  |",
        "| pairs | 1.000 [0.920, 1.000] | +0.000 [+0.000, +0.000] |",
        "| speed: train | worse | 9 times |",
    ):
        assert line in written.splitlines(), written
    assert "leave one outlet out (8 outlets)" in written
    assert "intervals of 95 % over 8 outlets" in written
    assert "unreliable" not in written
    assert "seed 13" in written


@pytest.mark.slow
def test_a_report_on_few_outlets_says_that_its_intervals_are_unreliable(small):
    suite, results = small
    task = results.tasks["small"]
    few = [division.model_copy(update={"units": 7}) for division in task.divisions]
    changed = results.model_copy(
        update={"tasks": {"small": task.model_copy(update={"divisions": few})}}
    )
    assert "Only 7 outlets: the interval is unreliable, report it" in markdown(suite, changed)


def test_every_row_of_a_table_has_as_many_cells_as_its_head(small):
    columns = 0
    for line in markdown(*small, VERDICTS).splitlines():
        if not line.startswith("|"):
            columns = 0
            continue
        cells = line.replace("\\|", "").count("|")
        assert cells == (columns or cells), line
        columns = cells


def test_junit_counts_skips_and_failures(small):
    root = ET.fromstring(junit(*small, VERDICTS))  # noqa: S314  (our own)
    cases = root.findall("testcase")
    assert int(root.get("tests")) == len(cases) == 2 * 4 + 2
    assert int(root.get("skipped")) == 2
    (failed,) = [case for case in cases if case.find("failure") is not None]
    assert failed.get("name") == "speed: train"
    assert root.get("failures") == "1"
