import dataclasses
import re

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.corpus.fold_plan import NotTested
from stance.distributed.fold_workers import DaskWorkers
from stance.errors import CorpusError, StanceError
from stance.evaluation.protocol import cross_validate, default_protocol
from stance.evaluation.selection import Selection
from stance.model.config import MIN_OUTLETS, load_config
from stance.model.learning_corpus import LabelledCorpus
from tests.conftest import FAST, GULLIBLE


def outlet_corpus():
    """Every outlet has one label, a byline of its own, and words that say nothing."""
    random = np.random.default_rng(0)
    fillers = ["الخبر", "اليوم", "المدينة", "الطريق", "السوق", "النهر"]
    articles = []
    for outlet in range(12):
        for n in range(8):
            words = random.choice(fillers, 12).tolist()
            text = " ".join([f"محرر{outlet}", *words])
            articles.append(Article(f"{outlet}-{n}", text, "ab"[outlet % 2], f"outlet{outlet}"))
    return articles


@pytest.mark.slow
def test_the_naive_figure_is_shown_up_by_held_out_outlets():
    result = cross_validate(outlet_corpus(), load_config(overrides=[*FAST, *GULLIBLE]))
    assert result.by == "outlet"
    assert result.naive.macro_f1 > 0.95
    assert result.honest.macro_f1 < 0.65
    assert np.isclose(result.gap, result.naive.macro_f1 - result.honest.macro_f1)


@pytest.mark.slow
def test_each_article_is_tested_once(fast_config):
    articles = outlet_corpus()
    articles = articles[::2]
    result = cross_validate(articles, fast_config)
    assert result.honest.n == result.naive.n == len(articles)
    assert result.honest.basis.unit == "outlet"
    assert "leave one outlet out (12 outlets)" in result.honest.protocol


@pytest.mark.slow
def test_workers_do_not_change_the_figures(fast_config):
    articles = outlet_corpus()[::2]
    alone = cross_validate(articles, fast_config, by="outlet", folds=3)
    together = cross_validate(articles, fast_config, by="outlet", folds=3, jobs=2)
    assert alone == together


@pytest.mark.slow
def test_random_folds_have_no_naive_figure_beside_them(fast_config):
    result = cross_validate(outlet_corpus(), fast_config, by="random")
    assert result.naive is None
    assert result.gap is None
    assert "random" not in result.to_dict()


@pytest.mark.slow
def test_time_goes_forward(fast_config):
    articles = [
        dataclasses.replace(article, published=f"2019-03-{1 + n % 28:02}")
        for n, article in enumerate(outlet_corpus())
    ]
    result = cross_validate(articles, fast_config, by="time", folds=3)
    assert 0 < result.honest.n < len(articles)
    assert "periods, each after its training" in result.honest.protocol


def test_a_label_of_one_outlet_alone_cannot_be_held_out():
    articles = outlet_corpus()
    assert default_protocol(articles) == "outlet"
    lone = [a for a in articles if a.label == "a" or a.outlet == "outlet1"]
    assert default_protocol(lone) == "random"
    by_event = [dataclasses.replace(a, event=a.id.split("-")[1]) for a in lone]
    assert default_protocol(by_event) == "event"


def of_outlets(*rows, n_words=12):
    """Return three articles of every label and outlet named, of words of the label and others."""
    random = np.random.default_rng(0)
    fillers = ["الخبر", "اليوم", "المدينة", "الطريق", "السوق", "النهر"]
    articles = []
    for label, outlets in rows:
        for outlet in outlets:
            for n in range(3):
                text = " ".join([f"كلمة{label}", *random.choice(fillers, n_words).tolist()])
                identity = f"{label}-{outlet}-{len(articles)}"
                articles.append(Article(identity, f"{text} {n}", label, outlet))
    return articles


@pytest.mark.slow
def test_a_label_of_one_outlet_is_learned_but_not_tested(fast_config):
    articles = of_outlets(("a", "123"), ("b", "1234"), ("c", "4"))
    result = cross_validate(articles, fast_config)
    assert result.by == "outlet"
    assert result.honest.n == result.naive.n == 21
    assert result.plan.not_tested == (NotTested("c", 3, "one_group", "4"),)
    assert result.plan.description == "leave one outlet out (4 outlets)"
    assert "c" not in {label for label, score in result.honest.per_class.items() if score.support}
    found = result.to_dict()["division"]
    assert (found["n_articles"], found["n_tested"]) == (24, 21)
    assert found["outlets"]["labels_in_one"] == [{"label": "c", "group": "4", "n_articles": 3}]
    # What is written out is all that a model has labelled, so that two can be compared.
    assert len(list(result.held_out.rows(articles))) == 24
    # Other outlets' articles are labelled by models that know the label.
    others = [row for row in result.held_out.rows(articles) if not row["id"].endswith("4")]
    assert any(row["probabilities"]["c"] > 0 for row in others)


