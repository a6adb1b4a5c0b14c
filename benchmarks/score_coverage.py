"""How often 95 % intervals hold the true score, on simulated outlets: `results/score_coverage.md`.

    python benchmarks/score_coverage.py [--short] [--results FOLDER]

The full form takes some minutes; `--short` takes seconds and writes nothing unless asked to.

An outlet has a size (lognormal), mostly one of two labels (nine articles in ten), and a chance of
being labelled rightly that varies from outlet to outlet on the logit scale. The truth is the score
that the same model has on endlessly many such outlets, their articles pooled as a test pools them.
"With a lone label" one more article of a third label stands in one outlet. Beside the intervals of
`stance` are those of the percentile bootstrap, drawn as before them: whole outlets, or single
articles where a label is of one outlet.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import stance
from stance.evaluation.scored import Scored, score_intervals
from stance.evaluation.slices import slice_scores

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

RESULTS = Path(__file__).parent / "results"
LABELS = ("a", "b", "c")
OUTLETS = (5, 8, 10, 20, 40)
VARIATIONS = (0.5, 1.5)
RUNS, SHORT_RUNS = 1000, 100
PERCENTILE_RUNS = 400
BY_NAME = {"accuracy": stance.Metric("accuracy"), "macro_f1": stance.Metric()}
RESAMPLES = 400
METHOD = (
    "delete-one-outlet jackknife (Efron and Stein 1981; CV3 of MacKinnon, Nielsen and Webb 2023) "
    "with Student's t, whose degrees of freedom are the effective number of outlets (Carter, "
    "Schnepel and Steigerwald 2017) less one; scores on the logit scale and no narrower than "
    "Wilson's interval (Korn and Graubard 1998)"
)


@dataclass(frozen=True)
class Process:
    """Where outlets come from.

    `variation` is the standard deviation of the chance to be labelled rightly between outlets, on
    the logit scale; `loss` what the second model has less, on the same scale.
    """

    variation: float
    loss: float = 0.0
    level: float = 1.4
    log_size: float = 2.3
    size_spread: float = 1.0
    purity: float = 0.9
    resemblance: float = 0.7


@dataclass(frozen=True)
class Test:
    """The articles of some outlets with the labels of two models."""

    y_true: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    outlets: NDArray[np.int64]

    @property
    def groups(self) -> list[str | None]:
        """The outlet of each article, by name."""
        return [f"o{number}" for number in self.outlets.tolist()]

    @property
    def scored(self) -> Scored:
        """The first model's labels as `stance` scores them."""
        return Scored(LABELS, self.y_true, np.eye(len(LABELS))[self.first], self.groups)

    @property
    def paired(self) -> stance.PairedPredictions:
        """Both models' labels as `stance` compares them."""
        return stance.PairedPredictions(LABELS, self.y_true, self.first, self.second, self.groups)


