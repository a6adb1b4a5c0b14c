"""How what was learned before 8 December 2024 carries over to the articles after it, and back.

    python benchmarks/then_and_now.py
    python benchmarks/then_and_now.py --lexicons FOLDER -o RESULT.json

Trains on the seed corpus's events before that day and scores its articles after it, with the dates
of publication and without; then the other way round. Nothing is learned from the other side of
the day, so only terms that have a side on both can carry over. Writes
benchmarks/results/then_and_now.json.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sklearn.metrics import accuracy_score, f1_score

import stance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "then_and_now.json"
ARTICLES = ROOT / "seeds" / "articles.jsonl"
CONFIG = ROOT / "seeds" / "model.toml"
CHANGE = "2024-12-08"
SECOND = "-2"


def main() -> None:
    """Score both directions, print the figures and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lexicons", default=str(ROOT / "seeds" / "lexicons"))
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    given = parser.parse_args()
    articles, _ = stance.read_corpus([ARTICLES])
    overrides = [
        f"features.lexicon.path={given.lexicons}",
        "features.lexicon.enabled=true",
        "calibration.enabled=false",
    ]
    config = stance.load_config(CONFIG, overrides)
    before, after = split_by_event(articles)
    result: dict[str, dict[str, Any]] = {}
    for name, learned, held_out in (
        ("before, scored after", before, after),
        ("after, scored before", after, before),
    ):
        model = stance.train(learned, config)
        result[name] = {
            "learned from": len(learned),
            "with dates": score(model, held_out),
            "without dates": score(model, without_dates(held_out)),
        }
    given.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for name, found in result.items():
        for dates in ("with dates", "without dates"):
            print(f"{name}, {dates}: {shown(found[dates])}")


def split_by_event(
    articles: Iterable[stance.Article],
) -> tuple[list[stance.Article], list[stance.Article]]:
    """Return the articles of the events before the change, and those of the events after it."""
    events: dict[str, list[stance.Article]] = defaultdict(list)
    for article in articles:
        events[str(article.event)].append(article)
    parts: tuple[list[stance.Article], list[stance.Article]] = ([], [])
    for told in events.values():
        parts[min(str(article.published) for article in told) >= CHANGE].extend(told)
    return parts


def without_dates(articles: Iterable[stance.Article]) -> list[stance.Article]:
    """Return the articles with no date of publication."""
    return [replace(article, published=None) for article in articles]


def score(model: stance.Model, articles: Sequence[stance.Article]) -> dict[str, Any]:
    """Score a model on articles: macro-F1, also by telling, and F1 by label."""
    labels = sorted({str(article.label) for article in articles})
    y_true = [str(article.label) for article in articles]
    y_pred = [str(prediction.label) for prediction in stance.predict(model, articles)]
    pairs = list(zip(articles, y_true, y_pred, strict=True))
    per_label = f1_score(y_true, y_pred, labels=labels, average=None)
    return {
        "n": len(articles),
        "macro_f1": float(per_label.mean()),
        "accuracy": float(accuracy_score(y_true, y_pred)),
        "f1": dict(zip(labels, map(float, per_label), strict=True)),
        "by_telling": [
            float(f1_score(*zip(*told, strict=True), labels=labels, average="macro"))
            for second in (False, True)
            if (told := [(t, p) for a, t, p in pairs if a.id.endswith(SECOND) == second])
        ],
    }


def shown(found: dict[str, Any]) -> str:
    """Return the figures of a score as one line."""
    labels = ", ".join(f"{label} {value:.2f}" for label, value in found["f1"].items())
    return f"macro-F1 {found['macro_f1']:.3f} ({labels})"


if __name__ == "__main__":
    main()
