import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stance.features.units import PADDING, code_points, code_units
from tests.samples import corpora, texts

any_texts = st.lists(texts, max_size=6) | corpora


@given(texts)
def test_code_points_are_those_of_the_text(text):
    units, offsets = code_points([text, text])
    assert units.tolist() == [ord(letter) for letter in text] * 2
    assert offsets.tolist() == [0, len(text), 2 * len(text)]
    assert units.dtype == np.int32


@given(any_texts)
def test_code_units_are_utf_16_where_it_has_a_word_for_every_letter(chosen):
    units, offsets = code_units(chosen)[:2]
    if any(0xD800 <= ord(letter) < 0xE000 for text in chosen for letter in text):
        assert units.dtype == np.int32
        assert units.tolist() == [ord(letter) for text in chosen for letter in text]
        return
    bounds = itertools.pairwise(offsets)
    assert [units[a:b].tobytes().decode("utf-16-le") for a, b in bounds] == chosen
    assert len(units) == offsets[-1] + len(PADDING)
