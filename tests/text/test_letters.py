"""Letters typed on other keyboards and marks of every kind make the words that Arabic has."""

import itertools
import re
import unicodedata

import pytest
from camel_tools.utils.charmap import CharMapper
from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import normalize_unicode
from hypothesis import given
from hypothesis import strategies as st

from stance.text.letters import (
    FIRST,
    FOREIGN_SOUNDS,
    LETTER_FORMS,
    LETTERS_KEPT,
    MERGING_MARKS,
    QURANIC_MARKS,
    SIGNS_BETWEEN_WORDS,
    first_replacements,
)
from stance.text.normalization import NormalizationProfile, arabic_normalization, camel_steps
from stance.text.tokenization import locate_words, words
from tests.conftest import ROOT
from tests.samples import ARABIC_LETTERS, ARABIC_MARKS, SHORT_VOWELS, unhurried

PLAIN = "أعلنت القوات في كوباني أن مياه القرية آمنة، وهي تؤكد شؤون الأهالي إلى مساء اليوم."
COMPOSING = "\u0653\u0654\u0655"
FORMS_OF_MARKS = "".join(
    chr(point)
    for first, last in [(0xFC5E, 0xFC63), (0xFCF2, 0xFCF4), (0xFE70, 0xFE72), (0xFE76, 0xFE7F)]
    for point in range(first, last + 1)
)
MARKS = SHORT_VOWELS + "".join(sorted(set(ARABIC_MARKS) - set(COMPOSING))) + FORMS_OF_MARKS

# The ranges of Unicode in which every code point has a decision.
DECIDED = [
    chr(point)
    for first, last in [(0x610, 0x61A), (0x653, 0x65F), (0x6D6, 0x6ED), (0x8D3, 0x8FF)]
    for point in range(first, last + 1)
] + ["\u034f"]

