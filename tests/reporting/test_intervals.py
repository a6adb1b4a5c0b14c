"""Every command that prints an interval says when it rests on too little."""

import numpy as np
import pytest

from stance.benchmarking.results import Division, Outcome, Results, Score, TaskResult
from stance.benchmarking.suite import Suite, Task
from stance.cli.console import show
from stance.corpus.article import Article
from stance.corpus.fold_plan import plan_folds
from stance.evaluation.agreement import Ratings
from stance.evaluation.agreement import agreement as measure
from stance.evaluation.baseline import compare_with_baseline
from stance.evaluation.comparison import PairedPredictions, mcnemar
from stance.evaluation.comparison import compare as compared
from stance.evaluation.confusion import Metric
from stance.evaluation.held_out import HeldOut
from stance.evaluation.metrics import evaluate as scores_of
from stance.evaluation.protocol import CrossValidation
from stance.evaluation.scored import Scored
from stance.evaluation.slices import slice_scores
from stance.reporting import agreement, benchmark, comparison, cross_validation, evaluation, scores
from stance.reporting.document import Document

UNRELIABLE = "the interval is unreliable, report it as the range that was observed"
LABELS = ("a", "b", "c")


def scored(groups):
    truth = np.arange(len(groups)) % 2
    guess = np.where(np.arange(len(groups)) % 5 == 0, 1 - truth, truth)
    return Scored(LABELS, truth, np.eye(3)[guess], groups)


def evaluated(found, **slices):
    given = np.zeros(len(found), dtype=np.int64)
    result = scores_of(found, protocol="test corpus", one_label={"test": given})
    result.slices.update(slice_scores(found, slices))
    return result


def show_evaluate(groups):
    show(evaluation.report(evaluated(scored(groups))))


def show_crossval(groups):
    found = scored(groups)
    held_out = HeldOut(np.arange(len(groups)), found)
    articles = [
        Article(str(n), "نص", LABELS[label], outlet)
        for n, (label, outlet) in enumerate(zip(found.y_true, groups, strict=True))
    ]
    plan = plan_folds(articles, "random", 2, seed=0)
    result = CrossValidation("random", evaluated(found), None, (), (), held_out, plan)
    show(cross_validation.report(result))


def show_compare(groups):
    found = scored(groups)
    paired = PairedPredictions(LABELS, found.y_true, found.y_pred, 1 - found.y_pred, groups)
    floor = compare_with_baseline(paired, Metric())
    difference, names = compared(paired), ("a", "b")
    made = comparison.report(
        len(paired), names, difference, discordant=mcnemar(paired), floor=floor
    )
    show(made)


def show_benchmark(groups):
    score = Score(value=0.5, low=0.4, high=0.6)
    units = len(set(groups))
    outcome = Outcome(contender="stance", kind="model", scores={"F": score})
    division = Division(
        protocol="outlet", description="folds", articles=len(groups), fingerprint="",
        unit="outlet", units=units, outcomes=[outcome],
    )  # fmt: skip
    task = Task(corpus=["x.csv"], metrics={"F": {}})
    results = Results(
        format=1, suite="", seed=1, made_with={},
        tasks={"t": TaskResult(labels=["a"], divisions=[division])},
    )  # fmt: skip
    show(benchmark.report(Suite(title="t", tasks={"t": task}), results))


def show_slices(result):
    show(Document("", scores.slice_sections(result), ""))


def show_agreement(labels):
    show(agreement.report(measure(Ratings.of(labels), ["x", "y"])))


def outlets(n, size=12):
    return [f"o{number % n}" for number in range(n * size)]


def words(capsys):
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("shown", [show_evaluate, show_crossval, show_compare, show_benchmark])
def test_fewer_than_eight_outlets_are_told(shown, capsys):
    shown(outlets(5))
    assert f"Only 5 outlets: {UNRELIABLE}." in words(capsys)
    shown(outlets(8))
    assert "unreliable" not in words(capsys)


@pytest.mark.parametrize("shown", [show_evaluate, show_crossval, show_compare])
def test_one_outlet_and_articles_without_outlet_are_told(shown, capsys):
    shown(["o1"] * 40)
    assert "the interval is over these articles and says nothing about another outlet" in words(
        capsys
    )
    shown([*outlets(9), None, None])
    assert "2 articles without outlet: each counts as one of its own." in words(capsys)
    shown([None] * 40)
    printed = words(capsys)
    assert "unreliable" not in printed
    assert "nothing about" not in printed


def test_what_intervals_are_over_is_said_with_what_it_is_worth(capsys):
    show_evaluate(outlets(9) + ["o0"] * 200)
    assert "Intervals: over 9 outlets (of unequal size, worth 2 of equal size)." in words(capsys)


def test_a_label_of_one_outlet_is_named(capsys):
    found = scored(outlets(9))
    truth = found.y_true.copy()
    truth[0] = 2
    result = evaluated(Scored(LABELS, truth, found.probabilities, found.groups))
    show(evaluation.report(result))
    assert "From one outlet alone: 'c'." in words(capsys)
    paired = PairedPredictions(LABELS, truth, found.y_pred, 1 - found.y_pred, found.groups)
    said = comparison.meaning(compared(paired))
    assert "From one outlet alone: 'c'." in said
    assert "--label" in said
    assert "From one outlet" not in comparison.meaning(compared(paired, Metric("accuracy")))
    chosen = comparison.meaning(compared(paired, Metric("macro_f1", ("a", "b"))))
    assert "From one outlet" not in chosen


def test_slices_of_few_outlets_are_marked(capsys):
    found = scored(outlets(10))
    field = ["many" if number % 10 else "one" for number in range(len(found))]
    field = ["few" if 1 <= number % 10 <= 2 else value for number, value in enumerate(field)]
    result = evaluated(found, kind=field)
    assert {s.value: s.to_dict()["few_units"] for s in result.slices["kind"]} == {
        "many": True,
        "few": True,
        "one": True,
    }
    show_slices(evaluated(scored(outlets(10, 20)), kind=["v", "w"] * 100))
    printed = words(capsys)
    assert "~ 100" in printed
    assert f"~ fewer than 8 outlets: {UNRELIABLE}." in printed
    show_slices(evaluated(scored(outlets(10, 40)), outlet=outlets(10, 40)))
    assert "An interval of one outlet is over its articles" in words(capsys)


def test_agreement_on_few_articles_is_told(capsys):
    show_agreement([["a", "a"], ["b", "a"], ["b", "b"]])
    assert f"Only 3 articles: {UNRELIABLE}." in words(capsys)
    show_agreement([["a", "a"], ["b", "a"]] * 5)
    assert "unreliable" not in words(capsys)
