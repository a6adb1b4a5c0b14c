"""Letters and marks of other keyboards change nothing that the shipped model says."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from stance import resources
from stance.corpus.article import Article
from stance.formats.reading import read_articles
from stance.model.persistence import read_model
from stance.model.prediction import predict
from tests.samples import ARABIC_MARKS, SHORT_VOWELS

# News in Persian and in Sorani Kurdish, written for this test; the subjects are those of the model.
OTHER_LANGUAGES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "persian_and_sorani_news.jsonl")
    .read_text("utf-8")
    .splitlines()
]
PERSIAN = str.maketrans("يىك", "ییک")
ARABIC = str.maketrans("یک", "يك")

TYPED = {
    "a Persian keyboard": lambda text: text.translate(PERSIAN),
    "an Urdu keyboard": lambda text: text.translate(PERSIAN).replace("ه", "ہ").replace("ة", "ۃ"),
    "a Kurdish keyboard": lambda text: re.sub(r"[هة]\b", "ە", text.translate(PERSIAN)),
    "another Kurdish keyboard": lambda text: text.translate(PERSIAN).replace("ه", "ھ"),
}


@pytest.fixture(scope="module")
def model():
    return read_model(resources.DEFAULT_MODEL).model


@pytest.fixture(scope="module")
def samples():
    return list(read_articles([resources.SEEDS / "samples.jsonl"]))


def typed_again(articles, typed):
    return [
        Article(a.id, typed(a.text), title=typed(a.title) if a.title else a.title) for a in articles
    ]


def check_same(model, articles, typed):
    again = typed_again(articles, typed)
    assert all(a.text != b.text for a, b in zip(articles, again, strict=True))
    plain = typed_again(articles, str)
    np.testing.assert_array_equal(model.probabilities(again), model.probabilities(plain))
    scores = [[p.domain_score for p in predict(model, some)] for some in (again, plain)]
    assert scores[0] == scores[1]


@pytest.mark.slow
@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED.keys())
def test_letters_of_other_keyboards_change_no_probability(model, samples, typed):
    check_same(model, samples, typed)


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED.keys())
def test_letters_of_other_keyboards_change_no_probability_of_real_articles(
    model, real_articles, typed
):
    check_same(model, list(read_articles(real_articles)), typed)


def test_letters_of_foreign_sounds_change_no_probability(fast_model, samples):
    # Not the shipped model: it keeps the table that it was trained with.
    check_same(fast_model, samples, lambda text: text.replace("ف", "ڤ").replace("ب", "پ"))


def test_no_mark_changes_a_probability(model, samples):
    text = samples[0].text
    # A hamza or maddah may belong to these letters, and then it is no mark.
    inside = re.compile(r"(?<=\w[^\W\dاويى])(?=\w)")
    marks = ARABIC_MARKS + SHORT_VOWELS
    marked = [inside.sub(mark, text) for mark in marks]
    assert all(other.count(mark) > 50 for mark, other in zip(marks, marked, strict=True))
    texts = [Article(str(n), other) for n, other in enumerate([text, *marked])]
    found = model.probabilities(texts)
    assert [
        ascii(m) for m, row in zip(marks, found[1:], strict=True) if (row != found[0]).any()
    ] == []
    plain, *others = predict(model, texts)
    assert {p.domain_score for p in others} == {plain.domain_score}


@pytest.mark.parametrize("row", OTHER_LANGUAGES, ids=lambda row: row["id"])
def test_news_in_other_languages_is_out_of_domain(model, row):
    text = row["text"]
    for found in predict(model, [Article("1", text), Article("2", text.translate(ARABIC))]):
        assert found.out_of_domain_reason == "other_language"
