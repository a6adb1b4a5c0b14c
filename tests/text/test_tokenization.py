import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.text.normalization import NormalizationProfile, arabic_normalization
from stance.text.tokenization import locate_words, surface_words, words
from tests.samples import (
    ARABIC_LETTERS,
    SHORT_VOWELS,
    arabic_words,
    every_sample,
    texts,
    unhurried,
)

AS_WRITTEN = NormalizationProfile(compatibility=False, diacritics=False, tatweel=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\u3000", []),
        ("«»،؛؟!...", []),
        ("أعلنت «قسد» السيطرة.", ["اعلنت", "قسد", "السيطره"]),
        ("وَصَلَ الوَفْدُ", ["وصل", "الوفد"]),
        ("قـــوات ســـوريا", ["قوات", "سوريا"]),
        ("ﻗﺎﻝ ﷺ، ﻻ", ["قال", "صلي", "الله", "عليه", "وسلم", "لا"]),
        ("السورى فى القاهرة", ["السوري", "في", "القاهره"]),
        ("گروه‌های کُرد ۲۵", ["گروههاي", "كرد", "25"]),
        ("الـSDF/YPG 2-أيار", ["الsdf", "ypg", "2", "ايار"]),
        ("الهدنة🕊صامدة 🇸🇾👍🏽", ["الهدنه", "صامده"]),
        ("\u202bبيان\u202c\u200f(12)", ["بيان", "12"]),
        ("قسد\ud83dمسد\udc00", ["قسد", "مسد"]),
        ("سطر\u2028سطر\x00\x1cبقية\u00a0نهاية", ["سطر", "سطر", "بقيه", "نهايه"]),
        ("don’t @user_name #وسم_طويل", ["don", "t", "user", "name", "وسم", "طويل"]),
    ],
    ids=ascii,
)
def test_words_are_runs_of_letters_digits_and_marks(text, expected):
    assert words(text, arabic_normalization()) == expected


@pytest.mark.parametrize("text", ["❤\ufe0f قسد ☎\ufe0e", "🕊\ufe0fقسد", "قسد\ufe0f"], ids=ascii)
def test_a_variation_selector_makes_no_word_and_no_other_word(text):
    assert words(text, arabic_normalization()) == ["قسد"]


def test_a_very_long_word_stays_one_word():
    long = "استقلالية" * 20_000
    assert words(f"في {long} أمس", arabic_normalization())[1] == "استقلاليه" * 20_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("أعلنت «قَسَد»،\nالسيطرةَ.", ["أعلنت", "«قَسَد»،", "السيطرةَ."]),
        ("ﻻ ﷺ  قـــسد\u00a0SDF", ["ﻻ", "ﷺ", "قـــسد", "SDF"]),
        ("\u202bبيان\u202c 🕊\ufe0f", ["\u202bبيان\u202c", "🕊\ufe0f"]),
        ("نص\ud83d \udc00", ["نص\ufffd", "\ufffd"]),
    ],
    ids=ascii,
)
def test_surface_words_are_as_published(text, expected):
    assert surface_words(text) == expected


@unhurried
@given(text=texts)
def test_surface_words_lose_nothing_but_white_space_and_fit_in_a_file(text):
    found = surface_words(text)
    "".join(found).encode()
    assert len("".join(found)) == len("".join(text.split()))


@unhurried
@given(text=texts)
def test_words_hold_nothing_but_letters_digits_and_marks(text):
    found = words(text, arabic_normalization())
    assert all(found)
    assert {unicodedata.category(c)[0] for c in "".join(found)} <= set("LNM")


@unhurried
@given(text=texts)
def test_words_are_those_of_the_normalised_text(text):
    table = arabic_normalization()
    separated = "".join(
        c if unicodedata.category(c)[0] in "LNM" else " " for c in table.apply(text)
    )
    assert words(text, table) == separated.split()


def check_places(text, table):
    located = locate_words(text, table)
    assert [word.text for word in located] == words(text, table)
    for word in located:
        assert 0 <= word.start < word.end <= len(text)
        # A character that becomes several words, like ﷺ, is the place of each of them.
        assert word.text in words(text[word.start : word.end], table)


@pytest.mark.slow
@every_sample
def test_located_words_of_samples_stand_where_they_are_said_to(text):
    check_places(text, arabic_normalization())
    check_places(text, arabic_normalization(AS_WRITTEN))


@unhurried
@given(text=texts)
def test_located_words_are_the_words_and_stand_where_they_are_said_to(text):
    check_places(text, arabic_normalization())
    check_places(text, arabic_normalization(AS_WRITTEN))


def test_located_words_of_real_articles_stand_where_they_are_said_to(real_articles):
    for path in real_articles:
        check_places(path.read_text("utf-8"), arabic_normalization())


marked_words = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(ARABIC_LETTERS),
            st.text(st.sampled_from(SHORT_VOWELS + "\u0653\u0654\u0655\u0640\u200c"), max_size=3),
        ),
        min_size=1,
        max_size=6,
    ),
    max_size=6,
)


@unhurried
@given(letters=marked_words, separator=st.sampled_from([" ", "، ", "-", "\n", "» «"]))
def test_normalising_the_place_of_a_word_gives_the_word(letters, separator):
    table = arabic_normalization()
    originals = ["".join(letter + marks for letter, marks in word) for word in letters]
    text = separator.join(originals)
    located = locate_words(text, table)
    assert [text[word.start : word.end] for word in located] == originals
    assert [table.apply(original) for original in originals] == [word.text for word in located]


@pytest.mark.slow
@pytest.mark.parametrize("diacritics", [True, False])
@unhurried
@given(plain=st.lists(arabic_words, max_size=8), data=st.data())
def test_diacritics_never_split_a_word(diacritics, plain, data):
    table = arabic_normalization(NormalizationProfile(diacritics=diacritics))
    marks = st.text(st.sampled_from(SHORT_VOWELS), max_size=2)
    marked = " ".join("".join(letter + data.draw(marks) for letter in word) for word in plain)
    found = words(marked, table)
    assert len(found) == len(plain)
    if diacritics:
        assert found == words(" ".join(plain), table)


def test_places_count_code_points_of_the_original():
    text = "🕊 قَسَد، ﷺ 𐤀𐤁"
    found = locate_words(text, arabic_normalization())
    assert [(word.text, text[word.start : word.end]) for word in found] == [
        ("قسد", "قَسَد"),
        *((word, "ﷺ") for word in ("صلي", "الله", "عليه", "وسلم")),
        ("𐤀𐤁", "𐤀𐤁"),
    ]
