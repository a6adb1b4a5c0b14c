"""False alarms of `stance keyness`, and its speed beside others: `results/keyness.json`.

    python benchmarks/keyness.py ARTICLES --python PYTHON [--runs N] [--rounds N] [--results FOLDER]

ARTICLES is `ant` as JSON Lines (benchmarks/prepare.py); STANCE_DATA names the public data; PYTHON
is an interpreter with pycorpdiff, which needs no other package of this project.

Under the null there is nothing to find: the outlets of one label of `dataset:syria-outlets` are
divided by lot into two halves, and keyness compares the halves. A run is a false alarm if any word
or pair is beyond its simultaneous bound, on either side. Beside it is how often that happens by
the interval of the top row alone, at 1.96 standard errors of the log-odds, as it is often read.

The speed is that of whole processes, in turn: `stance keyness --by outlet`, with ranks without each
outlet and spellings, near-duplicates found or all counted; pycorpdiff 0.1, and scikit-learn's
CountVectorizer with G2, without any of these (benchmarks/opponents/keyness_*.py). pycorpdiff takes
minutes and runs once.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import stance
from stance.distribution import installed_versions
from timing import Contender, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
CORPUS = "dataset:syria-outlets"
SEED = 17
Z = 1.96  # of a single interval of 95 %


def false_alarms(articles: Sequence[stance.Article], runs: int) -> dict[str, object]:
    """Return how often a word is beyond its bound where labels are shuffled among outlets."""
    outlets = sorted({str(article.outlet) for article in articles})
    random = np.random.default_rng(SEED)
    together = top_row = 0
    critical: list[float] = []
    for _ in range(runs):
        drawn = set(random.permutation(outlets)[: len(outlets) // 2].tolist())
        values = ["a" if article.outlet in drawn else "b" for article in articles]
        found = stance.keyness(articles, "half", values=values, top=1, count_duplicates=True)
        together += any(one.n_beyond for one in found.comparisons)
        top_row += any(term.log_odds_z > Z for one in found.comparisons for term in one.terms)
        critical += [one.critical for one in found.comparisons if one.critical is not None]
    return {
        "outlets": len(outlets),
        "articles": len(articles),
        "runs": runs,
        "false_alarms": together,
        "share": together / runs,
        "top_row_share": top_row / runs,
        "critical_median": round(statistics.median(critical), 2),
    }


def null(runs: int) -> dict[str, dict[str, object]]:
    """Return the false alarms among the outlets of each label."""
    articles, _ = stance.read_corpus([CORPUS])
    found = {}
    for label in sorted({str(article.label) for article in articles}):
        found[label] = false_alarms([one for one in articles if one.label == label], runs)
        print(label, found[label], file=sys.stderr)
    return found


def speed(articles: Path, rounds: int, python: str) -> dict[str, object]:
    """Return how long each takes, and the memory that it needs."""
    ours = [sys.executable, "-m", "stance", "keyness", str(articles), "--by", "outlet", "--quiet"]
    opponents = HERE / "opponents"
    contenders = [
        Contender("stance", ours),
        Contender("stance --count-duplicates", [*ours, "--count-duplicates"]),
        Contender(
            "scikit-learn",
            [sys.executable, str(opponents / "keyness_scikit_learn.py"), str(articles)],
        ),
        Contender(
            "pycorpdiff",
            [python, str(opponents / "keyness_pycorpdiff.py"), str(articles)],
            at_most=1,
        ),
    ]
    found = measure(contenders, rounds)
    base = found["stance"]
    return {
        name: {
            "seconds": one.seconds,
            "processor": one.processor,
            "peak_mb": one.peak_mb,
            "times_as_long": round(one.median / base.median, 2),
            "times_the_processor_time": round(one.median_processor / base.median_processor, 2),
        }
        for name, one in found.items()
    }


def main() -> None:
    """Measure both, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--python", required=True)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=HERE / "results")
    asked = parser.parse_args()
    results = {
        "speed": speed(asked.articles, asked.rounds, asked.python),
        "null": null(asked.runs),
        "versions": installed_versions(["numpy", "scipy", "scikit-learn"]),
    }
    text = json.dumps(results, indent=2, ensure_ascii=False)
    (asked.results / "keyness.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
