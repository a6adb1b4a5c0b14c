"""Confounding of outlet and label: outlet probe and Cramér's V."""

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
    """How well a classifier identifies the outlet from the words.

    Parameters
    ----------
    outlets, articles : int
        Number of outlets and articles in the probe.
    accuracy, macro_f1 : float
        On articles held out at random, without near-duplicates in training.
    majority : float
        The accuracy of always predicting the largest outlet.
    """

    outlets: int
    articles: int
    accuracy: float
    macro_f1: float
    majority: float


@dataclass(frozen=True)
class Confounding:
    """Association of outlet and label.

    Parameters
    ----------
    cramers_v : float
        Bias-corrected [1]_: 0 if they are independent, 1 if the outlet
        determines the label.
    single_label_outlets, outlets : int
        Number of outlets with only one label, among the outlets with two articles
        or more, and number of the latter.

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
    """Train a classifier of outlets, and score it on held-out articles.

    Parameters
    ----------
    articles : sequence of Article
    at_most : int
        Maximum number of articles; a sample is drawn if there are more.
    seed : int

    Returns
    -------
    Probe or None
        None if fewer than two outlets have ten articles.
    """
    counts = Counter(article.outlet for article in articles)
    able = [a for a in articles if a.outlet is not None and counts[a.outlet] >= PROBE_FEWEST]
    chosen = np.sort(np.random.default_rng(seed).permutation(len(able))[:at_most])
    # An article has the same outlet for all of its targets.
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
    """Measure the association of outlet and label.

    Returns
    -------
    Confounding or None
        None if the articles have fewer than two labels or two outlets.
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
    """Return the bias-corrected Cramér's V of a contingency table.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        At least two rows and two columns, none of them empty.

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
