"""Words whose n-grams get no weight."""

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.features.stop_words import has_stop_word
from stance.model.config import load_config
from stance.model.persistence import load_model, save_model
from stance.model.training import train
from stance.text.normalization import arabic_normalization

OVERRIDES = (
    "features.char.enabled=false",
    "features.lexicon.enabled=false",
    "features.word.min_df=1",
)


@pytest.mark.parametrize("word", ["قسد", "وقسد", "لقسد", "القسد", "بالقسد", "للقسد", "كقسد"])
def test_a_stop_word_is_found_behind_particles_and_the_article(word):
    assert has_stop_word([word, f"خبر {word}"], ["قسد"], arabic_normalization()).all()


@pytest.mark.parametrize("word", ["قسدي", "رقسد", "قس", "وقسدهم", ""])
def test_a_longer_or_shorter_word_is_none(word):
    assert not has_stop_word([word], ["قسد"], arabic_normalization()).any()


def test_stop_words_are_normalised_as_the_terms_are():
    found = has_stop_word(["اداره", "الاداره الذاتيه"], ["إِدارة"], arabic_normalization())
    assert found.tolist() == [True, True]


@pytest.fixture(scope="module")
def models():
    articles = [
        Article(f"{i}{label}", f"{name} {said} {i}", label=label, outlet=f"{i % 4}")
        for i in range(12)
        for label, name, said in (("أ", "قسد", "قالت"), ("ب", "الجيش", "زعمت"))
    ]
    stopped = [*OVERRIDES, 'features.word.stop_words=["قسد", "جيش"]']
    return [train(articles, load_config(overrides=given)) for given in (OVERRIDES, stopped)]


def test_swapping_one_stop_word_for_another_leaves_the_evidence_and_the_label(models):
    texts = [Article(str(i), text) for i, text in enumerate(("قسد قالت", "الجيش قالت"))]
    plain, stopped = (model.probabilities(texts) for model in models)
    assert plain[0].argmax() == 0
    assert not np.allclose(plain[0], plain[1])
    assert stopped[0].argmax() == stopped[1].argmax() == 0
    features = models[1].features
    inputs = models[1].config.inputs(texts)
    values = features.values(features.batch(inputs)).toarray()
    # How heavy it is depends on the length of the row, which stop words still belong to.
    for row in values:
        assert [features.names()[column] for column in np.flatnonzero(row)] == ["word:قالت"]


def test_the_vocabulary_keeps_stop_words_and_only_they_have_no_weight(models):
    plain, stopped = models
    assert plain.features.names() == stopped.features.names()
    has = has_stop_word(
        stopped.features.blocks[0].block.terms, ["قسد", "جيش"], arabic_normalization()
    )
    np.testing.assert_array_equal(stopped.features.blocks[0].scale == 0, has)


def test_a_model_folder_keeps_them(models, tmp_path):
    save_model(models[1], tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert again.config.features.word.stop_words == ["قسد", "جيش"]
    articles = [Article("1", "قسد قالت"), Article("2", "الجيش زعمت")]
    np.testing.assert_array_equal(again.probabilities(articles), models[1].probabilities(articles))