@pytest.mark.slow
def test_a_label_of_one_article_changes_no_other_figure(fast_config):
    articles = of_outlets(("a", "123"), ("b", "123"))
    plain = cross_validate(articles, fast_config)
    lone = Article("lone", "شيء آخر تماما", "c", "1")
    beside = cross_validate([*articles, lone], fast_config)
    assert beside.by == "outlet"
    assert beside.honest.n == plain.honest.n == 18
    assert beside.plan.not_tested == (NotTested("c", 1, "one_article"),)
    assert beside.honest.protocol == plain.honest.protocol
    at_random = cross_validate([*articles, lone], fast_config, by="random")
    assert at_random.honest.n == 18


@pytest.mark.slow
def test_articles_without_an_outlet_are_held_out_too(fast_config):
    articles = of_outlets(("a", "123"), ("b", "123"))
    bare = [
        dataclasses.replace(a, outlet=None) if n % 6 == 0 else a for n, a in enumerate(articles)
    ]
    result = cross_validate(bare, fast_config)
    assert result.by == "outlet"
    assert result.honest.n == len(bare)
    assert result.to_dict()["division"]["outlets"] == {
        "named": 3,
        "articles_without": 3,
        "labels_in_one": [],
        "obstacle": None,
    }


@pytest.mark.slow
def test_a_number_of_outlets_that_nobody_set_is_lowered_where_a_fold_has_fewer():
    """The first period knows two outlets; the corpus asks for words of three."""
    articles = []
    for n, article in enumerate(of_outlets(*(("ab"[o % 2], [f"o{o:02}"]) for o in range(12)))):
        articles.append(dataclasses.replace(article, published=f"2019-03-{1 + n // 2:02}"))
    config = load_config(overrides=FAST)
    result = cross_validate(articles, config, by="time", folds=7)
    assert result.honest.n
    # The lexicon's too, though without an n-gram nothing would fail there.
    assert {part.setting for part in result.lowered} == set(MIN_OUTLETS)
    assert {part.fold for part in result.lowered} == {"from 2019-03-03"}
    assert all(part.before == 3 and part.after < 3 for part in result.lowered)
    assert result.to_dict()["lowered"][0]["before"] == 3
    # What somebody did set is no one's to change.
    asked = load_config(overrides=[*FAST, "features.word.min_outlets=3"])
    with pytest.raises(CorpusError, match="min_outlets=3"):
        cross_validate(articles, asked, by="time", folds=7)


def test_a_corpus_without_outlets_says_so(fast_config, seed_articles):
    bare = [dataclasses.replace(article, outlet=None) for article in seed_articles[:40]]
    with pytest.raises(CorpusError, match="without 'outlet'"):
        cross_validate(bare, fast_config, by="outlet")


def test_a_fold_that_leaves_one_label_is_refused(fast_config):
    articles = [a for a in outlet_corpus() if a.outlet in ("outlet0", "outlet1")]
    with pytest.raises(CorpusError, match="one label only"):
        cross_validate(articles, fast_config, by="outlet")


