"""What articles labelled for another question are worth to a small corpus.

    python benchmarks/auxiliary.py [--jobs N]

Of each target of mawqif's training tweets so many are learned from, alone and beside the training
tweets of arabicstancex, and a fifth is labelled that was not learned from; five folds, three times.
The official test parts are not looked at. Writes benchmarks/results/auxiliary.json.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from itertools import product
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.metrics import f1_score

from stance.benchmarking.contenders import OurModel
from stance.benchmarking.preparing import prepare
from stance.benchmarking.suite import load_suite
from stance.model.learning_corpus import LabelledCorpus
from stance.model.resolve_auto import resolve_auto

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.model.resolve_auto import ResolvedConfig

ROOT = Path(__file__).parent
RESULT = ROOT / "results" / "auxiliary.json"

SIZES = (50, 100, 200, 400, None)  # tweets of a target to learn from; None for all
WEIGHTS = (0.0, 0.15, 0.5, 1.0)
SEEDS = (1, 2, 3)
FOLDS = 5


def main() -> None:
    """Train on folds of every size with every weight, and write the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=-1)
    jobs = parser.parse_args().jobs
    suite = load_suite(ROOT / "accuracy.toml")
    task = suite.tasks["mawqif"]
    prepared = prepare(suite, "mawqif")
    known = prepared.articles[: prepared.n_known]
    by_target = {t: [a for a in known if a.target == t] for t in {a.target for a in known}}
    configs = {
        weight: resolve_auto(
            LabelledCorpus(known), suite.settings(task, {"auxiliary": {"weight": weight}})
        )
        for weight in WEIGHTS
    }
    trials = list(product(SIZES, WEIGHTS, SEEDS, sorted(map(str, by_target)), range(FOLDS)))
    found = Parallel(n_jobs=jobs)(
        delayed(guess)(
            *parts(by_target[target], seed, fold, size),
            prepared.auxiliary if weight else (),
            configs[weight],
        )
        for size, weight, seed, target, fold in trials
    )
    pooled: dict[tuple[Any, ...], list[tuple[str, str]]] = defaultdict(list)
    for (size, weight, seed, target, _), pairs in zip(trials, found, strict=True):
        pooled[size, weight, seed, target] += pairs
    scores = {key: favor_and_against(pairs) for key, pairs in pooled.items()}
    rows = [
        {
            "tweets of a target": size or "all",
            "weight": weight,
            "Favor and Against": mean(f for key, f in scores.items() if key[:2] == (size, weight)),
        }
        for size, weight in product(SIZES, WEIGHTS)
    ]
    RESULT.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    for row in rows:
        print(*row.values())


def parts(
    articles: Sequence[Article], seed: int, fold: int, size: int | None
) -> tuple[list[Article], list[Article]]:
    """Return so many articles to learn from, and a fold to label."""
    order = np.random.default_rng(seed).permutation(len(articles)).tolist()
    known = [articles[i] for place, i in enumerate(order) if place % FOLDS != fold]
    return known[:size], [articles[i] for i in order[fold::FOLDS]]


def guess(
    known: Sequence[Article],
    unknown: Sequence[Article],
    auxiliary: Sequence[Article],
    resolved: ResolvedConfig,
) -> list[tuple[str, str]]:
    """Return the label of each unknown article, and what a model made of it."""
    found = OurModel(resolved, auxiliary).label(known, unknown)
    return [(str(a.label), label) for a, label in zip(unknown, found, strict=True)]


def favor_and_against(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 of the two labels that the data set scores."""
    truth, found = zip(*pairs, strict=True)
    return float(f1_score(truth, found, labels=["Favor", "Against"], average="macro"))


if __name__ == "__main__":
    main()
