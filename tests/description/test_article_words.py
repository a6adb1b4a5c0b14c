"""Words of articles, in all spellings and voices, at the same places in both forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.corpus.shingles import stream_words
from stance.description.article_words import read_texts
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words
from tests.samples import SAMPLES

ODD = st.text(st.sampled_from('اأإآىيةهـَّْ «»"“:قسدﷺﻻکی\u200f\u0654\ud83d😀x1\n'), max_size=40)


def passages(found):
    """Return the words of each passage, normalised and as published."""
    both = []
    for batch in (found.normalised, found.published):
        named = [batch.types[token] for token in batch.tokens.tolist()]
        both.append([named[a:b] for a, b in zip(batch.offsets, batch.offsets[1:], strict=False)])
    return both


def read(articles, voice="all"):
    found = read_texts(articles, by_voice=voice != "all")
    return found.words(np.arange(len(articles)), voice)


@pytest.mark.slow
@settings(max_examples=12)
@given(st.lists(ODD, min_size=20, max_size=20))
def test_published_words_are_at_the_same_places(texts):
    table = arabic_normalization()
    for voice in ("all", "own"):
        found = read([Article(str(n), text) for n, text in enumerate(texts)], voice)
        normalised, published = passages(found)
        assert list(map(len, normalised)) == list(map(len, published))
        for words_of, spelled in zip(normalised, published, strict=True):
            assert [words(one, table) for one in spelled] == [[one] for one in words_of]


@pytest.mark.parametrize("text", SAMPLES.values(), ids=list(SAMPLES))
def test_words_are_those_of_the_toolkit(text):
    ((normalised,), _) = passages(read([Article("1", text)]))
    assert normalised == words(text, arabic_normalization())


def test_voices_are_apart_and_end_a_passage():
    text = "دخلت «قسد» المدينة أمس. وقال: «سنواصل حماية كل المدنيين»."
    articles = [Article("1", text, title="قسد في المدينة")]
    expected = {
        "own": [["قسد", "في", "المدينه"], ["دخلت"], ["المدينه", "امس", "وقال"]],
        "scare": [["قسد"]],
        "speech": [["سنواصل", "حمايه", "كل", "المدنيين"]],
        "quoted": [["قسد"], ["سنواصل", "حمايه", "كل", "المدنيين"]],
    }
    for voice, words_of in expected.items():
        found = read(articles, voice)
        assert passages(found)[0] == words_of
        assert found.first_passages.tolist() == [0, len(words_of)]


def test_an_article_without_the_voice_has_no_passage():
    found = read([Article("1", "خبر"), Article("2", "«خبر عن كل المدن»")], "speech")
    assert found.first_passages.tolist() == [0, 0, 1]


def test_the_stream_for_near_duplicates_is_that_of_plain_words():
    articles = [Article("1", "دخلت القوات المدينة", title="عاجل"), Article("2", "خرج الوفد")]
    found = read_texts(articles, by_voice=False)
    for texts in ([one.text for one in articles], ["دخلت المدينة", articles[1].text]):
        ours, plain = found.stream(texts), stream_words(texts)
        assert ours.words.tolist() == plain.words.tolist()
        assert ours.starts.tolist() == plain.starts.tolist()
