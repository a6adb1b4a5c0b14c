import numpy as np
import pytest
from scipy import sparse

from stance.features import batches
from stance.features.batches import InputBatch
from stance.features.lexicon import Category, Lexicon, LexiconFile, Term
from stance.features.lexicon_block import LexiconBlock
from stance.features.matrices import scaled, stack, stack_scaled
from stance.features.model_input import text_inputs
from stance.features.stack import FeatureStack, ScaledBlock
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.features.tokens import tokenize, tokenize_surface
from stance.text.normalization import arabic_normalization
from tests.samples import SAMPLES

TEXTS = ["قسد تدخل الرقة", "قال: «الجيش لن يترك الرقة أبدا»", "", "ما يسمى «قسد» في الرقة"]


@pytest.fixture
def blocks():
    table = arabic_normalization()
    batch = tokenize(TEXTS, table)
    term = Category(description="اسم", terms=[Term(term="قسد"), Term(term="الجيش")])
    lexicon = Lexicon(
        [LexiconFile(format=1, family="names", description="", categories={"names": term})]
    )
    kinds = {
        "word": fit_tfidf(batch, TfidfOptions(max_n=1))[0],
        "char": fit_tfidf(batch, TfidfOptions("char", min_n=2, max_n=3))[0],
        "surface": fit_tfidf(tokenize_surface(TEXTS), TfidfOptions("surface", min_n=2, max_n=3))[0],
        "lexicon": LexiconBlock.of(lexicon, table),
    }
    generator = np.random.default_rng(7)
    return [
        ScaledBlock(name, block, generator.random(len(block.terms)).astype(np.float32))
        for name, block in kinds.items()
    ]


def test_a_stack_puts_scaled_blocks_side_by_side_in_their_order(blocks):
    table = arabic_normalization()
    features = FeatureStack(table, blocks, by_voice=True)
    batch = InputBatch(text_inputs(TEXTS), table, by_voice=True)
    expected = np.hstack([part.block.transform(batch).toarray() * part.scale for part in blocks])
    values = features.transform(text_inputs(TEXTS))
    assert isinstance(values, sparse.csr_array)
    assert values.dtype == np.float32
    assert values.shape == (len(TEXTS), features.n_features)
    np.testing.assert_allclose(values.toarray(), expected, rtol=1e-6)


def test_every_column_is_named_after_its_block(blocks):
    features = FeatureStack(arabic_normalization(), blocks)
    names = features.names()
    assert len(names) == len(set(names)) == features.n_features
    assert names[0].startswith("word:")
    assert {"word:قسد", "char: قس", "lexicon:names", "lexicon:scare.names"} <= set(names)
    values = features.transform(text_inputs(["قسد"])).toarray()[0]
    assert values[names.index("word:قسد")] > 0
    assert values[names.index("word:الرقه")] == 0


def test_voices_are_told_apart_only_where_a_block_asks_for_them(blocks):
    table = arabic_normalization()
    told = FeatureStack(table, blocks, by_voice=True)
    untold = FeatureStack(table, blocks)
    scare = told.names().index("lexicon:scare.names")
    assert told.transform(text_inputs(["«قسد»"]))[0, scare] > 0
    assert untold.transform(text_inputs(["«قسد»"]))[0, scare] == 0


def test_a_batch_reads_its_texts_both_ways():
    table = arabic_normalization()
    batch = InputBatch(text_inputs(["«قَسَد»، مسد"]), table, by_voice=True)
    assert TfidfOptions("word").tokens_of(batch).types == ["قسد", "مسد"]
    assert TfidfOptions("char").tokens_of(batch).types == ["قسد", "مسد"]
    assert TfidfOptions("surface").tokens_of(batch).types == ["«قَسَد»،", "مسد"]
    assert batch.words.voices.any()
    assert batch.words is batch.words


@pytest.mark.parametrize("by_voice", [True, False])
def test_many_texts_are_read_as_few_are(blocks, by_voice, monkeypatch):
    features = FeatureStack(arabic_normalization(), blocks, by_voice=by_voice)
    texts = [*TEXTS, *SAMPLES.values()]
    few = features.transform(text_inputs(texts))
    monkeypatch.setattr(batches, "MANY_LETTERS", 0)
    many = features.transform(text_inputs(texts))
    assert (few != many).nnz == 0
    assert few.nnz > 0


@pytest.mark.parametrize("by_voice", [True, False])
def test_a_text_has_the_same_row_in_any_batch(blocks, by_voice):
    features = FeatureStack(arabic_normalization(), blocks, by_voice=by_voice)
    texts = [*TEXTS, *SAMPLES.values()]
    alone = [features.transform(text_inputs([text])).toarray() for text in texts]
    np.testing.assert_array_equal(
        features.transform(text_inputs(texts)).toarray(), np.vstack(alone)
    )
    assert features.transform([]).shape == (0, features.n_features)


def test_scaling_multiplies_columns_and_leaves_the_values_as_they_were():
    values = sparse.csr_array(np.array([[1, 0, 2], [0, 0, 4]], dtype=np.float32))
    twice = scaled(values, np.array([2, 3, 0.5], dtype=np.float32))
    assert twice.toarray().tolist() == [[2, 0, 1], [0, 0, 2]]
    assert values.toarray().tolist() == [[1, 0, 2], [0, 0, 4]]
    assert twice.dtype == np.float32


def test_matrices_side_by_side_stay_single_precision_rows():
    left = sparse.csr_array(np.array([[1.0], [0.0]], dtype=np.float32))
    right = sparse.csr_array(np.array([[0.0, 2.0], [3.0, 0.0]], dtype=np.float32))
    scales = [np.array([2.0], dtype=np.float32), np.array([0.5, 3.0], dtype=np.float32)]
    expected = sparse.hstack([scaled(left, scales[0]), scaled(right, scales[1])], format="csr")
    parts = [left, right]
    both = stack_scaled(parts, scales)
    assert not parts
    assert isinstance(both, sparse.csr_array)
    assert both.toarray().tolist() == [[2, 0, 6], [0, 1.5, 0]]
    for name in ("data", "indices", "indptr"):
        ours, theirs = getattr(both, name), getattr(expected, name)
        assert (ours.dtype, ours.tolist()) == (theirs.dtype, theirs.tolist())


def test_contributions_side_by_side_are_in_double_precision():
    one = sparse.csr_array(np.array([[0.1], [0.0]]))
    assert stack([one, one]).toarray().tolist() == [[0.1, 0.1], [0.0, 0.0]]


def test_the_outlets_of_a_feature_are_those_in_whose_articles_it_is(blocks):
    blocks[0] = blocks[0]._replace(scale=np.zeros_like(blocks[0].scale))
    table, outlets = arabic_normalization(), ["أ", None, "أ", "ب"]
    features = FeatureStack(table, blocks, by_voice=True)
    batch = InputBatch(text_inputs(TEXTS), table, by_voice=True)
    found = features.with_outlets(features.values(batch), outlets)
    for part in found.blocks:
        has = part.block.transform(batch).toarray() > 0
        expected = [len({outlets[row] for row in np.flatnonzero(one)}) for one in has.T]
        assert part.outlets.tolist() == expected
    counts = {
        part.name: dict(zip(part.block.terms, part.outlets.tolist(), strict=True))
        for part in found.blocks
    }
    assert counts["word"]["الرقه"] == 3
    assert counts["lexicon"] == {"names": 1, "scare.names": 1}
    assert [part.outlets for part in features.blocks] == [None] * 4
