"""Whether the words that an explanation names decide a label on outlets never seen.

    python benchmarks/faithfulness.py
    python benchmarks/faithfulness.py --articles CORPUS --folds 5 -o RESULT.json

Trains models without some of the outlets, labels the articles of those, and removes from each the
five words that contribute most to its label, wherever they occur. The label should change more
often than without five words drawn at random: once every word has the same chance, once words are
as likely as they are frequent. Intervals are over outlets: a jackknife with Student's t. Writes
benchmarks/results/faithfulness.json.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t
from sklearn.model_selection import StratifiedGroupKFold

import stance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    Place = tuple[str, int, int]

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "faithfulness.json"
CONFIG = ROOT / "seeds" / "model.toml"
# A temperature changes no label, and without it training takes a fifth of the time.
SETTINGS = ("calibration.enabled=false",)
N_WORDS = 5
# Words that an explanation lists by their amount: some of them are against the label.
LISTED = 50
DRAWS = 20
SEED = 17
LEVEL = 0.95

# Letters and digits with the marks on them.
WORD = re.compile(r"[\w\u0640\u064b-\u065f\u0670]+")

EVIDENCE = "evidence"
RANDOM = "random words"
FREQUENT = "random words by frequency"


@dataclass(frozen=True)
class Removals:
    """How often the label of each article changes without some of its words.

    Parameters
    ----------
    outlets : sequence of str
        The outlet of each article.
    changed : dict of str to list of float
        By what was removed: for each article, the share of removals in [0, 1]
        after which the label is another one.
    removed : dict of str to list of float
        By what was removed: how many words of the running text that were, on
        average.
    n_right : int
        Articles whose label was right before.
    """

    outlets: list[str]
    changed: dict[str, list[float]]
    removed: dict[str, list[float]]
    n_right: int


def main() -> None:
    """Remove words on held-out outlets, print the shares and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", default="dataset:syria-outlets-4")
    parser.add_argument("--lexicons", default=str(ROOT / "seeds" / "lexicons"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    given = parser.parse_args()
    articles, _ = stance.read_corpus([given.articles])
    overrides = [f"features.lexicon.path={given.lexicons}", *SETTINGS]
    config = stance.load_config(CONFIG, overrides)
    found = removals(articles, config, given.folds)
    result = summary(found, given.articles, given.folds)
    given.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(result, indent=1, ensure_ascii=False))


def removals(
    articles: Sequence[stance.Article], config: stance.TrainingConfig, folds: int
) -> Removals:
    """Return how labels change in all articles, each held out with its outlet."""
    labels, outlets = [a.label for a in articles], [str(a.outlet) for a in articles]
    draw = random.Random(SEED)
    found = Removals([], {}, {}, 0)
    splits = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED)
    for learned, held_out in splits.split(labels, labels, outlets):
        model = stance.train([articles[i] for i in learned], config)
        part = in_fold(model, [articles[i] for i in held_out], draw)
        found = joined(found, part)
        print(f"{len(found.outlets)} of {len(articles)} articles", flush=True)
    return found


def joined(first: Removals, second: Removals) -> Removals:
    """Return the removals of two folds as one."""
    kinds = second.changed
    return Removals(
        first.outlets + second.outlets,
        {kind: first.changed.get(kind, []) + second.changed[kind] for kind in kinds},
        {kind: first.removed.get(kind, []) + second.removed[kind] for kind in kinds},
        first.n_right + second.n_right,
    )


def in_fold(
    model: stance.Model, articles: Sequence[stance.Article], draw: random.Random
) -> Removals:
    """Return how labels change in the held-out articles of one fold."""
    explained = list(stance.explain(model, articles, top=LISTED))
    labels = [one.label for one in explained]
    drawn = {EVIDENCE: [[evidence(one)] for one in explained]}
    for kind, by_frequency in ((RANDOM, False), (FREQUENT, True)):
        drawn[kind] = [
            [drawn_words(places, draw, by_frequency=by_frequency) for _ in range(DRAWS)]
            for places in map(words_of, articles)
        ]
    changed = {
        kind: [
            float(np.mean([label != before for label in after]))
            for before, after in zip(labels, labels_without(model, articles, places), strict=True)
        ]
        for kind, places in drawn.items()
    }
    removed = {
        kind: [float(np.mean([len(its) for its in of_article])) for of_article in places]
        for kind, places in drawn.items()
    }
    right = sum(label == article.label for label, article in zip(labels, articles, strict=True))
    return Removals([str(article.outlet) for article in articles], changed, removed, right)


