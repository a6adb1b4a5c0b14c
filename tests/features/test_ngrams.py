import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from stance.features.ngrams import char_ngrams
from tests.samples import arabic_words, unhurried

sizes = st.tuples(st.integers(1, 4), st.integers(0, 3)).map(lambda s: (s[0], s[0] + s[1]))


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
