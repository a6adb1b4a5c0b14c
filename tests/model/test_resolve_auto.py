import pytest

from stance.corpus.article import Article
from stance.model.config import TrainingConfig, load_config, settings
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import resolve_auto, resolve_auto_by_outlets


def corpus_of(n_outlets, *, crossing=True):
    """Build a corpus whose outlets have two labels by turns, or one outlet all of the second."""
    labels = ["a" if n % 2 else "b" for n in range(n_outlets)]
    if not crossing:
        labels = ["a"] * (n_outlets - 1) + ["b"]
    return LabelledCorpus([Article(str(n), "خبر", la, f"o{n}") for n, la in enumerate(labels)])


def chosen(config):
    return {
        key: value
        for key, value, _ in settings(config)
        if key.endswith(("min_outlets", "binary", "passages", "outlet_shrinkage", "char.enabled"))
    }


@pytest.mark.slow
def test_for_unseen_outlets_what_many_of_them_share_is_learned():
    assert chosen(resolve_auto(corpus_of(37), TrainingConfig()).config) == {
        "features.passages": 100,
        "features.word.min_outlets": 9,
        "features.word.binary": True,
        "features.char.enabled": False,
        "features.char.min_outlets": 9,
        "features.char.binary": True,
        "features.lexicon.min_outlets": 9,
        "classifier.outlet_shrinkage": 1.0,
    }


@pytest.mark.parametrize(
    "corpus",
    [
        corpus_of(8),
        corpus_of(37, crossing=False),
        LabelledCorpus([Article(str(n), "خبر", "ab"[n % 2]) for n in range(40)]),
    ],
    ids=["few outlets", "a label of one outlet", "no outlets"],
)
def test_elsewhere_everything_is_read(corpus):
    assert chosen(resolve_auto(corpus, TrainingConfig()).config) == {
        "features.passages": 0,
        "features.word.min_outlets": 1,
        "features.word.binary": False,
        "features.char.enabled": True,
        "features.char.min_outlets": 1,
        "features.char.binary": False,
        "features.lexicon.min_outlets": 1,
        "classifier.outlet_shrinkage": 0.0,
    }


def test_a_lone_label_or_article_does_not_turn_everything_round():
    plain = resolve_auto(corpus_of(20), TrainingConfig()).config
    articles = [*corpus_of(20).articles, Article("x", "خبر", "c", "o3"), Article("y", "خبر", "a")]
    assert resolve_auto(LabelledCorpus(articles), TrainingConfig()).config == plain
    # Where most articles name no outlet, those that do are no measure.
    bare = [Article(f"bare{n}", "خبر", "ab"[n % 2]) for n in range(21)]
    mostly = LabelledCorpus([*corpus_of(20).articles, *bare])
    assert resolve_auto(mostly, TrainingConfig()).config.features.word.min_outlets == 1


@pytest.mark.parametrize(("n_outlets", "least"), [(10, 2), (20, 5), (40, 10), (400, 10)])
def test_a_word_must_occur_in_a_quarter_of_the_outlets_up_to_ten(n_outlets, least):
    assert (
        resolve_auto_by_outlets(TrainingConfig(), n_outlets=n_outlets).features.word.min_outlets
        == least
    )


def test_what_is_configured_stands():
    overrides = ["features.word.min_outlets=3", "features.char.enabled=true", "features.passages=0"]
    resolved = resolve_auto(corpus_of(37), load_config(overrides=overrides)).config
    assert resolved.features.word.min_outlets == 3
    assert resolved.features.char.enabled is True
    assert resolved.features.passages == 0
    assert resolved.features.word.binary is True


def test_only_what_the_articles_decide_stays_open():
    for n_outlets in (0, 37):
        left = [
            k
            for k, v, _ in settings(resolve_auto_by_outlets(TrainingConfig(), n_outlets=n_outlets))
            if v == "auto"
        ]
        assert left == [
            "features.lexicon.enabled",
            "features.lexicon.assumed_date",
            "classifier.logistic.C",
        ]
