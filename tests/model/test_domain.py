import dataclasses
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.metrics import roc_auc_score

from stance.corpus.article import Article
from stance.features.familiarity import plain_words
from stance.features.numbers import without_numbers
from stance.features.other_subjects import OtherSubjects
from stance.features.scoring import Scorer
from stance.formats.reading import read_articles
from stance.model import domain
from stance.model.config import load_config
from stance.model.domain import (
    ENOUGH,
    FLAGGED,
    LENGTHS,
    _LeaveOneOut,
    conformal_bound,
    learn_domain,
)
from stance.model.learning_corpus import LabelledCorpus
from stance.model.prediction import predict
from stance.model.record import Domain, LengthBound
from stance.model.resolve_auto import resolve_auto
from stance.model.training import fit_features, train
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.conftest import FAST

LANGUAGES = ("persian", "urdu", "sorani", "turkish", "kurmanji", "english", "french")

OTHER_SECTIONS = ("sport", "technology")

OTHER_HEADLINES = [
    "الهداف الشاب يقود فريقه إلى فوز كبير في افتتاح الدوري",
    "طبيبة تنصح مرضى السكري بالمشي وتقليل النشويات",
    "تحديث جديد لنظام الهاتف يطيل عمر البطارية",
    "أسعار الذهب تقفز مع تراجع الدولار والأسهم",
    "فيلم كوميدي يتصدر إيرادات السينما هذا الصيف",
    "لاعبة تنس تنسحب من البطولة بسبب إصابة في الكتف",
    "دراسة تربط بين قلة النوم وزيادة الوزن عند المراهقين",
    "علماء الفلك يرصدون كوكبا شبيها بالأرض",
    "طريقة سهلة لتحضير كعكة البرتقال بالشوكولاتة",
    "مهرجان الموسيقى يستضيف فرقا من عشرين بلدا",
    "الناقلة الجوية تضيف رحلات سياحية إلى الجزر",
    "مدرب المنتخب يستبعد الحارس قبل المباراة الودية",
]

WRITTEN = Path(__file__).parents[2] / "benchmarks" / "out_of_domain.jsonl"


def config_of(*overrides):
    return load_config(overrides=[*FAST, *overrides])


def resolved(articles, *overrides):
    return resolve_auto(LabelledCorpus(articles), config_of(*overrides)).config


def left_out_scores(articles, config):
    corpus = LabelledCorpus(articles)
    fitted = fit_features(corpus, config)
    block = fitted.features.word_block()
    other = OtherSubjects.of(block, fitted.features.table)
    left_out = _LeaveOneOut.of(corpus, block, other, fitted.matrix.articles)
    return left_out.by_outlet, left_out.scores(
        np.arange(len(articles)), without_numbers(plain_words(fitted.batch))
    ).scores


def refitted_scores(articles, config, group_of):
    """Learn the words anew without each group, and look at its articles with these."""
    found = np.zeros(len(articles))
    groups = list(map(group_of, articles))
    for group in set(groups):
        rows = [i for i, other in enumerate(groups) if other == group]
        rest = [a for a, other in zip(articles, groups, strict=True) if other != group]
        fitted = fit_features(LabelledCorpus(rest), config)
        features = fitted.features
        weights = np.zeros((features.n_features, 2), dtype=np.float32)
        scorer = Scorer(features, weights, learn_domain(fitted).contrast)
        found[rows] = scorer.read(config.inputs(articles[i] for i in rows)).evidence.scores
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides",
    [[], ["features.word.min_df=1"], ["features.word.min_outlets=3", "features.word.max_n=2"]],
    ids=["defaults", "every word", "words of three outlets, and pairs"],
)
def test_an_outlet_is_left_out_as_if_it_had_not_been_there(seed_articles, overrides):
    outlets = sorted({article.outlet for article in seed_articles})[:6]
    articles = [a for a in seed_articles if a.outlet in outlets]
    config = resolved(articles, *overrides)
    by_outlet, found = left_out_scores(articles, config)
    assert by_outlet
    expected = refitted_scores(articles, config, lambda article: article.outlet)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found.min() > 0


