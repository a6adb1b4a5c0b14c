"""Passages that articles share, and what was changed in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.passages import PassagePlace, edits, reused_passages
from stance.corpus.shingles import stream_words
from tests.samples import SAMPLES, articles, unhurried

COPY = "وأضاف المتحدث أن مقاتلي المجلس المحلي انسحبوا من القرية بعد ظهر الأربعاء دون قتال."
EDITED = "وأضاف المتحدث أن “مرتزقة” المجلس المحلي انسحبوا من القرية بعد ظهر الأربعاء دون قتال."
OTHER = "هطلت أمطار غزيرة على ريف المدينة وأغلقت الطرق الفرعية أمام السيارات ساعات طويلة."


def changed(texts):
    return [(e.before, e.after) for p in reused_passages(texts) for e in edits(p, texts)]


def test_a_copied_sentence_is_found_with_its_places():
    texts = [f"{OTHER} {COPY}", "خبر قصير.", f"عنوان\n\n{COPY}"]
    (passage,) = reused_passages(texts)
    assert passage.articles == (0, 2)
    assert not passage.was_edited
    assert [texts[p.article][p.start : p.end] for p in passage.places] == [COPY, COPY]
    assert edits(passage, texts) == []


def test_a_changed_word_is_shown_as_published_in_its_place():
    texts = [COPY, f"تمهيد للخبر.\n{EDITED}"]
    (passage,) = reused_passages(texts)
    assert passage.was_edited
    (edit,) = edits(passage, texts)
    assert (edit.before, edit.after) == ("مقاتلي", "مرتزقة")
    place = edit.after_place
    assert texts[place.article][place.start : place.end] == "مرتزقة"


def test_words_added_and_left_out_have_an_empty_place_on_the_other_side():
    longer = COPY.replace("المتحدث", "المتحدث العسكري")
    assert changed([COPY, longer]) == [("", "العسكري")]
    assert changed([longer, COPY]) == [("العسكري", "")]
    texts = [COPY, longer]
    (passage,) = reused_passages(texts)
    (edit,) = edits(passage, texts)
    assert edit.before_place == PassagePlace(0, 13, 13)
    first = COPY.removeprefix("وأضاف ")
    assert changed([COPY, first]) == [("وأضاف", "")]


def test_spelling_and_punctuation_are_no_edit():
    spelled = COPY.replace("القرية", "القريه").replace("وأضاف", "واضاف").replace(" دون", "، دُون")
    (passage,) = reused_passages([COPY, spelled])
    assert not passage.was_edited


def test_the_most_common_version_is_what_others_are_compared_with():
    assert changed([EDITED, COPY, COPY]) == [("مقاتلي", "مرتزقة")]
    (passage,) = reused_passages([EDITED, COPY, COPY])
    assert passage.versions == (0, 1, 1)


def test_what_one_article_repeats_is_not_reused():
    assert reused_passages([f"{COPY}\n{COPY}", OTHER]) == []


def test_short_sentences_are_passed_over():
    short = "زر الذهاب إلى الأعلى"
    assert reused_passages([short, short]) == []
    assert len(reused_passages([short, short], shortest=4)) == 1


def test_odd_texts_do_no_harm():
    texts = list(SAMPLES.values())
    for passage in reused_passages([*texts, *texts]):
        assert edits(passage, [*texts, *texts]) == []


@unhurried
@given(st.lists(articles, max_size=6))
def test_edits_rebuild_one_version_from_the_other(texts):
    for passage in reused_passages(texts, threshold=0.3, shortest=3):
        assert len(passage.articles) > 1
        for edit in edits(passage, texts):
            for shown, place in (
                (edit.before, edit.before_place),
                (edit.after, edit.after_place),
            ):
                assert texts[place.article][place.start : place.end] == shown


@unhurried
@given(st.lists(articles, max_size=8))
def test_texts_are_equal_where_their_words_are(texts):
    from stance.text.normalization import arabic_normalization
    from stance.text.tokenization import words

    found = [words(text, arabic_normalization()) for text in texts]
    assert stream_words(texts).equal().tolist() == [found.index(w) for w in found]


def test_the_real_articles_share_an_edited_paragraph(real_articles):
    texts = [path.read_text("utf-8") for path in real_articles]
    assert ("الدولة الإسلامية", "داعش") in changed(texts)
    assert {p.articles for p in reused_passages(texts)} == {(1, 2)}


@pytest.mark.parametrize("threshold", [0, 1.5])
def test_a_threshold_out_of_range_is_told(threshold):
    from stance.errors import ConfigError

    with pytest.raises(ConfigError, match="threshold"):
        reused_passages([COPY], threshold=threshold)
