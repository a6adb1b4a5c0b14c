import pytest
from hypothesis import given

from stance.errors import ModelError
from stance.features.preparation import EDGE, Preparation
from stance.text.normalization import arabic_normalization
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
    prepare = Preparation(TABLE, speech=False)
    text = "أعلنت «قسد» السيطرة. وقال الناطق: «سنواصل ملاحقة فلول التنظيم»."
    assert words(prepare(text), TABLE) == words("أعلنت قسد السيطرة وقال الناطق", TABLE)


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
    prepare = Preparation(TABLE, MENU, BYLINES, speech=False)
    assert Preparation.from_dict(prepare.to_dict(), TABLE) == prepare
    assert prepare.to_dict()["lines"] == ["اقرا ايضا", "الاكثر قراءه"]


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"lines": [], "phrases": []},
        {"lines": [""], "phrases": [], "speech": True},
        {"lines": "x", "phrases": [], "speech": True},
        {"lines": [], "phrases": [], "speech": 1},
        {"lines": [], "phrases": [], "speech": True, "code": "x"},
    ],
)
def test_another_shape_is_refused(data):
    with pytest.raises(ModelError, match="unknown shape"):
        Preparation.from_dict(data, TABLE)
