import numpy as np
from hypothesis import given

from stance.features.numbers import NumberCounter, without_numbers
from stance.features.tokens import tokenize
from stance.features.units import code_points
from stance.features.word_reading import Tokens
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.samples import corpora

TEXTS = ["مقتل 12 في 2019", "", "12 ٣٤ ۵۶", "قسد كوفيد19 a1"]
DIGITS = frozenset("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")


def batch_of(texts):
    return tokenize(texts, arabic_normalization())


def test_numbers_are_words_of_digits_only():
    batch, counter = batch_of(TEXTS), NumberCounter(room=1)
    tokens = Tokens(batch.tokens.view(np.uint32), batch.offsets)
    for _ in range(2):
        counter.learn(code_points(batch.types), len(batch.types))
        assert counter.count(tokens).tolist() == [2, 0, 3, 0]
        counter.forget()


@given(corpora)
def test_without_numbers_the_other_words_stay(texts):
    left = without_numbers(batch_of(texts))
    table = arabic_normalization()
    for n, text in enumerate(texts):
        own = left.tokens[left.offsets[n] : left.offsets[n + 1]]
        expected = [word for word in words(text, table) if not set(word) <= DIGITS]
        assert [left.types[token] for token in own] == expected
