"""One form in which labels, outlets, annotators and ids are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.keys import Spellings, aligned, by_canonical, canonical, tidy, whole

MARKS = "\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2069\ufeff"
LETTERS = "ابتثيىئءؤأإآهةکیەہۀ\u064e\u0653\u0654eé\u0301\u0327 \u00a0\u2003\t\n1.0TrueFALSE+-#"
TEXT = st.text() | st.text(alphabet=LETTERS + MARKS, max_size=12)


@given(TEXT)
def test_the_form_of_a_form_is_itself(value):
    assert canonical(canonical(value)) == canonical(value)
    assert tidy(tidy(value)) == tidy(value)
    assert whole(whole(value)) == whole(value)


@given(TEXT)
def test_how_a_value_was_composed_makes_no_difference(value):
    assert canonical(unicodedata.normalize("NFD", value)) == canonical(value)
    assert canonical(tidy(value)) == canonical(value)


@given(TEXT, st.sampled_from(MARKS), st.integers(0, 12))
def test_a_mark_that_nobody_sees_makes_no_difference(value, mark, place):
    assert canonical(value[:place] + mark + value[place:]) == canonical(value)


@given(TEXT)
def test_blanks_around_a_value_make_no_difference(value):
    assert canonical(f"\u00a0 {value}\t\r\n") == canonical(value)


def test_a_mark_between_a_letter_and_its_accent_is_removed_before_they_are_composed():
    assert tidy("caf e\u200d\u0301") == "caf \u00e9"
    assert canonical("ي\u200f\u0654") == canonical("ئ")


@pytest.mark.parametrize(
    "spelling",
    ["gov", "gov ", " gov", "gov\u00a0", "gov\u200f", "\ufeffgov", "\u202bgov\u202c", "g\u200dov"],
)
def test_spellings_of_a_label(spelling):
    assert canonical(spelling) == "gov"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مؤيد", unicodedata.normalize("NFD", "مؤيد")),
        ("وكالة  الأنباء", "وكالة\u00a0الأنباء"),
        ("تشرين", "تشرین"),
        ("كردستان", "کردستان"),
        ("روناهي", "روناهی"),
        ("هيئة", "ھیئة"),
        ("شؤون ئازاد", "شؤون ی\u0654ازاد"),
        ("1", "1.0"),
        ("17", "17.000"),
        ("-1", "-1.0"),
        ("true", "True"),
        ("false", "FALSE"),
    ],
)
def test_values_that_are_one(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SANA", "Sana"),
        ("gov", "govt"),
        ("1", "1.5"),
        ("1", "01"),
        ("1", "1."),
        ("١", "1"),
        ("علي", "على"),
        ("مدرسة", "مدرسه"),
        ("أحمد", "احمد"),
        ("tRUE", "true"),
        ("pro gov", "progov"),
    ],
)
def test_values_that_are_two(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("value", ["", " ", "\u200f", "\ufeff\u00a0"])
def test_nothing_to_be_seen_is_nothing(value):
    assert canonical(value) == ""


def test_whole_numbers_are_of_one_writing():
    assert whole("١٧.0") == "١٧.0"  # digits of another writing stay as published
    assert whole("00123") == "00123"
    assert whole("+17.0") == "+17"


def test_spellings_are_counted_and_the_most_frequent_is_shown():
    found = Spellings.of(
        ["سانا", "سانا ", "سانا\u200f", "سانا ", None, "", "\u200f", "SANA", "Sana"]
    )
    assert found.display() == {"سانا": "سانا", "SANA": "SANA", "Sana": "Sana"}
    (merged,) = found.merged()
    assert merged == {"سانا": 1, "سانا ": 2, "سانا\u200f": 1}
    assert found.differing_in_case() == [("SANA", "Sana")]
    assert Spellings.of(["روناهی", "روناهي", "روناهی"]).display() == {"روناهي": "روناهی"}


def test_among_equals_the_first_in_order_is_shown():
    assert (
        Spellings.of(["1.0", "1"]).display() == Spellings.of(["1", "1.0"]).display() == {"1": "1"}
    )


def test_a_value_takes_the_spelling_that_is_known():
    known = by_canonical(["تشرین", "تشرين", "SANA"])
    assert known == {"تشرين": "تشرین", "SANA": "SANA"}
    assert aligned(" تشرين", known) == "تشرین"
    assert aligned("sana ", known) == "sana"
