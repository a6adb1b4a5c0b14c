"""The words of many texts are found at once, where one text at a time has them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.explanation.places import PublishedText
from stance.explanation.spans import SpanFinder
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from tests.samples import SAMPLES, articles, texts, unhurried

TABLE = arabic_normalization()


def assert_found(some, *, by_voice):
    published = [PublishedText(Article("1", text), text, TABLE, title=False) for text in some]
    lengths = tokenize(some, TABLE, by_voice=by_voice).lengths
    starts, ends = SpanFinder(TABLE, by_voice=by_voice).find(published, lengths)
    expected = [
        span
        for one, n in zip(published, lengths.tolist(), strict=True)
        for span in one.words(n, by_voice=by_voice)
    ]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == expected


@unhurried
@given(st.lists(texts | articles, max_size=5), st.booleans())
def test_words_of_drawn_texts_are_found(some, by_voice):
    assert_found(some, by_voice=by_voice)


def test_words_of_odd_texts_are_found_between_plain_ones():
    some = [text for sample in SAMPLES.values() for text in ("قَسَد", sample, "ًسد", "")]
    assert_found(some, by_voice=False)
    assert_found(some, by_voice=True)
    assert_found(["", "؟!"], by_voice=True)


def test_a_code_point_that_was_met_is_known(monkeypatch):
    finder = SpanFinder(TABLE, by_voice=False)
    one = [PublishedText(Article("1", "قسد"), "قسد", TABLE, title=False)]
    first = finder.find(one, np.array([1]))
    monkeypatch.setattr(finder, "_table", None)
    np.testing.assert_array_equal(finder.find(one, np.array([1])).ends, first.ends)