@pytest.mark.slow
@pytest.mark.parametrize("least", [1, 3])
def test_articles_without_an_outlet_are_left_out_one_by_one(seed_articles, least):
    outlets = sorted({article.outlet for article in seed_articles})[:4]
    articles = [
        dataclasses.replace(a, outlet=None if n % 14 == 0 else a.outlet)
        for n, a in enumerate(b for b in seed_articles if b.outlet in outlets)
    ]
    config = resolved(articles, f"features.word.min_outlets={least}")
    by_outlet, found = left_out_scores(articles, config)
    assert by_outlet
    expected = refitted_scores(articles, config, lambda article: article.outlet or article.id)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.slow
def test_without_outlets_each_article_is_left_out(seed_articles):
    articles = [Article(a.id, a.text, label=a.label) for a in seed_articles[:16]]
    config = resolved(articles)
    by_outlet, found = left_out_scores(articles, config)
    assert not by_outlet
    expected = refitted_scores(articles, config, lambda article: article.id)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=300, unique=True),
    share=st.floats(0.001, 0.5),
)
def test_the_bound_keeps_its_promise_for_any_of_exchangeable_scores(scores, share):
    values = np.array(scores)
    if len(values) < 2:
        assert conformal_bound(values, share) == values[0]
        return
    # Each in turn is the new one, and the others are what the bound is learned from.
    below = [values[i] < conformal_bound(np.delete(values, i), share) for i in range(len(values))]
    assert np.mean(below) <= max(share, 1 / len(values)) + 1e-9


def test_a_bound_is_not_needlessly_low():
    assert conformal_bound(np.arange(199.0), 0.03) == 5.0


@pytest.mark.slow
def test_the_threshold_flags_few_of_the_held_out(seed_articles, fast_model):
    _, found = left_out_scores(seed_articles, resolved(seed_articles))
    learned = fast_model.domain
    assert np.mean(found < learned.threshold) <= FLAGGED
    assert learned.threshold < learned.usual == pytest.approx(np.median(found), abs=1e-6)
    assert learned.n_held_out == len(seed_articles)
    assert learned.measure == "contrast"
    assert [bound.min_words for bound in learned.by_length] == list(LENGTHS)
    assert all(0 < bound.threshold <= learned.threshold for bound in learned.by_length)
    assert learned.protocol == "each outlet left out in turn"


@pytest.mark.slow
def test_a_large_corpus_is_sampled_alike_each_time(seed_articles, monkeypatch):
    monkeypatch.setattr(domain, "MOST_HELD_OUT", 100)
    corpus, config = LabelledCorpus(seed_articles), resolved(seed_articles)
    fitted = fit_features(corpus, config)
    first, second = learn_domain(fitted), learn_domain(fitted)
    assert first.domain.n_held_out == 100
    assert second.domain == first.domain
    assert np.array_equal(second.contrast, first.contrast)


@pytest.mark.parametrize(
    "overrides",
    [
        ["features.word.enabled=false", "features.char.enabled=true"],
        ["features.word.min_n=2", "features.word.max_n=2"],
    ],
)
def test_a_model_without_single_words_knows_no_domain(seed_articles, overrides):
    model = train(seed_articles[:48], config_of(*overrides))
    assert model.domain is None
    (found,) = predict(model, [Article("1", "Breaking news")])
    assert found.out_of_domain is found.out_of_domain_reason is found.domain_score is None
    assert model.contrast is None


@pytest.mark.slow
def test_the_block_of_words_is_found_behind_others(seed_articles):
    articles = seed_articles[:48]
    lexicon = ["features.lexicon.enabled=true", "features.char.enabled=true"]
    assert train(articles, config_of(*lexicon)).domain == train(articles, config_of()).domain


