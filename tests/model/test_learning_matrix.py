import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from stance.corpus.article import Article
from stance.model.article_weights import article_weights
from stance.model.config import load_config
from stance.model.learning_corpus import LabelledCorpus
from stance.model.learning_matrix import (
    LearningMatrix,
    LearningRows,
    outlet_shrinkage,
)
from stance.model.training import fit_features, train
from tests.conftest import FAST
from tests.samples import unhurried

SETTLED = (
    *FAST,
    "features.word.min_outlets=1",
    "features.word.binary=true",
    "classifier.logistic.C=3.0",
)


def plain_outlet_shrinkage(values, units, truth, strength):
    """The formula, outlet by outlet and feature by feature."""
    between, within = np.zeros(values.shape[1]), np.zeros(values.shape[1])
    labels = np.unique(truth)
    for feature in range(values.shape[1]):
        centres, spreads = [], []
        for label in labels:
            outlets = np.unique(units[truth == label])
            means = np.array([values[units == o, feature].mean() for o in outlets])
            share = np.sqrt([(units == o).sum() for o in outlets])
            share /= share.sum()
            centres.append(share @ means)
            spreads.append(share @ (means - centres[-1]) ** 2)
        between[feature] = np.var(centres) if np.ptp(centres) > 1e-9 else 0
        within[feature] = np.mean(spreads) * len(labels) / len(np.unique(units))
    scale = np.zeros_like(between)
    known = between > 0
    scale[known] = between[known] / (between[known] + strength * within[known])
    return scale


@unhurried
@given(data=st.data(), strength=st.floats(0.1, 10))
def test_outlet_shrinkage_is_the_formula(data, strength):
    n = data.draw(st.integers(4, 12))
    truth = np.array(
        [0, 1, *data.draw(st.lists(st.integers(0, 2), min_size=n - 2, max_size=n - 2))]
    )
    units = truth * 3 + np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    units = np.unique(units, return_inverse=True)[1]
    grid = st.lists(st.integers(0, 4), min_size=3, max_size=3)
    values = np.array(data.draw(st.lists(grid, min_size=n, max_size=n)), dtype=np.float64)
    found = outlet_shrinkage(sparse.csr_array(values), units, truth, strength=strength)
    expected = plain_outlet_shrinkage(values, units, truth, strength)
    if not (expected * values).any():
        return
    np.testing.assert_allclose(found / found.max(), expected / expected.max(), atol=1e-9)
    length = np.square(values).sum()
    assert np.isclose(np.square(values * found).sum(), length)


def test_what_one_outlet_is_fond_of_is_held_back():
    # The first feature marks label 0 in each of its outlets; the second in one of them alone.
    rows, units, truth = [], [], []
    for outlet in range(8):
        label = outlet % 2
        for _ in range(5):
            rows.append([1.0 - label, 4.0 * (outlet == 0), 1.0])
            units.append(outlet)
            truth.append(label)
    scale = outlet_shrinkage(
        sparse.csr_array(np.array(rows)), np.array(units), np.array(truth), strength=1.0
    )
    assert scale[0] > 1.5 * scale[1] > 0
    assert scale[2] == 0


def fingerprinted(n_outlets, seed):
    """Articles in which a word tells the label by halves, and a signature tells the outlet."""
    generator = np.random.default_rng(seed)
    articles = []
    for outlet in range(n_outlets):
        for n in range(6):
            label = "ab"[outlet % 2]
            told = ["شبيحة" if label == "a" else "ارهابيين"] if generator.random() < 0.6 else []
            filler = [f"كلمة{generator.integers(30)}" for _ in range(20)]
            text = " ".join([*filler, *told, f"توقيع{outlet // 2 % 3}{label}"])
            articles.append(Article(f"{outlet}-{n}", text, label, f"o{outlet}"))
    return articles


def test_a_steady_word_gains_on_an_outlets_signature():
    articles = fingerprinted(12, seed=5)
    ratios = []
    for strength in ("0", "3"):
        overrides = [*SETTLED, "features.passages=0", f"classifier.outlet_shrinkage={strength}"]
        model = train(articles, load_config(overrides=overrides))
        weights = dict(zip(model.features.names(), np.abs(model.linear.weights[:, 0]), strict=True))
        signature = max(w for name, w in weights.items() if "توقيع" in name)
        ratios.append(weights["word:شبيحه"] / signature)
    assert ratios[1] > 1.1 * ratios[0]


