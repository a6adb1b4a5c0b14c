"""Sentences as places in the original text."""

from hypothesis import given

from stance.text.sentences import sentences
from tests.samples import every_sample, texts, unhurried


def cut(text):
    return [text[start:end] for start, end in sentences(text)]


def test_full_stops_question_marks_and_lines_end_a_sentence():
    text = "وصل الوفد. هل يعود؟ نعم!\nعنوان بلا نقطة\n\n  وخبر آخر… وتتمة"
    assert cut(text) == ["وصل الوفد.", "هل يعود؟", "نعم!", "عنوان بلا نقطة", "وخبر آخر…", "وتتمة"]


def test_a_closing_mark_belongs_to_its_sentence():
    assert cut("قال: «لن نغادر.» ثم غادر.") == ["قال: «لن نغادر.»", "ثم غادر."]


def test_numbers_and_addresses_stay_whole():
    assert cut("بلغت 2.5 مليون في alalam.ir اليوم") == ["بلغت 2.5 مليون في alalam.ir اليوم"]


def check(text):
    found = sentences(text)
    end = 0
    for start, stop in found:
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    assert not text[end:].strip()


@every_sample
def test_nothing_but_white_space_is_lost(text):
    check(text)


@unhurried
@given(texts)
def test_nothing_but_white_space_is_lost_of_any_text(text):
    check(text)
