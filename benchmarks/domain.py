"""Whether models know which articles are none of theirs.

    python benchmarks/domain.py

Trains a model on a part of each of three corpora, beside the shipped one; scores fresh articles of
its own kind, and others: sections of a newspaper, tweets, and benchmarks/out_of_domain.jsonl (other
languages, verse, recipes, chatter, junk). Prints for each the share that is flagged and the area
under the ROC curve against the fresh ones, and writes benchmarks/results/domain.json.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.metrics import roc_auc_score

import stance

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "domain.json"
WRITTEN = ROOT / "benchmarks" / "out_of_domain.jsonl"
SEED = 2018
MOST = 500

SECTIONS = ("middleEast", "internationalNews", "economy", "culture", "technology", "sport")

Articles = list[stance.Article]


def main() -> None:
    """Score the models and write the result."""
    kinds = {f"ant {name}": read("dataset:ant", section=name) for name in SECTIONS}
    kinds |= {name: read(f"dataset:{name}") for name in ("mawqif", "arabicstancex")}
    written = json_lines(WRITTEN)
    for kind in dict.fromkeys(row["kind"] for row in written):
        kinds[kind] = read(WRITTEN, kind=kind)
    result = {}
    for name, (model, fresh, own) in models(kinds).items():
        others = {kind: found for kind, found in kinds.items() if kind != own}
        result[name] = report(name, model, fresh, others)
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def models(kinds: dict[str, Articles]) -> dict[str, tuple[stance.Model, Articles, str]]:
    """Return each model with fresh articles of its own kind, and that kind's name."""
    syria, _ = stance.read_corpus(["dataset:syria-outlets"])
    outlets = sorted({str(article.outlet) for article in syria})
    held_out = set(random.Random(SEED).sample(outlets, len(outlets) // 3))
    mawqif, _ = stance.read_corpus(["dataset:mawqif/train"])
    tweets, _ = stance.read_corpus(["dataset:mawqif/test"])
    news, _ = stance.read_corpus(
        ["dataset:ant"],
        fields=stance.FieldMapping(label="outlet"),
        where={"section": "middleEast"},
    )
    random.Random(SEED).shuffle(news)
    known = [article for article in syria if article.outlet not in held_out]
    new = [article for article in syria if article.outlet in held_out]
    shipped = stance.load_model(ROOT / "models" / "syria-framing")
    return {
        "shipped": (shipped, syria, ""),
        "syria-outlets": (stance.train(known), new, ""),
        "ant middleEast": (stance.train(news[:2000]), news[2000:4000], "ant middleEast"),
        "mawqif": (stance.train(mawqif), tweets, "mawqif"),
    }


def read(source: str | Path, **where: str) -> Articles:
    """Read the articles of a source, or as many as will do, drawn at random."""
    found = list(stance.read_articles([source], where=where, on_rejected=lambda row: None))
    return random.Random(SEED).sample(found, min(len(found), MOST))


def json_lines(path: Path) -> list[dict[str, Any]]:
    """Read the rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def report(
    name: str, model: stance.Model, fresh: Articles, others: dict[str, Articles]
) -> dict[str, Any]:
    """Print and return what a model flags."""
    if model.domain is None:
        raise SystemExit(f"The model {name} knows no domain.")
    own = look(model, fresh)
    print(f"\n{name}: threshold {model.domain.threshold:.3f}, {model.domain.protocol}")
    rows = {"its own kind": {"n": len(own.scores), "flagged": own.flagged}}
    for kind, articles in others.items():
        found = look(model, articles)
        truth = np.repeat([1, 0], [len(own.scores), len(found.scores)])
        rows[kind] = {
            "n": len(found.scores),
            "flagged": found.flagged,
            "roc_auc": float(roc_auc_score(truth, own.scores + found.scores)),
        }
    for kind, row in rows.items():
        auc = f"{row['roc_auc']:.3f}" if "roc_auc" in row else ""
        print(f"  {kind:<24}{row['n']:>5}{row['flagged']:>8.3f}{auc:>8}")
    return {"domain": model.domain.model_dump(), "kinds": rows}


class Look(NamedTuple):
    """The domain scores of some articles, and the part of them that is flagged."""

    scores: list[float]
    flagged: float


def look(model: stance.Model, articles: Sequence[stance.Article]) -> Look:
    """Ask a model which articles are none of its own."""
    found = list(stance.predict(model, articles))
    scores = [prediction.domain_score or 0.0 for prediction in found]
    return Look(scores, float(np.mean([bool(p.out_of_domain) for p in found])))


if __name__ == "__main__":
    main()
