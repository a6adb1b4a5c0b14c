"""Settings chosen on inner folds that share nothing they should not."""

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.errors import ConfigError, CorpusError
from stance.evaluation.protocol import cross_validate
from stance.evaluation.selection import Selection, grid
from stance.model.config import load_config
from stance.model.corpus_folds import usable_folds
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import resolve_auto
from tests.conftest import FAST, GULLIBLE

LETTERS = list("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")


PLAIN = ("classifier.logistic.C=1.0", "features.word.min_df=1", "calibration.folds=4")


def config(*overrides):
    return load_config(overrides=[*FAST, *GULLIBLE, *PLAIN, *overrides])


def corpus(outlets_of, n=96, seed=0):
    """Make articles of a word that mostly tells the label, and of words of their own.

    `outlets_of` says under which outlets each stands; the label goes with the
    outlet, and so does a byline.
    """
    random = np.random.default_rng(seed)
    articles = []
    for number in range(n):
        truth = random.integers(2)
        told = truth if random.random() < 0.75 else 1 - truth
        own = " ".join("".join(random.choice(LETTERS, 5)) for _ in range(20))
        for outlet, byline in outlets_of(number, truth):
            text = f"{byline} علامة{'اب'[told]} {own} {byline}"
            articles.append(Article(f"{number}-{outlet}", text, "ab"[truth], outlet))
    return articles


def signed(number, truth):
    """Name an outlet of the label, whose byline gives it away."""
    outlet = f"outlet{2 * (number % 6) + truth}"
    return [(outlet, f"محرر{outlet}")]


def reprinted(number, _):
    """Name two outlets that print the article word for word."""
    return [(f"outlet{number % 12}", ""), (f"outlet{(number + 5) % 12}", "")]


def chosen(articles, by, candidates, duplicates=None):
    selection = Selection(tuple(candidates), by)
    return selection.choose(LabelledCorpus(articles, duplicates), "fold")[1].settings


@pytest.mark.slow
def test_inner_folds_hold_out_outlets_where_the_outer_do():
    articles = corpus(signed)
    wary, gullible = config("features.word.min_outlets=2"), config("features.word.min_outlets=1")
    # With bylines or without: no difference on outlets never seen, so the first of the two wins.
    assert chosen(articles, "outlet", [wary, gullible])["features.word.min_outlets"] == 2
    assert chosen(articles, "random", [wary, gullible])["features.word.min_outlets"] == 1


@pytest.mark.slow
def test_inner_folds_keep_near_duplicates_together():
    articles = corpus(reprinted)
    wary, gullible = config("features.word.min_df=5"), config()
    assert chosen(articles, "random", [wary, gullible])["features.word.min_df"] == 5
    alone = range(len(articles))
    assert chosen(articles, "random", [wary, gullible], alone)["features.word.min_df"] == 1


def test_an_open_penalty_is_a_candidate_in_each_strength():
    articles = corpus(signed, 48)
    open_config = config("classifier.logistic.C=auto")
    resolved, choice = Selection((open_config,), "outlet").choose(LabelledCorpus(articles), "x")
    assert choice.settings["classifier.logistic.C"] == resolved.config.classifier.logistic.C
    assert 0 < choice.macro_f1 <= 1
    resolved, choice = Selection((config(),), "outlet").choose(LabelledCorpus(articles), "x")
    assert choice is None
    assert resolved == resolve_auto(LabelledCorpus(articles), config())


@pytest.mark.slow
def test_a_nested_cross_validation_chooses_in_each_fold():
    articles = corpus(signed)
    candidates = [config("features.word.min_outlets=2"), config()]
    result = cross_validate(articles, candidates[0], candidates=candidates, folds=3)
    assert [choice.fold for choice in result.choices] == ["1", "2", "3"]
    assert all(choice.settings == {"features.word.min_outlets": 2} for choice in result.choices)
    assert result.honest.protocol.endswith("nested")
    # Random folds choose at random, and fall for the bylines.
    assert result.naive.accuracy > 0.95
    assert 0.6 < result.honest.accuracy < 0.9
    assert result.to_dict()["chosen"][0]["settings"] == {"features.word.min_outlets": 2}


@pytest.mark.slow
def test_nested_without_a_choice_is_the_plain_figure():
    articles = corpus(signed, 48)
    plain = cross_validate(articles, config(), folds=3)
    nested = cross_validate(articles, config(), folds=3, nested=True)
    assert nested.honest.confusion == plain.honest.confusion
    assert plain.choices == nested.choices == ()
    assert "chosen" not in plain.to_dict()


@pytest.mark.slow
def test_fewer_outlets_than_inner_folds_are_held_out_one_by_one():
    articles = [a for a in corpus(signed) if a.outlet in {f"outlet{n}" for n in range(4)}]
    candidates = [config(), config("classifier.logistic.C=3.0")]
    result = cross_validate(articles, candidates=candidates, by="outlet")
    assert len(result.choices) == 4


def test_training_articles_that_cannot_be_divided_are_told():
    articles = [a for a in corpus(signed) if a.outlet in {"outlet0", "outlet2"}]
    articles += [Article(f"new{a.id}", a.text, "b", a.outlet) for a in articles]
    with pytest.raises(CorpusError, match=r"fold 'outlet0'.*divided into inner.*one outlet only"):
        cross_validate(articles, candidates=[config(), config("seed=1")], by="outlet")


def test_a_grid_combines_every_value_with_every_other():
    found = grid(
        [
            *("features.word.max_n=1", "classifier.kind=svm"),
            *("features.word.max_n=2", "classifier.kind=logistic"),
        ]
    )
    assert len(found) == 4
    assert found[1] == ["features.word.max_n=1", "classifier.kind=logistic"]
    assert grid([]) == [[]]
    for wrong in ("features.word.max_n", "=1", "features.word.max_n="):
        with pytest.raises(ConfigError, match="expected KEY=VALUE"):
            grid([wrong])
    with pytest.raises(ConfigError, match="--grid seed=1 --grid seed=2"):
        grid(["seed=1, 2"])


def test_inner_folds_leave_untested_what_cannot_be_learned():
    articles = [*corpus(signed), Article("lone", "شيء آخر", "c", "outlet1")]
    plan = usable_folds(LabelledCorpus(articles), "outlet", 4, seed=0)
    assert plan.n_tested == len(articles) - 1
    bare = [Article(f"bare{n}", a.text, a.label) for n, a in enumerate(articles[:4])]
    plan = usable_folds(LabelledCorpus([*articles, *bare]), "outlet", 4, seed=0)
    assert plan.n_tested == len(articles) + 3


@pytest.mark.slow
def test_a_fold_that_cannot_meet_what_the_corpus_decides_is_divided_again():
    """Twenty outlets ask for words of five; of the earliest articles, three are known."""
    articles = [
        Article(
            f"{a.id}",
            a.text,
            a.label,
            f"outlet{n * 20 // 96}",
            published=f"2019-03-{1 + n // 4:02}",
        )
        for n, a in enumerate(corpus(signed))
    ]
    candidates = [load_config(overrides=[*FAST, f"seed={n}"]) for n in (1, 2)]
    result = cross_validate(articles, candidates=candidates, by="time", folds=3)
    assert result.honest.n