def test_other_languages_verse_and_junk_are_out_of_domain(seed_articles, fast_model):
    rows = [json.loads(line) for line in WRITTEN.read_text("utf-8").splitlines()]
    found = list(predict(fast_model, [Article(row["id"], row["text"]) for row in rows]))
    reasons = {kind: Counter() for kind in dict.fromkeys(row["kind"] for row in rows)}
    for row, prediction in zip(rows, found, strict=True):
        reasons[row["kind"]][prediction.out_of_domain_reason] += 1
    for language in LANGUAGES:
        assert set(reasons[language]) == {"other_language"}, language
    in_arabic = Counter()
    for kind in ("poetry", "recipe", "chatter"):
        in_arabic += reasons[kind]
    assert "other_language" not in in_arabic
    assert in_arabic["unknown_words"] >= 0.7 * in_arabic.total()
    assert reasons["junk"][None] == 0
    own = list(predict(fast_model, seed_articles))
    assert np.mean([p.out_of_domain for p in own]) <= FLAGGED


@pytest.fixture(scope="module")
def half_model(seed_articles):
    """Train on every other outlet."""
    outlets = sorted({a.outlet for a in seed_articles})[::2]
    return train([a for a in seed_articles if a.outlet in outlets], config_of()), outlets


@pytest.mark.slow
@pytest.mark.parametrize("n_words", [4, 6, 8, 12, 20, 30, 50, 100, 150, 200])
def test_length_does_not_decide(seed_articles, half_model, n_words):
    model, outlets = half_model
    new = [a for a in seed_articles if a.outlet not in outlets]
    pieces = beginnings(new, n_words)
    assert len(pieces) >= 150
    assert np.mean([p.out_of_domain for p in predict(model, pieces)]) <= 0.06


@pytest.mark.slow
@pytest.mark.parametrize("n_words", [250, 500])
def test_nor_does_a_length_that_no_article_of_the_corpus_has(seed_articles, half_model, n_words):
    model, outlets = half_model
    new = [a for a in seed_articles if a.outlet not in outlets]
    joined = [
        Article(a.id, f"{a.text}\n{b.text}\n{c.text}")
        for a, b, c in zip(new[::3], new[1::3], new[2::3], strict=False)
    ]
    pieces = beginnings(joined, n_words)
    assert len(pieces) >= 60
    assert np.mean([p.out_of_domain for p in predict(model, pieces)]) <= 0.06


@pytest.mark.parametrize("n_words", [1, 2, 3])
def test_fewer_than_four_words_are_too_short_to_tell(seed_articles, half_model, n_words):
    found = predict(half_model[0], beginnings(seed_articles[:40], n_words))
    assert {(p.out_of_domain, p.out_of_domain_reason) for p in found} == {(True, "too_short")}


def beginnings(articles, n_words):
    """Return the first words of articles that have as many, without numbers."""
    table = arabic_normalization()
    pieces = [
        [word for word in words(f"{a.title}\n{a.text}", table) if not word.isdigit()][:n_words]
        for a in articles
    ]
    return [Article(str(i), " ".join(p)) for i, p in enumerate(pieces) if len(p) == n_words]


def titles_of(articles):
    return [Article(f"t{a.id}", a.title, label=a.label, outlet=a.outlet) for a in articles]


@pytest.mark.slow
def test_other_subjects_are_out_of_domain_and_headlines_of_its_own_are_not(
    seed_articles, half_model
):
    outlets = half_model[1]
    known = [a for a in seed_articles if a.outlet in outlets]
    model = train([*known, *titles_of(known)], config_of())
    others = [Article(str(n), text) for n, text in enumerate(OTHER_HEADLINES)]
    reasons = [p.out_of_domain_reason for p in predict(model, others)]
    assert reasons.count("unknown_words") >= 0.8 * len(others)
    (whole,) = predict(model, [Article("1", ". ".join(OTHER_HEADLINES))])
    assert whole.out_of_domain_reason == "unknown_words"
    new = titles_of(a for a in seed_articles if a.outlet not in outlets)
    assert np.mean([p.out_of_domain for p in predict(model, new)]) <= 0.06


