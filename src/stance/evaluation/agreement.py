"""Inter-annotator agreement: Krippendorff's alpha, Fleiss' and Cohen's kappa.

It bounds what can be expected of a model. Any label may be missing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np

from stance.errors import ConfigError, CorpusError
from stance.evaluation.result_rows import PAIR_COLUMNS, pair_rows
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Level = Literal["nominal", "ordinal", "interval"]
LEVELS: tuple[Level, ...] = get_args(Level)

RESAMPLES = 2000
COVERAGE = 0.95
MISSING = -1


@dataclass(frozen=True)
class Ratings:
    """Labels as numbers, with one row per article and one column per annotator.

    Parameters
    ----------
    labels : tuple of str
        All labels, in the order of their numbers.
    codes : ndarray of int64, shape (n_articles, n_annotators)
        Label numbers; -1 for a missing label.
    """

    labels: tuple[str, ...]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, table: Sequence[Sequence[str | None]], order: Sequence[str] = ()) -> Self:
        """Assign a number to each label of a table.

        Parameters
        ----------
        table : sequence of sequence of str or None
        order : sequence of str
            All labels from low to high; if empty, the labels sorted by name.

        Raises
        ------
        ConfigError
            If a label is missing from `order`.
        CorpusError
            If no article has two labels.
        """
        given = sorted({label for row in table for label in row if label is not None})
        unknown = [label for label in given if order and label not in order]
        if unknown:
            raise ConfigError(
                f"Got the label {unknown[0]!r}, which is not in the order {', '.join(order)}, but "
                "expected all labels in it."
            )
        labels = tuple(order) or tuple(given)
        numbers: dict[str | None, int] = {label: n for n, label in enumerate(labels)}
        codes = np.array([[numbers.get(label, MISSING) for label in row] for row in table])
        if not len(codes) or ((codes != MISSING).sum(axis=1) < 2).all():
            raise CorpusError("Got no article that two annotators labelled, but expected some.")
        return cls(labels, codes)

    def counts(self) -> NDArray[np.int64]:
        """Return how often each article got each label, without articles with fewer than two."""
        each = [(self.codes == number).sum(axis=1) for number in range(len(self.labels))]
        counts = np.stack(each, axis=1)
        pairable: NDArray[np.int64] = counts[counts.sum(axis=1) > 1]
        return pairable

    def values(self) -> NDArray[np.float64]:
        """Return the labels as values of an interval scale.

        Raises
        ------
        ConfigError
            If a label is not a number.
        """
        try:
            return np.array([float(label) for label in self.labels])
        except ValueError as error:
            raise ConfigError(
                f"Got the level 'interval' for the labels {', '.join(self.labels)}, but expected "
                "numbers. Choose nominal, or ordinal with their order."
            ) from error


@dataclass(frozen=True)
class Pair:
    """Agreement of two annotators on the articles that both labelled.

    Parameters
    ----------
    first, second : str
    n : int
        Number of these articles.
    agreement : float, optional
        Share of them with the same label, in [0, 1]; None if there are none.
    kappa : float, optional
        Cohen's kappa; None if it is undefined because both used only one label.
    """

    first: str
    second: str
    n: int
    agreement: float | None
    kappa: float | None


@dataclass(frozen=True)
class Agreement:
    """Inter-annotator agreement of a corpus.

    Parameters
    ----------
    n_articles, n_pairable : int
        Number of all articles, and of those with two or more labels; only the
        latter are used.
    labels, annotators : tuple of str
    level : {"nominal", "ordinal", "interval"}
    alpha : float, optional
        Krippendorff's alpha: 1 for perfect agreement, 0 for chance; None if only
        one label was used.
    interval : (float, float), optional
        95 % bootstrap interval of alpha over articles.
    fleiss : float, optional
        Fleiss' kappa.
    observed : float
        Share of equal pairs among the pairs of labels of an article, averaged
        over articles.
    pairs : tuple of Pair
    """

    n_articles: int
    n_pairable: int
    labels: tuple[str, ...]
    annotators: tuple[str, ...]
    level: Level
    alpha: float | None
    interval: tuple[float, float] | None
    fleiss: float | None
    observed: float
    pairs: tuple[Pair, ...]

    def to_arrow(self) -> Any:
        """Return the pairs of annotators as an Arrow table."""
        return arrow_table(pair_rows(self), PAIR_COLUMNS)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def agreement(
    ratings: Ratings, annotators: Sequence[str], *, level: Level = "nominal", seed: int = 0
) -> Agreement:
    """Compute all measures of agreement.

    Parameters
    ----------
    ratings : Ratings
    annotators : sequence of str
        The names of the columns.
    level : {"nominal", "ordinal", "interval"}
        Whether labels are names, have an order (that of ``ratings.labels``),
        or are numbers on an interval scale. Kappas are nominal.
    seed : int
        Random seed of the bootstrap.

    Returns
    -------
    Agreement

    Raises
    ------
    ConfigError
        If the level does not fit the labels.
    """
    counts = ratings.counts()
    alpha, interval = _alpha_with_interval(ratings, counts, level, seed)
    observed = _agreement_of_each(counts)
    return Agreement(
        n_articles=len(ratings.codes),
        n_pairable=len(counts),
        labels=ratings.labels,
        annotators=tuple(annotators),
        level=level,
        alpha=alpha,
        interval=interval,
        fleiss=fleiss_kappa(counts),
        observed=float(observed.mean()),
        pairs=tuple(
            _pair(ratings, annotators, first, second)
            for first, second in combinations(range(len(annotators)), 2)
        ),
    )


def krippendorff_alpha(ratings: Ratings, *, level: Level = "nominal") -> float | None:
    """Return Krippendorff's alpha.

    Parameters
    ----------
    ratings : Ratings
    level : {"nominal", "ordinal", "interval"}

    Returns
    -------
    float or None
        At most 1; 0 for chance. None if only one label was used.

    Notes
    -----
    ``alpha = 1 - (n - 1) sum(o_ck d_ck) / sum(n_c n_k d_ck)``, where ``o_ck``
    counts the pairs of labels c and k of the same article, divided by its number
    of labels minus one, ``n_c`` is the number of labels c, and ``d_ck`` the
    squared distance of the two.

    References
    ----------
    Krippendorff: Computing Krippendorff's Alpha-Reliability, 2011.
    """
    counts = ratings.counts()
    found = _alphas(_coincidences(counts).sum(axis=0)[None], _distances(ratings, level))
    return None if np.isnan(found[0]) else float(found[0])


def _alpha_with_interval(
    ratings: Ratings, counts: NDArray[np.int64], level: Level, seed: int
) -> tuple[float | None, tuple[float, float] | None]:
    alpha = krippendorff_alpha(ratings, level=level)
    if alpha is None:
        return None, None
    # Articles with the same labels are interchangeable: draw the number of each kind.
    kinds, sizes = np.unique(counts, axis=0, return_counts=True)
    random = np.random.default_rng(seed)
    draws = random.multinomial(len(counts), sizes / len(counts), size=RESAMPLES)
    stacks = np.tensordot(draws.astype(np.float64), _coincidences(kinds), axes=1)
    alphas = _alphas(stacks, _distances(ratings, level))
    tails = [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2]
    low, high = np.nanquantile(alphas, tails)
    return alpha, (float(low), float(high))


def _coincidences(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the coincidence matrix of each article, shape (n_articles, n_labels, n_labels)."""
    pairs = counts[:, :, None] * counts[:, None, :] - np.eye(counts.shape[1]) * counts[:, None, :]
    found: NDArray[np.float64] = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    return found


