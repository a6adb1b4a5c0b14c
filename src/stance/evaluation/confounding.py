"""How far the outlet gives the label away: how well it is told, how far it decides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stance.evaluation.protocol import cross_validate
from stance.model.config import load_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article

PROBE_SETTINGS = (
    "features.char.enabled=false",
    "features.lexicon.enabled=false",
    "features.word.max_n=1",
    "classifier.logistic.C=1.0",
    "calibration.enabled=false",
)
PROBE_FOLDS = 3
PROBE_FEWEST = 10  # articles of an outlet
PROBE_ARTICLES = 3000


@dataclass(frozen=True)
class Probe:
    """How well the outlet can be told from the words alone.

    Parameters
    ----------
    outlets, articles : int
        How many took part.
    accuracy, macro_f1 : float
        On articles held out at random, near-duplicates apart.
    majority : float
        The accuracy of always guessing the largest outlet.
    """

    outlets: int
    articles: int
    accuracy: float
    macro_f1: float
    majority: float


@dataclass(frozen=True)
class Confounding:
    """How far the outlet decides the label.

    Parameters
    ----------
    cramers_v : float
        Corrected for chance [1]_: 0 where they are independent, 1 where the
        outlet decides the label.
    single_label_outlets, outlets : int
        Of the outlets with two articles or more, those with one label only.

    References
    ----------
    .. [1] Bergsma (2013): A bias-correction for Cramér's V and Tschuprow's T.
       Journal of the Korean Statistical Society 42, 323-328.
    """

    cramers_v: float
    single_label_outlets: int
    outlets: int


def probe_outlets(
    articles: Sequence[Article], *, at_most: int = PROBE_ARTICLES, seed: int = 0
) -> Probe | None:
    """Learn to tell the outlet from the words, and see how well it goes.

    Parameters
    ----------
    articles : sequence of Article
    at_most : int
        So many articles are drawn where there are more.
    seed : int

    Returns
    -------
    Probe or None
        None where fewer than two outlets have ten articles.
    """
    counts = Counter(article.outlet for article in articles)
    able = [a for a in articles if a.outlet is not None and counts[a.outlet] >= PROBE_FEWEST]
    chosen = np.sort(np.random.default_rng(seed).permutation(len(able))[:at_most])
    # The outlet does not depend on a target, whichever of several an article is labelled for.
    drawn = [replace(able[i], label=able[i].outlet, target=None) for i in chosen]
    left = Counter(article.label for article in drawn)
    drawn = [article for article in drawn if left[article.label] >= PROBE_FOLDS]
    sizes = Counter(article.label for article in drawn)
    if len(sizes) < 2:
        return None
    config = load_config(overrides=[*PROBE_SETTINGS, f"seed={seed}"])
    found = cross_validate(drawn, config, by="random", folds=PROBE_FOLDS).honest
    majority = max(sizes.values()) / len(drawn)
    return Probe(len(sizes), len(drawn), found.accuracy, found.macro_f1, majority)


def confounding(articles: Sequence[Article]) -> Confounding | None:
    """Measure how far the outlet decides the label.

    Returns
    -------
    Confounding or None
        None where the articles have no two labels and two outlets.
    """
    pairs = [(a.outlet, a.label) for a in articles if a.outlet is not None and a.label is not None]
    outlets, rows = np.unique([outlet for outlet, _ in pairs], return_inverse=True)
    labels, columns = np.unique([label for _, label in pairs], return_inverse=True)
    if len(outlets) < 2 or len(labels) < 2:
        return None
    table = np.zeros((len(outlets), len(labels)))
    np.add.at(table, (rows, columns), 1)
    several = table[table.sum(axis=1) >= 2]
    return Confounding(
        cramers_v(table), int((several > 0).sum(axis=1).tolist().count(1)), len(several)
    )


def cramers_v(table: NDArray[np.float64]) -> float:
    """Return Cramér's V of a table of counts, corrected for chance.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Two rows and columns or more, none of them empty.

    Returns
    -------
    float
        In [0, 1].
    """
    n = table.sum()
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / n
    phi2 = float((((table - expected) ** 2) / expected).sum() / n)
    n_rows, n_columns = table.shape
    corrected = max(0.0, phi2 - (n_rows - 1) * (n_columns - 1) / (n - 1))
    rows = n_rows - (n_rows - 1) ** 2 / (n - 1)
    columns = n_columns - (n_columns - 1) ** 2 / (n - 1)
    smaller = min(rows, columns) - 1
    return float(min(1.0, np.sqrt(corrected / smaller))) if smaller > 0 else 1.0
