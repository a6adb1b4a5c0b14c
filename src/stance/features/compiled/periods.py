"""Kernel for the period of a text, by its date or by the terms in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Bits, Int8s, Int32s, Int64s

# What decided the period of a text.
PUBLISHED, WORDS, ASSUMED = range(3)


@compiled
def choose_periods(
    matches: Int32s,
    token_offsets: Int64s,
    valid: Bits,
    is_evidence: Bits,
    possible: Int32s,
    assumed: int,
    evidence: Int64s,
    periods: Int32s,
    sources: Int8s,
) -> None:
    """Choose the period of each text, among the possible ones, by its terms.

    A match is evidence for the periods in which its term is valid (``valid``, a row
    for each period), if these are not all (``is_evidence``). The period with most
    evidence wins; of several, the one that is nearest to ``assumed``. ``possible``
    has the first and the last possible period of each text, ``evidence`` an entry
    for each period.
    """
    match = 0
    for text in range(len(token_offsets) - 1):
        end = token_offsets[text + 1]
        evidence[:] = 0
        while match < len(matches) and matches[match, 0] < end:
            term = matches[match, 2]
            if is_evidence[term]:
                for period in range(len(evidence)):
                    evidence[period] += valid[period, term]
            match += 1
        first, last = int(possible[text, 0]), int(possible[text, 1])
        best, n_best = _most_likely(evidence, first, last, assumed)
        periods[text] = best
        if first == last:
            sources[text] = PUBLISHED
        elif n_best <= last - first:
            sources[text] = WORDS
        else:
            sources[text] = ASSUMED


@compiled
def _most_likely(evidence: Int64s, first: int, last: int, assumed: int) -> tuple[int, int]:
    """Return the period with most evidence, and how many of the possible ones have as much."""
    best, n_best = first, 1
    for period in range(first + 1, last + 1):
        if evidence[period] > evidence[best]:
            best, n_best = period, 1
        elif evidence[period] == evidence[best]:
            n_best += 1
            if abs(period - assumed) <= abs(best - assumed):
                best = period
    return best, n_best