# Letters of Persian and Kurdish keyboards, and what becomes of each.
LETTERS = {
    "ی": "ي",
    "ک": "ك",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ڤ": "ف",
    "پ": "ب",
    "ێ": "ێ",
    "ۆ": "ۆ",
    "ڕ": "ڕ",
    "ڵ": "ڵ",
    "گ": "گ",
    "چ": "چ",
    "ژ": "ژ",
}
LETTERS_OF_THE_DOCS = re.compile(
    r"^\| (\S) \| U\+([0-9A-F]{4}) \| .* \| (\S|stays) \| .+ \|$", re.MULTILINE
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


@pytest.mark.parametrize(("letter", "becomes"), LETTERS.items())
def test_each_letter_of_other_keyboards_has_its_decision(letter, becomes):
    assert normalised(f"سا{letter}با سا{letter} {letter}") == [
        f"سا{becomes}با",
        f"سا{becomes}",
        becomes,
    ]
    assert (letter in LETTERS_KEPT) == (letter == becomes)


def test_the_docs_tell_the_decisions_of_letters():
    told = LETTERS_OF_THE_DOCS.findall((ROOT / "docs" / "letters.md").read_text("utf-8"))
    decided = {
        letter: form.becomes for form in (*LETTER_FORMS, *FOREIGN_SOUNDS) for letter in form.letters
    }
    shown = {letter: letter if becomes == "stays" else becomes for letter, _, becomes in told}
    assert len(shown) == len(told)
    assert LETTERS.keys() | LETTERS_KEPT.keys() <= shown.keys()
    for letter, point, _ in told:
        assert ord(letter) == int(point, 16)
        assert decided.get(letter, letter) == shown[letter]


@pytest.mark.parametrize("letter", LETTERS_KEPT)
def test_letters_of_other_sounds_stay(letter):
    assert normalised(f"سا{letter}با") == [f"سا{letter}با"]
    assert LETTERS_KEPT[letter]


@pytest.mark.slow
def test_letters_stay_where_the_step_is_left_out():
    kept = arabic_normalization(NormalizationProfile(letter_forms=False))
    assert words("کوبانی ﯽ ھە", kept) == ["کوبانی", "ی", "ھە"]


def test_each_code_point_of_the_ranges_is_a_mark_or_a_sign_between_words():
    assert set(DECIDED) == (set(ARABIC_MARKS) | set(SIGNS_BETWEEN_WORDS)) & set(DECIDED)
    assert not set(ARABIC_MARKS) & set(SIGNS_BETWEEN_WORDS)
    signs = {sign for sign in DECIDED if unicodedata.category(sign) in {"Cf", "So"}}
    assert signs == set(SIGNS_BETWEEN_WORDS)


@pytest.mark.parametrize("mark", [*MARKS, *COMPOSING], ids=ascii)
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


@pytest.mark.parametrize("sign", SIGNS_BETWEEN_WORDS, ids=ascii)
def test_a_sign_between_words_ends_a_word(sign):
    assert normalised(f"سلام{sign}١ قال{sign}") == ["سلام", "1", "قال"]
    assert SIGNS_BETWEEN_WORDS[sign]


def test_a_verse_ends_between_words():
    assert normalised("العالمين\u06dd١ الرحمن\u06e9\u06deملك") == [
        *("العالمين", "1", "الرحمن", "ملك")
    ]


def test_each_deviation_is_listed_once_with_its_reason():
    listed = "".join(d.letters for d in (*FIRST, MERGING_MARKS)) + "".join(SIGNS_BETWEEN_WORDS)
    assert len(listed) == len(set(listed))
    assert not set(listed) & {*LETTERS_KEPT, *ARABIC_LETTERS}
    steps = set(NormalizationProfile.__slots__)
    for deviation in (*FIRST, MERGING_MARKS):
        assert deviation.reason
        assert deviation.step in steps


def test_what_a_form_becomes_is_a_letter_of_arabic():
    assert {d.becomes for d in (*LETTER_FORMS, *FOREIGN_SOUNDS)} <= set(ARABIC_LETTERS)
    assert {d.becomes for d in QURANIC_MARKS} == {""}


def test_steps_are_independent():
    names = ["letter_forms", "diacritics", "invisible", "compatibility"]
    alone = [set(first_replacements({name})) for name in names]
    assert not any(a & b for a, b in itertools.combinations(alone, 2))
    assert set.union(*alone) <= set(first_replacements(set(names)))


@pytest.mark.parametrize("mark", ARABIC_MARKS, ids=ascii)
def test_dediac_keeps_the_marks_that_this_project_removes(mark):
    assert dediac_ar(f"قس{mark}د") == f"قس{mark}د"
    assert all(dediac_ar(f"قس{vowel}د") == "قسد" for vowel in SHORT_VOWELS)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_functions_of_camel_tools_do_not_know_letters_of_other_keyboards(letter):
    text = f"سا{letter}با"
    for step in camel_steps(NormalizationProfile()):
        assert step(text) == text


def test_arclean_is_wrong_where_this_project_is_not():
    clean = CharMapper.builtin_mapper("arclean").map_string
    decomposed = unicodedata.normalize("NFD", "مؤتمر")
    wrong = {"سوریا": "سورىا", "المدینە": "المدىن", "ﷺ": "", decomposed: "موتمر"}
    assert {text: clean(text) for text in wrong} == wrong
    meant = ["سوريا", "المدينه", "صلي", "الله", "عليه", "وسلم", "مؤتمر"]
    assert normalised(" ".join(wrong)) == meant


@pytest.mark.parametrize("between", ["\u034f", "\u06d6", "\u06e5"], ids=ascii)
def test_nfkc_alone_loses_a_hamza_behind_a_mark(between):
    text = f"م\u0648{between}\u0654تمر"
    assert "ؤ" not in normalize_unicode(text)
    assert normalised(text) == ["مؤتمر"]


def test_nfkc_alone_splits_a_word_at_the_form_of_a_mark():
    assert len(normalize_unicode("مد\ufc60رس").split()) == 2
    assert normalised("مد\ufc60رس") == ["مدرس"]
