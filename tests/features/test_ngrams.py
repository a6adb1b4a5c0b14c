from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from stance.features import ngrams
from stance.features.ngrams import CharNgrams, WordNgrams, char_ngrams, type_counts
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.samples import arabic_words, corpora, unhurried

sizes = st.tuples(st.integers(1, 4), st.integers(0, 3)).map(lambda s: (s[0], s[0] + s[1]))


def split(text):
    return words(text, arabic_normalization())


def plain_ngrams(analyzer, text, min_n, max_n):
    if analyzer is CharNgrams:
        return [gram for word in split(text) for gram in char_ngrams(word, min_n, max_n)]
    found = split(text)
    return [
        " ".join(found[start : start + n])
        for n in range(min_n, max_n + 1)
        for start in range(len(found) - n + 1)
    ]


def as_counters(counts, terms):
    dense = counts.toarray()
    return [
        Counter({terms[column]: int(row[column]) for column in np.flatnonzero(row)})
        for row in dense
    ]


@unhurried
@given(word=arabic_words, size=sizes)
def test_character_n_grams_are_those_of_scikit_learn(word, size):
    theirs = CountVectorizer(analyzer="char_wb", ngram_range=size).build_analyzer()
    assert char_ngrams(word, *size) == theirs(word)


@pytest.mark.parametrize(
    ("word", "size", "expected"),
    [
        ("قسد", (1, 1), [" ", "ق", "س", "د", " "]),
        ("قسد", (5, 9), [" قسد "]),
        ("قسد", (6, 9), [" قسد "]),
        ("و", (2, 3), [" و", "و ", " و "]),
    ],
)
def test_the_edges_of_a_word_are_spaces(word, size, expected):
    assert char_ngrams(word, *size) == expected


def test_a_very_long_word_has_an_n_gram_at_every_place():
    assert len(char_ngrams("ا" * 50_000, 3, 4)) == 50_000 + 49_999


@pytest.mark.parametrize("analyzer", [WordNgrams, CharNgrams])
@unhurried
@given(texts=corpora, size=sizes)
def test_candidates_are_all_n_grams_with_their_counts(analyzer, texts, size):
    candidates = analyzer(*size).candidates(tokenize(texts, arabic_normalization()))
    terms = candidates.spell(list(range(candidates.counts.shape[1])))
    expected = [Counter(plain_ngrams(analyzer, text, *size)) for text in texts]
    assert len(set(terms)) == len(terms)
    assert set(terms) == set().union(*expected)
    assert as_counters(candidates.counts, terms) == expected


@pytest.mark.parametrize("analyzer", [WordNgrams, CharNgrams])
@unhurried
@given(texts=corpora, known=corpora, size=sizes, data=st.data())
def test_a_vocabulary_counts_its_own_terms_and_no_others(analyzer, texts, known, size, data):
    everything = sorted({g for text in known for g in plain_ngrams(analyzer, text, *size)})
    terms = sorted(data.draw(st.sets(st.sampled_from(everything)))) if everything else []
    counts = analyzer(*size).vocabulary(terms).count(tokenize(texts, arabic_normalization()))
    expected = [Counter(g for g in plain_ngrams(analyzer, t, *size) if g in terms) for t in texts]
    assert counts.shape == (len(texts), len(terms))
    assert as_counters(counts, terms) == expected


@pytest.mark.parametrize("analyzer", [WordNgrams, CharNgrams])
def test_a_vocabulary_may_count_again_and_again(analyzer):
    vocabulary = analyzer(2, 2).vocabulary(sorted([" ق", "قس", "قسد مسد", "مسد قسد"]))
    table = arabic_normalization()
    texts = ["قسد مسد قسد", "مسد", "قسد قسد مسد"]
    whole = vocabulary.count(tokenize(texts, table)).toarray()
    assert whole.sum() > 0
    rows = [vocabulary.count(tokenize([text], table)).toarray() for text in texts]
    np.testing.assert_array_equal(np.vstack(rows), whole)


def test_forgetting_words_changes_no_count(monkeypatch):
    texts = [["قسد مسد قسد", "اسد"], ["قسد", "حلب الرقة"], ["مسد حلب"]]
    batches = [tokenize(batch, arabic_normalization()) for batch in texts]
    terms = sorted({" ق", "سد", "سد ", "حل", "لب"})
    remembering = CharNgrams(2, 3).vocabulary(terms)
    expected = [remembering.count(batch).toarray() for batch in batches]
    monkeypatch.setattr(ngrams, "REMEMBERED_WORDS", 0)
    forgetful = CharNgrams(2, 3).vocabulary(terms)
    for batch, counts in zip(batches, expected, strict=True):
        np.testing.assert_array_equal(forgetful.count(batch).toarray(), counts)


@unhurried
@given(texts=corpora)
def test_type_counts_count_every_word_of_every_text(texts):
    batch = tokenize(texts, arabic_normalization())
    assert as_counters(type_counts(batch), batch.types) == [Counter(split(t)) for t in texts]


def test_n_grams_do_not_reach_into_the_next_text():
    batch = tokenize(["قسد", "مسد", "", "قسد مسد"], arabic_normalization())
    counts = WordNgrams(2, 2).candidates(batch).counts.toarray()
    assert counts.tolist() == [[0], [0], [0], [1]]
    known = WordNgrams(2, 2).vocabulary(["قسد مسد"]).count(batch).toarray()
    assert known.tolist() == [[0], [0], [0], [1]]