def chances(process: Process, n: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Draw for each outlet how often two models are right, shape (2, n)."""
    first, other = random.normal(size=(2, n))
    share = process.resemblance
    second = share * first + np.sqrt(1 - share**2) * other
    logits = process.level + process.variation * np.stack([first, second])
    logits[1] -= process.loss
    found: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return found


def sizes(process: Process, n: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw how many articles each outlet has."""
    drawn = np.exp(random.normal(process.log_size, process.size_spread, n))
    found: NDArray[np.int64] = np.clip(np.rint(drawn), 1, 2000).astype(np.int64)
    return found


def draw(process: Process, n_outlets: int, lone: bool, random: np.random.Generator) -> Test:
    """Draw the articles of some outlets, two labels and, if asked, one article of a third."""
    outlets = np.repeat(np.arange(n_outlets), sizes(process, n_outlets, random))
    mostly = random.integers(0, 2, n_outlets)[outlets]
    truth = np.where(random.random(len(outlets)) < process.purity, mostly, 1 - mostly)
    if lone:
        outlets, truth = np.append(outlets, 0), np.append(truth, 2)
    right = chances(process, n_outlets, random)[:, outlets]
    hard, alone = random.random((2, len(truth)))
    shared = random.random(len(truth)) < 0.5
    wrong = np.where(truth == 2, 0, 1 - truth)
    first = np.where(hard < right[0], truth, wrong)
    second = np.where(np.where(shared, hard, alone) < right[1], truth, wrong)
    return Test(truth, first, second, outlets)


def true_scores(process: Process, lone: bool) -> dict[str, tuple[float, float]]:
    """Return accuracy and macro-F1 of both models on endlessly many outlets."""
    random = np.random.default_rng(2)
    n = 1_000_000
    weights = sizes(process, n, random) * 1.0
    accuracy = chances(process, n, random) @ weights / weights.sum()
    # Both labels are equally frequent and equally hard, so the F1 of each is the accuracy. A third
    # label is as hard, and never given to an article of another.
    third = 2 * accuracy / (1 + accuracy)
    macro = (2 * accuracy + third) / 3 if lone else accuracy
    return {name: (s[0], s[1]) for name, s in (("accuracy", accuracy), ("macro_f1", macro))}


def percentiles(test: Test, random: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Return the intervals of the percentile bootstrap, as they were before."""
    k = len(LABELS)
    pairs = np.unique(np.stack([test.y_true, test.outlets]), axis=1)[0]
    crossed = (np.bincount(pairs)[np.unique(pairs)] > 1).all()
    found = {}
    for name, metric in BY_NAME.items():
        units = test.outlets if crossed else np.arange(len(test.y_true))
        n = int(units.max()) + 1
        both = []
        for guess in (test.first, test.second):
            cells = np.zeros((n, k * k))
            np.add.at(cells, (units, test.y_true * k + guess), 1.0)
            both.append(cells)
        counts = random.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
        drawn = [(counts @ cells).reshape(-1, 1, k, k) for cells in both]
        one, two = (metric.score(confusions, LABELS) for confusions in drawn)
        for quantity, values in ((name, one), (f"difference of {name}", one - two)):
            low, high = np.quantile(values, [0.025, 0.975])
            found[quantity] = (float(low), float(high))
    return found


def intervals(test: Test, random: np.random.Generator) -> dict[str, tuple[float, float]]:
    """Return the intervals of `stance`, those of a slice of half of the articles among them."""
    found = dict(score_intervals(test.scored)[0])
    field = np.where(random.random(len(test.y_true)) < 0.5, "x", "y").tolist()
    part = next(p for p in slice_scores(test.scored, {"f": field})["f"] if p.value == "x")
    for name in BY_NAME:
        if name in part.intervals:
            found[f"slice: {name}"] = part.intervals[name]
    return {**found, **differences(test)}


def differences(test: Test) -> dict[str, tuple[float, float]]:
    """Return the intervals that `stance compare` gives."""
    return {
        f"difference of {name}": stance.compare(test.paired, metric).interval
        for name, metric in BY_NAME.items()
    }


def truths(process: Process, lone: bool) -> dict[str, float]:
    """Return what each interval should hold."""
    found = {}
    for name, (first, second) in true_scores(process, lone).items():
        found[name] = first
        found[f"difference of {name}"] = first - second
        # Half of the articles may lack the lone one; only the others are then averaged.
        if not (lone and name == "macro_f1"):
            found[f"slice: {name}"] = first
    return found


@dataclass(frozen=True)
class Row:
    """How often intervals hold the truth, and how wide they are, in the mean of some runs."""

    outlets: int
    variation: float
    lone_label: bool
    quantity: str
    runs: int
    coverage: float
    width: float
    percentile_coverage: float | None
    percentile_width: float | None


def measure(
    n_outlets: int, variation: float, lone: bool, runs: int, *, loss: float = 0.5
) -> list[Row]:
    """Simulate one setting; without loss, the two models are equally good."""
    process = Process(variation, loss)
    wanted = truths(process, lone)
    random = np.random.default_rng([n_outlets, int(variation * 10), int(lone), int(loss * 10)])
    new: dict[str, list[tuple[float, float]]] = {}
    old: dict[str, list[tuple[float, float]]] = {}
    for run in range(runs):
        test = draw(process, n_outlets, lone, random)
        keep(new, differences(test) if not loss else intervals(test, random))
        if run < PERCENTILE_RUNS:
            keep(old, percentiles(test, random))
    return [
        Row(
            n_outlets,
            variation,
            lone,
            quantity,
            len(new[quantity]),
            *holds(new[quantity], true),
            *(holds(old[quantity], true) if quantity in old else (None, None)),
        )
        for quantity, true in wanted.items()
        if quantity in new
    ]


def keep(into: dict[str, list[tuple[float, float]]], found: dict[str, tuple[float, float]]) -> None:
    """Add the intervals of a run."""
    for quantity, pair in found.items():
        into.setdefault(quantity, []).append(pair)


def holds(pairs: Iterable[tuple[float, float]], true: float) -> tuple[float, float]:
    """Return how often intervals hold a value, and their mean width."""
    pairs = list(pairs)
    inside = statistics.fmean(low <= true <= high for low, high in pairs)
    return round(inside, 4), round(statistics.fmean(high - low for low, high in pairs), 3)


def report(rows: list[Row], null: list[Row]) -> str:
    """Write Markdown."""
    lines = [
        "# How often 95 % intervals hold the truth",
        "",
        "Written by `benchmarks/score_coverage.py`, whose first lines say what is simulated; not "
        "edited by hand.",
        "",
        f"Method: {METHOD}.",
        "",
        f"{rows[0].runs:,} runs each. In brackets the mean width. *Percentile* is the percentile "
        "bootstrap, over outlets, or over articles where a label is of one outlet.",
        "",
        "| interval of | variation | lone label | outlets | coverage | percentile |",
        "|---|---|---|---|---|---|",
    ]
    key = {quantity: n for n, quantity in enumerate(dict.fromkeys(row.quantity for row in rows))}
    for row in sorted(rows, key=lambda r: (key[r.quantity], r.lone_label, r.variation, r.outlets)):
        old = ""
        if row.percentile_coverage is not None:
            old = f"{row.percentile_coverage:.3f} ({row.percentile_width:.2f})"
        lines.append(
            f"| {row.quantity} | {row.variation} | {'yes' if row.lone_label else 'no'} | "
            f"{row.outlets} | {row.coverage:.3f} ({row.width:.2f}) | {old} |"
        )
    lines += [
        "",
        "## False alarms of `stance compare`",
        "",
        "Two equally good models: how often the interval of the difference leaves zero out, which "
        "is how often p is below 0.05.",
        "",
        "| metric | variation | lone label | outlets | false alarms | percentile |",
        "|---|---|---|---|---|---|",
    ]
    for row in sorted(null, key=lambda r: (key[r.quantity], r.lone_label, r.variation, r.outlets)):
        lines.append(
            f"| {row.quantity.removeprefix('difference of ')} | {row.variation} | "
            f"{'yes' if row.lone_label else 'no'} | {row.outlets} | {1 - row.coverage:.3f} | "
            f"{1 - (row.percentile_coverage or 0):.3f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Simulate every setting, print the report and keep it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="few runs of 8 and 20 outlets")
    parser.add_argument("--runs", type=int, help="of each setting")
    parser.add_argument("--results", type=Path, help="folder for score_coverage.json and .md")
    chosen = parser.parse_args()
    runs = chosen.runs or (SHORT_RUNS if chosen.short else RUNS)
    settings = itertools.product((8, 20) if chosen.short else OUTLETS, VARIATIONS, (False, True))
    rows: list[Row] = []
    null: list[Row] = []
    for setting in settings:
        rows += measure(*setting, runs)
        null += measure(*setting, runs, loss=0.0)
    text = report(rows, null)
    print(text)
    folder = chosen.results or (None if chosen.short else RESULTS)
    if folder:
        found = {
            "method": METHOD,
            "rows": [asdict(row) for row in rows],
            "equal_models": [asdict(row) for row in null],
        }
        (folder / "score_coverage.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        (folder / "score_coverage.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
