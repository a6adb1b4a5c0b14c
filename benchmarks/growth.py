"""How time grows with articles, features, labels and terms: measured, fitted, plotted."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from timing import measure, run
from workshop import in_memory, train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from timing import Contender
    from workshop import Workshop

SCORED = 5_000  # articles, where their number is not what grows

ARTICLES = (1_000, 10_000, 100_000)
FEATURES = (50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000)
LABELS = (2, 5, 10, 20, 50, 100, 200)
TERMS = (100, 1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Curve:
    """Times at some sizes, round by round.

    ``exponent`` is that of the power law which fits their medians best: 1
    where twice as much takes twice as long, 0 where it takes no longer.
    """

    against: str
    sizes: list[int]
    seconds: list[list[float]]

    @property
    def medians(self) -> list[float]:
        """The median of each size's rounds, in seconds."""
        return [statistics.median(rounds) for rounds in self.seconds]

    @property
    def exponent(self) -> float:
        """The slope of a straight line through the logarithms, by least squares."""
        return float(np.polyfit(np.log(self.sizes), np.log(self.medians), 1)[0])


def of_articles(shop: Workshop) -> Iterator[tuple[int, Contender]]:
    """Yield contenders that score more and more articles."""
    for n in ARTICLES:
        yield n, in_memory(f"{n:,} articles", shop.model(), shop.first(n))


def of_features(shop: Workshop) -> Iterator[tuple[int, Contender]]:
    """Yield contenders whose models have more and more features, half of them of words."""
    articles = shop.first(SCORED)
    for n in FEATURES:
        settings = (
            *("features.word.min_df=1", "features.word.max_n=3", "features.char.max_n=8"),
            *("features.char.min_df=1", f"features.char.max_features={n // 2}"),
            *(f"features.word.max_features={n // 2}", "classifier.logistic.C=1"),
        )
        learned, _ = shop.parts()
        model = shop.made(
            f"features-{n}", lambda path, more=settings, rows=learned: run(train(rows, path, *more))
        )
        terms = sum(
            len((model / f"{block}.txt").read_text(encoding="utf-8").split("\n")) - 1
            for block in ("word", "char")
        )
        yield terms, in_memory(f"{terms:,} features", model, articles)


def of_labels(shop: Workshop) -> Iterator[tuple[int, Contender]]:
    """Yield contenders whose models have more and more labels."""
    articles = shop.first(SCORED)
    for n in LABELS:
        yield n, in_memory(f"{n} labels", shop.model_of(n), articles)


def of_articles_with_lexicon(shop: Workshop) -> Iterator[tuple[int, Contender]]:
    """Yield contenders that score more and more articles, with the model that has a lexicon."""
    model = shop.seed_model(lexicon=True)
    for n in ARTICLES:
        yield n, in_memory(f"{n:,} articles, lexicon", model, shop.first(n))


def of_terms(shop: Workshop) -> Iterator[tuple[int, Contender]]:
    """Yield contenders whose lexicons have more and more terms, drawn from the articles."""
    articles = shop.first(SCORED)
    for n in TERMS:
        yield n, in_memory(f"{n:,} terms", shop.model_with_terms(n), articles)


def of_labels_with_lexicon(shop: Workshop) -> Iterator[tuple[int, Contender]]:
    """Yield contenders whose models have a lexicon and more and more labels."""
    articles = shop.first(SCORED)
    for n in LABELS:
        yield n, in_memory(f"{n} labels, lexicon", shop.model_of(n, lexicon=True), articles)


CURVES: dict[str, Callable[[Workshop], Iterator[tuple[int, Contender]]]] = {
    "articles": of_articles,
    "features": of_features,
    "labels": of_labels,
    "articles-with-lexicon": of_articles_with_lexicon,
    "terms": of_terms,
    "labels-with-lexicon": of_labels_with_lexicon,
}


def grow(against: str, shop: Workshop, rounds: int) -> Curve:
    """Measure one curve, its sizes in turn, round by round."""
    points = list(CURVES[against](shop))
    found = measure([contender for _, contender in points], rounds)
    return Curve(
        against, [size for size, _ in points], [found[one.name].seconds for _, one in points]
    )


def plot(curve: Curve, path: Path) -> None:
    """Draw a curve on logarithmic axes, with the power law that was fitted to it."""
    import matplotlib as mpl

    mpl.use("svg")
    # The same curve makes the same file.
    mpl.rcParams.update({"svg.hashsalt": "stance", "svg.fonttype": "none"})
    from matplotlib import pyplot as plt

    sizes, medians = np.array(curve.sizes), np.array(curve.medians)
    spread = [medians - [min(s) for s in curve.seconds], [max(s) for s in curve.seconds] - medians]
    constant = np.exp(np.mean(np.log(medians) - curve.exponent * np.log(sizes)))
    figure, axes = plt.subplots(figsize=(5, 3.5), layout="constrained")
    axes.errorbar(sizes, medians, yerr=spread, fmt="o", capsize=3, label="median, least and most")
    axes.plot(
        sizes, constant * sizes**curve.exponent, "--", label=f"{curve.against}^{curve.exponent:.2f}"
    )
    axes.set(xscale="log", yscale="log", xlabel=curve.against, ylabel="seconds, one thread")
    axes.legend()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
