"""What `speed.py` must show: each figure, its bar, and what it should be one day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speed_before import BEFORE, NOW
from speed_rows import FEW_TERMS, MANY_TERMS, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from timing import Measured

Rows = dict[str, dict[str, "Measured"]]
Value = Callable[[Rows, dict[str, float]], float]

# How much longer a model may take with the lexicon than without, in the short form, where other
# programs disturb it; the full form asks for 1.5. Before voices and terms were found in compiled
# loops it took about five times as long.
LEXICON_IN_SHORT = 2.0


@dataclass(frozen=True)
class Bar:
    """A figure that must not be worse than so much, and what it should be one day."""

    what: str
    value: float
    bar: float
    aim: float
    higher_is_better: bool = True

    @property
    def met(self) -> bool:
        """Whether the bar is met."""
        return self.value >= self.bar if self.higher_is_better else self.value <= self.bar


@dataclass(frozen=True)
class Wanted:
    """What is asked of one row.

    Parameters
    ----------
    row, what : str
    value : callable
        From what was measured.
    least : tuple of float, optional
        Bar and aim of a figure that must not be less.
    most : tuple of float, optional
        Of one that must not be more.
    """

    row: str
    what: str
    value: Value
    least: tuple[float, float] | None = None
    most: tuple[float, float] | None = None

    def judge(self, rows: Rows, figures: dict[str, float]) -> Bar:
        """Hold what was measured against the bar."""
        bar, aim = self.least or self.most or (0.0, 0.0)
        value = round(self.value(rows, figures), 6)
        return Bar(self.what, value, bar, aim, self.least is not None)


def ratio(row: str, one: str, other: str, *, least_processor: bool = False) -> Value:
    """Return how many times as long one contender takes as another: wall time, by medians.

    A short run takes the least processor times, which a busy machine disturbs
    the least.
    """

    def value(rows: Rows, figures: Mapping[str, float]) -> float:
        first, second = rows[row][one], rows[row][other]
        if least_processor:
            return first.least_processor / second.least_processor
        return first.median / second.median

    return value


def seconds(row: str, name: str, *, processor: bool = False, least: bool = False) -> Value:
    """Return what a contender takes, wall or processor time, by the median or at the least."""

    def value(rows: Rows, figures: Mapping[str, float]) -> float:
        one = rows[row][name]
        return one.least_processor if least else one.median_processor if processor else one.median

    return value


def peak(row: str, name: str) -> Value:
    """Return the highest peak memory of a contender, in MB."""
    return lambda rows, figures: rows[row][name].most_mb


def longer_file(rows: Rows, figures: Mapping[str, float]) -> float:
    """Return how much more memory a file ten times as long takes, in MB."""
    return rows["length"]["ten times"].most_mb - rows["length"]["once"].most_mb


def explained(rows: Rows, figures: Mapping[str, float]) -> float:
    """Return how many articles are explained in a second."""
    return figures["articles explained"] / rows["explain"]["explain"].median


def power_of_sections(rows: Rows, figures: Mapping[str, float]) -> float:
    """Return the power of the number of articles that processor time in training grows with."""
    took = [rows["sections"][f"{n:,} articles"].median_processor for n in SECTIONS]
    return float(np.polyfit(np.log(SECTIONS), np.log(took), 1)[0])


def below_scikit_learn(rows: Rows, figures: Mapping[str, float]) -> float:
    """Return by how much macro-F1 is below that of scikit-learn's script."""
    return figures["macro-F1, scikit-learn"] - figures["macro-F1, stance"]


def most_of(beginning: str) -> Value:
    """Return the largest of the figures whose names begin so."""

    def value(rows: Rows, figures: Mapping[str, float]) -> float:
        found = [figures[name] for name in figures if name.startswith(beginning)]
        if not found:
            raise KeyError(beginning)
        return max(found)

    return value


LARGEST = f"{SECTIONS[-1]:,} articles"

