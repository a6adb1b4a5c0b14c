"""A highlight divides no letter from its marks, and no lam from its alef."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text.letter_clusters import ALEFS, LAMS, whole_clusters
from tests.samples import articles, texts, unhurried


@pytest.mark.parametrize(
    ("text", "marked", "shown"),
    [
        ("السلام", "السل", "السلا"),
        ("السلام", "ام", "لام"),
        ("سلَّاح", "سل", "سلَّا"),
        ("كَتَبَ", "كَت", "كَتَ"),
        ("كَتَبَ", "َتَ", "كَتَ"),
        ("لأنه", "أنه", "لأنه"),
        ("بالقلم", "بال", "بال"),
        ("قالت", "قا", "قا"),
        ("مادة", "ا", "ا"),
        ("👨\u200d👩", "👨", "👨\u200d👩"),
        ("اب", "ا", "ا"),
    ],
)
def test_a_place_is_extended_to_whole_clusters(text, marked, shown):
    start = text.index(marked)
    assert text[slice(*whole_clusters(text, start, start + len(marked)))] == shown


@unhurried
@given(texts | articles | st.text(st.sampled_from("لاأـسَّ\u200d ")), st.data())
def test_no_border_divides_a_cluster_and_nothing_more_is_marked(text, data):
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = whole_clusters(text, start, end)
    assert first <= start < end <= last
    for border in (first, last):
        if 0 < border < len(text):
            assert unicodedata.category(text[border])[0] != "M"
            assert not (text[border - 1] in LAMS and text[border] in ALEFS)
    assert whole_clusters(text, first, last) == (first, last)
