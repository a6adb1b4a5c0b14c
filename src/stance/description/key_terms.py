"""The terms of a comparison, ranked, with all measures and the ranks without each outlet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stance.description.keyness_records import PER_MILLION, Comparison, KeyTerm, PartSize
from stance.description.measures import (
    Frequencies,
    LogOdds,
    conservative_log_ratio,
    g2,
    log_odds,
    log_ratio,
)
from stance.description.outlet_bootstrap import outlet_bounds
from stance.description.term_counts import PAIR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stance.description.keyness_records import Measure, NoBounds
    from stance.description.outlet_bootstrap import Bounds
    from stance.description.outlet_counts import Part, Sides

# A term of fewer outlets has no bounds: it is a habit of one outlet or two.
FEWEST_OUTLETS = 3


class Settings(NamedTuple):
    """Settings of a comparison; see `stance.description.keyness.keyness`."""

    measure: Measure
    top: int
    min_articles: int
    prior: float
    n_resamples: int
    names_outlets: bool


def compare_parts(
    sides: Sides, names: tuple[str, str | None], terms: list[str], settings: Settings
) -> Comparison:
    """Return the typical terms of the target; their spelling is the term itself.

    Parameters
    ----------
    sides : Sides
    names : tuple of str
        Of the target and the reference.
    terms : list of str
    settings : Settings
    """
    documents = sides.target.documents + sides.reference.documents
    compared = np.flatnonzero(documents >= settings.min_articles)
    sides = sides.only(compared)
    scores = score(sides.frequencies, settings)
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] > 0]
    chosen = order[: settings.top] if settings.top else order
    bounded = _bounded(sides, settings)
    ranks = _ranks_without_outlets(sides, chosen, settings)
    found = _key_terms(sides, chosen, [terms[i] for i in compared[chosen].tolist()], settings)
    return Comparison(
        *names,
        _size(sides.target, settings),
        _size(sides.reference, settings),
        len(compared),
        tuple(_with_outlets(found, chosen, bounded, ranks)),
        bounded.why_none,
        len(bounded.terms),
        *bounded.n_beyond,
        bounded.bounds.critical if bounded.bounds else None,
    )


def score(frequencies: Frequencies, settings: Settings) -> NDArray[np.float64]:
    """Return the measure that terms are ranked by; -inf where there is nothing to compare."""
    f1, n1, f2, n2 = frequencies.arrays()
    # A part of one-word passages has no pairs.
    there = (f1 + f2 > 0) & (n1 > 0) & (n2 > 0)
    occurring = Frequencies(f1[there], n1[there], f2[there], n2[there])
    scores = np.full(f1.shape, -np.inf)
    if settings.measure == "g2":
        scores[there] = g2(occurring)
    elif settings.measure == "log-ratio":
        scores[there] = conservative_log_ratio(occurring, n_compared=len(f1))
    else:
        scores[there] = informed_log_odds(occurring, settings.prior).z
    return scores


def informed_log_odds(frequencies: Frequencies, prior_share: float) -> LogOdds:
    """Return log-odds whose prior is the frequencies of both parts together.

    Parameters
    ----------
    frequencies : Frequencies
    prior_share : float
        Size of the prior as a share of the words of both parts.
    """
    f1, n1, f2, n2 = frequencies.arrays()
    return log_odds(frequencies, prior_share * (f1 + f2), prior_share * (n1 + n2))


class _Bounded(NamedTuple):
    """Bounds over outlets, and the terms that have them."""

    why_none: NoBounds
    terms: NDArray[np.int64]
    bounds: Bounds | None = None

    @property
    def n_beyond(self) -> tuple[int, int]:
        """Number of terms beyond their bounds on the side of the target, and of the reference."""
        if self.bounds is None:
            return 0, 0
        low, high = self.bounds.low, self.bounds.high
        return int(np.count_nonzero(low > 0)), int(np.count_nonzero(high < 0))


def _bounded(sides: Sides, settings: Settings) -> _Bounded:
    none = np.zeros(0, dtype=np.int64)
    if not settings.n_resamples:
        return _Bounded("not asked for", none)
    if not settings.names_outlets:
        return _Bounded("no outlets", none)
    if min(np.count_nonzero(part.has_outlet) for part in (sides.target, sides.reference)) < 2:
        return _Bounded("one outlet", none)
    terms = np.flatnonzero(sides.outlets >= FEWEST_OUTLETS)
    if not len(terms):
        return _Bounded("rare terms", none)
    found = outlet_bounds(sides.only(terms), settings.prior, n_resamples=settings.n_resamples)
    return _Bounded("", terms, found)


def _ranks_without_outlets(
    sides: Sides, chosen: NDArray[np.int64], settings: Settings
) -> NDArray[np.int64]:
    """Return the ranks of the chosen terms when each outlet is left out, shape (n, n_chosen)."""
    ranks: list[NDArray[np.int64]] = []
    if settings.names_outlets:
        for outlet in np.flatnonzero(sides.target.has_outlet | sides.reference.has_outlet):
            left = sides.without(int(outlet))
            if left is not None:
                ranks.append(_ranks(score(left, settings), chosen))
    return np.array(ranks, dtype=np.int64).reshape(len(ranks), len(chosen))


def _ranks(scores: NDArray[np.float64], chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ranks of the chosen terms, from 1; equal scores have the same rank."""
    above = len(scores) - np.searchsorted(np.sort(scores), scores[chosen], side="right")
    return np.asarray(above + 1, dtype=np.int64)


