"""What a record keeps of the training corpus besides its size."""

from dataclasses import replace

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.model.corpus_summary import FIELDS, articles_sha256, summarise
from stance.model.learning_corpus import LabelledCorpus

ARTICLES = [
    Article("1", "قال المرصد", "a", "سانا", "e", "2019-03", title="عنوان"),
    Article("2", "أعلنت القوات", "b", "SANA", None, "23/04/2018"),
    Article("3", "نفت الوزارة", "a", "SANA", None, None),
]


def test_dates_outlets_and_kinds_are_counted():
    corpus = LabelledCorpus.with_auxiliary(ARTICLES[:2], [], ARTICLES[2:])
    found = summarise(corpus, np.array([20, 21, 3]))
    assert (found.first_date, found.last_date, found.n_dated) == ("2018-04-23", "2019-03", 2)
    assert found.label_outlets == {"a": 2, "b": 1}
    assert [(part.kind, part.always_train, part.label_counts) for part in found.kinds] == [
        ("article", False, {"a": 0, "b": 1}),
        ("headline", False, {"a": 1, "b": 0}),
        ("headline", True, {"a": 1, "b": 0}),
    ]
    assert found.n_always_train == 1


def test_the_hash_of_articles_depends_on_neither_order_nor_id_nor_spelling():
    found = articles_sha256(ARTICLES)
    assert articles_sha256(ARTICLES[::-1]) == found
    assert articles_sha256([replace(a, id=f"x{a.id}") for a in ARTICLES]) == found
    assert articles_sha256([replace(a, label=f" {a.label}\u200f") for a in ARTICLES]) == found
    written = [replace(ARTICLES[1], published="2018-04-23"), *ARTICLES[::2]]
    assert articles_sha256(written) == found


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "id"])
def test_the_hash_of_articles_depends_on_each_field(field):
    changed = [replace(ARTICLES[0], **{field: "2001"}), *ARTICLES[1:]]
    assert articles_sha256(changed) != articles_sha256(ARTICLES)
    before, after = (summarise(LabelledCorpus(some)).field_sha256 for some in (ARTICLES, changed))
    assert {name for name in FIELDS if before[name] != after[name]} == {field}


def test_no_date_and_no_outlet_are_no_error():
    bare = [Article("1", "قال", "a"), Article("2", "قالت", "b", published="أمس \ud800")]
    found = summarise(LabelledCorpus(bare))
    assert (found.first_date, found.last_date, found.n_dated) == ("", "", 0)
    assert found.label_outlets == {"a": 0, "b": 0}
