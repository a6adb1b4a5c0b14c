import numpy as np
import pytest
from sklearn.metrics import f1_score

from stance.benchmarking.preparing import prepare
from stance.benchmarking.results import unpack
from stance.benchmarking.running import plan, run
from stance.benchmarking.scoring import HeldOut, score_task
from stance.benchmarking.suite import TaskMetric
from stance.corpus.article import Article
from stance.errors import ConfigError


@pytest.fixture(scope="module")
def tested():
    random = np.random.default_rng(5)
    truth = random.choice(["Favor", "Against", "None"], 300, p=[0.5, 0.3, 0.2]).tolist()
    targets = random.choice(["x", "y"], 300).tolist()
    articles = [
        Article(str(n), "نص", label, target=target)
        for n, (label, target) in enumerate(zip(truth, targets, strict=True))
    ]
    return HeldOut(articles, truth, [str(n) for n in range(300)], "article")


@pytest.fixture(scope="module")
def guesses(tested):
    random = np.random.default_rng(6)
    wrong = random.choice(["Favor", "Against", "None"], 300).tolist()
    keep = random.random(300) < 0.6
    return [t if k else w for t, k, w in zip(tested.y_true, keep, wrong, strict=True)]


def test_a_score_is_scikit_learns(tested, guesses):
    found = tested.score(guesses, TaskMetric())
    assert np.isclose(found.value, f1_score(tested.y_true, guesses, average="macro"))
    assert found.low < found.value < found.high


def test_a_score_over_targets_is_the_mean_of_theirs(tested, guesses):
    metric = TaskMetric(labels=["Favor", "Against"], over="target")
    each = []
    for target in ("x", "y"):
        at = [n for n, article in enumerate(tested.articles) if article.target == target]
        truth, guess = [tested.y_true[n] for n in at], [guesses[n] for n in at]
        each.append(f1_score(truth, guess, labels=["Favor", "Against"], average="macro"))
    assert np.isclose(tested.score(guesses, metric).value, np.mean(each))


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    """Of guesses that are right seven times in ten, drawn sixty times."""
    random = np.random.default_rng(1)
    held = 0
    for _ in range(60):
        truth = random.choice(["a", "b"], 200).tolist()
        right = random.random(200) < 0.7
        other = {"a": "b", "b": "a"}
        guess = [t if r else other[t] for t, r in zip(truth, right, strict=True)]
        articles = [Article(str(n), "x", label) for n, label in enumerate(truth)]
        one = HeldOut(articles, truth, [str(n) for n in range(200)], "article")
        found = one.score(guess, TaskMetric(score="accuracy"))
        held += found.low <= 0.7 <= found.high
    assert 50 <= held <= 60


def test_a_field_that_an_article_has_not_is_told(tested, guesses):
    with pytest.raises(ConfigError, match="over 'outlet'"):
        tested.score(guesses, TaskMetric(over="outlet"))


@pytest.mark.slow
def test_a_task_is_scored_for_everyone(write_suite):
    suite = write_suite(
        'by = "outlet"\nnaive = true\nopponents = ["majority"]\n'
        "variants = { pairs = { features.word.max_n = 2 } }\n"
        'metrics = { F = {}, accuracy = { score = "accuracy" } }'
    )
    prepared = prepare(suite, "small")
    result = score_task(prepared, run(plan(suite, prepared)))
    honest, naive = result.divisions
    assert [(o.contender, o.kind) for o in honest.outcomes] == [
        ("stance", "model"),
        ("pairs", "variant"),
        ("majority", "opponent"),
    ]
    assert (honest.unit, honest.units) == ("outlet", 8)
    assert honest.fingerprint == naive.fingerprint
    ours, majority = honest.of("stance"), honest.of("majority")
    assert ours.scores["F"].value == 1.0
    assert majority.scores["accuracy"].value == 0.5
    assert not ours.less_than_ours
    assert np.isclose(majority.less_than_ours["accuracy"].value, 0.5)
    assert unpack(ours.y_pred, result.labels) == [a.label for a in prepared.articles]