FULL = (
    Wanted(
        "shipped",
        "predict with the model that ships, against the build before",
        ratio("shipped", BEFORE, NOW),
        least=(5, 8),
    ),
    Wanted(
        "shipped", "the same as a multiple of wc -w", ratio("shipped", NOW, "wc -w"), most=(3.3, 2)
    ),
    Wanted(
        "lexicon",
        "a model with the lexicon against the same without",
        ratio("lexicon", "with lexicon", "without lexicon"),
        most=(1.5, 1.2),
    ),
    Wanted(
        "predict",
        "predict with the large model of ANT, as a multiple of wc -w",
        ratio("predict", "stance predict", "wc -w"),
        most=(2.2, 1.6),
    ),
    Wanted(
        "explain",
        "explain --json with the model that ships, as a multiple of predict",
        ratio("explain", "explain", "predict"),
        most=(4, 2),
    ),
    Wanted("explain", "articles explained in a second", explained, least=(2_000, 4_000)),
    Wanted(
        "crossval",
        "crossval of syria-outlets, each outlet held out, against the build before",
        ratio("crossval", BEFORE, NOW),
        least=(3.5, 8),
    ),
    Wanted(
        "train-seeds",
        "train on the seeds, against the build before",
        ratio("train-seeds", BEFORE, NOW),
        least=(2.5, 5),
    ),
    Wanted(
        "train",
        "train on ANT, against scikit-learn's script",
        ratio("train", "scikit-learn train", "stance train"),
        least=(12, 20),
    ),
    Wanted(
        "train",
        "macro-F1 on held-out articles, below scikit-learn's by",
        below_scikit_learn,
        most=(0.003, 0),
    ),
    Wanted("sections", "power of processor time in training", power_of_sections, most=(1.2, 1)),
    Wanted(
        "sections",
        "processor time of the largest, s",
        seconds("sections", LARGEST, processor=True),
        most=(45, 25),
    ),
    Wanted("sections", "its peak memory, MB", peak("sections", LARGEST), most=(1_000, 700)),
    Wanted(
        "predict",
        "peak memory of predict, the large model, MB",
        peak("predict", "stance predict"),
        most=(350, 200),
    ),
    Wanted(
        "shipped",
        "peak memory of predict, the model that ships, MB",
        peak("shipped", NOW),
        most=(350, 200),
    ),
    Wanted("length", "more of it on a file ten times as long, MB", longer_file, most=(20, 0)),
    Wanted("start", "one short article, warm, s", seconds("start", "one article"), most=(0.7, 0.4)),
    Wanted(
        "start",
        "first use after an installation, s",
        seconds("start", "first use"),
        most=(8, 3),
    ),
    Wanted(
        "demo", "make demo after an installation, s", seconds("demo", "make demo"), most=(15, 8)
    ),
    Wanted(
        "equal",
        "labels that are not those of the build before",
        most_of("labels that differ"),
        most=(0, 0),
    ),
    Wanted(
        "equal",
        "largest difference of a probability",
        most_of("largest difference of a probability"),
        most=(1e-6, 0),
    ),
    Wanted(
        "start",
        "stance --help, processor s",
        seconds("start", "stance --help", processor=True),
        most=(0.3, 0.15),
    ),
    Wanted(
        "memory",
        "in memory, one thread, against scikit-learn",
        ratio("memory", "scikit-learn", "stance"),
        least=(25, 50),
    ),
    Wanted(
        "labels",
        "fifty labels against five, in memory",
        ratio("labels", "50 labels", "5 labels"),
        most=(3, 1.5),
    ),
    Wanted(
        "scikit-learn",
        "whole command, against scikit-learn's script",
        ratio("scikit-learn", "scikit-learn", "stance predict"),
        least=(25, 60),
    ),
    Wanted(
        "scikit-learn",
        "share of labels that are scikit-learn's",
        most_of("share of labels equal"),
        least=(1, 1),
    ),
    Wanted(
        "fasttext",
        "whole command, against fastText's script",
        ratio("fasttext", "fastText", "stance predict"),
        least=(5, 10),
    ),
)

# A short run is nearly all start-up, and other programs may be running.
SHORT = (
    Wanted(
        "lexicon-memory",
        "a model with the lexicon against the same without, in memory",
        ratio("lexicon-memory", "with lexicon", "without lexicon", least_processor=True),
        most=(LEXICON_IN_SHORT, 1.2),
    ),
    Wanted(
        "lexicon-memory",
        f"a lexicon of {MANY_TERMS:,} terms against one of {FEW_TERMS}, in memory",
        ratio(
            *("lexicon-memory", f"{MANY_TERMS:,} terms", f"{FEW_TERMS:,} terms"),
            least_processor=True,
        ),
        most=(2, 1.1),
    ),
    Wanted(
        "predict",
        "whole command, as a multiple of wc -w",
        ratio("predict", "stance predict", "wc -w", least_processor=True),
        most=(400, 400),
    ),
    Wanted(
        "train",
        "training, against scikit-learn's script",
        ratio("train", "scikit-learn train", "stance train", least_processor=True),
        least=(1, 1),
    ),
    Wanted(
        "train",
        "macro-F1 on held-out articles, below scikit-learn's by",
        below_scikit_learn,
        most=(0.02, 0.02),
    ),
    Wanted("predict", "peak memory, MB", peak("predict", "stance predict"), most=(600, 600)),
    Wanted("length", "more of it on a file ten times as long, MB", longer_file, most=(150, 150)),
    Wanted(
        "start",
        "stance --help, processor s",
        seconds("start", "stance --help", least=True),
        most=(1, 1),
    ),
    Wanted(
        "start",
        "one article, processor s",
        seconds("start", "one article", least=True),
        most=(5, 5),
    ),
    Wanted(
        "memory",
        "in memory, one thread, against scikit-learn",
        ratio("memory", "scikit-learn", "stance", least_processor=True),
        least=(8, 8),
    ),
    Wanted(
        "labels",
        "fifty labels against five, in memory",
        ratio("labels", "50 labels", "5 labels", least_processor=True),
        most=(5, 5),
    ),
    Wanted(
        "scikit-learn",
        "whole command, against scikit-learn's script",
        ratio("scikit-learn", "scikit-learn", "stance predict", least_processor=True),
        least=(1.5, 1.5),
    ),
    Wanted(
        "scikit-learn",
        "share of labels that are scikit-learn's",
        most_of("share of labels equal"),
        least=(1, 1),
    ),
)
