"""Articles that are learned from but never held out in training."""

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.model.article_weights import article_weights
from stance.model.calibration import held_out_folds
from stance.model.config import CalibrationConfig, load_config
from stance.model.learning_corpus import LabelledCorpus
from stance.model.training import train

OVERRIDES = ("features.char.enabled=false", "features.lexicon.enabled=false")
WORDS = ["مدينة", "قرية", "طريق", "مخيم", "جسر", "سوق", "مدرسة", "مشفى", "نهر", "جبل", "سد", "حي"]


def real(n=24):
    return [
        Article(
            f"r{i}",
            f"{'أعلن' if i % 2 else 'زعم'} {WORDS[i % 12]} {WORDS[(i * 5 + 1) % 12]} {i}",
            label="أب"[i % 2],
            outlet=f"صحيفة {i % 8}",
        )
        for i in range(n)
    ]


def written(n=10, label="ج"):
    return [
        Article(f"w{i}", f"كتب {WORDS[i % 12]} {WORDS[(i * 7 + 2) % 12]} رواية {i}", label=label)
        for i in range(n)
    ]


@pytest.mark.parametrize("by", ["outlet", "random"])
def test_no_fold_holds_one_out_and_all_learn_from_them(by):
    articles = real() if by == "outlet" else [Article(a.id, a.text, a.label) for a in real()]
    corpus = LabelledCorpus.with_auxiliary(articles, (), written())
    folds, protocol = held_out_folds(corpus, CalibrationConfig(), 13)
    assert by in protocol
    assert len(folds) == 3
    for fold in folds:
        assert fold.test.max() < 24
        assert set(range(24, 34)) <= set(fold.train.tolist())


def test_a_model_learns_from_them_and_its_scores_are_those_of_the_others():
    model = train(real(), load_config(overrides=OVERRIDES), always_train=written())
    assert model.labels == ("أ", "ب", "ج")
    assert model.record.n_articles == 34
    assert model.record.scores["n"] == 24
    assert not model.record.notes
    (found,) = model.probabilities([Article("1", "كتب رواية")])
    assert found.argmax() == 2


def test_without_any_other_article_held_out_nothing_is_calibrated():
    model = train(real(2), load_config(overrides=OVERRIDES), always_train=written())
    assert model.linear.temperature == 1.0
    assert any("not calibrated" in note for note in model.record.notes)


def test_their_weight_is_set_apart():
    corpus = LabelledCorpus.with_auxiliary(real(), (), written(label="أ"))
    config = load_config(overrides=["classifier.always_train_weight=0.25"]).classifier
    weights = article_weights(corpus, config)
    alike = article_weights(corpus, load_config().classifier)
    ratio = (weights[24:].mean() / weights[:24:2].mean()) / (
        alike[24:].mean() / alike[:24:2].mean()
    )
    assert ratio == pytest.approx(0.25)
    assert np.isclose(weights.sum(), 34)
