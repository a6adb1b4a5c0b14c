from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from stance.features.ngrams import CharNgrams, WordNgrams, char_ngrams, type_counts
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from tests.features.oracle import plain_ngrams, split
from tests.samples import arabic_words, corpora, unhurried

sizes = st.tuples(st.integers(1, 4), st.integers(0, 3)).map(lambda s: (s[0], s[0] + s[1]))


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


@unhurried
@given(texts=corpora)
def test_type_counts_count_every_word_of_every_text(texts):
    batch = tokenize(texts, arabic_normalization())
    assert as_counters(type_counts(batch), batch.types) == [Counter(split(t)) for t in texts]


def test_n_grams_do_not_reach_into_the_next_text():
    batch = tokenize(["قسد", "مسد", "", "قسد مسد"], arabic_normalization())
    counts = WordNgrams(2, 2).candidates(batch).counts.toarray()
    assert counts.tolist() == [[0], [0], [0], [1]]
