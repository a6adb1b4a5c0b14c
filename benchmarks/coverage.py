"""How often 95 % intervals of estimated shares hold the true share: `results/coverage.md`.

    python benchmarks/coverage.py [--short] [--runs N] [--results FOLDER]

The full form takes some minutes; `--short` takes seconds and writes nothing unless asked to. It
ends with 1 if a bar does not hold.

An archive has 20,000 articles of some outlets, whose sizes are lognormal. Each outlet has its own
shares of the labels (Dirichlet) and its own chance of each label to be predicted rightly (normal
on the logit scale). The predictions are the probabilities that a model gives which knows the mean
error rates and the shares of its training corpus. 200 articles are drawn and coded without error.
Beside the estimates of `stance` are the predicted labels counted, with the interval of a share of
all articles that the model was tested on 500 times for its error rates (adjusted counts, with both
sides resampled by article), and 200 articles of a simple random sample of the same archive, coded
and used alone (Wilson's interval).
"""

from __future__ import annotations

if __name__ == "coverage":
    # Scripts beside this one import numba, which asks for the package of this name.
    raise ImportError("benchmarks/coverage.py is not the package 'coverage'.")

import argparse
import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from stance.estimation.allocation import allocate, allocation_weights
from stance.estimation.population import CodedSample, Population
from stance.estimation.shares import estimated_shares
from stance.evaluation.intervals import wilson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.estimation.share_records import ShareEstimates

RESULTS = Path(__file__).parent / "results"
RUNS, SHORT_RUNS = 1000, 60
TESTED = 500  # articles from which adjusted counts know the error rates
Z = 1.959964
Sampling = Literal["simple", "proportional", "neyman"]


@dataclass(frozen=True)
class Setting:
    """An archive, its predictions, and how articles are drawn from it.

    `trained` are the shares in the training corpus, `right` the chance of a label to be predicted
    rightly, `variation` its standard deviation between outlets on the logit scale.
    """

    name: str
    shares: tuple[float, ...] = (0.4, 0.3, 0.2, 0.1)
    trained: tuple[float, ...] | None = None
    right: float = 0.85
    variation: float = 0.7
    outlets: int = 20
    sampling: Sampling = "simple"
    about: Literal["articles", "outlets"] = "articles"
    articles: int = 20_000
    coded: int = 200

    @property
    def is_narrower(self) -> bool:
        """Whether intervals should be a fifth narrower than of hand labels alone."""
        balanced = min(self.shares) >= 0.05
        return self.right == 0.85 and balanced and self.about == "articles"

    @property
    def shows_few_errors(self) -> bool:
        """Whether coverage may be above its upper bar: fewer than three errors count as three."""
        return self.coded * (1 - self.right) < 10


RARE = (0.5, 0.48, 0.02)
NEVER = (0.6, 0.3995, 0.0005)
SETTINGS = (
    Setting("shares as trained"),
    Setting("shift of shares", trained=(0.1, 0.2, 0.3, 0.4)),
    Setting("shift of shares, Neyman", trained=(0.1, 0.2, 0.3, 0.4), sampling="neyman"),
    Setting("error rates differ more", variation=1.5),
    Setting("proportional strata", sampling="proportional"),
    Setting("Neyman's strata", sampling="neyman"),
    Setting("10 outlets", outlets=10),
    Setting("40 outlets", outlets=40),
    Setting("rare label", shares=RARE),
    Setting("rare label, Neyman", shares=RARE, sampling="neyman"),
    Setting("label hardly ever coded", shares=NEVER),
    Setting("useless classifier", right=0.0),
    Setting("useless classifier, Neyman", right=0.0, sampling="neyman"),
    Setting("perfect classifier", right=1.0),
    Setting("perfect classifier, Neyman", right=1.0, sampling="neyman"),
    Setting("50 coded", coded=50),
    Setting("50 coded, Neyman", coded=50, sampling="neyman"),
    Setting("1,000 coded", coded=1000, sampling="neyman"),
    Setting("outlets like these: 10", outlets=10, about="outlets"),
    Setting("outlets like these: 20", about="outlets"),
    Setting("outlets like these: 40", outlets=40, about="outlets"),
    Setting("outlets like these: 20, Neyman", about="outlets", sampling="neyman"),
    Setting("outlets like these: 20, rare label", shares=RARE, about="outlets"),
)
SHORT = ("shift of shares, Neyman", "rare label", "perfect classifier", "outlets like these: 20")


