"""How the shipped model does on real articles of outlets that it has never seen.

    python benchmarks/transfer.py

Beside it, trained from the same seed corpus: TF-IDF alone, and the lexicon alone. Writes
benchmarks/results/transfer.json. Settings are chosen on the seed corpus; this only looks.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from sklearn.metrics import accuracy_score, f1_score

import stance

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "transfer.json"
SEEDS = ROOT / "seeds" / "articles.jsonl"
CONFIG = ROOT / "seeds" / "model.toml"

LEAST = (0.8, 0.95, 0.99)

SYRIA_BLOCS = ("damascus_aligned", "opposition_aligned", "neutral_wire")

ALONE = {
    "TF-IDF alone": ["features.lexicon.enabled=false"],
    "lexicon alone": ["features.word.enabled=false"],
}


def main() -> None:
    """Score the models and write the result."""
    articles, _ = stance.read_corpus(["dataset:syria-outlets"])
    seeds, _ = stance.read_corpus([SEEDS])
    models = {"shipped": stance.load_model(ROOT / "models" / "syria-framing")}
    for name, overrides in ALONE.items():
        models[name] = stance.train(seeds, stance.load_config(CONFIG, overrides))
    result = {name: score(model, articles) for name, model in models.items()}
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for name, found in result.items():
        print(f"{name}: macro-F1 {found['macro_f1']:.3f}, accuracy {found['accuracy']:.3f}")


def score(model: stance.Model, articles: Sequence[stance.Article]) -> dict[str, Any]:
    """Score one model over the three labels that the articles have."""
    truth = [str(article.label) for article in articles]
    found = list(stance.predict(model, articles))
    guess = [str(prediction.label) for prediction in found]
    per_label = f1_score(truth, guess, labels=list(SYRIA_BLOCS), average=None)
    outlets: dict[str, Counter[str]] = defaultdict(Counter)
    for article, label in zip(articles, guess, strict=True):
        outlets[f"{article.outlet} ({article.label})"][label] += 1
    return {
        "n": len(articles),
        "macro_f1": float(per_label.mean()),
        "accuracy": float(accuracy_score(truth, guess)),
        "f1": dict(zip(SYRIA_BLOCS, map(float, per_label), strict=True)),
        "at_least": [at_least(found, truth, least) for least in LEAST],
        "by_domain": [by_domain(found, truth, out=out) for out in (False, True)],
        "guesses_by_outlet": {name: dict(c.most_common()) for name, c in sorted(outlets.items())},
    }


def at_least(
    found: Sequence[stance.Prediction], truth: Sequence[str], least: float
) -> dict[str, float | None]:
    """Tell what --min-probability would leave, and how much of it is right."""
    kept = [p.label == t for p, t in zip(found, truth, strict=True) if p.probability >= least]
    return {"min_probability": least, "labelled": len(kept) / len(found), "accuracy": share(kept)}


def by_domain(
    found: Sequence[stance.Prediction], truth: Sequence[str], *, out: bool
) -> dict[str, float | None]:
    """Tell how many articles are in the model's domain, or out of it, and how many are right."""
    kept = [p.label == t for p, t in zip(found, truth, strict=True) if p.out_of_domain is out]
    return {"out_of_domain": out, "share": len(kept) / len(found), "accuracy": share(kept)}


def share(right: Sequence[bool]) -> float | None:
    """Return the part that is right, or None of none."""
    return mean(right) if right else None


if __name__ == "__main__":
    main()
