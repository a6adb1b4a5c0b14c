"""Shares of a real archive: whether intervals hold the truth, and what a million rows take.

    python benchmarks/archive_shares.py [--only coverage|million] [--work FOLDER]

Needs the public data set `ant`. A model learns the outlets of 300 articles and labels all others,
so the true share of each label is known. 200 samples of 300 articles are drawn by
`stance.draw_sample`, coded with the true outlet, and turned into shares by
`stance.estimate_shares`. Half of the samples have Neyman's allocation, half a proportional one.

Then those predictions are repeated with other ids to a million rows with a section, a date and a
headline, and `stance sample` and `stance estimate` are timed on them. Writes
benchmarks/results/archive_shares.json.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import stance
from stance.evaluation.intervals import wilson_interval
from timing import Contender, machine, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULT = Path(__file__).parent / "results" / "archive_shares.json"
TRAINED, CODED, SAMPLES, SEED = 300, 300, 200, 11
ROWS = 1_000_000
Z = 1.959964
# The bars: of the intervals of all labels and samples, and of a million rows.
LEAST, MOST = 0.935, 0.97
SECONDS, MEGABYTES = 20.0, 500.0
MAIN = (sys.executable, "-m", "stance")


def labelled(folder: Path) -> tuple[Path, dict[str, str]]:
    """Train on some articles, label the others; return the file and the true labels."""
    fields = stance.FieldMapping(label="outlet")
    read, _ = stance.read_corpus(["dataset:ant"], fields=fields)
    articles = [replace(article, outlet=None) for article in read]
    random.Random(SEED).shuffle(articles)
    model = stance.train(articles[:TRAINED])
    rest = articles[TRAINED:]
    path = folder / "predictions.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for article, prediction in zip(rest, stance.predict(model, rest), strict=True):
            row = {
                "id": article.id,
                "label": prediction.label,
                "probability": prediction.probability,
                "probabilities": prediction.probabilities,
                "published": article.published,
                "text": article.title or article.text[:80],
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path, {article.id: str(article.label) for article in rest}


def coverage(path: Path, truth: dict[str, str]) -> dict[str, object]:
    """Draw, code and estimate again and again."""
    shares = {label: n / len(truth) for label, n in Counter(truth.values()).items()}
    found: dict[str, dict[str, object]] = {}
    for allocation in ("neyman", "proportional"):
        hits: dict[str, list[bool]] = {label: [] for label in shares}
        widths: list[float] = []
        for seed in range(SAMPLES // 2):
            drawn = stance.draw_sample(
                [path],
                CODED,
                allocation=allocation,
                seed=seed,
                texts=False,
            )
            coded = [{**row, "label": truth[row["id"]]} for row in drawn.articles]
            estimate = stance.estimate_shares(path, coded).overall
            for share in estimate.shares:
                true = shares[share.label]
                hits[share.label].append(share.low <= true <= share.high)
                low, high = wilson_interval(true, CODED, Z)
                widths.append((share.high - share.low) / (high - low))
        by_label = {label: round(float(np.mean(hit)), 4) for label, hit in hits.items()}
        found[allocation] = {
            "coverage": round(float(np.mean(list(by_label.values()))), 4),
            "by_label": by_label,
            "width_beside_hand_labels_alone": round(float(np.mean(widths)), 3),
        }
        print(allocation, found[allocation], file=sys.stderr)
    naive = {share.label: share.naive for share in estimate.shares}
    return {
        "samples": SAMPLES,
        "coded": CODED,
        "articles": len(truth),
        "shares": {label: round(share, 4) for label, share in shares.items()},
        "counted": {label: round(share, 4) for label, share in naive.items()},
        "by_allocation": found,
    }


def million(path: Path, folder: Path, rounds: int) -> dict[str, object]:
    """Time both commands on a million rows."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    large, truth = folder / "million.jsonl", folder / "coded.csv"
    with large.open("w", encoding="utf-8") as file:
        for number in range(ROWS):
            row = rows[number % len(rows)]
            file.write(json.dumps({**row, "id": f"{number}-{row['id']}"}, ensure_ascii=False))
            file.write("\n")
    sample = [*MAIN, "sample", str(large), "-n", "500", "--by", "year", "--force", "-o", str(truth)]
    measured = measure([Contender("sample", sample)], rounds)
    _code(truth)
    estimate = [*MAIN, "estimate", str(large), "--coded", str(truth), "--by", "month"]
    measured |= measure([Contender("estimate", [*estimate, "--json", "-"])], rounds)
    return {
        name: {
            "seconds": one.seconds,
            "processor_seconds": one.processor,
            "peak_mb": one.most_mb,
        }
        for name, one in measured.items()
    }


def _code(path: Path) -> None:
    """Fill in labels at random: what they are does not change what an estimate takes."""
    import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    choose = random.Random(SEED)
    for row in rows:
        row["label"] = choose.choice(("BBC", "CNN", "SkyNews", "France24", "Alarabia"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def faults(found: dict[str, dict[str, object]]) -> list[str]:
    """Return the bars that do not hold."""
    broken = []
    for allocation, one in found.get("coverage", {}).get("by_allocation", {}).items():  # type: ignore[attr-defined]
        if not LEAST <= one["coverage"] <= MOST:
            broken.append(f"{allocation}: coverage {one['coverage']}, not {LEAST} to {MOST}")
    for name, one in found.get("million", {}).items():
        if np.median(one["seconds"]) > SECONDS:  # type: ignore[index]
            broken.append(f"{name}: {np.median(one['seconds']):.1f} s, not {SECONDS}")  # type: ignore[index]
        if one["peak_mb"] > MEGABYTES:  # type: ignore[index]
            broken.append(f"{name}: {one['peak_mb']:.0f} MB, not {MEGABYTES}")  # type: ignore[index]
    return broken


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print what misses a bar, and keep the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=("coverage", "million"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help="folder for large files")
    chosen = parser.parse_args(arguments)
    kept = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
    with tempfile.TemporaryDirectory(dir=chosen.work) as name:
        path, truth = labelled(Path(name))
        found = {}
        if chosen.only != "million":
            found["coverage"] = coverage(path, truth)
        if chosen.only != "coverage":
            found["million"] = million(path, Path(name), chosen.rounds)
    RESULT.write_text(
        json.dumps({**kept, **found, "machine": machine(sys.executable)}, indent=1) + "\n", "utf-8"
    )
    broken = faults(found)
    print("\n".join(broken) or "Every bar holds.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
