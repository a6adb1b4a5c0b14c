import dataclasses

import numpy as np
import pytest
from scipy import sparse

from stance.corpus.article import Article
from stance.errors import ConfigError, CorpusError
from stance.features.tokens import tokenize
from stance.model.article_weights import article_weights
from stance.model.calibration import held_out_folds
from stance.model.classifiers import _estimator
from stance.model.config import CalibrationConfig, load_config
from stance.model.learning_corpus import LabelledCorpus
from stance.model.persistence import save_model
from stance.model.resolve_auto import PENALTIES, resolve_auto
from stance.model.training import fit_features, train
from tests.conftest import FAST

KINDS = ["svm", "naive_bayes", "sgd"]

# Whole articles and every word of them, as in a corpus without outlets.
PLAIN = (
    *FAST,
    "features.word.min_outlets=1",
    "features.word.binary=false",
    "features.passages=0",
    "classifier.outlet_shrinkage=0",
)


def corpus_of(labels_and_outlets):
    return LabelledCorpus(
        [
            Article(str(n), f"خبر رقم {n} من المدينة", label, outlet)
            for n, (label, outlet) in enumerate(labels_and_outlets)
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["logistic", *KINDS])
def test_every_classifier_learns_the_seed_corpus(seed_articles, kind):
    config = load_config(overrides=[*FAST, f"classifier.kind={kind}"])
    model = train(seed_articles[::2], config)
    truth = [article.label for article in seed_articles[::2]]
    guess = [model.labels[i] for i in model.scores(seed_articles[::2]).argmax(axis=1)]
    assert np.mean([t == g for t, g in zip(truth, guess, strict=True)]) > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_scikit_learn(seed_articles, kind):
    config = load_config(overrides=[*PLAIN, f"classifier.kind={kind}"])
    corpus = LabelledCorpus(seed_articles)
    values = fit_features(corpus, config).matrix.articles
    weights = article_weights(corpus, config.classifier)
    theirs = _estimator(config.classifier, config.seed)
    theirs.fit(values.astype(np.float64), corpus.y_true, sample_weight=weights)
    model = train(seed_articles, config)
    assert (model.scores(seed_articles).argmax(axis=1) == theirs.predict(values)).all()
    if hasattr(theirs, "decision_function"):
        expected = theirs.decision_function(values)
        assert np.abs(model.scores(seed_articles) - expected).max() < 1e-4


@pytest.mark.slow
def test_logistic_scores_are_those_of_l_bfgs_on_each_label(seed_articles):
    from sklearn.linear_model import LogisticRegression

    chosen = seed_articles[::3]
    config = load_config(overrides=[*PLAIN, "classifier.logistic.C=3.0"])
    corpus = LabelledCorpus(chosen)
    values = fit_features(corpus, config).matrix.articles
    found = train(chosen, config).scores(chosen)
    for number in range(len(corpus.labels)):
        # liblinear penalises the intercept too, as one more feature of value one.
        wide = sparse.hstack([values, np.ones((len(chosen), 1))], format="csr")
        theirs = LogisticRegression(C=3.0, fit_intercept=False, tol=1e-8, max_iter=5000)
        theirs.fit(wide, corpus.y_true == number, article_weights(corpus, config.classifier))
        assert np.abs(theirs.decision_function(wide) - found[:, number]).max() < 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scores_of", "expected", "n_tried"),
    [
        ((0.8, 0.8, 0.9, 0.9), 1.0, 2),  # no weaker one is tried where one is no better
        ((0.8, 0.801, 0.804, 0.803), 1.0, 4),
        ((0.8, 0.801, 0.806, 0.81), 10.0, 4),
        ((0.8, 0.801, 0.9, 0.95), 30.0, 4),
    ],
)
def test_the_strongest_penalty_wins_unless_another_is_clearly_better(
    seed_articles, monkeypatch, scores_of, expected, n_tried
):
    tried = []

    def scores(self, config):
        penalty = config.classifier.logistic.C
        if self._config.classifier.logistic.C == "auto":
            tried.append(penalty)
        return scores_of[PENALTIES.index(penalty)]

    monkeypatch.setattr("stance.model.calibration.HeldOutTrial._macro_f1", scores)
    model = train(seed_articles[::3], load_config(overrides=FAST[:-1]))
    assert expected == model.config.classifier.logistic.C
    assert tried == list(PENALTIES[:n_tried])


