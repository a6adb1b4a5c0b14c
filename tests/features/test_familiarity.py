from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.features import scoring
from stance.features.batches import InputBatch
from stance.features.familiarity import (
    arabic_words,
    count_terms,
    term_familiarity,
)
from stance.features.model_input import text_inputs
from stance.features.scoring import Scorer
from stance.features.stack import FeatureStack, ScaledBlock
from stance.features.tfidf import TfidfOptions, fit_tfidf
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.samples import SAMPLES, corpora, texts, unhurried

KNOWN = [
    "قوات قسد تدخل المدينة",
    "قوات الجيش تدخل المدينة في 2019",
    "قال المصدر إن YPG في المدينة",
    "بيان رقم 12",
]


INPUTS = text_inputs(KNOWN)


def stack_of(*options):
    table = arabic_normalization()
    batch = InputBatch(INPUTS, table, by_voice=False)
    blocks = []
    for option in options:
        block, _ = fit_tfidf(option.tokens_of(batch), option)
        blocks.append(ScaledBlock(option.analyzer, block, np.ones(len(block.terms), np.float32)))
    return FeatureStack(table, blocks)


def scorer_of(features, n_texts=4):
    weights = np.random.default_rng(2).normal(size=(features.n_features, 3)).astype(np.float32)
    block = features.word_block()
    known = n_texts is not None and block is not None
    values = term_familiarity(block, n_texts) if known else None
    return Scorer(features, weights, values, numbers_are_words=True)


@pytest.fixture(scope="module")
def features():
    return stack_of(TfidfOptions("char", min_n=2, max_n=3), TfidfOptions("word", max_n=2))


@pytest.fixture(scope="module")
def scorer(features):
    return scorer_of(features)


def plain_familiarity(text):
    """Count again, word by word, in how many of the known texts each stood."""
    table = arabic_normalization()
    known = [set(words(other, table)) for other in KNOWN]
    found = words(text, table)
    arabic = [word for word in found if any("\u0620" <= letter <= "\u06d3" for letter in word)]
    stood = [sum(word in other for other in known) for word in arabic]
    return sum(np.log1p(n) / np.log1p(len(known)) for n in stood) / max(len(found), 1)


def test_a_terms_familiarity_is_its_share_of_texts_on_a_log_scale(features):
    block = features.word_block()
    found = dict(zip(block.terms, term_familiarity(block, len(KNOWN)).tolist(), strict=True))
    assert found["المدينه"] == pytest.approx(np.log(4) / np.log(5))
    assert found["قسد"] == pytest.approx(np.log(2) / np.log(5))
    assert found["قوات قسد"] == found["2019"] == found["ypg"] == 0


def test_a_word_of_every_text_is_wholly_familiar():
    table = arabic_normalization()
    options = TfidfOptions("word", max_n=1)
    block, _ = fit_tfidf(tokenize(["قسد", "قسد لندن"], table), options)
    assert term_familiarity(block, 2).tolist() == [1.0, pytest.approx(np.log(2) / np.log(3))]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        *(("گروه", True), ("ﻻ", True), ("ڕۆژ", True), ("الـypg", True), ("و", True)),
        *(("ypg", False), ("٣", False), ("۳", False), ("ﷺ قال", False), ("\u064b", False)),
        *(("،؟", False), ("\u0640", False), ("", False), ("🙂", False), ("\ud800", False)),
    ],
)
def test_arabic_words_hold_an_arabic_letter_and_no_space(term, expected):
    assert arabic_words(["لندن", term, "أربيل"]).tolist() == [True, expected, True]


@pytest.mark.slow
@unhurried
@given(chosen=corpora | st.lists(texts, max_size=5) | st.lists(st.sampled_from(KNOWN)))
def test_a_texts_familiarity_is_the_mean_over_its_words(scorer, chosen):
    found = scorer.read(text_inputs(chosen)).evidence.scores
    assert found.shape == (len(chosen),)
    expected = [plain_familiarity(text) for text in chosen]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("text", ["", "؟!،", "لندن", "2019 ypg", "🙂"])
