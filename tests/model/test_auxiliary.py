from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from stance.corpus.article import Article
from stance.corpus.duplicates import without_repeats
from stance.errors import ConfigError, CorpusError
from stance.evaluation.protocol import cross_validate
from stance.model.auxiliary import AuxiliaryScores
from stance.model.config import load_config
from stance.model.learning_corpus import LabelledCorpus
from stance.model.linear import LinearModel
from stance.model.resolve_auto import resolve_auto
from stance.model.training import fit_features, train
from tests.conftest import FAST

LEARNABLE = (
    *FAST,
    "features.word.min_df=1",
    "features.passages=0",
    "classifier.outlet_shrinkage=0",
)
RENAMED = {"pro_sdf": "a", "damascus_aligned": "b", "opposition_aligned": "c", "neutral_wire": "d"}


def config_of(*overrides):
    return load_config(overrides=[*LEARNABLE, *overrides])


@pytest.fixture(scope="module")
def parts(seed_articles):
    """Twenty articles to learn from, those of other events labelled in other words, a test."""
    events = sorted({article.event for article in seed_articles})
    of = {event: [a for a in seed_articles if a.event == event] for event in events}
    own = [a for event in events[:3] for a in of[event]][:20]
    others = [replace(a, label=RENAMED[a.label]) for event in events[3:40] for a in of[event]]
    tests = [a for event in events[40:] for a in of[event]]
    return own, others, tests


def share_right(model, articles):
    guess = [model.labels[i] for i in model.scores(articles).argmax(axis=1)]
    return np.mean([a.label == g for a, g in zip(articles, guess, strict=True)])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["logistic", "svm", "sgd"])
def test_articles_labelled_in_other_words_teach_a_small_corpus(parts, kind):
    own, others, tests = parts
    config = config_of(f"classifier.kind={kind}", "auxiliary.weight=0.5")
    alone, helped = train(own, config), train(own, config, auxiliary=others)
    assert share_right(helped, tests) > share_right(alone, tests) + 0.05
    assert helped.labels == alone.labels
    assert helped.features.n_features == alone.features.n_features
    assert f"also trained on {len(others)} auxiliary articles" in helped.record.notes


@pytest.mark.slow
def test_a_weight_of_zero_teaches_nothing(parts):
    own, others, tests = parts
    alone = train(own, config_of())
    deaf = train(own, config_of("auxiliary.weight=0"), auxiliary=others)
    np.testing.assert_allclose(deaf.scores(tests), alone.scores(tests), atol=1e-5)


@pytest.mark.slow
def test_passages_and_outlet_shrinkage_learn_from_them_too(parts):
    own, others, tests = parts
    settings = ("features.passages=30", "classifier.outlet_shrinkage=1", "classifier.logistic.C=3")
    config = load_config(overrides=[*FAST, "features.word.min_df=1", *settings])
    alone, helped = train(own, config), train(own, config, auxiliary=others)
    assert share_right(helped, tests) > share_right(alone, tests)


def test_scores_beside_features_fold_into_the_features():
    draw = np.random.default_rng(5)
    values = sparse.csr_array(sparse.random_array((30, 12), density=0.4, rng=draw, dtype="f4"))
    scores = AuxiliaryScores(draw.normal(size=(12, 3)).astype("f4"), np.ones(3, "f4"))
    model = LinearModel(draw.normal(size=(15, 4)).astype("f4"), np.arange(4, dtype="f4"), 2.0)
    wide = scores.append_to(values)
    assert wide.shape == (30, 15)
    np.testing.assert_array_equal(wide[:, :12].toarray(), values.toarray())
    folded = scores.fold_in(model)
    assert folded.temperature == 2.0
    assert folded.weights.dtype == folded.intercepts.dtype == np.float32
    np.testing.assert_allclose(folded.scores(values), model.scores(wide), rtol=1e-4, atol=1e-4)


@pytest.mark.slow
def test_their_scores_are_a_vector_of_the_length_asked_for(parts):
    own, others, _ = parts
    corpus = LabelledCorpus.with_auxiliary(own, others)
    config = resolve_auto(corpus, config_of("auxiliary.weight=0.3")).config
    matrix = fit_features(corpus, config).matrix
    added = matrix.auxiliary.append_to(matrix.articles).toarray()[:, matrix.articles.shape[1] :]
    assert added.shape == (20, 4)
    np.testing.assert_allclose(added.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.square(added).sum(axis=1).mean(), 0.3**2, rtol=1e-4)


@pytest.mark.slow
def test_what_repeats_an_own_article_is_left_out(parts):
    own, others, _ = parts
    lies = [replace(a, id=f"again {a.id}", label="x", text=f"{a.text} ") for a in own]
    assert without_repeats([*lies, *others], own) == others
    assert without_repeats([], own) == []
    with pytest.raises(CorpusError, match="20 auxiliary articles that all repeat"):
        train(own, config_of(), auxiliary=lies)
    model = train(own, config_of(), auxiliary=[*others, *lies])
    note = "20 near-duplicates of its own articles were left out"
    assert any(note in one for one in model.record.notes)


@pytest.mark.slow
def test_no_fold_is_tested_on_what_the_auxiliary_articles_know_by_heart(parts):
    own, others, _ = parts
    articles = [replace(a, text=f"{a.text} {a.label}") for a in own]
    answers = [replace(a, id=f"again {a.id}", text=f"{a.text} ") for a in articles]
    options = {"config": config_of("auxiliary.weight=5"), "by": "random", "folds": 3}
    other = cross_validate(articles, auxiliary=[*answers, *others[:60]], **options)
    alone = cross_validate(articles, auxiliary=others[:60], **options)
    assert other.honest.macro_f1 == alone.honest.macro_f1


@pytest.mark.slow
def test_nested_choices_learn_from_them_too(parts):
    own, others, _ = parts
    candidates = [config_of("auxiliary.weight=0"), config_of("auxiliary.weight=0.5")]
    found = cross_validate(
        own, auxiliary=others[:60], by="event", folds="each", candidates=candidates, nested=True
    )
    assert {choice.settings["auxiliary.weight"] for choice in found.choices} <= {0.0, 0.5}
    assert len(found.choices) == 3


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["classifier.kind=naive_bayes", "classifier.nb_weights=true"])
def test_what_counts_takes_no_scores(parts, setting):
    own, others, _ = parts
    with pytest.raises(ConfigError, match=r"auxiliary articles and classifier\."):
        train(own, config_of(setting), auxiliary=others)


def test_auxiliary_articles_of_one_label_are_refused(parts):
    own, others, _ = parts
    same = [replace(article, label="x") for article in others]
    with pytest.raises(CorpusError, match="Among the auxiliary articles: Got the single label"):
        train(own, config_of(), auxiliary=same)
    with pytest.raises(CorpusError, match=r"Among the auxiliary articles: .* without a label"):
        train(own, config_of(), auxiliary=[Article("1", "خبر")])


def test_the_corpus_hash_tells_own_articles_from_auxiliary_ones(parts):
    own, others, _ = parts
    prints = {
        LabelledCorpus(own).fingerprint(),
        LabelledCorpus(own, auxiliary=others).fingerprint(),
        LabelledCorpus([*own, others[0]], auxiliary=others[1:]).fingerprint(),
        LabelledCorpus([*own, *others]).fingerprint(),
    }
    assert len(prints) == 4
