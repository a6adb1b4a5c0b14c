import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from stance.corpus.article import Article
from stance.features.familiarity import count_terms, plain_words
from stance.features.scoring import Scorer
from stance.formats.reading import read_articles
from stance.model import domain
from stance.model.config import load_config
from stance.model.domain import FLAGGED, _LeaveOneOut, conformal_bound, learn_domain
from stance.model.learning_corpus import LabelledCorpus
from stance.model.prediction import predict
from stance.model.resolve_auto import resolve_auto
from stance.model.training import fit_features, train
from tests.conftest import FAST

WRITTEN = Path(__file__).parents[2] / "benchmarks" / "out_of_domain.jsonl"


def config_of(*overrides):
    return load_config(overrides=[*FAST, *overrides])


def resolved(articles, *overrides):
    return resolve_auto(LabelledCorpus(articles), config_of(*overrides)).config


def left_out_scores(articles, config):
    corpus = LabelledCorpus(articles)
    fitted = fit_features(corpus, config)
    block = fitted.features.word_block()
    left_out = _LeaveOneOut.of(corpus, block, fitted.matrix.articles)
    counts = count_terms(block, plain_words(fitted.batch))
    found = left_out.familiarity(np.arange(len(articles)), *counts)
    return left_out.by_outlet, found


def refitted_scores(articles, config, group_of):
    """Learn the words anew without each group, and look at its articles with these."""
    found = np.zeros(len(articles))
    groups = list(map(group_of, articles))
    for group in set(groups):
        rows = [i for i, other in enumerate(groups) if other == group]
        rest = [a for a, other in zip(articles, groups, strict=True) if other != group]
        features = fit_features(LabelledCorpus(rest), config).features
        weights = np.zeros((features.n_features, 2), dtype=np.float32)
        scorer = Scorer(features, weights, len(rest))
        found[rows] = scorer.read(config.inputs(articles[i] for i in rows)).familiarity
    return found


@pytest.mark.parametrize(
    "overrides",
    [[], ["features.word.min_df=1"], ["features.word.min_outlets=3", "features.word.max_n=2"]],
    ids=["defaults", "every word", "words of three outlets, and pairs"],
)
def test_an_outlet_is_left_out_as_if_it_had_not_been_there(seed_articles, overrides):
    outlets = sorted({article.outlet for article in seed_articles})[:9]
    articles = [a for a in seed_articles if a.outlet in outlets]
    config = resolved(articles, *overrides)
    by_outlet, found = left_out_scores(articles, config)
    assert by_outlet
    expected = refitted_scores(articles, config, lambda article: article.outlet)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.min() > 0


@pytest.mark.parametrize("least", [1, 3])
def test_articles_without_an_outlet_are_left_out_one_by_one(seed_articles, least):
    outlets = sorted({article.outlet for article in seed_articles})[:6]
    articles = [
        dataclasses.replace(a, outlet=None if n % 9 == 0 else a.outlet)
        for n, a in enumerate(b for b in seed_articles if b.outlet in outlets)
    ]
    config = resolved(articles, f"features.word.min_outlets={least}")
    by_outlet, found = left_out_scores(articles, config)
    assert by_outlet
    expected = refitted_scores(articles, config, lambda article: article.outlet or article.id)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_without_outlets_each_article_is_left_out(seed_articles):
    articles = [Article(a.id, a.text, label=a.label) for a in seed_articles[:24]]
    config = resolved(articles)
    by_outlet, found = left_out_scores(articles, config)
    assert not by_outlet
    expected = refitted_scores(articles, config, lambda article: article.id)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


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
    assert conformal_bound(np.arange(199.0), 0.02) == 3.0


def test_the_threshold_flags_few_of_the_held_out(seed_articles, fast_model):
    _, found = left_out_scores(seed_articles, resolved(seed_articles))
    learned = fast_model.domain
    assert np.mean(found < learned.threshold) <= FLAGGED
    assert learned.threshold < learned.usual == pytest.approx(np.median(found), abs=1e-6)
    assert learned.n_held_out == len(seed_articles)
    assert learned.protocol == "each outlet left out in turn"


def test_a_large_corpus_is_sampled_alike_each_time(seed_articles, monkeypatch):
    monkeypatch.setattr(domain, "MOST_HELD_OUT", 100)
    corpus, config = LabelledCorpus(seed_articles), resolved(seed_articles)
    fitted = fit_features(corpus, config)
    first = learn_domain(fitted)
    assert first.n_held_out == 100
    assert learn_domain(fitted) == first


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
    assert found.out_of_domain is None
    assert found.domain_score is None


def test_the_block_of_words_is_found_behind_others(seed_articles):
    articles = seed_articles[:48]
    lexicon = ["features.lexicon.enabled=true", "features.char.enabled=true"]
    assert train(articles, config_of(*lexicon)).domain == train(articles, config_of()).domain


def test_other_languages_verse_and_junk_are_out_of_domain(seed_articles, fast_model):
    rows = [json.loads(line) for line in WRITTEN.read_text("utf-8").splitlines()]
    flags = list(predict(fast_model, [Article(row["id"], row["text"]) for row in rows]))
    assert {p.article.id for p in flags if not p.out_of_domain} == set()
    own = list(predict(fast_model, seed_articles))
    assert np.mean([p.out_of_domain for p in own]) <= FLAGGED


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
def test_on_real_news_fresh_articles_pass_and_sport_does_not():
    by_section = {"middleEast": [], "sport": []}
    for article in read_articles(["dataset:ant"]):
        section = article.id.split("-")[1]
        if section in by_section:
            by_section[section].append(article)
    news = [Article(a.id, a.text, label=a.outlet) for a in by_section["middleEast"][::5]]
    model = train(news[::2], config_of())
    fresh = [p.domain_score for p in predict(model, news[1::2])]
    other = [p.domain_score for p in predict(model, by_section["sport"][::10])]
    threshold = model.domain.threshold
    assert np.mean(np.array(fresh) < threshold) <= 2 * FLAGGED
    assert np.mean(np.array(other) < threshold) >= 0.5
    truth = np.repeat([1, 0], [len(fresh), len(other)])
    assert roc_auc_score(truth, fresh + other) > 0.95
