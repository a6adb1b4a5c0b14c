"""The report of `stance keyness`: typical words of each part, and what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.description.key_terms import FEWEST_OUTLETS
from stance.reporting.document import (
    Column,
    Document,
    Item,
    Paragraph,
    Section,
    Table,
    numbers,
    section,
)
from stance.reporting.phrases import counted, quoted

if TYPE_CHECKING:
    from stance.description.keyness_records import Comparison, Keyness, KeyTerm, PartSize

TERM_WIDTH = 28
SCORES = {"log-odds": "z", "log-ratio": "z", "g2": "G2"}
NO_BOUNDS = {
    "not asked for": "",
    "no outlets": "No article names an outlet, so there are no bounds over outlets and no ranks "
    "without each of them: one outlet may decide this table.",
    "one outlet": "A part of one outlet has no bounds over outlets: what is typical of the part "
    "cannot be told from what is typical of the outlet.",
    "rare terms": f"No word occurs in {FEWEST_OUTLETS} outlets, so there are no bounds over "
    "outlets.",
}


def report(found: Keyness) -> Document:
    """Return the typical words of each part, and the meaning of the columns."""
    sections = (
        section(*_opening(found)),
        *(_comparison(one, found) for one in found.comparisons),
        _legend(found),
    )
    return Document("Keyness", sections, command="stance keyness")


def summary(found: Keyness) -> Document:
    """Return what was compared, for when the words go to a file."""
    return Document("Keyness", (section(*_opening(found)),), command="stance keyness")


def _opening(found: Keyness) -> list[Paragraph]:
    voice = "" if found.voice == "all" else f", words in the voice {quoted(found.voice)} alone"
    texts = [f"{counted(found.n_articles, 'article')} by {quoted(found.by)}{voice}."]
    if found.n_duplicates:
        texts.append(
            f"{counted(found.n_duplicates, 'near-duplicate')} left out: each text counts once in "
            "each part."
        )
    if found.n_without_value:
        missing = counted(found.n_without_value, "article")
        texts.append(f"{missing} without {quoted(found.by)} left out.")
    if found.n_without_outlet:
        missing = counted(found.n_without_outlet, "article")
        texts.append(f"{missing} without an outlet, which count as one outlet.")
    if found.silent:
        texts.append(f"No word in this voice, left out: {', '.join(map(quoted, found.silent))}.")
    return [Paragraph(" ".join(texts))]


def _comparison(one: Comparison, found: Keyness) -> Section:
    against = "the rest" if one.reference is None else quoted(one.reference)
    heading = f"{quoted(one.target)} against {against}"
    opening = (
        f"{_size(one.target_size)}; against {_size(one.reference_size)}. "
        f"{_terms(one.n_terms, found)} in {counted(found.min_articles, 'article')} or more are "
        "compared."
    )
    if not one.terms:
        nothing = "None of them is more frequent here."
        return section(Paragraph(opening), Paragraph(nothing), heading=heading)
    said = _bounds_said(one, found)
    return section(
        Paragraph(opening), _table(one, found), Paragraph(said) if said else None, heading=heading
    )


def _size(size: PartSize) -> str:
    outlets = f", {counted(size.outlets, 'outlet')}" if size.outlets else ""
    return f"{counted(size.articles, 'article')}, {counted(size.words, 'word')}{outlets}"


def _terms(n: int, found: Keyness) -> str:
    return f"{n:,} words and pairs" if found.pairs else counted(n, "word")


def _bounds_said(one: Comparison, found: Keyness) -> str:
    """Say in a sentence how many terms are beyond their bounds, or why there are none."""
    if one.no_bounds:
        return NO_BOUNDS[one.no_bounds]
    terms = f"{_terms(one.n_bounded, found)} in {FEWEST_OUTLETS} outlets or more"
    if not one.n_beyond:
        return (
            f"Over outlets, none of {terms} is surely more frequent here: other outlets may give "
            "another table."
        )
    return f"Over outlets, {one.n_beyond:,} of {terms} are surely more frequent here (low above 0)."


def _table(one: Comparison, found: Keyness) -> Table:
    has_outlets, has_bounds = one.target_size.outlets > 0, not one.no_bounds
    has_ranks = any(term.best_rank is not None for term in one.terms)
    names = ["times", "rest", "articles", *(["outlets"] if has_outlets else [])]
    names += [SCORES[found.measure], "ratio", *(["low"] if has_bounds else [])]
    columns = (Column("word", "name", TERM_WIDTH), *numbers(*names))
    columns += numbers("ranks") if has_ranks else ()
    rows = []
    for term in one.terms:
        row = [term.spelling, f"{term.target_count:,}", f"{term.reference_count:,}"]
        row.append(f"{term.target_articles:,}")
        row += [f"{term.target_outlets}/{one.target_size.outlets}"] if has_outlets else []
        row += [score(term, found), f"{term.log_ratio_bound:.1f}"]
        row += [low(term)] if has_bounds else []
        row += [ranks(term)] if has_ranks else []
        rows.append(tuple(row))
    return Table(columns, tuple(rows))


def score(term: KeyTerm, found: Keyness) -> str:
    """Format the z-score, or G2 if terms are ranked by it."""
    return f"{term.g2:,.0f}" if found.measure == "g2" else f"{term.log_odds_z:.1f}"


def low(term: KeyTerm) -> str:
    """Format the lower bound over outlets."""
    return "-" if term.outlet_low is None else f"{term.outlet_low:.1f}"


def ranks(term: KeyTerm) -> str:
    """Format the range of ranks when each outlet is left out."""
    if term.best_rank is None or term.worst_rank is None:
        return "-"
    return f"{term.best_rank:,}-{term.worst_rank:,}"


def _legend(found: Keyness) -> Section:
    measure = {
        "log-odds": "z, by which words are ranked: the log-odds ratio with an informative prior, "
        "in standard deviations (Monroe et al. 2008).",
        "log-ratio": "z: the log-odds ratio with an informative prior, in standard deviations "
        "(Monroe et al. 2008).",
        "g2": "G2, by which words are ranked: the log-likelihood ratio (Dunning 1993).",
    }[found.measure]
    ranked = ", by which words are ranked" if found.measure == "log-ratio" else ""
    has_outlets = any(one.target_size.outlets for one in found.comparisons)
    items = [
        "times, rest: occurrences here, and in what it is compared with. "
        f"{'articles, outlets' if has_outlets else 'articles'}: those here that have the word.",
        measure,
        f"ratio{ranked}: at least so many doublings of the frequency (log ratio, conservative "
        "bound; Evert 2022).",
    ]
    if any(not one.no_bounds for one in found.comparisons):
        items.append(
            "low: lower bound of the log-odds ratio over outlets, for all words together; above 0, "
            "the word is typical of the part and not of a few of its outlets."
        )
    if any(term.best_rank is not None for one in found.comparisons for term in one.terms):
        items.append("ranks: the best and the worst rank when each outlet is left out in turn.")
    return section(*(Item(item) for item in items), heading="COLUMNS")
