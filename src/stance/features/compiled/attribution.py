"""Kernels that divide the contributions of columns over the words that they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.features.compiled.compilation import compiled

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Float32s, Floats, Int32s, Int64s, Numbers


@compiled
def list_places(
    tokens: Int32s, ngrams: Numbers, offsets: Int64s, order: Int64s, columns: Int32s, starts: Int64s
) -> None:
    """List the column and the token of each n-gram of each token; feature i is ``order[i]``."""
    place = 0
    for token in range(len(tokens)):
        for i in range(offsets[tokens[token]], offsets[tokens[token] + 1]):
            columns[place] = order[ngrams[i]]
            starts[place] = token
            place += 1


@compiled
def weigh_columns(
    row_offsets: Int64s,
    columns: Int32s,
    values: Floats,
    factors: Float32s,
    labels: Int64s,
    against: Int64s,
    temperatures: Floats,
    weights: Floats,
    contributions: Floats,
    totals: Floats,
) -> None:
    """Weigh each value of a text by the difference of two labels' factors, and add up."""
    for row in range(len(row_offsets) - 1):
        total = 0.0
        for i in range(row_offsets[row], row_offsets[row + 1]):
            weight = np.float64(factors[columns[i], labels[row]])
            weight -= np.float64(factors[columns[i], against[row]])
            weights[i] = weight / temperatures[row]
            contributions[i] = values[i] * weights[i]
            total += contributions[i]
        totals[row] = total


@compiled
def divide_over_occurrences(
    row_offsets: Int64s,
    columns: Int32s,
    contributions: Floats,
    bounds: Int64s,
    occurring: Int32s,
    starts: Int64s,
    ends: Int64s,
    amounts: Floats,
    times: Int64s,
    shares: Floats,
) -> None:
    """Divide the contribution of each column of a text over its occurrences and their words.

    Row i of the matrix has the occurrences ``bounds[i]:bounds[i + 1]``. ``amounts``
    and ``times`` have an entry for each column; ``times`` is zero and is left so.
    """
    for row in range(len(row_offsets) - 1):
        for i in range(row_offsets[row], row_offsets[row + 1]):
            amounts[columns[i]] = contributions[i]
        for i in range(bounds[row], bounds[row + 1]):
            times[occurring[i]] += 1
        for i in range(bounds[row], bounds[row + 1]):
            share = amounts[occurring[i]] / times[occurring[i]]
            shares[i] = share / (ends[i] - starts[i])
        for i in range(bounds[row], bounds[row + 1]):
            times[occurring[i]] = 0
        for i in range(row_offsets[row], row_offsets[row + 1]):
            amounts[columns[i]] = 0.0


@compiled
def add_to_words(starts: Int64s, ends: Int64s, shares: Floats, words: Floats) -> None:
    """Add the share of each occurrence to each of its words.

    Occurrences are sorted by their first word. Those that end a longer n-gram are
    summed before they are added, so that the order of additions is that of the
    places within n-grams.
    """
    longest, place = 1, 0
    while place < longest:
        word = -1
        total = 0.0
        for i in range(len(starts)):
            longest = max(longest, ends[i] - starts[i])
            if ends[i] - starts[i] > place:
                if starts[i] + place != word:
                    if word >= 0:
                        words[word] += total
                    word = starts[i] + place
                    total = 0.0
                total += shares[i]
        if word >= 0:
            words[word] += total
        place += 1


@compiled
def list_chosen(
    bounds: Int64s,
    occurring: Int32s,
    rows: Int64s,
    columns: Int64s,
    places: Int64s,
    chosen: Int64s,
    found: Int64s,
) -> int:
    """List the occurrences of some columns in some rows; return their number.

    ``rows`` are ascending. ``places`` has -1 for each column, and is left so. An
    occurrence of column ``columns[i]`` in row ``rows[i]`` is written to ``found``,
    and i to ``chosen``.
    """
    first, n_found = 0, 0
    while first < len(rows):
        row, last = rows[first], first
        while last < len(rows) and rows[last] == row:
            places[columns[last]] = last
            last += 1
        for i in range(bounds[row], bounds[row + 1]):
            if places[occurring[i]] >= 0:
                chosen[n_found] = places[occurring[i]]
                found[n_found] = i
                n_found += 1
        for i in range(first, last):
            places[columns[i]] = -1
        first = last
    return n_found


@compiled
def list_largest(
    amounts: Floats, bounds: Int64s, n: int, largest: Int64s, n_listed: Int64s
) -> None:
    """List the n largest amounts of each article, whatever their sign, but not zero.

    Article i has the amounts ``bounds[i]:bounds[i + 1]``, and the places of the
    largest of them from ``largest[i * n]`` on; the first of equal ones comes first.
    """
    sizes = np.empty(n, dtype=np.float64)
    for article in range(len(bounds) - 1):
        first, count = article * n, 0
        for i in range(bounds[article], bounds[article + 1]):
            size = abs(amounts[i])
            if size > 0.0 and (count < n or size > sizes[n - 1]):
                place = min(count, n - 1)
                while place > 0 and sizes[place - 1] < size:
                    sizes[place] = sizes[place - 1]
                    largest[first + place] = largest[first + place - 1]
                    place -= 1
                sizes[place] = size
                largest[first + place] = i - bounds[article]
                count = min(count + 1, n)
        n_listed[article] = count
