"""Places count code points of the article as published, and cover whole letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.corpus.article import Article
from stance.explanation.explaining import explain
from stance.explanation.places import PublishedText
from stance.explanation.records import Place
from stance.features.model_input import ModelInput
from stance.features.preparation import Preparation
from stance.features.tokens import tokenize
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import locate_words, surface_spans, surface_words, word_spans, words
from tests.samples import articles, every_sample, texts, unhurried

TABLE = arabic_normalization()


@every_sample
def test_spans_are_those_of_located_words(text):
    assert word_spans(text, TABLE) == [(w.start, w.end) for w in locate_words(text, TABLE)]
    assert [text[a:b] for a, b in surface_spans(text)] == text.split()
    assert len(surface_spans(text)) == len(surface_words(text))


@unhurried
@given(texts | articles)
def test_spans_of_drawn_texts_are_those_of_located_words(text):
    assert word_spans(text, TABLE) == [(w.start, w.end) for w in locate_words(text, TABLE)]


@unhurried
@given(texts | articles, st.booleans())
def test_each_word_that_is_counted_has_a_span(text, by_voice):
    counted = tokenize([text], TABLE, by_voice=by_voice)
    published = PublishedText(Article("1", text), text, TABLE, title=False)
    assert len(published.words(len(counted.tokens), by_voice=by_voice)) == len(counted.tokens)


WRITTEN = {
    "marks": "قَسَد",
    "tatweel": "قســـد",
    "letter forms": "\ufed7\ufeb3\ufeaa",
    "zero width": "قس\u200dد",
    "bidi": "\u200fقسد",
    "particle": "قسد",
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN.keys())
@pytest.mark.parametrize("end", ["\n", "\r\n", " ", "، "])
def test_a_word_is_found_as_it_was_published(full_model, written, end):
    before = f"گروه ﷺ لا{end}ﻻ ا\u0653ن{end}"
    article = Article("1", f"{before}{written}{end}تقدمت", title=f"عن {written}")
    (one,) = explain(full_model, [article], top=0)
    (word,) = [word for word in one.words if word.word == "قسد"]
    bare = written.strip("\u200f")
    start = before.__len__() + len(written) - len(bare)
    assert word.places == [
        Place("title", 3 + len(written) - len(bare), 3 + len(written)),
        Place("text", start, start + len(bare)),
    ]
    assert article.text[start : start + len(bare)] == bare


def test_letters_of_an_ngram_keep_their_marks(full_model):
    article = Article("1", "قالت قَسَدُ اليوم")
    (one,) = explain(full_model, [article], top=0)
    found = {
        each.feature: [article.text[p.start : p.end] for p in each.places]
        for each in one.contributions
        if each.block == "char"
    }
    assert found[" قس"] == ["قَسَ"]
    assert found["سد "] == ["سَدُ"]
    for each in found.values():
        assert all(part[0] not in "\u064e\u064f" for part in each)


def test_an_ngram_over_title_and_body_has_a_place_in_both(full_model):
    article = Article("1", "سوريا الديمقراطية تقدمت", title="تقدم قوات")
    (one,) = explain(full_model, [article], top=0)
    (gram,) = [c for c in one.contributions if c.feature == "قوات سوريا"]
    assert gram.places == [Place("title", 5, 9), Place("text", 0, 5)]


@unhurried
@given(texts | articles, st.sampled_from(["keep", "drop", "apart"]))
def test_a_prepared_text_knows_where_it_comes_from(text, quotations):
    lines = frozenset(tuple(words(line, TABLE)) for line in text.splitlines()[1:2])
    phrases = frozenset({tuple(words(text, TABLE)[:1])} - {()})
    prepare = Preparation(TABLE, lines, phrases, quotations)
    prepared = prepare.with_places(text)
    assert prepared.text == prepare(text)
    assert len(prepared.places) == len(prepared.text)
    assert list(prepared.places) == sorted(prepared.places)
    for new, place in zip(prepared.text, prepared.places, strict=True):
        assert new in " \n\ua78f" or text[place] == new


def test_places_lead_back_through_preparation():
    text = "القائمة الرئيسية\r\nقال: «سنبقى هنا حتى النصر» ثم تقدمت قسد"
    prepare = Preparation(
        TABLE, frozenset({("القائمه", "الرئيسيه")}), frozenset(), quotations="drop"
    )
    inputs = ModelInput(prepare(text))
    published = PublishedText(Article("1", text), inputs.text, TABLE, True, prepare)
    spans = published.words(len(words(inputs.text, TABLE)), by_voice=False)
    found = [text[p.start : p.end] for span in spans for p in published.places(*span)]
    assert found == ["قال", "ثم", "تقدمت", "قسد"]
