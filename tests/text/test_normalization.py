import dataclasses
import functools
import json
import unicodedata
from importlib.metadata import version
from pathlib import Path

import pytest
from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import ModelError
from stance.text import normalization
from stance.text.normalization import NormalizationProfile, arabic_normalization
from stance.text.normalization_table import TABLE_FORMAT, NormalizationTable
from stance.text.tokenization import words
from tests.samples import ARABIC_LETTERS, SAMPLES, every_sample, texts, unhurried

STEPS = [field.name for field in dataclasses.fields(NormalizationProfile)]
NOTHING = NormalizationProfile(**dict.fromkeys(STEPS, False))
PROFILES = {
    "all": NormalizationProfile(),
    "none": NOTHING,
    **{f"without {step}": NormalizationProfile(**{step: False}) for step in STEPS},
}
every_profile = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())

# Few enough for their tables to stay at hand from one drawn text to the next.
some_profiles = st.sampled_from(
    [PROFILES[f"without {step}"] for step in ("compatibility", "diacritics", "alef", "invisible")]
    + [PROFILES["all"], dataclasses.replace(NOTHING, compatibility=True)]
)

# arabic_normalization keeps fewer tables at hand than the tests below ask for in turn.
table_of = functools.cache(arabic_normalization)

CAMEL_STEPS = {
    "compatibility": normalize_unicode,
    "diacritics": dediac_ar,
    "alef": normalize_alef_ar,
    "alef_maksura": normalize_alef_maksura_ar,
    "teh_marbuta": normalize_teh_marbuta_ar,
}
FORMATTING = {
    *("ARABIC LETTER MARK", "LEFT-TO-RIGHT MARK", "RIGHT-TO-LEFT MARK"),
    *("LEFT-TO-RIGHT EMBEDDING", "RIGHT-TO-LEFT EMBEDDING", "POP DIRECTIONAL FORMATTING"),
    *("LEFT-TO-RIGHT OVERRIDE", "RIGHT-TO-LEFT OVERRIDE", "LEFT-TO-RIGHT ISOLATE"),
    *("RIGHT-TO-LEFT ISOLATE", "FIRST STRONG ISOLATE", "POP DIRECTIONAL ISOLATE"),
    *("SOFT HYPHEN", "MONGOLIAN VOWEL SEPARATOR", "ZERO WIDTH SPACE", "ZERO WIDTH NON-JOINER"),
    *("ZERO WIDTH JOINER", "WORD JOINER", "ZERO WIDTH NO-BREAK SPACE"),
}


FORMS = {
    **dict.fromkeys("\u06cc\u06d2\u0886", "\u064a"),
    **dict.fromkeys("\u06a9\u06aa", "\u0643"),
    **dict.fromkeys("\u06be\u06c1\u06d5\u06c0\u06c2", "\u0647"),
    "\u06c3": "\u0629",
    **dict.fromkeys("\u06d3\u0678", "\u0626"),
    **dict.fromkeys("\u0672\u0675", "\u0623"),
    "\u0673": "\u0625",
    "\u0676": "\u0624",
    **dict.fromkeys(map(chr, range(0x870, 0x883)), "\u0627"),
    **dict.fromkeys("\u06a2\u08bb", "\u0641"),
    **dict.fromkeys("\u06a7\u08bc", "\u0642"),
    "\u08bd": "\u0646",
    "\u06a4": "\u0641",
    "\u067e": "\u0628",
}
MERGING = "\u0653\u0654\u0655"
CAMEL_MARKS = {*map(chr, range(0x64B, 0x653)), "\u0670"}
LATER_THAN_THIS_UNICODE = {"\u0897", *map(chr, range(0x10EFC, 0x10F00))}


def is_mark(character):
    """Whether a character is an Arabic mark that camel-tools says nothing about."""
    if character in CAMEL_MARKS or character in MERGING:
        return False
    name = unicodedata.name(character, "")
    sign = unicodedata.category(character) == "Mn" and name.startswith("ARABIC ")
    small = name in {"ARABIC SMALL WAW", "ARABIC SMALL YEH", "ARABIC SMALL FARSI YEH"}
    return sign or small or character in LATER_THAN_THIS_UNICODE


def marks_of(character):
    """The marks that a presentation form shows on a blank or a tatweel, if it is such a one."""
    folded = unicodedata.normalize("NFKC", character)
    is_form = folded != character and folded[0] in " \u0640"
    marks = folded[1:]
    return marks if is_form and marks and set(marks) <= CAMEL_MARKS else None


