from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import sparse

from stance.errors import ConfigError, CorpusError
from stance.features import ngram_counts
from stance.features.counting import count_in_order, weigh_counts
from stance.features.estimators import TfidfFeatures
from stance.features.ngram_counts import document_frequency
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.features.oracle import plain_tfidf
from tests.samples import SAMPLES, articles, corpora, unhurried

TEXTS = [
    "قوات قسد تدخل المدينة وقسد تنفي",
    "الجيش في المدينة",
    "",
    "قسد والجيش في المدينة، والمدينة هادئة",
]

ANALYZERS = ["word", "char", "surface"]
every_analyzer = pytest.mark.parametrize("analyzer", ANALYZERS)

options = st.fixed_dictionaries(
    {
        "analyzer": st.sampled_from(ANALYZERS),
        "min_n": st.integers(1, 3),
        "max_n": st.integers(3, 5),
        "min_df": st.integers(1, 3),
        "sublinear_tf": st.booleans(),
        "binary": st.booleans(),
    }
)


def fit_both(texts, chosen):
    theirs = plain_tfidf(**chosen)
    try:
        expected = theirs.fit_transform(texts)
    except ValueError:
        with pytest.raises(CorpusError):
            TfidfFeatures(**chosen).fit(texts)
        return None
    ours = TfidfFeatures(**chosen)
    return ours, ours.fit_transform(texts), theirs, expected


@pytest.mark.slow
@unhurried
@given(texts=corpora, unseen=corpora, chosen=options)
def test_vocabulary_and_values_are_those_of_scikit_learn(texts, unseen, chosen):
    fitted = fit_both(texts, chosen)
    assume(fitted is not None)
    ours, values, theirs, expected = fitted
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    np.testing.assert_allclose(ours.block_.idf, theirs.idf_, rtol=1e-12)
    np.testing.assert_allclose(values.toarray(), expected.toarray(), atol=1e-6)
    np.testing.assert_allclose(
        ours.transform(unseen).toarray(), theirs.transform(unseen).toarray(), atol=1e-6
    )


@every_analyzer
@pytest.mark.parametrize("sublinear_tf", [True, False])
@pytest.mark.parametrize(("min_n", "max_n"), [(1, 1), (1, 2), (2, 2), (2, 5), (9, 9)])
@pytest.mark.parametrize("min_df", [1, 2])
def test_samples_have_the_values_of_scikit_learn(analyzer, sublinear_tf, min_n, max_n, min_df):
    texts = [text[:2_000] for text in SAMPLES.values()] * 2
    chosen = {
        "analyzer": analyzer,
        "min_n": min_n,
        "max_n": max_n,
        "min_df": min_df,
        "sublinear_tf": sublinear_tf,
    }
    ours, values, theirs, expected = fit_both(texts, chosen)
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    np.testing.assert_allclose(values.toarray(), expected.toarray(), atol=1e-6)


@pytest.mark.slow
@unhurried
@given(texts=corpora, chosen=options)
def test_fitted_values_are_those_of_transform(texts, chosen):
    fitted = fit_both(texts, chosen)
    assume(fitted is not None)
    ours, values, _, _ = fitted
    again = ours.transform(texts)
    np.testing.assert_array_equal(values.toarray(), again.toarray())


@pytest.mark.slow
@unhurried
@given(first=corpora, second=corpora, chosen=options)
def test_a_text_has_the_same_values_in_any_batch(first, second, chosen):
    fitted = fit_both(first, chosen)
    assume(fitted is not None)
    ours = fitted[0]
    together = ours.transform(first + second).toarray()
    apart = [ours.transform([text]).toarray() for text in first + second]
    np.testing.assert_array_equal(together, np.vstack(apart))


@every_analyzer
def test_values_are_sparse_single_precision_rows_of_unit_length(analyzer):
    features = TfidfFeatures(analyzer, max_n=3)
    for values in (features.fit_transform(TEXTS), features.transform(TEXTS)):
        assert isinstance(values, sparse.csr_array)
        assert values.dtype == np.float32
        assert values.shape == (4, len(features.get_feature_names_out()))
        norms = np.sqrt((values * values).sum(axis=1))
        np.testing.assert_allclose(norms, [1, 1, 0, 1], rtol=1e-6)


def test_a_text_of_unknown_words_or_of_none_has_an_empty_row():
    features = TfidfFeatures().fit(TEXTS)
    assert features.transform(["لندن باريس", "", "؟!"]).nnz == 0
    assert features.transform([]).shape == (0, len(features.get_feature_names_out()))


def test_idf_is_the_logarithm_of_the_share_of_texts():
    features = TfidfFeatures(max_n=1).fit(["قسد قسد", "قسد مسد", "قسد", "حلب"])
    idf = dict(zip(features.get_feature_names_out(), features.block_.idf, strict=True))
    assert idf == pytest.approx(
        {"قسد": np.log(5 / 4) + 1, "مسد": np.log(5 / 2) + 1, "حلب": np.log(5 / 2) + 1}
    )


def frequent(texts, limit):
    """The most frequent words, ties in the order of code points."""
    counts = Counter(word for text in texts for word in words(text, arabic_normalization()))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return sorted(ranked[:limit])


@unhurried
@given(texts=corpora, limit=st.integers(1, 12))
def test_max_features_keeps_the_most_frequent_and_breaks_ties_by_code_point(texts, limit):
    expected = frequent(texts, limit)
    assume(expected)
    features = TfidfFeatures(max_n=1, max_features=limit).fit(texts)
    assert features.get_feature_names_out().tolist() == expected