@dataclass(frozen=True)
class Archive:
    """True and predicted labels of articles of some outlets."""

    outlet: NDArray[np.int64]
    group: NDArray[np.int64]
    y: NDArray[np.int64]
    label: NDArray[np.int64]
    predicted: NDArray[np.float64]

    @property
    def population(self) -> Population:
        """Return its sums over outlets and groups."""
        n_outlets, k = int(self.outlet.max()) + 1, self.predicted.shape[1]
        cell = self.group * n_outlets + self.outlet
        n = np.bincount(cell, minlength=2 * n_outlets)
        predicted, counted = np.zeros((len(n), k)), np.zeros((len(n), k))
        np.add.at(predicted, cell, self.predicted)
        np.add.at(counted, (cell, self.label), 1.0)
        number = np.arange(len(n))
        found = Population(number // n_outlets, number % n_outlets, n, predicted, counted)
        some = n > 0
        return replace(found, **{name: value[some] for name, value in vars(found).items()})


def draw_archive(setting: Setting, random: np.random.Generator) -> Archive:
    """Draw outlets and their articles."""
    n, k = setting.articles, len(setting.shares)
    size = random.lognormal(0, 1, setting.outlets)
    outlet = np.sort(random.choice(setting.outlets, n, p=size / size.sum()))
    of_outlets = random.dirichlet(np.array(setting.shares) * 8, setting.outlets)
    y = (random.random(n)[:, None] > of_outlets.cumsum(axis=1)[outlet]).sum(axis=1).clip(0, k - 1)
    label = predicted_labels(setting, outlet, y, random)
    return Archive(outlet, random.integers(0, 2, n), y, label, probabilities(setting)[label])


def predicted_labels(
    setting: Setting, outlet: NDArray[np.int64], y: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the predicted label of each article."""
    k, n = len(setting.shares), len(y)
    if setting.right in {0.0, 1.0}:
        by_chance = random.choice(k, n, p=setting.shares)
        return y.copy() if setting.right else by_chance
    level = np.log(setting.right / (1 - setting.right))
    logits = level + setting.variation * random.standard_normal((setting.outlets, k))
    right = random.random(n) < (1 / (1 + np.exp(-logits)))[outlet, y]
    found: NDArray[np.int64] = np.where(right, y, (y + random.integers(1, k, n)) % k)
    return found


def probabilities(setting: Setting) -> NDArray[np.float64]:
    """Return the probabilities of a model for each label that it predicts, one in a row."""
    k = len(setting.shares)
    if setting.right in {0.0, 1.0}:
        return np.eye(k)
    rates = np.full((k, k), (1 - setting.right) / (k - 1))
    np.fill_diagonal(rates, setting.right)
    joint = rates.T * np.array(setting.trained or setting.shares)
    found: NDArray[np.float64] = joint / joint.sum(axis=1, keepdims=True)
    return found


def draw_sample(setting: Setting, archive: Archive, random: np.random.Generator) -> CodedSample:
    """Draw articles as `stance sample` does, and code them."""
    n = len(archive.y)
    if setting.sampling == "simple":
        drawn = random.choice(n, setting.coded, replace=False)
        probability, stratum = np.full(setting.coded, setting.coded / n), np.zeros_like(drawn)
    else:
        labels, sizes = np.unique(archive.label, return_counts=True)
        left = 1 - (probabilities(setting)[labels] ** 2).sum(axis=1)
        weights = allocation_weights(sizes, left if setting.sampling == "neyman" else None)
        each = allocate(setting.coded, sizes, weights, 2)
        parts = [
            random.choice(np.flatnonzero(archive.label == label), m, replace=False)
            for label, m in zip(labels, each, strict=True)
        ]
        drawn = np.concatenate(parts)
        stratum = np.repeat(labels, each)
        probability = np.repeat(each / sizes, each)
    return CodedSample(
        archive.y[drawn],
        archive.predicted[drawn],
        probability,
        stratum,
        archive.group[drawn],
        archive.outlet[drawn],
    )


def by_hand_alone(
    setting: Setting, archive: Archive, random: np.random.Generator
) -> list[tuple[float, float]]:
    """Return Wilson's intervals from a simple random sample of the same size."""
    drawn = random.choice(len(archive.y), setting.coded, replace=False)
    counts = np.bincount(archive.y[drawn], minlength=len(setting.shares))
    return [wilson_interval(count / setting.coded, setting.coded, Z) for count in counts.tolist()]


def counted(setting: Setting, archive: Archive) -> list[tuple[float, float]]:
    """Return the shares of the predicted labels, as a share of independent articles."""
    counts, n = np.bincount(archive.label, minlength=len(setting.shares)), len(archive.y)
    return [wilson_interval(count / n, n, Z) for count in counts.tolist()]


def adjusted(
    setting: Setting, archive: Archive, random: np.random.Generator, resamples: int = 100
) -> list[tuple[float, float]]:
    """Return adjusted counts with percentile intervals, articles resampled on both sides.

    The error rates are those of articles of other outlets.
    """
    k, n = len(setting.shares), len(archive.y)
    tested = draw_archive(replace(setting, articles=TESTED), random)
    table = np.zeros((k, k))
    np.add.at(table, (tested.y, tested.label), 1.0)
    shares = np.bincount(archive.label, minlength=k) / n
    found = []
    for _ in range(resamples):
        again = random.multinomial(TESTED, (table / table.sum()).ravel()).reshape(k, k) + 0.01
        rates = again / again.sum(axis=1, keepdims=True)
        solved = np.linalg.lstsq(rates.T, random.multinomial(n, shares) / n, rcond=None)[0]
        solved = np.clip(solved, 0, None)
        found.append(solved / solved.sum())
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


@dataclass(frozen=True)
class Row:
    """What was found in one setting; coverage by label, widths in the mean of labels and runs."""

    setting: str
    about: str
    runs: int
    coverage: list[float]
    width: float
    width_to_hand: float
    widest_to_hand: float
    contrast_coverage: float
    hand_coverage: float
    counted_coverage: float
    adjusted_coverage: float

    @property
    def mean(self) -> float:
        """Mean coverage of the labels."""
        return float(np.mean(self.coverage))

    def faults(self, setting: Setting, runs: int) -> list[str]:
        """Return the bars that do not hold; few runs have wider ones."""
        slack = 0.0 if runs >= RUNS else 0.06
        least, most, worst = 0.935 - slack, 0.97 + slack, 0.92 - slack
        bars = {
            f"mean coverage {self.mean:.3f}, not {least:.3f} or more": self.mean < least,
            f"mean coverage {self.mean:.3f}, not {most:.3f} or less": (
                self.mean > most and not setting.shows_few_errors
            ),
            f"coverage of a label {min(self.coverage):.3f}, not {worst:.3f}": (
                min(self.coverage) < worst
            ),
            f"coverage of differences {self.contrast_coverage:.3f}, not {worst:.3f}": (
                self.contrast_coverage < worst
            ),
        }
        if setting.about == "articles":
            bars[f"{self.widest_to_hand:.2f} times as wide as hand labels alone, not 1.02"] = (
                self.widest_to_hand > 1.02 + slack
            )
        if setting.is_narrower:
            bars[f"{self.width_to_hand:.2f} times as wide as hand labels alone, not 0.80"] = (
                self.width_to_hand > 0.8 + slack
            )
        return [f"{self.setting}: {text}" for text, broken in bars.items() if broken]


def measure(setting: Setting, runs: int) -> Row:
    """Simulate one setting."""
    random = np.random.default_rng([*setting.name.encode()])
    labels = [str(number) for number in range(len(setting.shares))]
    hits: dict[str, list[list[bool]]] = {"own": [], "hand": [], "counted": [], "adjusted": []}
    widths: dict[str, list[list[float]]] = {"own": [], "hand": []}
    contrasts = []
    for _ in range(runs):
        archive = draw_archive(setting, random)
        found = estimated_shares(
            archive.population,
            draw_sample(setting, archive, random),
            labels,
            ("first", "second"),
            claim_about=setting.about,
            contrasts=[(label, "second", "first") for label in labels],
        )
        of_articles = np.bincount(archive.y, minlength=len(labels)) / len(archive.y)
        truth = of_articles if setting.about == "articles" else np.array(setting.shares)
        ends = {
            "own": [(share.low, share.high) for share in found.overall.shares],
            "hand": by_hand_alone(setting, archive, random),
            "counted": counted(setting, archive),
            "adjusted": adjusted(setting, archive, random),
        }
        for name, pairs in ends.items():
            hits[name].append([a <= t <= b for (a, b), t in zip(pairs, truth, strict=True)])
            if name in widths:
                widths[name].append([b - a for a, b in pairs])
        contrasts.append(_right_differences(found, archive, setting))
    own, hand = (np.mean(widths[name], axis=0) for name in ("own", "hand"))
    return Row(
        setting.name,
        setting.about,
        runs,
        np.mean(hits["own"], axis=0).round(4).tolist(),
        round(float(own.mean()), 4),
        round(float((own / hand).mean()), 3),
        round(float((own / hand).max()), 3),
        round(float(np.mean(contrasts)), 4),
        *(round(float(np.mean(hits[name])), 4) for name in ("hand", "counted", "adjusted")),
    )


def _right_differences(found: ShareEstimates, archive: Archive, setting: Setting) -> list[bool]:
    """Return whether the interval of each label's difference holds the true one."""
    k = len(setting.shares)
    first, second = (
        np.bincount(archive.y[archive.group == g], minlength=k) / (archive.group == g).sum()
        for g in (0, 1)
    )
    # In endlessly many outlets both groups have the same shares.
    truth = second - first if setting.about == "articles" else np.zeros(k)
    return [
        bool(one.low <= value <= one.high)
        for one, value in zip(found.contrasts, truth, strict=True)
    ]


def report(rows: list[Row]) -> str:
    """Write Markdown."""
    lines = [
        "# How often 95 % intervals of shares hold the truth",
        "",
        "Written by `benchmarks/coverage.py`, whose first lines say what is simulated; not edited "
        "by hand.",
        "",
        f"{rows[0].runs:,} runs each. *Worst* is the label with the lowest coverage. *Width* is "
        "the width of the intervals beside that of as many hand labels of a simple random sample "
        "used alone, in the mean of labels and for the label with the largest. *Differences* is "
        "the coverage of the differences between two halves of the archive. A classifier "
        "without an error cannot be told from one with a few, so its intervals hold the truth "
        "more often than 95 %; with 50 coded articles this concerns single labels too.",
        "",
        "| setting | coverage | worst | width | widest | differences | hand labels alone | labels "
        "counted | adjusted counts |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.setting} | {row.mean:.3f} | {min(row.coverage):.3f} | {row.width_to_hand:.2f} | "
        f"{row.widest_to_hand:.2f} | {row.contrast_coverage:.3f} | {row.hand_coverage:.3f} | "
        f"{row.counted_coverage:.3f} | {row.adjusted_coverage:.3f} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Simulate the settings, print the report and keep it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--short", action="store_true", help="few runs of a few settings")
    parser.add_argument("--runs", type=int, help="of each setting")
    parser.add_argument("--results", type=Path, help="folder for coverage.json and coverage.md")
    chosen = parser.parse_args()
    runs = chosen.runs or (SHORT_RUNS if chosen.short else RUNS)
    settings = [one for one in SETTINGS if not chosen.short or one.name in SHORT]
    rows = [measure(setting, runs) for setting in settings]
    text = report(rows)
    print(text)
    faults = [
        fault
        for row, setting in zip(rows, settings, strict=True)
        for fault in row.faults(setting, runs)
    ]
    print("\n".join(faults) or "Every bar holds.")
    folder = chosen.results or (None if chosen.short or chosen.runs else RESULTS)
    if folder:
        found = [{**asdict(row), "mean_coverage": row.mean} for row in rows]
        (folder / "coverage.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        (folder / "coverage.md").write_text(text, "utf-8")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
