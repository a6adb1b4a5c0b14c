"""Whether `stance curve` foretells what more articles bring: `results/learning_curve.json`.

    python benchmarks/learning_curve.py [--seeds N] [--jobs N] [-o RESULT.json]

Each corpus is measured with seven tenths of its articles to learn from, which every fold has, and
with a half, a quarter, an eighth and a sixteenth of these. A power law is fitted to the sizes up to
the half, and its intervals at the largest are compared with what was measured there: the narrow one
for the same test articles, and the wide one for other outlets like these. Seeds draw other folds
and other articles.

STANCE_DATA names the public data. It takes about ten minutes on two cores.

Beside it are made-up curves whose law is known: classifiers with a shift of their own for each
outlet and each draw. There the intervals should hold the true score in 95 % of the runs.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import stance
from stance.evaluation.curve_bootstrap import CurveScores, HeldOutArticles
from stance.evaluation.curve_fits import trend_of
from stance.evaluation.curve_predictions import CurveData, extrapolate
from stance.evaluation.sampling_units import Units

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "learning_curve.json"
SEEDS = ROOT / "seeds" / "articles.jsonl"
# Of the articles; every fold can learn from as many.
LARGEST = 0.7
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)
MAWQIF = ("Covid Vaccine", "Digital Transformation", "Women empowerment")
# The name of each corpus, its file, its target and its protocol.
CORPORA = (
    ("syria-outlets", "dataset:syria-outlets", None, "outlet"),
    ("seeds", SEEDS, None, "event"),
    *((f"mawqif: {target}", "dataset:mawqif/train", target, "random") for target in MAWQIF),
    (
        "arabicstancex: women_driving",
        "dataset:arabicstancex/train",
        "women_driving",
        "random",
    ),
)
LAWS = ((0.9, 0.9, 0.5), (0.85, 0.5, 0.25), (0.8, 3.0, 1.0))


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--runs", type=int, default=200, help="Made-up curves of each law.")
    parser.add_argument("-o", "--output", type=Path, default=RESULT)
    given = parser.parse_args()
    start = time.perf_counter()
    runs = []
    for name, file, target, by in CORPORA:
        where = {} if target is None else {"target": [target]}
        articles, _ = stance.read_corpus([file], where=where)
        for seed in range(given.seeds):
            found = check(articles, by, seed, given.jobs)
            runs.append({"corpus": name, "by": by, "seed": seed, **found})
            print(json.dumps(runs[-1], ensure_ascii=False), flush=True)
    made_up = [simulate(law, given.runs) for law in LAWS]
    result = {
        "summary": summary(runs),
        "made_up": made_up,
        "runs": runs,
        "seconds": round(time.perf_counter() - start),
    }
    print(json.dumps({**result, "runs": len(runs)}, indent=1))
    given.output.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def check(articles: list[stance.Article], by: str, seed: int, jobs: int) -> dict[str, Any]:
    """Compare the prediction from the smaller sizes with what was measured at the largest."""
    sizes = [max(round(share * LARGEST * len(articles)), 10) for share in SHARES]
    found = stance.learning_curve(articles, by=by, sizes=sizes, seed=seed, jobs=jobs)
    check = found.check
    measured = {str(one.n_articles): round(one.macro_f1, 4) for one in found.points}
    told: dict[str, Any] = {"n_articles": found.n_articles, "measured": measured}
    told["trend"] = found.trend.verdict
    told["check"] = None
    if check is not None:
        rounded = {
            key: round(value, 4) if isinstance(value, float) else value
            for key, value in asdict(check).items()
        }
        wide = check.low <= check.measured <= check.high
        told["check"] = {**rounded, "holds": check.holds, "wide_holds": wide}
    if found.comparison is not None:
        told["outlets"] = {**asdict(found.comparison), "verdict": found.comparison.verdict}
    return told


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Count the runs whose intervals hold the measured score."""
    checks = [run["check"] for run in runs if run["check"]]
    errors = [one["macro_f1"] - one["measured"] for one in checks]
    widths = [one["level_high"] - one["level_low"] for one in checks]
    return {
        "runs": len(runs),
        "fitted": len(checks),
        "narrow_interval_holds": sum(one["holds"] for one in checks),
        "wide_interval_holds": sum(one["wide_holds"] for one in checks),
        "mean_error": round(float(np.mean(errors)), 4),
        "mean_absolute_error": round(float(np.mean(np.abs(errors))), 4),
        "mean_width_of_narrow": round(float(np.mean(widths)), 4),
    }


def simulate(law: tuple[float, float, float], n_runs: int) -> dict[str, Any]:
    """Fit made-up curves, and count how often intervals hold at twice the largest size."""
    ceiling, scale, exponent = law
    holds = {"fitted": 0, "score": 0, "gain": 0}
    for seed in range(n_runs):
        data = made_up(law, seed)
        found = extrapolate(data, trend_of(data.scores, data.tested), (data.n_articles,))
        if not found.predictions:
            continue
        now, then = (ceiling - scale * n**-exponent for n in (data.n_articles, 2 * data.n_articles))
        one = found.predictions[-1]
        holds["fitted"] += 1
        holds["score"] += one.low <= then <= one.high
        holds["gain"] += one.gain_low <= then - now <= one.gain_high
    return {"ceiling": ceiling, "scale": scale, "exponent": exponent, "runs": n_runs, **holds}


def made_up(law: tuple[float, float, float], seed: int) -> CurveData:
    """Return the scores of a classifier with a known law, on 30 outlets of 20 articles."""
    random = np.random.default_rng(seed)
    sizes, n_draws, n_outlets, n_each = (25, 50, 100, 200, 400), 3, 30, 20
    ceiling, scale, exponent = law
    n = n_outlets * n_each
    outlets = np.arange(n) % n_outlets
    y_true = (np.arange(n) // n_outlets) % 2
    tested = HeldOutArticles(("a", "b"), y_true, Units.of(n, [f"o{one}" for one in outlets]))
    shift = random.normal(0, 0.08, n_outlets)[outlets]
    difficulty = random.random(n)
    drawn = random.normal(0, 0.2, (n_draws, 1)) / np.sqrt(sizes)
    shares = ceiling - scale * np.array(sizes) ** -exponent + drawn
    is_right = difficulty < shares.T[:, :, None] + shift
    y_preds = np.where(is_right, y_true, 1 - y_true)
    scores = CurveScores.of(sizes, y_preds, tested, (seed, 0))
    return CurveData(scores, tested, 400, 10_000, seed)


if __name__ == "__main__":
    main()