@pytest.mark.slow
def test_progress_counts_every_fold(fast_config):
    told = []
    cross_validate(
        outlet_corpus(),
        fast_config,
        by="random",
        folds=3,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.slow
def test_a_planted_leak_raises_the_figure_only_where_it_is_let():
    """Each article stands under two outlets, word for word, and its label is drawn by lot."""
    random = np.random.default_rng(7)
    letters = list("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")
    articles = []
    for n in range(60):
        text = " ".join("".join(random.choice(letters, 4)) for _ in range(20))
        label = "ab"[random.integers(2)]
        outlets = random.choice(12, 2, replace=False)
        articles += [Article(f"{n}-{o}", text, label, f"outlet{o}") for o in outlets]
    config = load_config(overrides=[*FAST, *GULLIBLE, "features.word.min_df=1"])
    honest = cross_validate(articles, config, by="outlet", folds=4)
    leaking = cross_validate(articles, config, by="outlet", folds=4, keep_duplicates_together=False)
    for fair, leaky in [(honest.honest, leaking.honest), (honest.naive, leaking.naive)]:
        assert fair.accuracy < 0.65
        assert leaky.accuracy > 0.75


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
def test_syria_outlets_show_the_gap():
    from stance.formats.labelled import read_corpus

    articles, rejected = read_corpus(["dataset:syria-outlets"])
    assert not rejected
    assert len(articles) == 501
    assert len({article.outlet for article in articles}) == 37
    result = cross_validate(articles, load_config(overrides=FAST), by="outlet", folds=3)
    assert result.gap > 0.1


@pytest.mark.slow
def test_a_cluster_gives_the_same_as_this_machine(cluster, seed_articles, fast_config):
    articles = seed_articles[:72]
    options = {
        "by": "outlet",
        "folds": 3,
        "slices": {"event": [a.event for a in articles]},
        "always_train": seed_articles[72:90],
    }
    here = cross_validate(articles, fast_config, **options)
    told = []
    there = cross_validate(
        articles,
        fast_config,
        **options,
        workers=DaskWorkers(cluster),
        progress=lambda *n: told.append(n),
    )
    assert there.to_dict() == here.to_dict()
    assert np.array_equal(there.held_out.scored.probabilities, here.held_out.scored.probabilities)
    assert told == [(n, 8) for n in range(9)]


def test_what_is_wrong_with_a_corpus_is_told_from_a_cluster_too(cluster, seed_articles):
    config = load_config(overrides=[*FAST, "features.word.min_df=5000"])
    messages = []
    for there in (None, DaskWorkers(cluster)):
        with pytest.raises(StanceError) as caught:
            cross_validate(seed_articles[:60], config, by="random", folds=2, workers=there)
        # Which fold is told of first is left to chance, and how many words it has.
        messages.append(re.sub(r"[\d,]+ different", "so many different", str(caught.value)))
    assert messages[0] == messages[1]


@pytest.mark.slow
def test_some_articles_are_always_in_training_and_never_tested(fast_config):
    articles = of_outlets(("a", "123"), ("b", "123"), ("c", "4"))
    added = of_outlets(("a", "9"), ("b", "9"), ("c", "9"), n_words=30)
    alone = cross_validate(articles, fast_config, by="outlet")
    result = cross_validate(articles, fast_config, by="outlet", always_train=added)
    # A label of one outlet can be tested where they have it too.
    assert (alone.honest.n, result.honest.n, result.naive.n) == (18, 21, 21)
    assert result.honest.per_class["c"].support == 3
    assert result.plan.description == "leave one outlet out (4 outlets)"
    division = result.to_dict()["division"]
    assert (division["n_articles"], division["n_always_train"]) == (21, 9)
    for fold in result.plan.all_folds:
        assert fold.test.max() < 21
        assert set(range(21, 30)) <= set(fold.train.tolist())
    assert {row["id"] for row in result.held_out.rows(articles)} == {a.id for a in articles}


@pytest.mark.slow
def test_articles_that_are_always_in_training_repeat_no_test_article(fast_config):
    articles = of_outlets(("a", "123"), ("b", "123"))
    result = cross_validate(articles, fast_config, by="outlet", always_train=repeated(articles[:2]))
    by_name = {fold.name: set(fold.train.tolist()) for fold in result.plan.all_folds}
    assert by_name["2"] >= {18, 19}
    assert not by_name["1"] & {18, 19}
    kept = cross_validate(
        articles,
        fast_config,
        by="outlet",
        always_train=repeated(articles[:2]),
        keep_duplicates_together=False,
    )
    assert all({18, 19} <= set(fold.train.tolist()) for fold in kept.plan.all_folds)


def repeated(articles):
    """Return the articles again, of another outlet."""
    return [dataclasses.replace(a, id=f"+{a.id}", outlet="9") for a in articles]


@pytest.mark.slow
def test_always_train_with_nested_choices_and_several_workers(fast_config):
    articles = of_outlets(("a", "123456"), ("b", "123456"))
    added = of_outlets(("a", "xyz"), ("b", "xyz"), n_words=14)
    candidates = [load_config(overrides=[*FAST, f"classifier.logistic.C={c}"]) for c in (0.1, 10)]
    options = {"always_train": added, "candidates": candidates, "folds": 3, "by": "outlet"}
    one = cross_validate(articles, fast_config, **options)
    two = cross_validate(articles, fast_config, **options, jobs=2)
    assert one == two
    assert len(one.choices) == 3
    # Inner folds test articles of the corpus alone.
    inner = Selection(tuple(candidates), "outlet")
    mask = np.arange(len(articles) + len(added)) >= len(articles)
    corpus = LabelledCorpus([*articles, *added], always_train=mask)
    for fold in inner._inner_folds(corpus, "x"):
        assert fold.test.max() < len(articles)
        assert fold.train.max() >= len(articles)


@pytest.mark.slow
def test_the_domain_of_each_fold_flags_its_test_articles(fast_config):
    articles = of_outlets(("a", "123"), ("b", "123"))
    odd = Article("odd", "قطة كلب عصفور سمكة حصان", "a", "4")
    result = cross_validate([*articles, odd], fast_config, by="outlet")
    flags = dict(
        zip(result.held_out.tested.tolist(), result.held_out.scored.out_of_domain, strict=True)
    )
    assert flags[len(articles)]
    assert result.honest.out_of_domain.share == pytest.approx(np.mean(list(flags.values())))
    assert result.honest.out_of_domain.share < 1
