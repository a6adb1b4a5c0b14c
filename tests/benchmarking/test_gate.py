"""The gate fails on a model that was made worse, and on nothing else."""

import dataclasses

import pytest

from stance.benchmarking.benchmark import run_suite
from stance.benchmarking.gate import check, judge, judge_speed
from stance.benchmarking.preparing import prepare
from stance.benchmarking.results import FORMAT, Results, SpeedResult, TaskResult
from stance.benchmarking.running import plan, run
from stance.benchmarking.scoring import score_task
from stance.benchmarking.suite import GateOptions, Suite, Task
from stance.errors import RegressionError

CORPORA = range(3)


def syria(seed, **word):
    """Ask for three folds of held-out outlets of 200 real articles, drawn by lot."""
    config = {
        "features": {
            "char": {"enabled": False},
            "lexicon": {"enabled": False},
            "word": {"max_n": 1, **word},
        },
        "calibration": {"enabled": False},
        "classifier": {"logistic": {"C": 3.0}},
    }
    task = Task(corpus=["dataset:syria-outlets"], by="outlet", folds=3, sample=200, config=config)
    return Suite(title="syria", seed=seed, tasks={"syria": task})


def results(suite, prepared):
    prepared = dataclasses.replace(prepared, task=suite.tasks["syria"])
    scored = score_task(prepared, run(plan(suite, prepared)))
    return Results(format=FORMAT, suite="", seed=suite.seed, made_with={}, tasks={"syria": scored})


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
@pytest.mark.parametrize("corpus", CORPORA)
def test_a_worse_model_fails_and_the_same_model_does_not(corpus):
    """Three draws of the corpus: three out of three."""
    suite = syria(corpus)
    prepared = prepare(suite, "syria")
    baseline, again = results(suite, prepared), results(suite, prepared)
    worse = results(syria(corpus, max_features=15), prepared)
    (held,) = judge(suite, {"syria": prepared}, again, baseline)
    assert (held.grade, held.fails) == ("held", False)
    (failed,) = judge(suite, {"syria": prepared}, worse, baseline)
    assert (failed.grade, failed.fails) == ("worse", True)
    (better,) = judge(suite, {"syria": prepared}, baseline, worse)
    assert (better.grade, better.fails) == ("better", False)


@pytest.fixture
def small_run(write_suite):
    suite = write_suite('by = "outlet"')
    return suite, run_suite(suite)


@pytest.mark.slow
def test_a_task_without_a_baseline_is_new_and_one_without_a_run_is_missed(small_run):
    suite, run = small_run
    empty = run.results.model_copy(update={"tasks": {}})
    (new,) = judge(suite, run.prepared, run.results, empty)
    assert (new.grade, new.fails) == ("new", False)
    more = run.results.model_copy(
        update={"tasks": {**run.results.tasks, "gone": TaskResult(labels=[], divisions=[])}}
    )
    held, gone = judge(suite, run.prepared, run.results, more)
    assert (held.grade, gone.grade, gone.fails) == ("held", "missing", True)


@pytest.mark.slow
def test_other_articles_are_not_compared(small_run, write_suite, desk):
    suite, run = small_run
    lines = (desk / "corpus.jsonl").read_bytes().replace(b'"n3"', b'"m3"')
    (desk / "corpus.jsonl").write_bytes(lines)
    changed = run_suite(write_suite('by = "outlet"'))
    (verdict,) = judge(suite, changed.prepared, changed.results, run.results)
    assert (verdict.grade, verdict.fails) == ("other data", True)
    with pytest.raises(RegressionError, match="other data"):
        check([verdict])


@pytest.mark.slow
def test_nothing_is_raised_where_the_baseline_is_held(small_run):
    suite, run = small_run
    check(judge(suite, run.prepared, run.results, run.results))


def speed(train, label):
    return SpeedResult(
        task="t", articles=10, rounds=3, train=train, label=label, reference_seconds=0.1
    )


@pytest.mark.parametrize(
    ("now", "grades"),
    [((10, 2), ["held", "held"]), ((14, 2.9), ["held", "held"]), ((10, 3.1), ["held", "worse"])],
)
def test_speed_may_be_a_half_less(now, grades):
    verdicts = judge_speed(speed(*now), speed(10, 2), GateOptions(slower=0.5))
    assert [verdict.grade for verdict in verdicts] == grades
