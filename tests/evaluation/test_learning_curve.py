from dataclasses import replace

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.errors import ConfigError, CorpusError
from stance.evaluation import learning_curve as module
from stance.evaluation.curve_bootstrap import CurveScores, HeldOutArticles
from stance.evaluation.curve_fits import compare_draws, trend_of
from stance.evaluation.curve_predictions import CurveData, check_fit, extrapolate, rounded
from stance.evaluation.learning_curve import learning_curve
from stance.evaluation.protocol import cross_validate
from stance.evaluation.sampling_units import Units
from stance.model.config import load_config
from tests.conftest import FAST, GULLIBLE

CONFIG = load_config(overrides=[*FAST, *GULLIBLE, "classifier.logistic.C=3.0"])
FILLERS = ["الخبر", "اليوم", "المدينة", "الطريق", "السوق", "النهر", "الجسر", "المطر"]


def outlets_with_words_of_their_own(n_outlets=16, n_each=12, n_words=4):
    """Return articles whose label can be told by a word that few outlets share."""
    random = np.random.default_rng(0)
    articles = []
    for outlet in range(n_outlets):
        for n in range(n_each):
            told = f"{'مؤيد' if n % 2 else 'معارض'}{'ابجدهو'[outlet % n_words]}"
            text = " ".join([told, *random.choice(FILLERS, 12)])
            articles.append(Article(f"{outlet}-{n}", text, "ab"[n % 2], f"صحيفة {outlet}"))
    return articles


@pytest.fixture(scope="module")
def of_own_words():
    return learning_curve(
        outlets_with_words_of_their_own(), CONFIG, folds=4, sizes=(14, 40, 60, 144)
    )


def test_more_outlets_help_where_each_has_words_of_its_own(of_own_words):
    assert of_own_words.plan.choice.by == "outlet"
    assert [one.n_articles for one in of_own_words.outlet_points] == [40, 60]
    assert of_own_words.outlet_points[0].n_outlets < 6 < of_own_words.points[1].n_outlets
    assert of_own_words.comparison.verdict == "outlets"
    assert of_own_words.comparison.difference > 0.05


def test_rows_and_json_hold_every_draw(of_own_words):
    rows = of_own_words.to_arrow().to_pylist()
    assert sum(row["kind"] == "draw" for row in rows) == 3 * (4 + 2)
    assert sum(row["kind"] == "size" for row in rows) == 4 + 2
    shown = of_own_words.to_dict()
    assert [one["n_articles"] for one in shown["points"]] == [14, 40, 60, 144]
    assert shown["comparison"]["verdict"] == "outlets"
    assert shown["interval_unit"] == "outlet"


def articles_with_one_word_for_each_label():
    words = np.random.default_rng(0).choice(list("بتجدرسشصطعفقكلمن"), (60, 5, 6))
    return [
        Article(str(n), " ".join(["معارض" if n % 2 else "مؤيد", *map("".join, of)]), "ab"[n % 2])
        for n, of in enumerate(words)
    ]


def test_a_curve_that_cannot_rise_is_flat():
    articles = articles_with_one_word_for_each_label()
    found = learning_curve(articles, CONFIG, folds=3, draws=2, sizes=(10, 20, 40))
    assert found.plan.choice.by == "random"
    assert found.points[0].n_outlets is None
    assert found.basis.unit == "article"
    assert found.trend.verdict == "flat"
    assert (found.fit, found.predictions, found.comparison) == (None, (), None)


def test_the_largest_size_is_a_cross_validation():
    articles = articles_with_one_word_for_each_label()
    articles = [replace(one, label="ab"[n % 7 == 0]) for n, one in enumerate(articles)]
    whole = cross_validate(articles, CONFIG, by="random", folds=3)
    found = learning_curve(articles, CONFIG, by="random", folds=3, draws=2, sizes=(10, 30, 40))
    last = found.points[-1]
    assert 0 < last.macro_f1 < 1
    assert {one.macro_f1 for one in last.draws} == {whole.honest.macro_f1}
    assert (last.low, last.high) == pytest.approx(whole.honest.intervals["macro_f1"])
    assert found.n_tested == whole.honest.n == len(articles)


