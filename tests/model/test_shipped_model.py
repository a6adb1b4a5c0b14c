"""The model that ships with the package knows what framing looks like."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from stance import resources
from stance.corpus.article import Article
from stance.formats.labelled import read_corpus
from stance.formats.reading import read_articles
from stance.model.config import load_config
from stance.model.persistence import read_model
from stance.model.prediction import predict
from stance.model.training import train

SWAPS = json.loads((Path(__file__).parents[1] / "data" / "name_swaps.json").read_text("utf-8"))
WRITTEN = Path(__file__).parents[2] / "benchmarks" / "out_of_domain.jsonl"
LIMIT = 8_000_000


@pytest.fixture(scope="module")
def stored():
    return read_model(resources.DEFAULT_MODEL)


def probabilities(stored, texts):
    return stored.model.probabilities([Article(str(n), text) for n, text in enumerate(texts)])


@pytest.mark.xfail(strict=True, reason="the seed corpus has grown since it was trained")
def test_it_is_small_and_learned_from_the_seeds_as_they_are(stored, seed_articles):
    from stance.model.learning_corpus import LabelledCorpus

    assert stored.size < LIMIT
    assert stored.manifest.record.fingerprint == LabelledCorpus(seed_articles).fingerprint()
    assert stored.model.codebook is not None


def test_it_has_the_settings_of_its_file(stored, seed_articles):
    from stance.model.learning_corpus import LabelledCorpus
    from stance.model.resolve_auto import resolve_auto

    config = load_config(resources.SEEDS / "model.toml")
    resolved = resolve_auto(LabelledCorpus(seed_articles), config).config
    penalty = stored.model.config.classifier.logistic.C
    assert stored.model.config == resolved.with_penalty(penalty)


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


@pytest.mark.slow
@pytest.mark.usefixtures("public_data")
def test_it_carries_over_to_real_outlets_better_than_words_alone(stored, seed_articles):
    articles, _ = read_corpus(["dataset:syria-outlets"])
    truth = [article.label for article in articles]
    settings = load_config(resources.SEEDS / "model.toml", ["features.lexicon.enabled=false"])
    scores = []
    for model in (stored.model, train(seed_articles, settings)):
        guess = [model.labels[g] for g in model.probabilities(articles).argmax(axis=1)]
        scores.append(f1_score(truth, guess, labels=sorted(set(truth)), average="macro"))
    assert scores[0] >= scores[1] + 0.10
    assert scores[0] >= 0.70
