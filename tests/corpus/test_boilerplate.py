"""Lines that recur on an outlet's pages, and phrases that give a label away."""

import numpy as np
import pytest

from stance.corpus.article import Article
from stance.corpus.boilerplate import giveaways, recurring_lines

LETTERS = list("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")


def body(random, n_words=60):
    return " ".join("".join(random.choice(LETTERS, 3)) for _ in range(n_words))


@pytest.mark.slow
def test_a_menu_line_is_found_under_its_outlet():
    random = np.random.default_rng(0)
    menu = "الرئيسية | أخبار | رياضة"
    articles = [Article(f"a{n}", f"{body(random)}\n{menu}", outlet="صدى") for n in range(8)]
    articles += [Article(f"b{n}", body(random), outlet="مدى") for n in range(8)]
    articles += [Article("c", f"{body(random)}\n{menu}")]
    (line,) = recurring_lines(articles)
    assert (line.outlet, line.line, line.articles, line.share) == ("صدى", menu, 8, 1.0)


def test_a_line_of_two_articles_or_of_few_does_not_recur():
    articles = [Article(str(n), f"سطر مشترك\nسطر {n}", outlet="صدى") for n in range(2)]
    assert recurring_lines(articles) == []
    many = [Article(str(n), f"سطر {n}", outlet="صدى") for n in range(200)]
    many += [Article(f"x{n}", f"سطر مشترك\nخبر {n}", outlet="صدى") for n in range(4)]
    assert recurring_lines(many) == []


def test_a_byline_that_gives_the_label_away_is_found():
    random = np.random.default_rng(1)
    labels = ["مؤيد", "معارض"] * 20
    texts = [
        f"كتبت سلمى الخطيب – {body(random)}" if label == "مؤيد" else body(random)
        for label in labels
    ]
    (told,) = giveaways(texts, labels)
    assert told.phrase == "كتبت سلمي الخطيب"
    assert (told.label, told.articles, told.purity) == ("مؤيد", 20, 1.0)


def test_words_of_the_matter_are_none():
    """A word that goes with a label but stands anywhere is what the label is about."""
    random = np.random.default_rng(2)
    labels = ["مؤيد", "معارض"] * 40
    texts = []
    for label in labels:
        found = body(random).split()
        if label == "مؤيد":
            for place in random.choice(60, 2, replace=False):
                found[place] = "التحرير"
        texts.append(" ".join(found))
    assert "التحرير" not in {told.phrase for told in giveaways(texts, labels)}


def test_a_common_label_is_no_proof():
    """Where nearly all articles have one label, every phrase goes with it."""
    random = np.random.default_rng(3)
    labels = ["مؤيد"] * 38 + ["معارض"] * 2
    texts = [f"دمشق – {body(random)}" if label == "مؤيد" else body(random) for label in labels]
    assert giveaways(texts, labels) == []


def test_nothing_comes_of_nothing():
    assert recurring_lines([]) == []
    assert giveaways([], []) == []
    assert giveaways(["", ""], ["a", "b"]) == []