def test_nothing_known_is_not_familiar_at_all(scorer, text):
    assert scorer.read(text_inputs([text])).evidence.scores.tolist() == [0.0]


def test_an_unknown_word_halves_the_familiarity_of_one_known(scorer):
    alone, beside = scorer.read(text_inputs(["المدينة", "المدينة Geneva"])).evidence.scores
    assert beside == alone / 2 > 0


@pytest.mark.slow
def test_familiarity_depends_on_nothing_but_the_text(features, scorer, monkeypatch):
    chosen = text_inputs([*(text[:2_000] for text in SAMPLES.values()), *KNOWN] * 3)
    expected = scorer.read(chosen).evidence.scores
    apart = [
        scorer_of(features).read([one]).evidence.scores[0] for one in chosen[: len(SAMPLES) + 4]
    ]
    np.testing.assert_array_equal(apart, expected[: len(apart)])
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(scorer.read, [chosen] * 16):
            np.testing.assert_array_equal(found.evidence.scores, expected)
    monkeypatch.setattr(scoring, "CACHED_WORDS", 0)
    for _ in range(2):
        np.testing.assert_array_equal(scorer.read(chosen).evidence.scores, expected)


def test_numbers_count_only_where_they_are_asked_to(features, monkeypatch):
    block = features.word_block()
    weights = np.zeros((features.n_features, 2), dtype=np.float32)
    values = term_familiarity(block, len(KNOWN))
    scorer = Scorer(features, weights, values)
    chosen = text_inputs(["المدينة 12", "المدينة", "12 2019", "", *KNOWN])
    found = scorer.read(chosen).evidence
    assert found.n_words.tolist() == [1, 1, 0, 0, 4, 5, 6, 2]
    assert found.scores[0] == found.scores[1] > found.scores[2] == found.scores[3] == 0
    with_numbers = scorer_of(features).read(chosen).evidence
    assert with_numbers.n_words.tolist() == [2, 1, 2, 0, 4, 6, 6, 3]
    assert with_numbers.scores[0] == found.scores[0] / 2
    monkeypatch.setattr(scoring, "CACHED_WORDS", 0)
    for _ in range(2):
        for one, other in zip(scorer.read(chosen).evidence, found, strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_share_of_known_words_is_told_of_texts_in_unusual_letters(scorer):
    texts = ["قوات المدينة گروه", "قوات المدينة لندن", "المدینة قوات"]
    found = scorer.read(text_inputs(texts)).evidence
    assert found.known_share.tolist() == [pytest.approx(2 / 3), 1.0, 1.0]
    assert found.is_foreign.tolist() == [False, False, False]


def test_a_pickled_scorer_tells_the_same(scorer):
    import pickle

    again = pickle.loads(pickle.dumps(scorer))
    for one, other in zip(again.read(INPUTS).evidence, scorer.read(INPUTS).evidence, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "options",
    [
        TfidfOptions("char", min_n=2, max_n=3),
        TfidfOptions("surface", min_n=2, max_n=3),
        TfidfOptions("word", min_n=2, max_n=2),
    ],
    ids=["char", "surface", "pairs of words"],
)
def test_features_without_single_words_tell_nothing(options):
    features = stack_of(options)
    assert features.word_block() is None
    assert scorer_of(features).read(INPUTS).evidence is None


def test_without_the_number_of_texts_nothing_is_told(features):
    assert scorer_of(features, n_texts=None).read(INPUTS).evidence is None


def test_terms_are_counted_as_the_matrix_has_them(features):
    block = features.word_block()
    counts, n_words = count_terms(block, tokenize([*KNOWN, "", "لندن قسد قسد"], features.table))
    assert n_words.tolist() == [4, 6, 6, 3, 0, 3]
    row = dict(zip(block.terms, counts[[5]].toarray().ravel().tolist(), strict=True))
    assert {term: n for term, n in row.items() if n} == {"قسد": 2}
