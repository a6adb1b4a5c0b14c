"""Inclusion probabilities of the articles that were coded, out of those that were drawn.

Coding may stop anywhere, since the rows to code are in random order. In each stratum the
coded articles then are a random part of the drawn ones: their inclusion probability is
that of being drawn, times the share of the drawn articles that are coded.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from stance.estimation.coded_rows import CodedRow, CodedRows
    from stance.estimation.sample_design import SampleDesign, Stratum

FEWEST_CODED = 2
# Of the archive's size, by which the sum of the weights may differ: more is said, and far
# more is refused.
SMALL_DEVIATION, LARGE_DEVIATION = 0.01, 0.5


@dataclass(frozen=True)
class Response:
    """The coded articles with the probabilities by which they are weighted.

    Parameters
    ----------
    keys : tuple of str
        Canonical ids.
    labels : tuple of str
        As typed.
    inclusion_probability : ndarray of float64, shape (n_coded,)
    stratum : ndarray of int64, shape (n_coded,)
    n_drawn : int
    warnings : tuple of str
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    inclusion_probability: NDArray[np.float64]
    stratum: NDArray[np.int64]
    n_drawn: int
    warnings: tuple[str, ...]


@dataclass
class _StratumCount:
    """What was drawn and coded of a stratum.

    Parameters
    ----------
    name : str
    weight : float
        Articles of the archive: the sum of the weights of the drawn ones, or as the
        design says.
    n_drawn : int
    coded : float
        The sum of the weights of those that are coded.
    probability : float
        The mean inclusion probability.
    values : frozenset of str
        What the stratum's articles have in common, if the design is known.
    """

    name: str
    weight: float
    n_drawn: int
    coded: float
    probability: float
    values: frozenset[str]


def responses(coded: CodedRows, design: SampleDesign | None, n_articles: int) -> Response:
    """Return the coded articles with their inclusion probabilities.

    Parameters
    ----------
    coded : CodedRows
    design : SampleDesign, optional
    n_articles : int
        Size of the archive.

    Raises
    ------
    CorpusError
        If fewer than two articles are coded, or their weights do not fit the archive.
    """
    chosen = [(key, row) for key, row in coded.rows.items() if row.label is not None]
    if len(chosen) < FEWEST_CODED:
        raise CorpusError(
            f"Got {coded.name} with {len(chosen)} of {len(coded.rows)} articles coded, but "
            "expected two or more, and better 100. Write a label into the field 'label' of each."
        )
    strata = _counts(coded.rows, design)
    merged, n_empty = _merged(strata)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(merged.values()))}
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for name, into in merged.items():
        totals[into][0] += strata[name].weight
        totals[into][1] += strata[name].coded
    factors = {name: part / whole for name, (whole, part) in totals.items()}
    names = [merged[row.stratum] for _, row in chosen]
    drawn = np.array([row.inclusion_probability for _, row in chosen])
    probability = np.minimum(drawn * np.array([factors[name] for name in names]), 1.0)
    n_drawn = sum(one.n_drawn for one in strata.values())
    probability, said = _calibrated(probability, n_articles, coded.name)
    return Response(
        tuple(key for key, _ in chosen),
        tuple(str(row.label) for _, row in chosen),
        probability,
        np.array([numbers[name] for name in names], np.int64),
        n_drawn,
        (*_warnings(coded, len(chosen), n_drawn, n_empty), *said),
    )


def _counts(rows: Mapping[str, CodedRow], design: SampleDesign | None) -> dict[str, _StratumCount]:
    of_stratum: dict[str, list[CodedRow]] = defaultdict(list)
    for row in rows.values():
        of_stratum[row.stratum].append(row)
    known = {str(one.number): one for one in design.strata} if design else {}
    found = {}
    for name in dict.fromkeys([*of_stratum, *known]):
        weights = [1 / row.inclusion_probability for row in of_stratum[name]]
        coded = sum(1 / row.inclusion_probability for row in of_stratum[name] if row.label)
        stratum = known.get(name)
        # Rows that were removed from the file were drawn too.
        n_drawn = max(len(weights), stratum.n_drawn if stratum else 0)
        weight = max(float(stratum.n) if stratum and n_drawn else sum(weights), coded)
        if n_drawn:
            found[name] = _StratumCount(
                name, weight, n_drawn, coded, n_drawn / weight, _values(stratum)
            )
    return found


def _values(stratum: Stratum | None) -> frozenset[str]:
    if stratum is None:
        return frozenset()
    others = (stratum.values or {}).items()
    return frozenset([f"label {stratum.label}", *(f"{name} {value}" for name, value in others)])


def _merged(strata: Mapping[str, _StratumCount]) -> tuple[dict[str, str], int]:
    """Return the stratum that each one joins: itself, or the nearest if none of it is coded.

    The nearest has most values in common, then the most similar inclusion probability.
    """
    coded = [one for one in strata.values() if one.coded]
    joins, n_empty = {}, 0
    for name, one in strata.items():
        if one.coded:
            joins[name] = name
            continue
        n_empty += 1
        nearest = min(coded, key=lambda other, one=one: _distance(one, other))  # type: ignore[misc]
        joins[name] = nearest.name
    return joins, n_empty


def _distance(one: _StratumCount, other: _StratumCount) -> tuple[int, float]:
    ratio = math.log(one.probability) - math.log(other.probability)
    return -len(one.values & other.values), abs(ratio)


def _calibrated(
    probability: NDArray[np.float64], n_articles: int, name: str
) -> tuple[NDArray[np.float64], Sequence[str]]:
    """Make the weights add up to the size of the archive, if they do not by far."""
    total = float((1 / probability).sum())
    ratio = total / n_articles
    if abs(ratio - 1) <= SMALL_DEVIATION:
        return probability, ()
    added = f"{total:,.0f} articles, but the archive has {n_articles:,}"
    if not 1 - LARGE_DEVIATION <= ratio <= 1 / (1 - LARGE_DEVIATION):
        raise CorpusError(
            f"Got {name}, whose inclusion probabilities are those of a sample of {added}. Give the "
            "archive from which the sample was drawn, whole, and the file with all of its rows."
        )
    return np.minimum(probability * ratio, 1.0), (
        f"The weights of the coded articles add up to {added}: they were scaled to it.",
    )


def _warnings(coded: CodedRows, n_coded: int, n_drawn: int, n_empty: int) -> Sequence[str]:
    said = []
    if n_coded < n_drawn:
        said.append(
            f"{n_drawn - n_coded:,} of {n_drawn:,} drawn articles are not coded. The estimate "
            "takes the coded ones for a random part of each stratum, which holds if the rows were "
            "coded in their order, and not if difficult articles were left out."
        )
    if n_empty:
        strata = "1 stratum has" if n_empty == 1 else f"{n_empty} strata have"
        said.append(
            f"{strata} no coded article and joined the nearest one, as if their articles were "
            "alike."
        )
    if coded.n_repeated:
        said.append(f"{coded.n_repeated} rows of {coded.name} repeat another one and were ignored.")
    if coded.overruled:
        said.append(
            f"{len(coded.overruled)} near-duplicates (the first: {coded.overruled[0]}) have a "
            "label that differs from that of the article in 'same_as', whose label counts."
        )
    return said
