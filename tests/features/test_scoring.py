import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features import scoring
from stance.features.batches import InputBatch
from stance.features.model_input import text_inputs
from stance.features.scoring import Scorer
from stance.features.stack import FeatureStack, ScaledBlock
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.text.normalization import arabic_normalization
from tests.features.oracle import plain_scores
from tests.samples import SAMPLES, corpora, texts, unhurried

TEXTS = [
    *(text[:2_000] for text in SAMPLES.values()),
    "قوات قسد تدخل المدينة وقسد تنفي",
    "الجيش في المدينة، و" + "قسد " * 5_000,
    "ك" * 10_000,
]


def stack_of(known, analyzers, *, sublinear_tf=True, binary=False):
    table = arabic_normalization()
    batch = InputBatch(text_inputs(known), table, by_voice=False)
    generator = np.random.default_rng(5)
    blocks = []
    for name in analyzers:
        options = TfidfOptions(name, min_n=1, max_n=4, sublinear_tf=sublinear_tf, binary=binary)
        block, _ = fit_tfidf(options.tokens_of(batch), options)
        scale = generator.random(len(block.terms)).astype(np.float32)
        blocks.append(ScaledBlock(name, block, scale))
    return FeatureStack(table, blocks)


def weights_of(features, n_labels=5):
    generator = np.random.default_rng(3)
    return generator.normal(size=(features.n_features, n_labels)).astype(np.float32)


@pytest.fixture(scope="module")
def features():
    return stack_of(TEXTS, ["word", "char", "surface"])


@pytest.fixture(scope="module")
def scorer(features):
    return Scorer(features, weights_of(features))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sublinear_tf", "binary", "n_labels"), [(True, False, 2), (False, False, 5), (True, True, 13)]
)
@pytest.mark.parametrize(
    "analyzers", [["word"], ["char"], ["surface"], ["word", "char", "surface"]]
)
def test_scores_are_those_of_scikit_learn(analyzers, sublinear_tf, binary, n_labels):
    features = stack_of(TEXTS, analyzers, sublinear_tf=sublinear_tf, binary=binary)
    weights = weights_of(features, n_labels)
    found = Scorer(features, weights).scores(text_inputs(TEXTS))
    np.testing.assert_allclose(found, plain_scores(features, weights, TEXTS), atol=1e-5)


@pytest.mark.parametrize(("sublinear_tf", "binary"), [(True, False), (False, False), (True, True)])
def test_contributions_add_up_to_scores(sublinear_tf, binary):
    analyzers = ["word", "char", "surface"]
    features = stack_of(TEXTS, analyzers, sublinear_tf=sublinear_tf, binary=binary)
    weights, inputs = weights_of(features), text_inputs([*TEXTS, "", "لندن"])
    added = [features.contributions(inputs, own).sum(axis=1) for own in weights.T]
    found = Scorer(features, weights).scores(inputs)
    np.testing.assert_allclose(np.stack(added, axis=1), found, rtol=0, atol=1e-9)


@pytest.mark.slow
@unhurried
@given(chosen=corpora | st.lists(texts, max_size=5))
def test_scores_of_any_text_are_those_of_scikit_learn(features, scorer, chosen):
    if not chosen:
        assert scorer.scores(text_inputs(chosen)).shape == (0, 5)
        return
    expected = plain_scores(features, weights_of(features), chosen)
    np.testing.assert_allclose(scorer.scores(text_inputs(chosen)), expected, atol=1e-5)


@pytest.mark.slow
@unhurried
@given(chosen=corpora, data=st.data())
def test_scores_depend_on_nothing_but_the_text(features, scorer, chosen, data):
    whole = scorer.scores(text_inputs(chosen))
    order = data.draw(st.permutations(range(len(chosen))))
    fresh = Scorer(features, weights_of(features))
    apart = [fresh.scores(text_inputs([chosen[i]]))[0] for i in order]
    np.testing.assert_array_equal(np.array(apart), whole[list(order)])


@pytest.mark.slow
def test_threads_share_a_scorer(scorer):
    expected = scorer.scores(text_inputs(TEXTS))
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(scorer.scores, [text_inputs(TEXTS)] * 32):
            np.testing.assert_array_equal(found, expected)


def test_forgetting_words_changes_no_score(features, scorer, monkeypatch):
    expected = scorer.scores(text_inputs(TEXTS))
    monkeypatch.setattr(scoring, "CACHED_WORDS", 0)
    forgetful = Scorer(features, weights_of(features))
    for _ in range(2):
        np.testing.assert_array_equal(forgetful.scores(text_inputs(TEXTS)), expected)


def test_a_pickled_scorer_gives_the_same_scores(features, scorer):
    expected = scorer.scores(text_inputs(TEXTS))
    again = pickle.loads(pickle.dumps(scorer))
    np.testing.assert_array_equal(again.scores(text_inputs(TEXTS)), expected)
    plain = stack_of(TEXTS, ["word", "char", "surface"])
    assert len(pickle.dumps(features)) == len(pickle.dumps(plain))


def test_texts_of_unknown_words_or_of_none_score_zero(features):
    weights = weights_of(features)
    alone = FeatureStack(features.table, features.blocks[:1])
    scores = Scorer(alone, weights[: alone.n_features]).scores(text_inputs(["", "؟!", "لندن"]))
    assert not scores.any()
