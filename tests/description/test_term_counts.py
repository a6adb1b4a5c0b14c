"""Counts of words and pairs, beside plain counting."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.description.article_words import read_texts
from stance.description.published_spellings import published_spellings
from stance.description.term_counts import count_terms
from stance.text.normalization import arabic_normalization
from stance.text.tokenization import words


def read(articles):
    return read_texts(articles, by_voice=False).words(np.arange(len(articles)), "all")


def plain_counts(article):
    table, found = arabic_normalization(), Counter()
    for text in filter(None, (article.title, article.text)):
        ours = words(text, table)
        found.update(ours)
        found.update(map(" ".join, pairwise(ours)))
    return found


@pytest.mark.parametrize("titles", [True, False])
def test_counts_are_plain_counts(seed_articles, titles):
    articles = [
        Article(a.id, a.text, title=a.text[:30] if titles and n % 2 else None)
        for n, a in enumerate(seed_articles[:60])
    ]
    found = count_terms(read(articles), min_articles=3, pairs=True)
    plain = [plain_counts(article) for article in articles]
    documents = Counter(term for one in plain for term in one)
    frequent = {term for term, n in documents.items() if n >= 3}
    assert found.terms[: found.n_words] == sorted(t for t in frequent if " " not in t)
    assert found.terms[found.n_words :] == sorted(t for t in frequent if " " in t)
    expected = [[one[term] for term in found.terms] for one in plain]
    assert found.matrix.toarray().tolist() == expected
    sizes = [[sum(n for t, n in one.items() if (" " in t) == p) for p in (0, 1)] for one in plain]
    assert found.sizes.tolist() == sizes


def test_words_alone():
    found = count_terms(read([Article("1", "خبر جديد خبر")]), min_articles=1, pairs=False)
    assert (found.terms, found.n_words) == (["جديد", "خبر"], 2)


def test_the_most_frequent_spelling_is_that_of_the_term_not_of_its_words():
    texts = ["على عبد الله", "وصل علي عبد الله", "قال علي عبدٌ", "على الأرض", "على البحر", "على"]
    found = published_spellings(
        read([Article(str(n), text) for n, text in enumerate(texts)]),
        ["علي", "علي عبد", "عبد الله", "الارض"],
    )
    assert found == {
        "علي": "على",
        "علي عبد": "علي عبد",
        "عبد الله": "عبد الله",
        "الارض": "الأرض",
    }


def test_of_equally_frequent_spellings_the_first_is_shown():
    words_of = read([Article("1", "إدلب أدلب"), Article("2", "أدلب إدلب")])
    assert published_spellings(words_of, ["ادلب"]) == {"ادلب": "إدلب"}
