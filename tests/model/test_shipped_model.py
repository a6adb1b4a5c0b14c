"""The model that ships with the package knows what framing looks like."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from stance import resources
from stance.corpus.article import Article
from stance.corpus.codebook import Codebook
from stance.formats.labelled import read_corpus
from stance.formats.reading import read_articles
from stance.model.config import load_config
from stance.model.persistence import read_model, save_model
from stance.model.prediction import predict
from stance.model.training import train
from stance.reporting.card import card_markdown
from stance.reporting.card_text import compose, read_card

SWAPS = json.loads((Path(__file__).parents[1] / "data" / "name_swaps.json").read_text("utf-8"))
WRITTEN = Path(__file__).parents[2] / "benchmarks" / "out_of_domain.jsonl"
LIMIT = 4_000_000


@pytest.fixture(scope="module")
def stored():
    return read_model(resources.DEFAULT_MODEL)


def probabilities(stored, texts):
    return stored.model.probabilities([Article(str(n), text) for n, text in enumerate(texts)])


@pytest.mark.slow
def test_it_is_small_and_has_a_codebook(stored):
    assert stored.size < LIMIT
    assert stored.model.codebook is not None


def test_its_card_is_the_one_that_stance_writes_with_results_by_outlet_and_by_event(stored):
    found = read_card(resources.DEFAULT_MODEL / "card.md")
    assert compose(card_markdown(stored)) == compose(found.generated)
    protocols = [one.protocol for one in stored.manifest.description.results]
    assert [protocol.split("(")[0].strip() for protocol in protocols] == [
        "leave one outlet out",
        "8 folds of held-out events",
    ]
    assert "cite them, do not redistribute them" in found.own


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
def test_its_recipe_makes_the_same_bytes_again(tmp_path, stored):
    labels = {"label": list(stored.model.labels)}
    real, _ = read_corpus(["dataset:syria-outlets-4", "dataset:syria-headlines"], where=labels)
    written, _ = read_corpus(
        [resources.SEEDS / name for name in ("articles.jsonl", "headlines.jsonl")]
    )
    model = train(
        real,
        load_config(resources.SEEDS / "model.toml"),
        codebook=Codebook.read(resources.SEEDS / "codebook.toml"),
        always_train=written,
    )
    save_model(model, tmp_path / "again")
    again = read_model(tmp_path / "again")
    assert again.manifest.files == stored.manifest.files
    # The manifest without the description, which is no part of the model.
    assert again.sha256 == stored.sha256


def test_swapping_one_actor_for_another_rarely_changes_the_label(stored):
    pairs = [
        [swap["text"].replace("{actor}", actor) for actor in swap["actors"]]
        for swap in SWAPS["actor_swaps"]
    ]
    assert len(pairs) >= 40
    before = probabilities(stored, [one for one, _ in pairs]).argmax(axis=1)
    after = probabilities(stored, [other for _, other in pairs]).argmax(axis=1)
    assert np.mean(before != after) < 0.10


def test_a_partisan_name_moves_the_probability_the_right_way(stored):
    labels, swaps = stored.model.labels, SWAPS["partisan_swaps"]
    assert len(swaps) >= 40
    before = probabilities(stored, [s["text"].replace("{name}", s["neutral"]) for s in swaps])
    after = probabilities(stored, [s["text"].replace("{name}", s["partisan"]) for s in swaps])
    towards = [[labels.index(label) for label in swap["toward"]] for swap in swaps]
    moved = [
        after[n, columns].sum() > before[n, columns].sum() for n, columns in enumerate(towards)
    ]
    assert np.mean(moved) >= 0.90


def test_it_flags_what_is_no_arabic_news_of_its_war(stored):
    rows = [json.loads(line) for line in WRITTEN.read_text("utf-8").splitlines()]
    strange = list(predict(stored.model, [Article(row["id"], row["text"]) for row in rows]))
    in_arabic = {row["id"] for row in rows if row["kind"] in {"poetry", "recipe", "chatter"}}
    missed = {p.article.id for p in strange if not p.out_of_domain}
    assert len(missed - in_arabic) <= 0.01 * len(rows)
    assert len(missed & in_arabic) <= 0.3 * len(in_arabic)
    samples = predict(stored.model, read_articles([resources.SEEDS / "samples.jsonl"]))
    assert not any(p.out_of_domain for p in samples)


def test_it_does_not_flag_the_real_articles_on_its_war(stored, real_articles):
    found = list(predict(stored.model, read_articles(real_articles)))
    assert len(found) == 5
    assert not any(p.out_of_domain for p in found)


def test_the_real_articles_of_high_confidence_are_right(stored, real_articles):
    folder = real_articles[0].parent
    with (folder / "provenance.csv").open(encoding="utf-8", newline="") as file:
        sure = {r["file"]: r["framing"] for r in csv.DictReader(file) if r["confidence"] == "high"}
    articles = [a for a in read_articles(real_articles) if a.id in sure]
    assert len(articles) == len(sure) == 3
    guess = stored.model.probabilities(articles).argmax(axis=1)
    assert [stored.model.labels[g] for g in guess] == [sure[a.id] for a in articles]


def test_the_period_of_an_article_decides_whose_word_it_is(stored):
    text = "بحث الرئيس السوري أحمد الشرع مع وفد من الأهالي أوضاع المدينة بعد سقوط النظام البائد."
    articles = [
        Article("1", text),
        Article("2", text, published="2019-03-23"),
        Article("3", text, published="2025-06-01"),
    ]
    found = [(p.period, p.period_source) for p in predict(stored.model, articles)]
    assert found == [
        ("2024-12-08/", "words"),
        ("/2024-12-07", "published"),
        ("2024-12-08/", "published"),
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
def test_written_articles_carry_over_to_real_outlets_by_the_lexicon(seed_articles):
    articles, _ = read_corpus(["dataset:syria-outlets"])
    truth = [article.label for article in articles]
    alone = ("headlines.enabled=false", "features.char.enabled=false")
    scores = []
    for lexicon in ("true", "false"):
        overrides = (*alone, f"features.lexicon.enabled={lexicon}")
        model = train(seed_articles, load_config(resources.SEEDS / "model.toml", overrides))
        guess = [model.labels[g] for g in model.probabilities(articles).argmax(axis=1)]
        scores.append(f1_score(truth, guess, labels=sorted(set(truth)), average="macro"))
    assert scores[0] >= scores[1] + 0.10
    assert scores[0] >= 0.65
