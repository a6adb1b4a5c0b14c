import pytest
from hypothesis import assume, given

from stance.errors import ModelError
from stance.features.preparation import EDGE, QUOTED, Preparation
from stance.text.normalization import arabic_normalization
from stance.text.quotation import Voice, voices
from stance.text.tokenization import words
from tests.samples import every_sample, texts, unhurried

TABLE = arabic_normalization()
MENU = frozenset({("اقرا", "ايضا"), ("الاكثر", "قراءه")})
BYLINES = frozenset({("دمشق", "سانا"), ("سانا",), ("تحرير", "سعاد", "علي")})
BODY = " ".join(f"كلمة{n}" for n in range(40))


def test_a_known_line_goes_however_it_is_spelt():
    prepare = Preparation(TABLE, lines=MENU)
    text = "تقدم الجيش\n  اقرأ أيضًا :\nفي المدينة\nالأكثر قراءة اليوم"
    assert prepare(text) == "تقدم الجيش\nفي المدينة\nالأكثر قراءة اليوم"


def test_a_byline_goes_at_either_end_and_stays_between():
    prepare = Preparation(TABLE, phrases=BYLINES)
    text = f"دمشق – سانا: {BODY} سانا {BODY} تحرير سعاد علي"
    assert words(prepare(text), TABLE) == words(f"{BODY} سانا {BODY}", TABLE)


def test_the_longest_phrase_is_masked():
    prepare = Preparation(TABLE, phrases=BYLINES)
    assert words(prepare("دمشق سانا دمشق"), TABLE) == ["دمشق"]


def test_a_short_text_is_all_edge():
    prepare = Preparation(TABLE, phrases=frozenset({("سانا",)}))
    text = " ".join(["خبر"] * EDGE + ["سانا"] + ["خبر"] * (EDGE - 1))
    assert "سانا" not in prepare(text)


def test_speech_goes_and_scare_quotes_stay():
    prepare = Preparation(TABLE, quotations="drop")
    text = "أعلنت «قسد» السيطرة. وقال الناطق: «سنواصل ملاحقة فلول التنظيم»."
    assert words(prepare(text), TABLE) == words("أعلنت قسد السيطرة وقال الناطق", TABLE)


def test_speech_told_apart_is_other_words_and_scare_quotes_are_not():
    prepare = Preparation(TABLE, quotations="apart")
    text = "أعلنت «قسد» السيطرة. وقال الناطق: «سنواصل ملاحقة فلول التنظيم»."
    found = words(prepare(text), TABLE)
    assert found[:5] == words("أعلنت قسد السيطرة وقال الناطق", TABLE)
    assert found[5:] == [f"{QUOTED}{word}" for word in words("سنواصل ملاحقة فلول التنظيم", TABLE)]


@unhurried
@given(text=texts)
def test_telling_speech_apart_adds_and_loses_no_word(text):
    assume(QUOTED not in text)  # a letter that news texts do not use
    found = words(Preparation(TABLE, quotations="apart")(text), TABLE)
    assert [word.removeprefix(QUOTED) for word in found] == words(text, TABLE)


@every_sample
def test_samples_told_apart_have_the_same_words_and_voices(text):
    apart = Preparation(TABLE, quotations="apart")(text)
    assert [w.removeprefix(QUOTED) for w in words(apart, TABLE)] == words(text, TABLE)
    spoken = [words(text[s:e], TABLE) for s, e, voice in voices(text) if voice == Voice.SPEECH]
    if "﷽" not in text:  # one sign, four words
        assert sum(w.startswith(QUOTED) for w in words(apart, TABLE)) == sum(map(len, spoken))
    assert [v for *_, v in voices(apart)] == [v for *_, v in voices(text)]


@unhurried
@given(text=texts)
def test_nothing_to_leave_out_leaves_a_text_as_it_is(text):
    assert Preparation(TABLE)(text) == text


@every_sample
def test_samples_lose_the_words_of_a_phrase_and_no_other(text):
    text = text[:2000]
    found = words(text, TABLE)
    if not found or len(found) > 2 * EDGE or "﷽" in text:  # one sign, four words
        return
    left = words(Preparation(TABLE, phrases=frozenset({(found[0],)}))(text), TABLE)
    assert left == [word for word in found if word != found[0]]


def test_it_is_stored_in_plain_values_and_read_back():
    prepare = Preparation(TABLE, MENU, BYLINES, quotations="drop")
    assert Preparation.from_dict(prepare.to_dict(), TABLE) == prepare
    assert prepare.to_dict()["lines"] == ["اقرا ايضا", "الاكثر قراءه"]


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"lines": [], "phrases": []},
        {"lines": [""], "phrases": [], "quotations": "keep"},
        {"lines": "x", "phrases": [], "quotations": "keep"},
        {"lines": [], "phrases": [], "quotations": 1},
        {"lines": [], "phrases": [], "quotations": "keep", "code": "x"},
    ],
)
def test_another_shape_is_refused(data):
    with pytest.raises(ModelError, match="malformed preparation"):
        Preparation.from_dict(data, TABLE)
