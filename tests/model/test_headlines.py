"""A classifier of its own for headlines."""

import dataclasses
import random

import numpy as np
import orjson
import pytest

from stance.corpus.article import Article
from stance.errors import ModelError
from stance.model.article_weights import article_weights
from stance.model.config import load_config
from stance.model.exporting import to_pipeline
from stance.model.headlines import KindWeights
from stance.model.learning_corpus import LabelledCorpus
from stance.model.linear import softmax
from stance.model.persistence import load_model, read_model, save_model
from stance.model.prediction import predict
from stance.model.training import train

WORD_BLOCK = (
    "features.char.enabled=false",
    "features.lexicon.enabled=false",
    "features.word.max_n=1",
)
WITH_HEADLINES = (*WORD_BLOCK, "headlines.enabled=true", "features.word.min_df=1")
WORDS = [first + second for first in "بتثجحخدذرز" for second in ("يمة", "ادل", "وقف", "سري")]
FILLER = " ".join(["وقال", "مصدر", "إن", "الوضع", "في", "المدينة", "هادئ", "اليوم"] * 4)


def corpus(n=24):
    """A word that means one label in headlines and the other one in articles."""
    draw, found = random.Random(5), []
    for i in range(n):
        for label, in_headline, in_article in (("أ", "شمس", "قمر"), ("ب", "قمر", "شمس")):
            outlet = f"صحيفة {i % 8}"
            headline = f"{in_headline} خبر {i}"
            found.append(Article(f"h{i}{label}", headline, label=label, outlet=outlet))
            # Other words in each, or all would be near-duplicates of each other.
            text = f"{in_article} {' '.join(draw.sample(WORDS, 30))}"
            found.append(Article(f"a{i}{label}", text, label=label, outlet=outlet))
    return found


@pytest.fixture(scope="module")
def model():
    return train(corpus(), load_config(overrides=WITH_HEADLINES))


def text_of(n_words, word="شمس"):
    return " ".join([word, *FILLER.split()])[:10_000].split(" ")[:n_words]


def label_of(model, words):
    (found,) = predict(model, [Article("1", " ".join(words))])
    return found.label


def test_the_number_of_words_decides_which_classifier_labels_a_text(model):
    assert label_of(model, ["شمس", "خبر"]) == "أ"
    assert label_of(model, text_of(33)) == "ب"
    assert label_of(model, ["قمر", "خبر"]) == "ب"


def test_a_text_of_the_most_words_is_a_headline_and_one_more_makes_an_article(model):
    few, many = (model.scores([Article("1", " ".join(text_of(n)))])[0] for n in (20, 21))
    values = model.features.transform(model.config.inputs([Article("1", " ".join(text_of(20)))]))
    np.testing.assert_allclose(few, model.headlines.scores(values)[0], rtol=1e-5)
    values = model.features.transform(model.config.inputs([Article("1", " ".join(text_of(21)))]))
    np.testing.assert_allclose(many, model.linear.scores(values)[0], rtol=1e-5)


@pytest.mark.slow
def test_one_classifier_alone_learns_neither():
    alone = train(corpus(), load_config(overrides=[*WORD_BLOCK, "features.word.min_df=1"]))
    assert alone.headlines is None
    found = [label_of(alone, ["شمس", "خبر"]) == "أ", label_of(alone, text_of(33)) == "ب"]
    assert not all(found)


def test_logits_are_those_of_the_probabilities(model):
    colder = dataclasses.replace(
        model, headlines=dataclasses.replace(model.headlines, temperature=7.0)
    )
    articles = [Article("1", "شمس خبر"), Article("2", " ".join(text_of(33)))]
    np.testing.assert_allclose(softmax(colder.logits(articles)), colder.probabilities(articles))
    before, after = model.probabilities(articles), colder.probabilities(articles)
    assert before[0].max() > after[0].max()
    assert np.array_equal(before[1], after[1])


