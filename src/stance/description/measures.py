"""Keyness measures of frequencies in a target and a reference corpus, as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
# Tokens besides a term in a corpus of one term, so that its odds are finite.
FEWEST_OTHERS = 0.5


class Frequencies(NamedTuple):
    """The frequencies of terms in two corpora, and the sizes of the corpora.

    Parameters
    ----------
    f1, f2 : array_like, shape (n_terms,)
        Occurrences of each term in the target and in the reference.
    n1, n2 : array_like
        Number of tokens of the target and of the reference: one number each, or one for each term.
    """

    f1: ArrayLike
    n1: ArrayLike
    f2: ArrayLike
    n2: ArrayLike

    def arrays(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the four as arrays of one shape."""
        arrays = (np.asarray(one, dtype=np.float64) for one in self)
        f1, n1, f2, n2 = np.broadcast_arrays(*arrays)
        return f1, n1, f2, n2


def g2(frequencies: Frequencies) -> Floats:
    """Return the signed log-likelihood ratio G2, negative if the term is rarer in the target.

    Notes
    -----
    ``2 * sum(O * ln(O / E))`` over the four cells of the table of the term and of all other
    tokens in both corpora. The variant of two cells [2]_ leaves out the other tokens; for all
    but the most frequent words the two hardly differ.

    References
    ----------
    .. [1] Dunning (1993): Accurate Methods for the Statistics of Surprise and Coincidence.
       Computational Linguistics 19(1), 61-74.
    .. [2] Rayson and Garside (2000): Comparing Corpora using Frequency Profiling. WCC, 1-6.

    Examples
    --------
    >>> g2(Frequencies([110, 3], [2552, 100], [111, 60], [29225, 1000])).round(2).tolist()
    [270.72, -1.79]
    """
    f1, n1, f2, n2 = frequencies.arrays()
    share = (f1 + f2) / (n1 + n2)
    cells = ((f1, n1 * share), (f2, n2 * share))
    others = ((n1 - f1, n1 * (1 - share)), (n2 - f2, n2 * (1 - share)))
    total = sum(_surprise(*cell) for cell in (*cells, *others))
    return np.asarray(2 * np.sign(f1 - n1 * share) * total)


def _surprise(observed: Floats, expected: Floats) -> Floats:
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=observed > 0)
    return np.asarray(observed * np.log(ratio))


def log_ratio(frequencies: Frequencies) -> Floats:
    """Return the binary logarithm of the ratio of the relative frequencies.

    Notes
    -----
    ``log2((f1 + 0.5) / (n1 + 0.5)) - log2((f2 + 0.5) / (n2 + 0.5))``, the nearly unbiased
    estimate of Walter (1975), which is finite for a term that one corpus does not have.

    References
    ----------
    .. [1] Hardie (2014): Log Ratio: an informal introduction. CASS, Lancaster.
    .. [2] Evert (2022): Measuring keyness. DH2022, Tokyo.
    """
    f1, n1, f2, n2 = frequencies.arrays()
    return np.asarray(np.log2((f1 + 0.5) / (n1 + 0.5)) - np.log2((f2 + 0.5) / (n2 + 0.5)))


def conservative_log_ratio(
    frequencies: Frequencies, *, n_compared: int, level: float = LEVEL
) -> Floats:
    """Return the log ratio's confidence bound nearest to zero; zero if the interval includes it.

    Parameters
    ----------
    frequencies : Frequencies
    n_compared : int
        Number of terms that are compared, for the Bonferroni correction.
    level : float
        Confidence level of all intervals together, in (0, 1).

    Notes
    -----
    Given ``f1 + f2``, the number in the target is binomial. The exact (Clopper-Pearson) interval
    ``[low, high]`` of its share ``t`` gives that of the ratio, ``t / (1 - t) * n2 / n1``.

    References
    ----------
    .. [1] Evert (2022): Measuring keyness. DH2022, Tokyo; the measure LRC.
    """
    f1, n1, f2, n2 = frequencies.arrays()
    tail = (1 - level) / 2 / n_compared
    above = f1 * n2 >= f2 * n1
    found = np.zeros(f1.shape)
    found[above] = _lower_bound(f1[above], n1[above], f2[above], n2[above], tail)
    found[~above] = -_lower_bound(f2[~above], n2[~above], f1[~above], n1[~above], tail)
    return found


def _lower_bound(
    more: Floats, size: Floats, less: Floats, other_size: Floats, tail: float
) -> Floats:
    """Return the lower bound of the log ratio of the greater frequency; zero if it is below."""
    from scipy.special import betainc, betaincinv

    found = np.zeros(more.shape)
    # Testing is faster than inverting the test, and few terms differ significantly.
    differs = betainc(np.maximum(more, 1), less + 1, size / (size + other_size)) < tail
    share = betaincinv(more[differs], less[differs] + 1, tail)
    odds = share / np.maximum(1 - share, tail)
    found[differs] = np.maximum(np.log2(odds * other_size[differs] / size[differs]), 0.0)
    return found


class LogOdds(NamedTuple):
    """Log-odds ratios (natural logarithm) and their variance, each of shape (n_terms,)."""

    ratio: NDArray[np.float64]
    variance: NDArray[np.float64]

    @property
    def z(self) -> NDArray[np.float64]:
        """The ratio in standard deviations."""
        return np.asarray(self.ratio / np.sqrt(self.variance))


def log_odds(frequencies: Frequencies, prior: ArrayLike, prior_size: ArrayLike) -> LogOdds:
    """Return log-odds ratios with an informative Dirichlet prior.

    Parameters
    ----------
    frequencies : Frequencies
    prior : array_like, shape (n_terms,)
        Pseudo-occurrences of each term in either corpus, above zero.
    prior_size : array_like
        Pseudo-tokens in either corpus, of all terms together.

    Notes
    -----
    With ``w_i = (f_i + a) / (n_i + A - f_i - a)``, ``a`` the prior of the term and ``A`` its
    size, the ratio is ``ln(w_1) - ln(w_2)`` and its variance about ``1 / (f_1 + a) + 1 / (f_2 +
    a)``.

    References
    ----------
    .. [1] Monroe, Colaresi and Quinn (2008): Fightin' Words. Political Analysis 16(4), 372-403;
       equations 15, 16, 20 and 22.
    """
    f1, n1, f2, n2 = frequencies.arrays()
    added, added_size = (np.asarray(one, dtype=np.float64) for one in (prior, prior_size))
    first, second = f1 + added, f2 + added
    others = np.maximum(n1 + added_size - first, FEWEST_OTHERS)
    other_others = np.maximum(n2 + added_size - second, FEWEST_OTHERS)
    ratio = np.log(first / others) - np.log(second / other_others)
    return LogOdds(ratio, 1 / first + 1 / second)
