"""Words read by compiled loops are those of plain Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.shingles import stream_words as plain_stream
from stance.description.word_streams import stream_words
from tests.samples import SAMPLES, articles, unhurried


def check(texts):
    found, expected = stream_words(iter(texts)), plain_stream(texts)
    np.testing.assert_array_equal(found.starts, expected.starts)
    np.testing.assert_array_equal(found.words, expected.words)


def test_every_sample():
    check(list(SAMPLES.values()))
    check([])


@unhurried
@given(texts=st.lists(articles, max_size=4))
def test_any_texts(texts):
    check(texts)
