import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.formats.formulas import escape_apostrophe, escape_formula, unescape_formula
from stance.formats.reading import read_articles

RUN = ["=1+1", "+قال", "-قال", "@sum(1)", "\t=1", "\r=1", "=HYPERLINK(1)", "'=1", "--", "+"]
PLAIN = ["", "5", "-5", "+3.5", "-1e-7", ".5", "قال: نعم", "'قول'", "a=b", " -", "٥"]


@pytest.mark.parametrize("text", RUN)
def test_what_a_spreadsheet_would_run_becomes_text_and_comes_back(text):
    assert escape_formula(text) == f"'{text}"
    assert unescape_formula(escape_formula(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_other_cells_and_numbers_stay_as_they_are(text):
    assert escape_formula(text) == text


@given(st.text(st.sampled_from("'=+-@\t\r1a ")))
def test_nothing_is_lost(text):
    assert unescape_formula(escape_formula(text)) == text
    assert unescape_formula(escape_apostrophe(text)) == text


def test_where_formulas_are_not_escaped_only_an_apostrophe_before_one_is_doubled():
    for text in (*RUN, *PLAIN):
        assert escape_apostrophe(text) == (f"'{text}" if text == "'=1" else text)


def test_reading_undoes_it(put):
    (article,) = read_articles([put("a.csv", "id,text,outlet\n'=1,'- قال الناطق,'@sana\n")])
    assert (article.id, article.text, article.outlet) == ("=1", "- قال الناطق", "@sana")
