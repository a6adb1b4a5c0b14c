"""How what was learned before 8 December 2024 carries over to the texts after it, and back.

    python benchmarks/then_and_now.py
    python benchmarks/then_and_now.py --lexicons FOLDER -o RESULT.json

Trains on the seed corpus's events before that day and scores its articles and headlines after it,
with the dates of publication and without; then the other way round. Nothing is learned from the
other side of the day, so only terms that have a side on both can carry over. Learns from articles
alone, and from headlines too. Writes benchmarks/results/then_and_now.json.
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
    from collections.abc import Iterable, Iterator, Sequence

    Corpora = dict[str, list[stance.Article]]

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "then_and_now.json"
KINDS = ("articles", "headlines")
CONFIG = ROOT / "seeds" / "model.toml"
CHANGE = "2024-12-08"
SECOND = "-2"


def main() -> None:
    """Score both directions, print the figures and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lexicons", default=str(ROOT / "seeds" / "lexicons"))
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    given = parser.parse_args()
    overrides = [
        f"features.lexicon.path={given.lexicons}",
        "features.lexicon.enabled=true",
        "calibration.enabled=false",
    ]
    config = stance.load_config(CONFIG, overrides)
    result = {}
    for direction, learned, held_out in directions():
        for name, corpora in (
            ("articles", ["articles"]),
            ("articles and headlines", list(learned)),
        ):
            model = stance.train([one for kind in corpora for one in learned[kind]], config)
            key = f"{direction}, from {name}"
            result[key] = {
                f"{kind} {dates}": score(model, texts)
                for kind in corpora
                for dates, texts in (
                    ("with dates", held_out[kind]),
                    ("without dates", without_dates(held_out[kind])),
                )
            }
            for what, found in result[key].items():
                print(f"{key}: {what}: {shown(found)}", flush=True)
    given.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def directions() -> Iterator[tuple[str, Corpora, Corpora]]:
    """Yield both directions, with what is learned from and what is scored, by kind of text."""
    before: Corpora = {}
    after: Corpora = {}
    for kind in KINDS:
        rows, _ = stance.read_corpus([ROOT / "seeds" / f"{kind}.jsonl"])
        before[kind], after[kind] = split_by_event(rows)
    yield "before, scored after", before, after
    yield "after, scored before", after, before


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