def _distances(ratings: Ratings, level: Level) -> NDArray[np.float64] | None:
    """Return squared distances of labels; None if they depend on the label frequencies."""
    if level == "nominal":
        return 1 - np.eye(len(ratings.labels))
    if level == "interval":
        values = ratings.values()
        squares: NDArray[np.float64] = (values[:, None] - values) ** 2
        return squares
    if level == "ordinal":
        return None
    raise ConfigError(f"Got the level {level!r}, but expected one of {', '.join(LEVELS)}.")


def _alphas(
    coincidences: NDArray[np.float64], distances: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Return the alpha of each coincidence matrix of a stack; nan if undefined."""
    frequency = coincidences.sum(axis=2)
    if distances is None:
        distances = _ordinal_distances(frequency)
    observed = (coincidences * distances).sum(axis=(1, 2))
    expected = (frequency[:, :, None] * frequency[:, None, :] * distances).sum(axis=(1, 2))
    share = np.divide(
        (frequency.sum(axis=1) - 1) * observed,
        expected,
        out=np.full(len(expected), np.nan),
        where=expected > 0,
    )
    alphas: NDArray[np.float64] = 1 - share
    return alphas


def _ordinal_distances(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared distances by rank: the labels given in between, plus half of both."""
    middle = np.cumsum(frequency, axis=1) - frequency / 2
    squares: NDArray[np.float64] = (middle[:, :, None] - middle[:, None, :]) ** 2
    return squares


def _agreement_of_each(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of equal pairs of labels of each article, shape (n_articles,)."""
    given = counts.sum(axis=1)
    shares: NDArray[np.float64] = (counts * (counts - 1)).sum(axis=1) / (given * (given - 1))
    return shares


def fleiss_kappa(counts: NDArray[np.int64]) -> float | None:
    """Return Fleiss' kappa.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_articles, n_labels)
        How often each article got each label. Each article has at least two
        labels; their number may differ between articles.

    Returns
    -------
    float or None
        None if only one label was used.

    References
    ----------
    Fleiss: Measuring nominal scale agreement among many raters,
    Psychological Bulletin 76, 1971.
    """
    expected = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    observed = float(_agreement_of_each(counts).mean())
    return _above_chance(observed, expected)


def cohen_kappa(first: NDArray[np.int64], second: NDArray[np.int64]) -> float | None:
    """Return Cohen's kappa of two complete columns of labels.

    Parameters
    ----------
    first, second : ndarray of int64, shape (n_articles,)

    Returns
    -------
    float or None
        None if both used only one and the same label, or there are no articles.

    References
    ----------
    Cohen: A coefficient of agreement for nominal scales, Educational and
    Psychological Measurement 20, 1960.
    """
    from sklearn.metrics import cohen_kappa_score

    if len(np.union1d(first, second)) < 2:
        return None
    return float(cohen_kappa_score(first, second))


def _above_chance(observed: float, expected: float) -> float | None:
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def _pair(ratings: Ratings, annotators: Sequence[str], first: int, second: int) -> Pair:
    one, other = ratings.codes[:, first], ratings.codes[:, second]
    both = (one != MISSING) & (other != MISSING)
    agreed = float((one == other)[both].mean()) if both.any() else None
    kappa = cohen_kappa(one[both], other[both])
    return Pair(annotators[first], annotators[second], int(both.sum()), agreed, kappa)
