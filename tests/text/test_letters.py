"""Letters typed on other keyboards and marks of every kind make the words that Arabic has."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text.letters import (
    FIRST,
    LETTER_FORMS,
    LETTERS_KEPT,
    MERGING_MARKS,
    QURANIC_MARKS,
    first_replacements,
)
from stance.text.normalization import NormalizationProfile, arabic_normalization
from stance.text.tokenization import locate_words, words
from tests.samples import ARABIC_LETTERS, unhurried

PLAIN = "أعلنت القوات في كوباني أن مياه القرية آمنة، وهي تؤكد شؤون الأهالي إلى مساء اليوم."
MARKS = "".join(
    chr(point)
    for first, last in [
        (0x610, 0x61A),
        (0x64B, 0x652),
        (0x656, 0x65F),
        (0x670, 0x670),
        (0x6D6, 0x6DC),
        (0x6DF, 0x6E8),
        (0x6EA, 0x6ED),
        (0x8CA, 0x8E1),
        (0x8E3, 0x8FF),
        (0x34F, 0x34F),
        (0xFC5E, 0xFC63),
        (0xFCF2, 0xFCF4),
        (0xFE70, 0xFE72),
        (0xFE76, 0xFE7F),
    ]
    for point in range(first, last + 1)
)


def normalised(text):
    return words(text, arabic_normalization())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("سوریا الدیمقراطیة", "سوريا الديمقراطية"),
        ("کوبانی", "كوباني"),
        ("إلی علی مصطفی", "إلى على مصطفى"),
        ("القریە والمدینه", "القرية والمدينة"),
        ("ھجوم ہجوم ەجوم", "هجوم هجوم هجوم"),
        ("القاہرۃ", "القاهرة"),
        ("فے مسئول شیۓ", "في مسئول شيئ"),
        ("ڪرڪوك", "كركوك"),
        ("ٲعلن ٳدلب ٵعلن مٶتمر مسٸول", "أعلن إدلب أعلن مؤتمر مسئول"),
        ("\u06cc\u0654س \u06d5\u0654", "ئس ه"),
        ("ﯾﻮﻡ ﮐﻮﺑﺎﻧﯽ ﮨﺠﻮﻡ ﮬﺠﻮﻡ", "يوم كوباني هجوم هجوم"),
        ("ڢي ڧال", "في قال"),
        ("\u0870نت\u0871", "انتا"),
    ],
    ids=ascii,
)
def test_words_typed_on_other_keyboards_are_the_arabic_ones(typed, meant):
    assert normalised(typed) == normalised(meant)


@pytest.mark.parametrize("letter", LETTERS_KEPT)
def test_letters_of_other_sounds_stay(letter):
    assert normalised(f"سا{letter}با") == [f"سا{letter}با"]
    assert LETTERS_KEPT[letter]


def test_letters_stay_where_the_step_is_left_out():
    kept = arabic_normalization(NormalizationProfile(letter_forms=False))
    assert words("کوبانی ﯽ ھە", kept) == ["کوبانی", "ی", "ھە"]


@pytest.mark.parametrize("mark", [*MARKS, "\u0653", "\u0654", "\u0655"], ids=ascii)
def test_a_mark_neither_splits_nor_changes_a_word(mark):
    for base in "بتو":
        assert normalised(f"ك{base}{mark}ب سلام") == normalised(f"ك{base}ب سلام") or (
            base == "و" and mark == "\u0654"
        )
    assert normalised(f"{mark} سلام{mark}") == ["سلام"]


@unhurried
@given(st.lists(st.sampled_from(["", "", *MARKS]), min_size=len(PLAIN), max_size=len(PLAIN)))
def test_a_text_is_the_same_with_any_marks_between_its_letters(marks):
    marked = "".join(c + mark if c.isalpha() else c for c, mark in zip(PLAIN, marks, strict=True))
    assert normalised(marked) == normalised(PLAIN)
    found = locate_words(marked, arabic_normalization())
    assert [word.text for word in found] == normalised(PLAIN)


@unhurried
@given(st.text(st.sampled_from(MARKS), max_size=4))
def test_a_hamza_finds_its_letter_across_marks(marks):
    for composed in "آأؤإئ":
        base, hamza = unicodedata.normalize("NFD", composed)
        table = arabic_normalization(NormalizationProfile(alef=False))
        assert words(f"ب{base}{marks}{hamza}س", table) == [f"ب{composed}س"]


def test_a_verse_ends_between_words():
    assert normalised("العالمين\u06dd١ الرحمن\u06e9\u06deملك") == [
        *("العالمين", "1", "الرحمن", "ملك")
    ]


def test_each_deviation_is_listed_once_with_its_reason():
    listed = "".join(d.letters for d in (*FIRST, MERGING_MARKS))
    assert len(listed) == len(set(listed))
    assert not set(listed) & {*LETTERS_KEPT, *ARABIC_LETTERS}
    steps = set(NormalizationProfile.__slots__)
    for deviation in (*FIRST, MERGING_MARKS):
        assert deviation.reason
        assert deviation.step in steps


def test_what_a_form_becomes_is_a_letter_of_arabic():
    assert {d.becomes for d in LETTER_FORMS} <= set(ARABIC_LETTERS)
    assert {d.becomes for d in QURANIC_MARKS} == {""}


def test_steps_are_independent():
    names = ["letter_forms", "diacritics", "invisible", "compatibility"]
    alone = [set(first_replacements({name})) for name in names]
    assert not any(a & b for a, b in itertools.combinations(alone, 2))
    assert set.union(*alone) <= set(first_replacements(set(names)))
