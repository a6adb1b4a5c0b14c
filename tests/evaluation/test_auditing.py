"""The audit of a corpus: planted leaks and shortcuts are caught, and nothing else is."""

import numpy as np
import pytest

from stance.corpus.article import Article, RejectedRow
from stance.evaluation.auditing import audit

LETTERS = list("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")


def clean_corpus(n=72, seed=0):
    """Make articles whose words, outlets and labels have nothing to do with each other."""
    random = np.random.default_rng(seed)
    vocabulary = ["".join(random.choice(LETTERS, 4)) for _ in range(400)]
    return [
        Article(
            f"{n}",
            " ".join(random.choice(vocabulary, 60)) + ".",
            label="ab"[random.integers(2)],
            outlet=f"outlet{random.integers(4)}",
        )
        for n in range(n)
    ]


@pytest.mark.slow
def test_a_clean_corpus_is_left_in_peace():
    found = audit(clean_corpus())
    assert found.duplicate_groups == []
    assert found.passages == []
    assert found.lines == []
    assert found.giveaways == []
    assert found.confounding.cramers_v < 0.4
    assert found.probe.accuracy < 0.5


@pytest.mark.slow
def test_the_same_article_under_two_outlets_is_caught():
    corpus = clean_corpus()
    leak = Article("leak", corpus[0].text + " (خاص)", label="a", outlet="elsewhere")
    corpus[0] = Article("0", corpus[0].text, label="b", outlet="outlet0")
    found = audit([*corpus, leak], inputs=["train"] * len(corpus) + ["test"])
    assert found.duplicate_groups == [[0, len(corpus)]]
    assert found.straddling == {"label": [0], "outlet": [0], "input": [0]}
    assert [p.articles for p in found.passages] == [(0, len(corpus))]


@pytest.mark.slow
def test_a_byline_that_gives_the_label_away_is_caught():
    corpus = [
        Article(
            a.id, f"تقرير: نور الحاج\n{a.text}" if a.label == "a" else a.text, a.label, a.outlet
        )
        for a in clean_corpus()
    ]
    (told,) = audit(corpus).giveaways
    assert told.phrase == "تقرير نور الحاج"
    assert told.label == "a"
    assert told.purity == 1.0


def test_missing_fields_oddities_and_rejected_rows_are_counted():
    corpus = [
        Article("1", "نص سليم", outlet="x"),
        Article("2", "نص \ufffd تالف"),
        Article("3", "<p>نص</p> &nbsp;"),
        Article("4", "Ù\u0082Ø§Ù\u0084"),
        Article("5", "ﻗﺎﻝ\u200f"),
    ]
    found = audit(corpus, rejected=[RejectedRow("a.csv", 3, "'text' is empty")])
    assert found.missing["label"] == 5
    assert found.missing["outlet"] == 4
    assert {o.name: (o.articles, o.first) for o in found.oddities} == {
        "UTF-8 read as Latin-1": (1, "4"),
        "replacement characters": (1, "2"),
        "presentation forms": (1, "5"),
        "bidi controls or zero-width characters": (1, "5"),
        "HTML tags or entities": (1, "3"),
    }
    assert found.garbled == 1
    row = found.to_dict()["oddities"]["presentation forms"]
    assert row["characters"] == {"ﻗ": 1, "ﺎ": 1, "ﻝ": 1}
    assert row["sample"].startswith("ﻗﺎﻝ")
    assert row["advice"]
    assert found.to_dict()["rejected"][0]["row"] == 3


@pytest.mark.slow
def test_the_result_is_plain_json():
    import orjson

    corpus = clean_corpus()
    corpus.append(Article("again", corpus[0].text.replace(" ", "  "), outlet="elsewhere"))
    result = orjson.loads(orjson.dumps(audit(corpus).to_dict()))
    assert result["near_duplicates"]["groups"] == [["0", "again"]]
    assert [p["id"] for p in result["reused_passages"][0]["places"]] == ["0", "again"]
