"""Lines keep names where they are, and hold no more controls than that takes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.reporting.figures.texts import LEFT_TO_RIGHT, MARKS, isolated, length, lines
from stance.reporting.html.page import Listed, Name, Number, phrase
from stance.reporting.html.strings import LANGUAGES, table
from stance.reporting.phrases import END_ISOLATE, ISOLATE

NAMES = ("pro_sdf", "عنب بلدي (سوريا)", "5-10 قتلى", "a\u2069\u2067b", "$x$", "")
words = st.text(st.sampled_from("ab1 (!\u0628\u064e\u2066\u2069\u202b"), max_size=40)


def is_paired(line):
    depth = 0
    for letter in line:
        depth += (letter in {ISOLATE, LEFT_TO_RIGHT}) - (letter == END_ISOLATE)
        assert depth >= 0
    return depth == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_sentence_is_isolated(name):
    said = isolated(phrase("slices.chart", field=Name(name)), "ar")
    kept = name.replace("\u2069", "").replace("\u2067", "")
    assert f"{ISOLATE}{kept}{END_ISOLATE}" in said
    assert f"{LEFT_TO_RIGHT}95\u00a0%{END_ISOLATE}" in said
    assert is_paired(said)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_alone_has_its_own_direction_and_no_controls(name):
    said = lines(Name(name), "ar", 40)
    assert not any(unicodedata.category(letter) == "Cf" for letter in said)


def test_a_number_alone_has_no_controls():
    assert lines(Number("63 %"), "ar", 40) == "63 %"


def test_a_latin_word_between_arabic_words_needs_no_isolate():
    assert lines(phrase("macro_f1"), "ar", 40) == table()["macro_f1"]["ar"]
    # Without an isolate the two would be one Latin run.
    said = isolated(phrase("comparison.a"), "ar")
    assert f"({LEFT_TO_RIGHT}A{END_ISOLATE})" in said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", phrase("slices.chart", field=Name("year"))),
        ("en", Listed((Name("amal"), Name("nour (b)")))),
        ("ar", Listed((Name("عنب بلدي"), Name("نور (سوريا)")))),
    ],
)
def test_isolates_that_change_nothing_are_left_out(language, text):
    assert not any(unicodedata.category(letter) == "Cf" for letter in lines(text, language, 60))


def test_a_sentence_that_begins_with_a_name_has_its_own_direction():
    names = Listed((Name("نور"), Name("huda")))
    assert lines(names, "en", 40).startswith(MARKS["ltr"])
    assert lines(Listed((Name("huda"), Name("نور"))), "ar", 40).startswith(MARKS["rtl"])
    assert lines(Listed((Name("huda"), Name("amal"))), "ar", 40).startswith(MARKS["rtl"])
    assert not lines(phrase("scores.chart"), "ar", 40).startswith(MARKS["rtl"])


@given(words, st.sampled_from(LANGUAGES), st.integers(4, 20))
def test_lines_are_short_and_isolates_end_with_them(name, language, width):
    for text in (Name(name), Listed((Name(name), Number("5"), Name("x")))):
        for line in lines(text, language, width, 99).split("\n"):
            assert length(line) <= width
            assert is_paired(line)


def test_a_long_word_keeps_its_ends_and_more_lines_are_cut():
    assert lines(Name("models/of/the/year/final"), "en", 11) == "model…final"
    assert lines(Name("one two three four"), "en", 5, 2) == "one\ntwo…"