@pytest.mark.slow
def test_two_labels_have_the_probabilities_of_scikit_learn(seed_articles):
    from stance.model.exporting import to_pipeline

    pair = [a for a in seed_articles if a.label in ("pro_sdf", "neutral_wire")]
    model = train(pair, load_config(overrides=[*FAST, "text.title=false"]))
    texts = [article.text for article in pair]
    theirs = to_pipeline(model).predict_proba(texts)
    assert np.abs(theirs - model.probabilities(pair)).max() < 1e-5


@pytest.mark.slow
def test_same_corpus_config_and_seed_give_the_same_bytes(seed_articles, tmp_path):
    for name in ("one", "two"):
        save_model(train(seed_articles[::3]), tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_weights_balance_labels_and_outlets():
    corpus = corpus_of([("a", "x")] * 16 + [("a", "y")] * 4 + [("b", "z")] * 5)
    weights = article_weights(corpus, load_config().classifier)
    assert np.isclose(weights.mean(), 1)
    assert np.isclose(weights[:20].sum(), weights[20:].sum())
    assert np.isclose(weights[16] / weights[0], 2)


@pytest.mark.parametrize(("how", "ratio"), [("none", 1), ("sqrt", 2), ("full", 4)])
def test_outlet_balance_has_three_degrees(how, ratio):
    corpus = corpus_of([("a", "x")] * 16 + [("a", "y")] * 4 + [("b", "z")] * 5)
    weights = article_weights(
        corpus, load_config(overrides=[f"classifier.balance_outlets={how}"]).classifier
    )
    assert np.isclose(weights[16] / weights[0], ratio)


def test_unbalanced_weights_keep_the_labels_shares():
    corpus = corpus_of([("a", None)] * 6 + [("b", None)] * 2)
    weights = article_weights(
        corpus, load_config(overrides=["classifier.balance_classes=false"]).classifier
    )
    assert np.allclose(weights, 1)


def test_a_label_may_weigh_less_than_the_others():
    corpus = corpus_of([("a", None)] * 6 + [("b", None)] * 2)
    for balance, expected in (("true", 0.25), ("false", 0.25 / 3)):
        overrides = ["classifier.label_weights.b=0.25", f"classifier.balance_classes={balance}"]
        weights = article_weights(corpus, load_config(overrides=overrides).classifier)
        assert np.isclose(weights.mean(), 1)
        assert np.isclose(weights[6:].sum() / weights[:6].sum(), expected)


def test_the_weight_of_an_unknown_label_is_refused():
    corpus = corpus_of([("a", None)] * 2 + [("b", None)] * 2)
    config = load_config(overrides=["classifier.label_weights.c=2"])
    with pytest.raises(ConfigError, match=r"'c'.*'a', 'b'"):
        article_weights(corpus, config.classifier)


def test_calibration_holds_out_outlets_where_it_can(seed_articles):
    corpus = LabelledCorpus(seed_articles)
    folds, protocol = held_out_folds(corpus, CalibrationConfig(), 13)
    assert "held-out outlets" in protocol
    for fold in folds:
        outlets = [{seed_articles[i].outlet for i in part} for part in (fold.train, fold.test)]
        assert not outlets[0] & outlets[1]


@pytest.mark.parametrize("outlets", [12, 1])
def test_folds_that_calibrate_keep_near_duplicates_together(outlets):
    random = np.random.default_rng(0)
    letters = list("ابتثجحخدذرزس")
    articles = []
    for n in range(36):
        text = " ".join("".join(random.choice(letters, 5)) for _ in range(12))
        for copy in range(2):
            outlet = f"outlet{(2 * n + copy * 3) % outlets}"
            articles.append(Article(f"{n}-{copy}", text, "ab"[n % 2], outlet))
    corpus = LabelledCorpus(articles)
    folds, protocol = held_out_folds(corpus, CalibrationConfig(), 13)
    assert protocol.startswith("3 folds of held-out" if outlets > 1 else "3 random")
    for fold in folds:
        assert not set(corpus.duplicates[fold.train]) & set(corpus.duplicates[fold.test])
    apart, _ = held_out_folds(LabelledCorpus(articles, range(72)), CalibrationConfig(), 13)
    assert any(set(corpus.duplicates[f.train]) & set(corpus.duplicates[f.test]) for f in apart)


def test_a_label_that_is_one_article_again_and_again_trains_uncalibrated():
    articles = [Article(str(n), "عاد الهدوء إلى السوق بعد الظهر", "a") for n in range(6)]
    articles += [Article(f"b{n}", "وصل الوفد صباحا إلى مطار المدينة", "b") for n in range(6)]
    assert held_out_folds(LabelledCorpus(articles), CalibrationConfig(), 13)[0] == []
    config = load_config(overrides=["features.lexicon.enabled=false"])
    assert "not calibrated" in train(articles, config).record.notes[0]


def test_calibration_is_random_where_outlets_are_labels():
    corpus = corpus_of([(name, name) for name in "abcdefgh" for _ in range(4)])
    assert "random" in held_out_folds(corpus, CalibrationConfig(), 13)[1]


@pytest.mark.slow
def test_probabilities_are_calmer_than_the_truth_on_new_outlets(seed_articles):
    held = {a.outlet for a in seed_articles[:12]}
    known = [a for a in seed_articles if a.outlet not in held]
    new = [a for a in seed_articles if a.outlet in held]
    losses = []
    for calibrate in ("true", "false"):
        overrides = [*FAST[:-1], f"calibration.enabled={calibrate}", "classifier.kind=naive_bayes"]
        model = train(known, load_config(overrides=overrides))
        table = model.probabilities(new)
        columns = [model.labels.index(article.label) for article in new]
        losses.append(-np.log(table[np.arange(len(new)), columns] + 1e-12).mean())
    assert losses[0] < losses[1]


def test_a_label_with_one_article_is_learned_and_the_others_calibrate(seed_articles):
    lone = dataclasses.replace(seed_articles[0], id="lone", label="other")
    model = train([*seed_articles[:12], lone])
    assert "other" in model.labels
    assert model.record.scores["n"] == 12
    assert any("label 'other': without its one article" in note for note in model.record.notes)


def test_labels_of_one_article_each_train_uncalibrated(seed_articles):
    articles = [dataclasses.replace(a, label=str(n)) for n, a in enumerate(seed_articles[:4])]
    model = train([*articles, dataclasses.replace(seed_articles[4], label="0")])
    assert any("single article" in note for note in model.record.notes)


def test_one_label_is_refused(seed_articles):
    with pytest.raises(CorpusError, match="single label"):
        train([a for a in seed_articles if a.label == "pro_sdf"])


def test_no_articles_are_refused():
    with pytest.raises(CorpusError, match="no articles"):
        train([])


def test_an_unlabelled_article_is_named(seed_articles):
    with pytest.raises(CorpusError, match="'bare'"):
        train([*seed_articles[:8], Article("bare", "نص")])


def test_all_features_off_is_refused(seed_articles):
    off = [f"features.{name}.enabled=false" for name in ("word", "char", "lexicon")]
    with pytest.raises(ConfigError, match="all features off"):
        train(seed_articles[:8], load_config(overrides=off))


@pytest.mark.slow
def test_a_word_seen_in_too_few_outlets_is_no_feature(seed_articles):
    config = load_config(overrides=[*FAST, "features.word.min_outlets=10"])
    model = train(seed_articles, config)
    outlets = {}
    for article in seed_articles:
        for word in set(tokenize([f"{article.title} {article.text}"], model.features.table).types):
            outlets.setdefault(word, set()).add(article.outlet)
    terms = model.features.blocks[0].block.terms
    assert set(terms) == {word for word, found in outlets.items() if len(found) >= 10}


def test_house_style_is_read_only_where_the_labels_are_the_outlets():
    def surface(outlets):
        corpus = corpus_of([(label, outlet) for label, outlet in outlets for _ in range(4)])
        return resolve_auto(corpus, load_config()).config.features.char.surface

    assert surface([("a", "a"), ("b", "b")]) is True
    assert surface([("a", "x"), ("b", "y")]) is True
    assert surface([("a", None), ("b", None)]) is False
    assert surface([("a", "x"), ("a", "y"), ("b", "z")]) is False
    assert surface([("a", "x"), ("b", "x")]) is False


@pytest.mark.slow
def test_the_lexicon_is_used_where_articles_name_its_actors(seed_articles):
    def used(articles):
        return resolve_auto(LabelledCorpus(articles), load_config()).config.features.lexicon.enabled

    assert used(seed_articles) is True
    sport = [
        dataclasses.replace(a, title=None, text=f"فاز الفريق {n} في المباراة")
        for n, a in enumerate(seed_articles)
    ]
    assert used(sport) is False
    assert used([*seed_articles, *sport]) is False


def test_the_title_is_read_unless_switched_off():
    articles = [Article(str(n), "خبر", "ab"[n % 2], title=f"عنوان{n % 2}") for n in range(8)]
    for read, expected in (("true", True), ("false", False)):
        model = train(articles, load_config(overrides=[*FAST, f"text.title={read}"]))
        assert ("عنوان1" in model.features.blocks[0].block.terms) is expected


def test_strongest_features_point_at_their_label(fast_model):
    strongest = fast_model.strongest_features(5)
    assert "word:دمشق" in [name for name, _ in strongest["pro_sdf"]] or any(
        "سد" in name for name, _ in strongest["opposition_aligned"]
    )
    assert all(weight > 0 for found in strongest.values() for _, weight in found)


def test_the_fingerprint_sees_every_part_that_is_learned_from(seed_articles):
    prints = {LabelledCorpus(seed_articles).fingerprint()}
    for field in ("text", "title", "label", "outlet", "id"):
        changed = dataclasses.replace(seed_articles[0], **{field: "pro_sdf2"})
        prints.add(LabelledCorpus([changed, *seed_articles[1:]]).fingerprint())
    assert len(prints) == 6


def test_a_lexicon_that_was_changed_is_read_again(tmp_path):
    path = tmp_path / "mine.toml"
    text = (
        'format = 1\nfamily = "mine"\ndescription = "x"\n'
        '[categories.road]\ndescription = "x"\nterms = [{ term = "طريق" }]\n'
    )
    articles = [
        Article(str(n), f"خبر {'طريق' if n % 2 else 'جسر'} رقم {n}", "ab"[n % 2]) for n in range(8)
    ]
    settings = [*PLAIN, f'features.lexicon.path="{path}"', "features.lexicon.enabled=true"]
    config = load_config(overrides=settings)

    def categories():
        model = train(articles, config)
        (block,) = (part.block for part in model.features.blocks if part.name == "lexicon")
        return list(block.lexicon.categories)

    path.write_text(text, "utf-8")
    assert categories() == ["road"]
    path.write_text(text.replace("road", "way"), "utf-8")
    assert categories() == ["way"]
    path.unlink()
    with pytest.raises(CorpusError, match=r"mine\.toml"):
        train(articles, config)


def test_a_number_of_outlets_left_open_is_lowered_where_no_word_is_in_so_many():
    """Twelve outlets ask for words of three; each word is in one outlet alone."""
    articles = [
        Article(f"{outlet}-{n}", f"كلمة{outlet} حرف{outlet}", "ab"[outlet % 2], f"o{outlet}")
        for outlet in range(12)
        for n in range(3)
    ]
    model = train(articles, load_config(overrides=FAST))
    assert model.config.features.word.min_outlets == 1
    assert len(model.features.blocks[0].block.terms) == 24
    with pytest.raises(CorpusError, match="min_outlets=3"):
        train(articles, load_config(overrides=[*FAST, "features.word.min_outlets=3"]))


@pytest.mark.slow
@pytest.mark.parametrize("held_out", [True, False])
def test_near_duplicates_are_looked_for_before_there_is_a_matrix(seed_articles, held_out):
    switch = f"calibration.enabled={str(held_out).lower()}"
    config = load_config(overrides=[*FAST, switch, "classifier.logistic.C=3.0"])
    steps = []
    train(seed_articles, config, progress=steps.append)
    assert ("looking for near-duplicates" in steps[:1]) == held_out
    assert steps[held_out] == "counting words"