def test_passages_share_the_weight_of_their_article(monkeypatch):
    seen = {}

    def spy(features, truth, weights, **rest):
        seen.update(truth=truth, weights=weights, n=features.shape[0])
        from stance.model.classifiers import fit_classifier

        return fit_classifier(features, truth, weights, **rest)

    monkeypatch.setattr("stance.model.learning_matrix.fit_classifier", spy)
    articles = [
        Article("long", " ".join(["حرب"] * 95), "a"),
        Article("short", "سلام", "b"),
        Article("other", " ".join(["سلام"] * 21), "b"),
    ]
    train(articles, load_config(overrides=[*SETTLED, "features.passages=10"]))
    assert seen["n"] == 10 + 1 + 2
    assert np.isclose(seen["weights"][:10].sum(), 1.5)
    assert np.isclose(seen["weights"].sum(), 3)


def test_passages_of_short_articles_are_the_articles(seed_articles):
    corpus = LabelledCorpus(seed_articles[:40])
    whole, cut = (
        fit_features(corpus, load_config(overrides=[*SETTLED, f"features.passages={size}"])).matrix
        for size in (0, 100_000)
    )
    assert (cut.article_of == np.arange(40)).all()
    np.testing.assert_array_equal(whole.passages.toarray(), cut.passages.toarray())


@pytest.mark.slow
@pytest.mark.parametrize("shrinkage", [0.0, 1.0])
def test_a_fold_learns_from_its_own_passages_alone(seed_articles, shrinkage):
    config = load_config(
        overrides=[*SETTLED, "features.passages=30", f"classifier.outlet_shrinkage={shrinkage}"]
    )
    corpus = LabelledCorpus(seed_articles)
    matrix = fit_features(corpus, config).matrix
    weights, places = article_weights(corpus, config.classifier), np.arange(0, 288, 2)
    options = {"n_labels": 4, "config": config.classifier, "seed": config.seed}
    own = LearningRows.of(matrix, corpus.y_true, corpus.outlets, places=places, strength=shrinkage)
    found, _ = own.fit(corpus.y_true, weights, **options)
    rows = np.isin(matrix.article_of, places)
    number = np.cumsum(np.isin(np.arange(288), places)) - 1
    alone = LearningMatrix(
        matrix.articles[places], matrix.passages[rows], number[matrix.article_of[rows]]
    )
    outlets = [corpus.outlets[i] for i in places]
    whole = LearningRows.of(alone, corpus.y_true[places], outlets, strength=shrinkage)
    expected, _ = whole.fit(corpus.y_true[places], weights[places], **options)
    np.testing.assert_array_equal(found.weights, expected.weights)


@pytest.mark.slow
def test_no_fold_copies_the_corpus_where_nothing_is_scaled(seed_articles):
    config = load_config(overrides=[*SETTLED, "features.passages=0"])
    corpus = LabelledCorpus(seed_articles)
    matrix = fit_features(corpus, config).matrix
    rows = LearningRows.of(
        matrix, corpus.y_true, corpus.outlets, places=np.arange(0, 288, 2), strength=0.0
    )
    assert rows.features is matrix.articles
    assert rows.rows.tolist() == list(range(0, 288, 2))


@pytest.mark.parametrize("outlets", [None, [None] * 6])
def test_outlet_shrinkage_needs_no_outlets(outlets):
    config = load_config(overrides=[*SETTLED, "classifier.outlet_shrinkage=1.0"])
    values = sparse.csr_array(np.eye(6, dtype=np.float32))
    truth = np.array([0, 1] * 3)
    rows = LearningRows.of(LearningMatrix.of_whole(values), truth, outlets, strength=1.0)
    model, _ = rows.fit(truth, np.ones(6), n_labels=2, config=config.classifier, seed=config.seed)
    assert (model.scores(values).argmax(axis=1) == truth).all()
