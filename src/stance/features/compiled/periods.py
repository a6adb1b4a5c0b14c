"""Kernels for the period of a text, by its date or by the terms in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Bits, Int32s, Int64s

# What decided the period of a text.
PUBLISHED, WORDS, ASSUMED = range(3)


@compiled
def choose_period(
    matches: Int32s,
    begin: int,
    end: int,
    valid: Bits,
    is_evidence: Bits,
    first: int,
    last: int,
    assumed: int,
    evidence: Int64s,
) -> tuple[int, int]:
    """Return the period of a text, from ``first`` to ``last``, and what decided it.

    A match, of those from ``begin`` to ``end``, is evidence for the periods in which
    its term is valid (``valid`` has a row for each), if these are not all
    (``is_evidence``). The period with most evidence wins; of several, the one that
    is nearest to ``assumed``. ``evidence`` has an entry for each period.
    """
    evidence[:] = 0
    for match in range(begin, end):
        term = matches[match, 2]
        if is_evidence[term]:
            for period in range(len(evidence)):
                evidence[period] += valid[period, term]
    best, n_best = first, 1
    for period in range(first + 1, last + 1):
        if evidence[period] > evidence[best]:
            best, n_best = period, 1
        elif evidence[period] == evidence[best]:
            n_best += 1
            if abs(period - assumed) <= abs(best - assumed):
                best = period
    if first == last:
        return best, PUBLISHED
    return best, WORDS if n_best <= last - first else ASSUMED


@compiled
def are_valid(matches: Int32s, begin: int, end: int, valid: Bits) -> bool:
    """Return whether the terms of some matches are all valid; ``valid`` is of one period."""
    match = begin
    while match < end and valid[matches[match, 2]]:
        match += 1
    return match == end