def test_draws_are_nested_and_never_from_the_test_outlets(monkeypatch):
    seen = []

    def predict(shared, train, test, settings):
        seen.append((train, test))
        return shared.corpus.y_true[test]

    monkeypatch.setattr(module, "_predict_labels", predict)
    articles = outlets_with_words_of_their_own()
    articles[1] = replace(articles[1], text=articles[20].text)
    found = learning_curve(articles, CONFIG, folds=4, draws=2, sizes=(14, 30, 60, 100))
    outlets = np.array([article.outlet for article in articles])
    assert {one.macro_f1 for one in found.points} == {1.0}
    for train, test in seen:
        assert not set(outlets[train]) & set(outlets[test])
        # The two articles with the same text.
        assert not ({1, 20} & set(train) and {1, 20} & set(test))
    by_size = {n: [set(train) for train, _ in seen if len(train) == n] for n in (14, 30, 60, 100)}
    for smaller, larger in ((14, 30), (30, 60), (60, 100)):
        # Two draws in each of four folds; whole outlets are not drawn at all sizes.
        assert sum(any(one <= two for two in by_size[larger]) for one in by_size[smaller]) >= 8
    assert sorted({tuple(test) for _, test in seen}) == sorted(
        {tuple(test) for train, test in seen if len(train) == 14}
    )


def made_up(ceiling=0.9, scale=0.9, exponent=0.5, n_tested=1500, seed=0):
    """Return the scores of a classifier whose accuracy follows a power law."""
    random = np.random.default_rng(seed)
    sizes, n_draws = (20, 40, 80, 160, 320), 4
    y_true = np.arange(n_tested) % 2
    units = Units.of(n_tested, [f"o{n % 50}" for n in range(n_tested)])
    tested = HeldOutArticles(("a", "b"), y_true, units)
    difficulty = random.random(n_tested)
    noise = random.normal(0, 0.15, (n_draws, 1)) / np.sqrt(sizes)
    shares = ceiling - scale * np.array(sizes) ** -float(exponent) + noise
    is_right = difficulty < shares.T[:, :, None]
    y_preds = np.where(is_right, y_true, 1 - y_true)
    return CurveScores.of(sizes, y_preds, tested, (seed, 0)), tested


def test_a_prediction_holds_the_score_of_a_known_law():
    scores, tested = made_up()
    trend = trend_of(scores, tested)
    assert trend.verdict == "rising"
    found = extrapolate(CurveData(scores, tested, 320, 400, 0), trend, (320, 640, 1200))
    assert [one.n_articles for one in found.predictions] == [320, 640, 960, 1520]
    for one in found.predictions:
        assert one.low < 0.9 - 0.9 * one.n_articles**-0.5 < one.high
        assert one.gain_low <= one.gain <= one.gain_high
    widths = [one.gain_high - one.gain_low for one in found.predictions]
    assert widths == sorted(widths)
    assert widths[0] == 0.0
    assert [one.is_far for one in found.predictions] == [False, False, False, True]
    assert check_fit(CurveData(scores, tested, 320, 400, 0)).holds


def test_the_place_where_a_curve_is_flat():
    scores, tested = made_up(scale=4.0, exponent=1.0)
    trend = trend_of(scores, tested)
    flat_after = extrapolate(CurveData(scores, tested, 320, 400, 0), trend, None).fit.flat_after
    # 4 / n - 4 / 2n < 0.01 from 200 on.
    assert 120 <= flat_after <= 320
    scores, tested = made_up(ceiling=1.0, scale=1.0, exponent=0.2)
    found = extrapolate(CurveData(scores, tested, 320, 400, 0), trend_of(scores, tested), None)
    assert found.fit.flat_after is None