@functools.cache
def before_camel(character, profile):
    """What this project makes of a character before camel-tools sees it."""
    if profile.compatibility:
        if unicodedata.name(character, "") == "ARABIC TAIL FRAGMENT":
            return ""
        if marks_of(character) is not None:
            return marks_of(character)
        folded = unicodedata.normalize("NFKC", character)
        if profile.letter_forms and folded != character and FORMS.keys() & set(folded):
            return "".join(FORMS.get(letter, letter) for letter in folded)
    if profile.letter_forms and character in FORMS:
        return FORMS[character]
    if profile.diacritics and is_mark(character):
        return ""
    return "" if profile.invisible and character == "\u034f" else character


def own_step(character, profile):
    name = unicodedata.name(character, "")
    if profile.diacritics and character in MERGING:
        return ""
    if profile.tatweel and name == "ARABIC TATWEEL":
        return ""
    if profile.invisible and (name in FORMATTING or name.startswith("VARIATION SELECTOR-")):
        return ""
    if profile.digits and name.startswith(("ARABIC-INDIC DIGIT", "EXTENDED ARABIC-INDIC DIGIT")):
        return str(unicodedata.digit(character))
    if profile.latin_case and "LATIN" in name:
        return character.lower()
    return character


def by_camel(text, profile):
    """What camel-tools makes of a text, between this project's own steps before and after it."""
    text = "".join(before_camel(character, profile) for character in text)
    for name, step in CAMEL_STEPS.items():
        if getattr(profile, name):
            text = step(text)
    return "".join(own_step(character, profile) for character in text)


# Where letters and marks of scripts with an alphabet are, and what is folded onto them. Between
# them are ideographs, syllables of Hangul and surrogates, which a profile or two stand for.
EVERYTHING = range(0x10000)
ALPHABETS = (*range(0x3200), *range(0xFA00, 0x10000))


def points_for(one, whole):
    """Return the code points on which one of several profiles or surroundings is tried."""
    return EVERYTHING if one in whole else ALPHABETS


@pytest.mark.slow
@every_profile
def test_every_code_point_becomes_what_camel_tools_makes_of_it(profile):
    table = table_of(profile)
    points = points_for(profile, (PROFILES["all"], NOTHING))
    wrong = [c for c in map(chr, points) if table.apply(c) != by_camel(c, profile)]
    assert [f"{ord(c):04x}" for c in wrong] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "around",
    [
        "ا{}",
        "ي{}\u0654",
        "{}\u0653",
        "\u064e{}\u0655",
        "\u1100{}\u11a8",
        "\uac00{}",
        "a{}\u0301",
        "\ufdfd{}",
        "\u0648{}\u0654",
        "\u06cc\u06d6{}\u0654",
        "\u0627\u034f{}\u06e5\u0653",
    ],
    ids=ascii,
)
def test_every_code_point_among_letters_and_marks_becomes_what_camel_tools_makes_of_it(around):
    table, profile = arabic_normalization(), NormalizationProfile()
    points = points_for(around, ("ا{}", "\u1100{}\u11a8"))
    texts = (around.format(chr(point)) for point in points)
    wrong = [text for text in texts if table.apply(text) != by_camel(text, profile)]
    assert list(map(ascii, wrong)) == []


@pytest.mark.slow
@unhurried
@given(profile=some_profiles, text=texts)
def test_any_text_becomes_what_camel_tools_makes_of_it(profile, text):
    assert table_of(profile).apply(text) == by_camel(text, profile)


@pytest.mark.slow
@every_profile
@every_sample
def test_samples_become_what_camel_tools_makes_of_them(profile, text):
    assert table_of(profile).apply(text) == by_camel(text, profile)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "text", "folded"),
    [
        ("compatibility", "ﻻ ﷲ", "لا الله"),
        ("letter_forms", "کوبانی وەم", "كوباني وهم"),
        ("diacritics", "قَسَّدٌ", "قسد"),
        ("tatweel", "قـسـد", "قسد"),
        ("alef", "أنباء إدلب آخر ٱلعهد", "انباء ادلب اخر العهد"),
        ("alef_maksura", "السورى على", "السوري علي"),
        ("teh_marbuta", "الرقة", "الرقه"),
        ("digits", "٢٠١٩ ۲۵", "2019 25"),
        ("invisible", "\u202bقسد\u202c\u200f و\u200cهي", "قسد وهي"),
        ("latin_case", "SDF وYPG Ünlü", "sdf وypg ünlü"),
    ],
)
def test_every_step_can_be_switched(step, text, folded):
    assert arabic_normalization().apply(text) == folded
    alone = table_of(dataclasses.replace(NOTHING, **{step: True}))
    assert alone.apply(text) == folded
    without = table_of(PROFILES[f"without {step}"])
    assert without.apply(text) != folded