def evidence(explanation: stance.Explanation) -> list[Place]:
    """Return the places of the words that contribute most to the label."""
    supporting = [word for word in explanation.words if word.contribution > 0]
    return [tuple(place) for word in supporting[:N_WORDS] for place in word.places]


def words_of(article: stance.Article) -> dict[str, list[Place]]:
    """Return the distinct words of an article as published, with their places."""
    places: dict[str, list[Place]] = {}
    for field, text in (("title", article.title or ""), ("text", article.text)):
        for match in WORD.finditer(text):
            places.setdefault(match.group(), []).append((field, *match.span()))
    return places


def drawn_words(
    places: dict[str, list[Place]], draw: random.Random, *, by_frequency: bool
) -> list[Place]:
    """Return the places of words that are drawn at random, without replacement.

    Parameters
    ----------
    places : dict of str to list of tuple
        Those of each word; see `words_of`.
    draw : random.Random
    by_frequency : bool
        Whether words are as likely as they are frequent, instead of all equally.
    """
    words = list(places)
    if not by_frequency:
        return [
            place for word in draw.sample(words, min(N_WORDS, len(words))) for place in places[word]
        ]
    # The largest keys u ** (1 / weight) are a weighted sample (Efraimidis and Spirakis 2006).
    keys = {word: draw.random() ** (1 / len(places[word])) for word in words}
    return [
        place for word in sorted(words, key=keys.__getitem__)[-N_WORDS:] for place in places[word]
    ]


def labels_without(
    model: stance.Model,
    articles: Sequence[stance.Article],
    places: Sequence[Sequence[Iterable[Place]]],
) -> Iterator[list[str]]:
    """Yield the labels of each article without some of its words, once for each removal."""
    texts = [
        without(article, its)
        for article, of_article in zip(articles, places, strict=True)
        for its in of_article
    ]
    found = iter([prediction.label for prediction in stance.predict(model, texts)])
    for of_article in places:
        yield [next(found) for _ in of_article]


def without(article: stance.Article, places: Iterable[Place]) -> stance.Article:
    """Return an article without the text in some places."""
    values = {"title": article.title or "", "text": article.text}
    for field, start, end in sorted(places, key=lambda place: place[1], reverse=True):
        values[field] = values[field][:start] + values[field][end:]
    title = None if article.title is None else values["title"]
    return replace(article, title=title, text=values["text"])


def summary(found: Removals, corpus: str, folds: int) -> dict[str, object]:
    """Return the shares with intervals over outlets."""
    changed = {kind: np.array(shares) for kind, shares in found.changed.items()}
    differences = {
        f"{EVIDENCE} - {kind}": estimate(changed[EVIDENCE] - changed[kind], found.outlets)
        for kind in (RANDOM, FREQUENT)
    }
    return {
        "articles": corpus,
        "n_articles": len(found.outlets),
        "n_outlets": len(set(found.outlets)),
        "folds": folds,
        "accuracy": round(found.n_right / len(found.outlets), 4),
        "n_words": N_WORDS,
        "draws": DRAWS,
        "label_changed": {
            kind: estimate(shares, found.outlets) for kind, shares in changed.items()
        },
        "difference": differences,
        "words_of_the_text_removed": {
            kind: round(float(np.mean(sizes)), 2) for kind, sizes in found.removed.items()
        },
    }


def estimate(values: NDArray[np.float64], outlets: Sequence[str]) -> dict[str, float]:
    """Return the mean of articles with its interval over outlets.

    Notes
    -----
    Each outlet is left out in turn. With n outlets and the means m_i without
    outlet i, the variance is ``(n - 1) / n * sum((m_i - mean(m))**2)``.
    """
    _, of_article = np.unique(outlets, return_inverse=True)
    sums, sizes = np.bincount(of_article, values), np.bincount(of_article)
    left = (sums.sum() - sums) / (sizes.sum() - sizes)
    n = len(sums)
    error = np.sqrt((n - 1) / n * np.square(left - left.mean()).sum())
    mean, reach = values.mean(), t.ppf((1 + LEVEL) / 2, n - 1) * error
    return {
        "share": round(float(mean), 4),
        "low": round(float(mean - reach), 4),
        "high": round(float(mean + reach), 4),
    }


if __name__ == "__main__":
    main()