def test_small_sizes_that_depart_from_a_power_law_are_left_out():
    scores, tested = made_up()
    bent = replace(scores, scores=scores.scores + np.array([0.2, 0, 0, 0, 0])[:, None])
    found = extrapolate(CurveData(bent, tested, 320, 400, 0), trend_of(scores, tested), (100,))
    whole = extrapolate(CurveData(scores, tested, 320, 400, 0), trend_of(scores, tested), (100,))
    assert found.fit.fitted_from == found.fitted[0].n_articles == 40
    assert whole.fit.fitted_from == whole.fitted[0].n_articles == 20
    assert abs(found.predictions[1].macro_f1 - whole.predictions[1].macro_f1) < 0.03


def test_an_interval_is_wider_where_the_fit_is_bad():
    scores, tested = made_up()
    away = np.array([0, 0.05, -0.05, 0.05, -0.05])[:, None]
    bad = replace(scores, scores=scores.scores + away)
    widths = []
    for one in (scores, bad):
        found = extrapolate(CurveData(one, tested, 320, 400, 0), trend_of(scores, tested), (100,))
        widths.append(found.predictions[1].gain_high - found.predictions[1].gain_low)
    assert widths[1] > 1.5 * widths[0]


def test_noise_is_no_trend():
    scores, tested = made_up(ceiling=0.7, scale=0.0)
    assert trend_of(scores, tested).verdict in {"flat", "unclear"}
    assert check_fit(CurveData(scores, tested, 320, 400, 0)) is None


def test_equal_draws_show_no_difference():
    scores, tested = made_up()
    found = compare_draws(scores, scores, tested)
    assert (found.difference, found.verdict) == (0.0, "unclear")


def test_draws_of_most_of_the_pool_are_not_used_for_the_variance():
    scores, _ = made_up()
    # Of one draw: 0.15 squared.
    assert 0.005 < scores.variance_of_one(100_000) < 0.08
    # The largest two are more than seven tenths of this pool.
    assert scores.variance_of_one(320) == scores.up_to(160).variance_of_one(320)


def test_rounding_keeps_two_digits():
    assert [rounded(n) for n in (1234, 996, 12.5, 0.2)] == [1200, 1000, 12, 1]


SMALL = outlets_with_words_of_their_own(4, 6)


@pytest.mark.parametrize(
    ("articles", "options", "error", "message"),
    [
        (SMALL, {"sizes": (10, 12, 100)}, ConfigError, "size 100, but expected sizes from 10.*18"),
        (SMALL, {"sizes": (3, 12, 18)}, ConfigError, "size 3, but expected sizes from 10"),
        (SMALL, {"sizes": (10, 12, 12)}, ConfigError, "2 different sizes, but expected at least 3"),
        (SMALL, {"draws": 1}, ConfigError, "draws=1, but expected at least 2"),
        (SMALL, {"more": (5, 0)}, ConfigError, "more=0"),
        (SMALL, {}, CorpusError, "each fold can learn from 18, but expected at least 20"),
        ([replace(a, label="a") for a in SMALL], {}, CorpusError, "single label 'a'"),
        ([replace(a, outlet="x") for a in SMALL], {"by": "outlet"}, CorpusError, "one outlet only"),
        ([replace(a, label=a.id) for a in SMALL], {}, CorpusError, "Label more articles"),
        ([], {}, CorpusError, "no articles"),
    ],
)
def test_what_makes_no_curve_is_refused(articles, options, error, message):
    with pytest.raises(error, match=message):
        learning_curve(articles, CONFIG, **options)


def test_the_interval_of_a_mean_over_draws_is_narrower_near_the_whole_pool():
    scores, _ = made_up()
    found = scores.reach(400)
    assert (np.diff(found) < 0).all()
    assert scores.reach(320)[-1] == 0.0
    # Four draws of 20 articles, of which one has a standard deviation of 0.15 / sqrt(20).
    assert 0.01 < found[0] < 0.06