def test_nothing_changes_where_no_step_is_taken():
    table = arabic_normalization(NOTHING)
    assert not table.replacements
    assert all(table.apply(text) == text for text in SAMPLES.values())


def test_punctuation_and_lines_stay():
    text = '«قسد»، وفق البيان:\n"لا"؟ (نعم)!'
    assert arabic_normalization().apply(text) == text


def check_alignment(table, text):
    aligned = table.align(text)
    assert aligned.text == table.apply(text)
    starts, ends = list(aligned.starts), list(aligned.ends)
    assert len(starts) == len(ends) == len(aligned.text)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))


@unhurried
@given(profile=some_profiles, text=texts)
def test_an_aligned_text_is_the_normalised_one_and_its_spans_never_go_back(profile, text):
    check_alignment(table_of(profile), text)


@every_profile
@every_sample
def test_samples_align_with_themselves(profile, text):
    check_alignment(table_of(profile), text)


@unhurried
@given(text=texts)
def test_no_original_character_that_still_shows_is_left_out(text):
    table = arabic_normalization()
    aligned = table.align(text)
    covered = {
        place
        for start, end in zip(aligned.starts, aligned.ends, strict=True)
        for place in range(start, end)
    }
    left_out = "".join(c for place, c in enumerate(text) if place not in covered)
    assert table.apply(left_out) == ""


def test_a_removed_mark_belongs_to_the_letter_before_it():
    aligned = arabic_normalization().align("قَسَد")
    assert list(zip(aligned.text, aligned.starts, aligned.ends, strict=True)) == [
        ("ق", 0, 2),
        ("س", 2, 4),
        ("د", 4, 5),
    ]


@pytest.mark.slow
def test_a_letter_and_the_mark_merged_into_it_share_one_place():
    aligned = arabic_normalization(NormalizationProfile(alef=False)).align("نبا\u0654 أ")
    assert aligned.text == "نبأ أ"
    assert list(aligned.starts) == [0, 1, 2, 4, 5]
    assert list(aligned.ends) == [1, 2, 4, 5, 6]


def as_before(text):
    """What a table of format 1 makes of a text: camel-tools, and nothing before it."""
    profile = NormalizationProfile()
    for step in CAMEL_STEPS.values():
        text = step(text)
    return "".join(c if c in MERGING else own_step(c, profile) for c in text)


@pytest.fixture(scope="module", params=["model_format_1", "model_format_2"])
def old_table(request):
    path = Path(__file__).parents[1] / "data" / request.param / "normalization.json"
    return NormalizationTable.from_dict(json.loads(path.read_bytes()))


@unhurried
@given(text=texts)
def test_a_stored_table_of_format_1_does_what_it_did(old_table, text):
    assert old_table.apply(text) == as_before(text)
    check_alignment(old_table, text)


@every_sample
def test_samples_become_what_they_were_by_a_stored_table_of_format_1(old_table, text):
    assert old_table.apply(text) == as_before(text)


def test_a_table_of_format_1_is_saved_in_the_format_of_today_and_does_the_same(old_table):
    again = NormalizationTable.from_dict(json.loads(json.dumps(old_table.to_dict())))
    assert again == old_table
    assert again.apply("کوبانی و\u0654 قو\ufc60ات قا\u06d6ل") == "کوبانی ؤ قو ات قا\u06d6ل"


@pytest.mark.slow
@every_profile
def test_a_table_that_went_through_json_does_the_same(profile):
    table = table_of(profile)
    again = NormalizationTable.from_dict(json.loads(json.dumps(table.to_dict())))
    assert again == table
    for text in SAMPLES.values():
        assert again.apply(text) == table.apply(text)
        assert again.align(text) == table.align(text)
        assert words(text, again) == words(text, table)


def test_a_table_whose_marks_lie_within_the_bmp_composes():
    table = NormalizationTable(replacements={}, composing=((0x653, 0x655),), separators=())
    assert table.apply("با\u0653ب") == "بآب"


