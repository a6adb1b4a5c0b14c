"""Shares of labels from predictions and known error rates: adjusted counts, and EM on priors.

All of them assume that only the shares of the labels differ between the training
corpus and the archive (prior probability shift), not the articles within a label.

References
----------
Forman: Quantifying Counts and Costs via Classification, Data Mining and Knowledge
Discovery 17, 2008 (ACC).
Bella et al.: Quantification via Probability Estimators, ICDM 2010 (PACC).
Bunse: On Multi-Class Extensions of Adjusted Classify and Count, LQ 2022 (least squares
on the simplex).
Saerens, Latinne, Decaestecker: Adjusting the Outputs of a Classifier to New a Priori
Probabilities, Neural Computation 14, 2002 (EMQ).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Above this condition number, an error of 1e-16 in a count could move a share by 1e-8.
LARGEST_CONDITION = 1e8
# Of the change of a share from one iteration to the next.
TOLERANCE = 1e-7
MOST_ITERATIONS = 2000


def adjusted_shares(rates: Floats, observed: Floats) -> Floats:
    """Return the shares of the true labels that explain the shares of the predicted labels.

    Parameters
    ----------
    rates : ndarray of float64, shape (n, n_labels, n_labels)
        For each true label (row) the shares of the predicted labels among its articles,
        or their mean probabilities. Rows add up to one.
    observed : ndarray of float64, shape (n, n_labels)
        The shares of the predicted labels in an archive, or their mean probabilities.

    Returns
    -------
    ndarray of float64, shape (n, n_labels)
        In [0, 1], adding up to one. Where `observed` is nan, so is the result.

    Notes
    -----
    Minimises ``|rates.T @ p - observed|**2`` over all ``p >= 0`` that add up to one. If
    the solution of the linear system is in that region, it is the minimum.
    """
    # Probabilities that were rounded do not quite add up to one.
    rates = rates / rates.sum(axis=2, keepdims=True)
    observed = observed / observed.sum(axis=1, keepdims=True)
    shares = np.full(observed.shape, np.nan)
    known = np.logical_not(np.isnan(observed).any(axis=1, keepdims=True))[:, 0]
    matrices = rates.transpose(0, 2, 1)
    regular = known.copy()
    regular[known] = np.linalg.cond(matrices[known]) < LARGEST_CONDITION
    solved = np.linalg.solve(matrices[regular], observed[regular][..., None])
    shares[regular] = solved[..., 0]
    outside = known & ~(regular & (np.nan_to_num(shares, nan=-1.0) >= 0).all(axis=1))
    for place in np.flatnonzero(outside).tolist():
        shares[place] = _on_simplex(matrices[place], observed[place])
    return shares


def _on_simplex(matrix: Floats, observed: Floats) -> Floats:
    """Minimise ``|matrix @ p - observed|`` over the probability simplex.

    Where ``p`` adds up to one, ``matrix @ p - observed`` is ``(matrix - observed) @ p``,
    so the minimum is the direction of the non-negative least-squares solution with one
    more equation, ``sum(x) = 1`` (Haskell, Hanson: An Algorithm for Linear Least Squares
    Problems with Equality and Nonnegativity Constraints, 1981).
    """
    from scipy.optimize import nnls

    n_labels = matrix.shape[1]
    homogeneous = np.vstack([matrix - observed[:, None], np.ones(n_labels)])
    found, _ = nnls(homogeneous, np.append(np.zeros(len(matrix)), 1.0))
    return np.asarray(found / found.sum(), dtype=np.float64)


def em_shares(
    probabilities: Floats,
    priors: Floats,
    weights: Floats | None = None,
    *,
    start: Floats | None = None,
    tolerance: float = TOLERANCE,
) -> Floats:
    """Return the shares of labels that make predicted probabilities most likely.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n, n_labels)
        Of each label for each article.
    priors : ndarray of float64, shape (n_resamples, n_labels)
        The shares of the labels in the training corpus; all above zero.
    weights : ndarray of float64, shape (n_resamples, n), optional
        How many articles each row is for.
    start : ndarray of float64, shape (n_labels,), optional
        Shares to begin with, above zero; `priors` by default. The likelihood is concave,
        so they only affect the number of iterations.
    tolerance : float
        Iterations end when no share changes by more.

    Returns
    -------
    ndarray of float64, shape (n_resamples, n_labels)
    """
    if weights is None:
        weights = np.ones((len(priors), len(probabilities)))
    weights = weights / weights.sum(axis=1, keepdims=True)
    shares = np.array(priors if start is None else np.broadcast_to(start, priors.shape))
    going_on = np.arange(len(priors))
    for _ in range(MOST_ITERATIONS):
        before, some = shares[going_on], weights[going_on]
        ratios = before / priors[going_on]
        likelihoods = ratios @ probabilities.T
        # An article whose labels all have the share zero says nothing.
        per_article = np.divide(some, likelihoods, out=np.zeros_like(some), where=likelihoods > 0)
        after = ratios * (per_article @ probabilities)
        after /= after.sum(axis=1, keepdims=True)
        shares[going_on] = after
        going_on = going_on[np.abs(after - before).max(axis=1) >= tolerance]
        if not len(going_on):
            break
    return shares