@pytest.mark.slow
def test_headlines_of_a_corpus_alone_decide_on_headlines(seed_articles):
    titles = titles_of(seed_articles)
    n_words = np.array([len(words(a.text, arabic_normalization())) for a in titles])
    assert np.sum((n_words >= 4) & (n_words < 21)) >= ENOUGH
    bodies = [dataclasses.replace(a, title=None) for a in seed_articles]
    beside, without = (
        {b.min_words: b.threshold for b in train(corpus, config_of()).domain.by_length}
        for corpus in ([*titles, *bodies], bodies)
    )
    # Beginnings of articles would lower it.
    assert beside[8] > without[8] + 0.005


def test_thresholds_are_those_of_the_class_of_lengths():
    bounds = [LengthBound(min_words=4, threshold=0.1), LengthBound(min_words=8, threshold=0.2)]
    found = Domain(threshold=0.3, usual=0.5, n_held_out=1, protocol="", by_length=bounds)
    lengths = np.array([0, 3, 4, 7, 8, 500])
    assert found.thresholds(lengths).tolist() == [0.3, 0.3, 0.1, 0.1, 0.2, 0.2]
    without = found.model_copy(update={"by_length": []})
    assert without.thresholds(lengths).tolist() == [0.3] * 6


def test_bounds_out_of_order_are_refused():
    bounds = [LengthBound(min_words=n, threshold=0.1) for n in (8, 4)]
    with pytest.raises(ValidationError, match="ascending order of min_words"):
        Domain(threshold=0.3, usual=0.5, n_held_out=1, protocol="", by_length=bounds)


@pytest.mark.slow
def test_on_real_news_fresh_articles_pass_and_sport_does_not(news):
    of_war = [Article(a.id, a.text, label=a.outlet) for a in of_section(news, "middleEast")]
    model = train(of_war[::2], config_of())
    fresh = list(predict(model, of_war[1::2]))
    other = list(predict(model, of_section(news, "sport")[::2]))
    assert np.mean([p.out_of_domain for p in fresh]) <= 2 * FLAGGED
    assert np.mean([p.out_of_domain for p in other]) >= 0.8
    y_true = np.repeat([1, 0], [len(fresh), len(other)])
    assert roc_auc_score(y_true, [p.domain_score for p in fresh + other]) > 0.95


def of_section(news, section):
    return [one for one in news if one.id.split("-")[1] == section]


@pytest.mark.slow
def test_real_news_of_the_war_passes_and_other_subjects_do_not(news, seed_articles):
    blocs = ("pro_sdf", "opposition_aligned", "damascus_aligned", "neutral_wire")
    articles = list(read_articles(["dataset:syria-outlets-4"]))
    headlines = [a for a in read_articles(["dataset:syria-headlines"]) if a.label in blocs]
    left_out = set(sorted({a.outlet for a in [*articles, *headlines]})[::4])
    known = [a for a in [*articles, *headlines] if a.outlet not in left_out]
    settings = Path(__file__).parents[2] / "seeds" / "model.toml"
    config = load_config(settings, ["calibration.enabled=false"])
    model = train([*seed_articles, *known], config)

    def flagged(kind):
        return np.mean([p.out_of_domain for p in predict(model, kind)])

    for own in (articles, headlines):
        new = [a for a in own if a.outlet in left_out]
        assert len(new) >= 100
        assert flagged(new) <= 0.05
    for section in OTHER_SECTIONS:
        part = of_section(news, section)
        assert flagged(part) >= 0.6
        assert flagged([Article(a.id, a.title) for a in part if a.title]) >= 0.6
