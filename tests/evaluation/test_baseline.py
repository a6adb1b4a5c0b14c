import numpy as np
import pytest
from scipy.stats import t

from stance.corpus.article import Article
from stance.evaluation.baseline import (
    against_one_label,
    compare_with_baseline,
    most_frequent_by_stratum,
)
from stance.evaluation.comparison import PairedPredictions
from stance.evaluation.confusion import Metric
from stance.evaluation.metrics import evaluate
from stance.evaluation.protocol import cross_validate
from stance.evaluation.scored import Scored
from stance.evaluation.testing import evaluate_model
from stance.model.training import train

WORDS = ["الخبر", "اليوم", "المدينة", "الطريق", "السوق", "النهر", "البلدة", "المطر"]


def chance_corpus(n=120, share=0.65, seed=3):
    """Return articles whose label no word tells."""
    random = np.random.default_rng(seed)
    return [
        Article(
            str(n),
            " ".join(random.choice(WORDS, 12)),
            label="معارض" if random.random() < share else "مؤيد",
            outlet=f"صحيفة {n % 12}",
        )
        for n in range(n)
    ]


@pytest.fixture(scope="module")
def chance(fast_config):
    return cross_validate(chance_corpus(), fast_config, folds=4)


@pytest.mark.slow
def test_a_model_that_learned_nothing_is_not_better_than_one_label(chance):
    (baseline, *_) = chance.honest.baselines
    assert baseline.labels == ("معارض",)
    truth = chance.held_out.scored.y_true
    assert baseline.accuracy.baseline == np.mean(
        truth == chance.held_out.scored.labels.index("معارض")
    )
    assert baseline.accuracy.model == chance.honest.accuracy
    assert not baseline.accuracy.is_significant
    # Whoever gives both labels now and then has a higher macro-F1 than one label.
    assert baseline.macro_f1.value > 0
    assert baseline.interval_unit == chance.honest.basis.unit == "outlet"
    shown = chance.to_dict()["baselines"][0]
    assert shown["accuracy"]["model_is_better"] is False
    assert shown["accuracy"]["score"] == baseline.accuracy.baseline


@pytest.mark.slow
def test_a_model_that_learned_something_is_better(seed_articles, fast_config):
    result = cross_validate(seed_articles[::3], fast_config, by="event", folds=3)
    for baseline in result.honest.baselines:
        assert baseline.accuracy.is_significant
        assert baseline.macro_f1.is_significant


@pytest.mark.slow
def test_each_fold_gives_the_label_of_its_own_training_articles(fast_config):
    """The label of the larger part of the corpus is rare where one outlet is held out."""
    articles = chance_corpus(60)
    outlet_of = {f"صحيفة {n}": "مؤيد" if n < 6 else "معارض" for n in range(12)}
    whole = [
        Article(a.id, a.text, label=outlet_of[str(a.outlet)], outlet=a.outlet) for a in articles
    ]
    learned, here = cross_validate(whole, fast_config, folds="each").honest.baselines
    # Thirty of each: without one outlet the other label is the more frequent, and always wrong.
    assert learned.source == "training"
    assert set(learned.labels) == {"مؤيد", "معارض"}
    assert learned.accuracy.baseline == 0
    assert here.source == "test"
    assert here.accuracy.baseline == 0.5


@pytest.mark.slow
def test_a_finished_model_has_the_label_of_its_training_and_that_of_the_test(fast_config):
    model = train(chance_corpus(share=0.8), fast_config)
    other = chance_corpus(share=0.2, seed=5)
    learned, here = evaluate_model(model, other).baselines
    assert (learned.source, learned.labels) == ("training", ("معارض",))
    assert (here.source, here.labels) == ("test", ("مؤيد",))
    assert learned.accuracy.baseline == pytest.approx(1 - here.accuracy.baseline)
    (only,) = evaluate_model(model, chance_corpus(share=0.8, seed=5)).baselines
    assert only.source == "training"


def test_the_interval_is_that_of_paired_scores():
    """The model is right wherever the one label is, and on eight articles of a hundred more."""
    truth = np.array([0] * 60 + [1] * 40)
    guess = np.array([0] * 60 + [1] * 8 + [0] * 32)
    found = against_one_label(
        PairedPredictions(("a", "b"), truth, guess, np.zeros(100, int)), "test"
    )
    reach = t.ppf(0.975, 99) * np.sqrt(0.08 * 0.92 / 99)
    assert found.accuracy.interval == pytest.approx([0.08 - reach, 0.08 + reach])
    assert found.accuracy.is_significant
    # By intervals of their own nothing could be said of 0.68 and 0.60.
    own = evaluate(Scored(("a", "b"), truth, np.eye(2)[guess]), protocol="").intervals["accuracy"]
    assert own[0] < 0.6


def test_the_baseline_of_two_models_has_a_label_for_each_stratum():
    truth = ["a"] * 80 + ["b"] * 20 + ["b"] * 90 + ["a"] * 10
    strata = ["x"] * 100 + ["y"] * 100
    assert most_frequent_by_stratum(truth, strata) == ["a"] * 100 + ["b"] * 100
    paired = PairedPredictions.of(truth, truth, ["a"] * 200, strata=strata)
    floor = compare_with_baseline(paired, Metric("accuracy"))
    assert floor.score == pytest.approx((0.8 + 0.9) / 2)
    assert floor.first.accuracy.is_significant
    assert not floor.second.accuracy.is_significant
    assert floor.second.labels == ("a", "b")