def _size(part: Part, settings: Settings) -> PartSize:
    words, pairs = part.sizes.sum(axis=0).tolist()
    outlets = int(np.count_nonzero(part.has_outlet)) if settings.names_outlets else 0
    return PartSize(part.n_articles, words, pairs, outlets)


def _key_terms(
    sides: Sides, chosen: NDArray[np.int64], terms: list[str], settings: Settings
) -> list[KeyTerm]:
    n_compared, sides = len(sides.kinds), sides.only(chosen)
    frequencies, odds = sides.frequencies, informed_log_odds(sides.frequencies, settings.prior)
    f1, n1, f2, n2 = frequencies.arrays()
    no_outlets = np.zeros(len(chosen), dtype=np.int64)
    columns = {
        "rank": np.arange(1, len(chosen) + 1),
        "term": terms,
        "spelling": terms,
        "is_pair": sides.kinds == PAIR,
        "target_count": f1.astype(np.int64),
        "reference_count": f2.astype(np.int64),
        "target_per_million": PER_MILLION * f1 / np.maximum(n1, 1),
        "reference_per_million": PER_MILLION * f2 / np.maximum(n2, 1),
        "target_articles": sides.target.documents,
        "reference_articles": sides.reference.documents,
        "target_outlets": sides.target.outlets if settings.names_outlets else no_outlets,
        "reference_outlets": sides.reference.outlets if settings.names_outlets else no_outlets,
        "log_odds": odds.ratio,
        "log_odds_z": odds.z,
        "log_ratio": log_ratio(frequencies),
        "log_ratio_bound": conservative_log_ratio(frequencies, n_compared=n_compared),
        "g2": g2(frequencies),
    }
    plain = [one if isinstance(one, list) else one.tolist() for one in columns.values()]
    return [
        KeyTerm(**dict(zip(columns, values, strict=True))) for values in zip(*plain, strict=True)
    ]


def _with_outlets(
    found: list[KeyTerm],
    chosen: NDArray[np.int64],
    bounded: _Bounded,
    ranks: NDArray[np.int64],
) -> list[KeyTerm]:
    """Return the terms with their bounds over outlets and their ranks without each outlet."""
    places = {term: place for place, term in enumerate(bounded.terms.tolist())}
    bounds, complete = bounded.bounds, []
    for column, (one, term) in enumerate(zip(found, chosen.tolist(), strict=True)):
        low = high = best = worst = None
        if bounds is not None and (place := places.get(term)) is not None:
            low, high = float(bounds.low[place]), float(bounds.high[place])
        if len(ranks):
            best, worst = int(ranks[:, column].min()), int(ranks[:, column].max())
        complete.append(
            replace(one, outlet_low=low, outlet_high=high, best_rank=best, worst_rank=worst)
        )
    return complete
