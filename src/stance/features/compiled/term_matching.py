"""Kernels that find a lexicon's terms in numbered words, and the periods of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.features.compiled.arrays import LOW_HALF
from stance.features.compiled.compilation import compiled
from stance.features.compiled.lexicon import ALONE, BARE, BEGINS, NONE, PLAIN
from stance.features.compiled.periods import are_valid, choose_period
from stance.features.compiled.trees import NOWHERE, branch_from

if TYPE_CHECKING:
    from stance.features.compiled.arrays import Bits, Int8s, Int32s, Int64s, Numbers


@compiled
def find_terms(
    tokens: Numbers,
    token_offsets: Int64s,
    possible: Int32s,
    assumed: int,
    forms: Int32s,
    branches: Int64s,
    tree: Int64s,
    valid: Bits,
    is_evidence: Bits,
    nodes: Int64s,
    evidence: Int64s,
    periods: Int32s,
    sources: Int8s,
    matches: Int32s,
) -> int:
    """Find the terms of texts and their periods; return the number of matches.

    ``possible`` has the first and the last possible period of each text. If they
    differ, the terms of all periods, which are in the last row of ``valid``, are
    evidence for one of them; see `choose_period`. Only matches with terms that are
    valid in the period of their text are kept.
    """
    n_matches = 0
    for text in range(len(token_offsets) - 1):
        i, end = token_offsets[text], token_offsets[text + 1]
        first, last = int(possible[text, 0]), int(possible[text, 1])
        row = first if first == last else len(evidence)
        n_found = _find_in_text(
            tokens, i, end, row, forms, branches, tree, valid, nodes, matches, n_matches
        )
        period, source = choose_period(
            matches, n_matches, n_found, valid, is_evidence, first, last, assumed, evidence
        )
        # Where all are valid, a search for valid terms only would find the same.
        if not are_valid(matches, n_matches, n_found, valid[period]):
            n_found = _find_in_text(
                tokens, i, end, period, forms, branches, tree, valid, nodes, matches, n_matches
            )
        periods[text], sources[text] = period, source
        n_matches = n_found
    return n_matches


@compiled
def _find_in_text(
    tokens: Numbers,
    i: int,
    end: int,
    period: int,
    forms: Int32s,
    branches: Int64s,
    tree: Int64s,
    valid: Bits,
    nodes: Int64s,
    matches: Int32s,
    n_matches: int,
) -> int:
    """Find terms from token ``i`` to ``end``, left to right, without overlaps.

    A match is a row: its first token, its end (one past the last token), and the
    term. ``nodes`` has two rows with at least one entry per term. At each place the
    longest valid term wins; ties go to the preferred form of the first word, then to
    that of each next word: the word as it is before the word without the article.
    Returns the new number of matches.
    """
    while i < end:
        term, place = int(forms[tokens[i], ALONE + period]), forms[tokens[i], BEGINS]
        behind = i if term == NONE else i + 1
        if place != NONE and i + 1 < end and _is_behind_others(tokens[i + 1], forms):
            while branches[place] != NOWHERE:
                if _goes_on(branches[place], tokens[i + 1], forms, tree):
                    found = _longest_term(
                        branches[place], tokens, i, end, forms, tree, valid[period], nodes
                    )
                    if found[0] > behind:
                        behind, term = found
                place += 1
        if behind == i:
            i += 1
            continue
        matches[n_matches, 0], matches[n_matches, 1] = i, behind
        matches[n_matches, 2] = term
        n_matches += 1
        i = behind
    return n_matches


@compiled
def _is_behind_others(word: int, forms: Int32s) -> bool:
    """Return whether any term continues with a word; most words end the search."""
    return bool(forms[word, PLAIN] != NONE or forms[word, BARE] != NONE)


@compiled
def _goes_on(branch: int, word: int, forms: Int32s, tree: Int64s) -> bool:
    """Return whether a branch continues with a word."""
    node = branch >> 32
    for column in (PLAIN, BARE):
        form = forms[word, column]
        if form != NONE and branch_from(node, form, tree) != NOWHERE:
            return True
    return False


@compiled
def _longest_term(
    branch: int,
    tokens: Numbers,
    start: int,
    end: int,
    forms: Int32s,
    tree: Int64s,
    valid: Bits,
    nodes: Int64s,
) -> tuple[int, int]:
    """Return the end and the number of the longest valid term of several words on a branch."""
    behind, term = start, NONE
    nodes[0, 0] = branch >> 32
    n_nodes = 1
    row = 0
    for i in range(start + 1, end):
        found, n_next = NONE, 0
        token = tokens[i]
        n_choices = 1 if forms[token, BARE] == forms[token, PLAIN] else 2
        for k in range(n_nodes):
            for choice in range(n_choices):
                form = forms[token, PLAIN + choice]
                branch = branch_from(nodes[row, k], form, tree) if form != NONE else NOWHERE
                if branch == NOWHERE:
                    continue
                nodes[1 - row, n_next] = branch >> 32
                n_next += 1
                ends = int(branch & LOW_HALF) - 1
                if ends >= 0 and valid[ends] and found == NONE:
                    found = ends
        if found != NONE:
            behind, term = i + 1, found
        if n_next == 0:
            break
        n_nodes = n_next
        row = 1 - row
    return behind, term
