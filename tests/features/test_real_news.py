"""All that is compiled against scikit-learn, on news of five outlets."""

import numpy as np
import pytest
from scipy import sparse

from stance.features.batches import InputBatch
from stance.features.model_input import text_inputs
from stance.features.scoring import Scorer
from stance.features.stack import FeatureStack, ScaledBlock
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.text.normalization import arabic_normalization
from tests.features.oracle import plain_tfidf

# Of a sample of 3,941 articles; scikit-learn takes two minutes to read all 31,525.
# `benchmarks/speed.py` does, and asks for the same label of every one.
EVERY = 12

OPTIONS = (
    TfidfOptions("word", min_n=1, max_n=2, min_df=2),
    TfidfOptions("char", min_n=2, max_n=5, min_df=2),
)


@pytest.fixture(scope="module")
def texts(news):
    return [f"{one.title or ''}\n{one.text}" for one in news[::EVERY]]


@pytest.fixture(scope="module")
def fitted(texts):
    """Each block beside scikit-learn's vectoriser, and the values of both."""
    batch = InputBatch(text_inputs(texts), arabic_normalization(), by_voice=False)
    found = []
    for options in OPTIONS:
        theirs = plain_tfidf(options.analyzer, min_n=options.min_n, max_n=options.max_n, min_df=2)
        found.append(
            (*fit_tfidf(options.tokens_of(batch), options), theirs, theirs.fit_transform(texts))
        )
    return found


@pytest.mark.slow
def test_vocabulary_idf_and_values_are_those_of_scikit_learn(fitted):
    for block, values, theirs, expected in fitted:
        assert block.terms == theirs.get_feature_names_out().tolist()
        assert len(block.terms) > 10_000
        np.testing.assert_allclose(block.idf, theirs.idf_, rtol=1e-12)
        assert np.abs(values - expected).max() < 1e-6


@pytest.mark.slow
def test_decision_values_and_labels_are_those_of_scikit_learn(texts, fitted):
    blocks = [
        ScaledBlock(block.options.analyzer, block, np.ones(len(block.terms), np.float32))
        for block, *_ in fitted
    ]
    features = FeatureStack(arabic_normalization(), blocks)
    shape = (features.n_features, 5)
    weights = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    expected = sparse.hstack([values for *_, values in fitted]) @ weights.astype(np.float64)
    found = Scorer(features, weights).scores(text_inputs(texts))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))