def damaged(**changes):
    whole = {"replacements": {"0640": ""}, "composing": [[0x653, 0x655]], "separators": [[0, 47]]}
    return {key: value for key, value in (whole | changes).items() if value is not None}


def test_a_table_of_a_format_to_come_asks_for_an_upgrade():
    newer = arabic_normalization().to_dict() | {"format": TABLE_FORMAT + 1}
    with pytest.raises(ModelError, match=rf"table of format {TABLE_FORMAT + 1}.*Upgrade"):
        NormalizationTable.from_dict(newer)


@pytest.mark.parametrize("missing", ["before_composing", "merging"])
def test_a_table_of_today_lacks_nothing(missing):
    data = arabic_normalization().to_dict()
    del data[missing]
    with pytest.raises(ModelError, match=missing):
        NormalizationTable.from_dict(data)


def test_the_shape_that_is_damaged_below_is_a_good_one():
    assert NormalizationTable.from_dict(damaged()).replacements == {0x640: ""}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "table",
        {},
        damaged(replacements=None),
        damaged(format=0),
        damaged(format="2"),
        damaged(format=True),
        damaged(format=2, before_composing={"0640": 7}, merging=[]),
        damaged(format=2, before_composing={}, merging=[[0x655, 0x653]]),
        damaged(composing=None),
        damaged(separators=None),
        damaged(replacements=[["0640", ""]]),
        damaged(replacements={"tatweel": ""}),
        damaged(replacements={"0640": 7}),
        damaged(replacements={"0640": None}),
        damaged(replacements={"110000": ""}),
        damaged(composing=7),
        damaged(composing=[7]),
        damaged(composing=[[1, 2, 3]]),
        damaged(composing=[["a", "b"]]),
        damaged(composing=[[0x655, 0x653]]),
        damaged(composing=[[-1, 5]]),
        damaged(composing=[[0.5, 2.5]]),
        damaged(separators=[[0, 0x110000]]),
        damaged(separators=[[0, float("inf")]]),
        damaged(separators=[[None, 5]]),
        damaged(separators=[[58, 64], [0, 47]]),
        damaged(separators=[[0, 47], [40, 64]]),
    ],
    ids=repr,
)
def test_a_damaged_table_is_refused(data):
    with pytest.raises(ModelError, match="normalisation table"):
        NormalizationTable.from_dict(data)


def test_lone_surrogates_pass_and_letters_beyond_the_bmp_are_kept():
    text = "قـسد \ud83d\udc00 𐤀𞤀 \udfff"
    assert arabic_normalization().apply(text) == "قسد \ud83d\udc00 𐤀𞤀 \udfff"


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["\u0653", "\u0654", "\u0655", "\u064e", "\u0301"], ids=ascii)
def test_marks_after_every_arabic_letter(mark):
    profile = NormalizationProfile(diacritics=False, alef=False)
    text = " ".join(letter + mark for letter in ARABIC_LETTERS)
    assert table_of(profile).apply(text) == by_camel(text, profile)


def test_a_table_is_built_once_for_a_profile():
    assert arabic_normalization(NormalizationProfile()) is arabic_normalization(
        NormalizationProfile()
    )


@pytest.mark.slow
def test_the_stored_table_is_what_camel_tools_decides():
    stored = json.loads(normalization.STORED.read_bytes())
    if stored["unicode"] != unicodedata.unidata_version:
        pytest.skip(f"it is of Unicode {stored['unicode']}, another than this Python's")
    expected = normalization.table_of_camel_tools(NormalizationProfile())
    assert stored["camel_tools"] == version("camel-tools"), "call normalization.store_table()"
    assert json.dumps(stored["table"]) == json.dumps(expected.to_dict())
    assert normalization._stored_table() == expected


def test_camel_tools_is_asked_where_the_stored_table_is_of_another_version(monkeypatch, tmp_path):
    stored = json.loads(normalization.STORED.read_bytes()) | {"camel_tools": "0.0.1"}
    other = tmp_path / "table.json"
    other.write_text(json.dumps(stored), "ascii")
    monkeypatch.setattr(normalization, "STORED", other)
    assert normalization._stored_table() is None
    monkeypatch.setattr(normalization, "table_of_camel_tools", lambda profile: profile)
    assert arabic_normalization.__wrapped__() == NormalizationProfile()
