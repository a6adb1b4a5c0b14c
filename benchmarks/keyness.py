"""False alarms of `stance keyness`, and its speed beside others: `results/keyness.json`.

    python benchmarks/keyness.py ARTICLES --python PYTHON [--runs N] [--rounds N] [--results FOLDER]

ARTICLES is `ant` as JSON Lines (benchmarks/prepare.py); STANCE_DATA names the public data; PYTHON
is an interpreter with pycorpdiff, which needs no other package of this project.

Under the null there is nothing to find: the outlets of one label of `dataset:syria-outlets` are
divided by lot into two halves, and keyness compares the halves. A run is a false alarm if any word
or pair is beyond its simultaneous bound, on either side. Beside it is how often that happens by
the interval of the top row alone, at 1.96 standard errors of the log-odds, as it is often read.

The speed is measured in turn, each contender in a process of its own:

- whole: `stance keyness --by outlet`, with ranks without each outlet and spellings, near-duplicates
  found or all counted; and scikit-learn's CountVectorizer with G2, without any of these.
- counting: words and pairs of the articles in memory, by both.
- sample: every twentieth article, `stance` and pycorpdiff 0.1, which needs 48 GiB for all of them.

The opponents are in benchmarks/opponents/keyness_*.py.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import stance
from stance.distribution import installed_versions
from timing import Contender, measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from timing import Measured

HERE = Path(__file__).parent
OPPONENTS = HERE / "opponents"
CORPUS = "dataset:syria-outlets"
SEED = 17
EVERY = 20  # articles, of which one is in the sample
COUNT = """
import json, sys, time
import numpy as np
from stance import read_articles
from stance.description.article_words import read_texts
from stance.description.term_counts import count_terms
articles = list(read_articles([sys.argv[1]]))
start, processor = time.perf_counter(), time.process_time()
words = read_texts(articles, by_voice=False).words(np.arange(len(articles)), "all")
count_terms(words, min_articles=5, pairs=True)
told = {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor}
print(json.dumps(told))
"""
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
        found = stance.keyness(
            articles, "half", values=values, target="a", top=1, ignore_duplicates=True
        )
        (one,) = found.comparisons
        together += bool(one.n_beyond or one.n_beyond_reference)
        top_row += one.terms[0].log_odds_z > Z
        critical.append(float(one.critical or 0))
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
    ours = [sys.executable, "-m", "stance", "keyness", "--by", "outlet", "--quiet"]
    theirs = [sys.executable, str(OPPONENTS / "keyness_scikit_learn.py"), str(articles)]
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample.jsonl"
        lines = articles.read_bytes().splitlines(keepends=True)
        sample.write_bytes(b"".join(lines[::EVERY]))
        other = [python, str(OPPONENTS / "keyness_pycorpdiff.py"), str(sample)]
        contenders = {
            "whole": [
                Contender("stance", [*ours, str(articles)]),
                Contender(
                    "stance --ignore-duplicates", [*ours, str(articles), "--ignore-duplicates"]
                ),
                Contender("scikit-learn", theirs),
            ],
            "counting": [
                Contender("stance", [sys.executable, "-c", COUNT, str(articles)], tells=True),
                Contender("scikit-learn", [*theirs, "counting"], tells=True),
            ],
            "sample": [
                Contender("stance", [*ours, str(sample)]),
                Contender("pycorpdiff", other),
            ],
        }
        return {
            name: _compared(measure(some, rounds), opponent=some[-1].name)
            for name, some in contenders.items()
        }


def _compared(found: Mapping[str, Measured], opponent: str) -> dict[str, object]:
    """Return what each took, and how many times as long the opponent took."""
    theirs = found[opponent]
    return {
        name: {
            "seconds": one.seconds,
            "processor": one.processor,
            "peak_mb": one.peak_mb,
            "times_as_fast": round(theirs.median / one.median, 2),
            "times_as_fast_in_processor_time": round(
                theirs.median_processor / one.median_processor, 2
            ),
        }
        for name, one in found.items()
    }


def main() -> None:
    """Measure both, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", choices=("speed", "null"), help="measure one of them again")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=HERE / "results")
    asked = parser.parse_args()
    path = asked.results / "keyness.json"
    results = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if asked.only != "null":
        results["speed"] = speed(asked.articles, asked.rounds, asked.python)
    if asked.only != "speed":
        results["null"] = null(asked.runs)
    results["versions"] = installed_versions(["numpy", "scipy", "scikit-learn"])
    text = json.dumps(results, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