def test_the_exported_pipeline_has_the_same_probabilities(model):
    texts = ["شمس خبر", "قمر", " ".join(text_of(33)), " ".join(text_of(20)), ""]
    expected = model.probabilities([Article(str(i), text) for i, text in enumerate(texts)])
    pipeline = to_pipeline(model)
    np.testing.assert_allclose(pipeline.predict_proba(texts), expected, atol=1e-6)
    names = pipeline["features"].get_feature_names_out()
    assert len(names) == pipeline["features"].transform(texts).shape[1]


def test_a_model_folder_keeps_both_classifiers(model, tmp_path):
    save_model(model, tmp_path / "model")
    again = load_model(tmp_path / "model")
    articles = [Article("1", "شمس خبر"), Article("2", " ".join(text_of(33)))]
    assert np.array_equal(again.probabilities(articles), model.probabilities(articles))
    assert read_model(tmp_path / "model").manifest.headlines.temperature > 0


def test_a_temperature_that_is_none_is_refused(model, tmp_path):
    save_model(model, tmp_path / "model")
    path = tmp_path / "model" / "manifest.json"
    manifest = orjson.loads(path.read_bytes())
    manifest["headlines"]["temperature"] = 0.0
    path.write_bytes(orjson.dumps(manifest))
    with pytest.raises(ModelError, match=r"headlines\.temperature=0\.0"):
        load_model(tmp_path / "model")


def test_labels_do_not_depend_on_the_batch(model):
    articles = [
        Article(str(n), " ".join(text_of(n, word))) for n in (1, 19, 20, 21, 40) for word in "شق"
    ]
    together = model.probabilities(articles)
    apart = np.concatenate([model.probabilities([one]) for one in articles])
    assert np.array_equal(together, apart)


@pytest.mark.slow
def test_a_corpus_without_headlines_is_learned_as_without_the_setting():
    articles = [one for one in corpus() if one.id.startswith("a")]
    asked = train(articles, load_config(overrides=WITH_HEADLINES))
    plain = train(articles, load_config(overrides=[*WORD_BLOCK, "features.word.min_df=1"]))
    assert asked.headlines is None
    assert np.array_equal(asked.linear.weights, plain.linear.weights)
    assert any("no classifier of their own for headlines" in note for note in asked.record.notes)


def test_blocks_of_headlines_have_no_weight_in_articles():
    overrides = ("headlines.enabled=true", "features.char.enabled=true", "features.char.min_df=1")
    found = train(corpus(), load_config(overrides=[*WITH_HEADLINES[1:], *overrides]))
    (own,) = [own for part, own in found.features.columns() if part.name == "char"]
    assert not found.linear.weights[own].any()
    assert found.headlines.weights[own].any()


def test_held_out_scores_are_those_of_each_kind(model):
    assert model.record.scores["n"] == model.record.scores["headlines"]["n"] == 48
    assert model.record.scores["macro_f1"] > 0.8
    assert model.record.scores["headlines"]["macro_f1"] > 0.8


def test_texts_of_the_other_kind_weigh_less_and_labels_are_balanced_as_far_as_asked():
    articles = [
        *(Article(f"h{i}", "شمس", label="أ", outlet=f"{i}") for i in range(8)),
        *(Article(f"k{i}", "قمر", label="ب", outlet=f"{i}") for i in range(2)),
        *(Article(f"a{i}", FILLER, label="ب", outlet=f"{i}") for i in range(10)),
    ]
    own = LabelledCorpus(articles)
    is_own = np.arange(20) < 10
    config = load_config().classifier
    weights = article_weights(own, config, KindWeights(is_own, 0.1, balance=0.0))
    assert weights.sum() == pytest.approx(20)
    np.testing.assert_allclose(weights[10:] / weights[0], 0.1)
    np.testing.assert_allclose(weights[:10], weights[0])
    balanced = article_weights(own, config, KindWeights(is_own, 0.1, balance=1.0))
    assert balanced[:8].sum() == pytest.approx(balanced[8:].sum())
    half = article_weights(own, config, KindWeights(is_own, 0.1, balance=0.5))
    assert weights[:8].sum() > half[:8].sum() > balanced[:8].sum()