def test_max_features_chooses_among_what_min_df_leaves():
    texts = ["نادر نادر نادر نادر", "قسد مسد", "قسد"]
    features = TfidfFeatures(max_n=1, min_df=2, max_features=1).fit(texts)
    assert features.get_feature_names_out().tolist() == ["قسد"]


def test_pruned_features_weigh_as_if_the_others_had_never_been():
    features = TfidfFeatures(max_n=1, max_features=2)
    values = features.fit_transform(["قسد قسد مسد", "قسد مسد نادر"]).toarray()
    np.testing.assert_allclose((values**2).sum(axis=1), [1, 1], rtol=1e-6)
    np.testing.assert_array_equal(values, features.transform(["قسد قسد مسد", "قسد مسد"]).toarray())


outlets_of = st.sampled_from(["ألف", "باء", "جيم", None])


@pytest.mark.slow
@unhurried
@given(
    labelled=st.lists(st.tuples(articles, outlets_of), min_size=1, max_size=8),
    min_outlets=st.integers(2, 4),
    analyzer=st.sampled_from(ANALYZERS),
)
def test_min_outlets_keeps_what_occurs_in_so_many_outlets(labelled, min_outlets, analyzer):
    texts, outlets = map(list, zip(*labelled, strict=True))
    try:
        whole = plain_tfidf(analyzer, min_n=2, max_n=3).fit(texts)
    except ValueError:
        assume(False)
    seen = {term: set() for term in whole.get_feature_names_out()}
    for text, outlet in labelled:
        for term in whole.build_analyzer()(text):
            seen[term].add(outlet)
    expected = sorted(term for term, where in seen.items() if len(where) >= min_outlets)
    features = TfidfFeatures(analyzer, min_n=2, max_n=3, min_outlets=min_outlets)
    if expected:
        features.fit(texts, outlets=outlets)
        assert features.get_feature_names_out().tolist() == expected
    else:
        with pytest.raises(CorpusError, match="min_outlets"):
            features.fit(texts, outlets=outlets)


def test_texts_without_an_outlet_count_as_one_outlet():
    texts, outlets = ["قسد مسد", "قسد مسد", "قسد"], [None, None, "ألف"]
    features = TfidfFeatures(max_n=1, min_outlets=2).fit(texts, outlets=outlets)
    assert features.get_feature_names_out().tolist() == ["قسد"]


def test_min_outlets_without_outlets_is_refused():
    with pytest.raises(CorpusError, match="outlet of every"):
        TfidfFeatures(min_outlets=2).fit(TEXTS)


@pytest.mark.parametrize("outlets", [["ألف", "باء"], ["ألف"] * 9, []])
def test_outlets_that_do_not_match_the_texts_are_refused(outlets):
    with pytest.raises(CorpusError, match="outlet"):
        TfidfFeatures(min_outlets=2).fit(TEXTS, outlets=outlets)


@pytest.mark.parametrize(
    "wrong",
    [
        {"analyzer": "letter"},
        {"analyzer": "char_wb"},
        {"min_n": 0},
        {"min_n": 3, "max_n": 2},
        {"max_n": 0},
        {"min_df": 0},
        {"min_df": 0.5},
        {"min_outlets": 0},
        {"max_features": -1},
    ],
    ids=str,
)
def test_an_option_out_of_its_range_is_refused(wrong):
    with pytest.raises(ConfigError, match="expected"):
        TfidfFeatures(**wrong).fit(TEXTS)


@every_analyzer
@pytest.mark.parametrize("texts", [[], [""], ["", " \n"]], ids=str)
def test_texts_without_a_word_are_refused(analyzer, texts):
    with pytest.raises(CorpusError, match="without a single word"):
        TfidfFeatures(analyzer).fit(texts)


def test_punctuation_is_no_word_but_shows_on_the_surface():
    with pytest.raises(CorpusError, match="without a single word"):
        TfidfFeatures().fit(["؟!"])
    surface = TfidfFeatures("surface", max_n=1).fit(["؟!"])
    assert surface.get_feature_names_out().tolist() == [" ", "!", "؟"]


def test_texts_too_short_for_the_shortest_n_gram_are_refused():
    with pytest.raises(CorpusError):
        TfidfFeatures(min_n=3, max_n=3).fit(["قسد مسد", "قسد"])


def test_a_min_df_that_leaves_nothing_is_refused_by_name():
    with pytest.raises(CorpusError, match="min_df=4"):
        TfidfFeatures(min_df=4).fit(TEXTS)


def test_the_same_corpus_gives_the_same_block():
    batch = tokenize(TEXTS, arabic_normalization())
    first, values = fit_tfidf(batch, TfidfOptions())
    second, again = fit_tfidf(batch, TfidfOptions())
    assert first.terms == second.terms
    assert first.idf.tobytes() == second.idf.tobytes()
    assert values.data.tobytes() == again.data.tobytes()


def test_values_take_the_memory_of_the_counts():
    batch = tokenize(TEXTS, arabic_normalization())
    block, expected = fit_tfidf(batch, TfidfOptions())
    counts = count_in_order(block.ngrams, batch)
    values = weigh_counts(counts, block.idf, sublinear=True)
    assert np.shares_memory(values.data, counts.data)
    assert values.data.tobytes() == expected.data.tobytes()


def test_texts_of_each_term_are_counted_a_few_counts_at_a_time(monkeypatch):
    monkeypatch.setattr(ngram_counts, "COUNTED_AT_ONCE", 4)
    dense = np.random.default_rng(2).poisson(0.5, (7, 5)).astype(np.int32)
    found = document_frequency(sparse.csr_array(dense))
    assert found.tolist() == (dense > 0).sum(axis=0).tolist()
    assert document_frequency(sparse.csr_array((2, 3), dtype=np.int32)).tolist() == [0, 0, 0]
