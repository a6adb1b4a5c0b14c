"""The page of `stance keyness`: typical words of each part, and what they rest on."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from stance.description.key_terms import FEWEST_OUTLETS
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, percent
from stance.reporting.html.page import (
    Advice,
    Facts,
    Name,
    Number,
    Page,
    Paragraph,
    Table,
    names,
    phrase,
    phrases,
    section,
)
from stance.reporting.keyness import ranks

if TYPE_CHECKING:
    from stance.description.keyness_records import Comparison, Keyness, KeyTerm, PartSize
    from stance.reporting.html.page import Block, Section, Text


def page(found: Keyness) -> Page:
    """Return the typical words of each part as a page."""
    return Page(
        phrase("keyness"),
        "stance keyness",
        (_overview(found), *(_comparison(one) for one in found.comparisons)),
    )


def _overview(found: Keyness) -> Section:
    facts: list[tuple[Text, Text]] = [
        (phrase("articles"), count(found.n_articles)),
        (phrase("keyness.by"), Name(found.by)),
        (phrase("keyness.measure"), phrase(f"keyness.measure.{found.measure}")),
        (phrase("keyness.voice"), phrase(f"keyness.voice.{found.voice}")),
        (
            phrase("keyness.compared"),
            phrase(f"keyness.compared.{'pairs' if found.pairs else 'words'}"),
        ),
        (phrase("keyness.duplicates"), count(found.n_duplicates)),
    ]
    if found.n_without_value:
        facts.append((phrase("keyness.without_value"), count(found.n_without_value)))
    if found.n_without_outlet:
        facts.append((phrase("keyness.without_outlet"), count(found.n_without_outlet)))
    if found.silent:
        facts.append((phrase("keyness.silent"), names(found.silent)))
    meanings = ("frequencies", "measures", "bounds", "ranks", "spelling")
    return section(
        "keyness.overview",
        Facts(tuple(facts)),
        *(Paragraph(phrase(f"keyness.meaning.{one}")) for one in meanings),
    )


def _comparison(one: Comparison) -> Section:
    reference = phrase("keyness.rest") if one.reference is None else Name(one.reference)
    heading = phrase("keyness.against", target=Name(one.target), reference=reference)
    parts: list[Block] = [_sizes(one, reference), _bounds(one)]
    if one.terms:
        parts += [_chart(one), _frequencies(one, reference)]
    return section(heading, *parts)


def _sizes(one: Comparison, reference: Text) -> Table:
    def row(name: Text, size: PartSize) -> tuple[Text, ...]:
        return (name, count(size.articles), count(size.words), count(size.outlets))

    rows = (row(Name(one.target), one.target_size), row(reference, one.reference_size))
    columns = phrases("keyness.part", "articles", "keyness.words", "keyness.outlets")
    return Table(phrase("keyness.sizes", n=count(one.n_terms)), columns, rows)


def _bounds(one: Comparison) -> Block:
    if one.no_bounds:
        return Advice(phrase(f"keyness.no_bounds.{one.no_bounds.replace(' ', '_')}"))
    values = {"n": count(one.n_beyond), "all": count(one.n_bounded), "few": count(FEWEST_OUTLETS)}
    key = "keyness.beyond" if one.n_beyond else "keyness.none_beyond"
    return Paragraph(phrase(key, **(values if one.n_beyond else {"all": values["all"]})))


def _chart(one: Comparison) -> Bars:
    """Return the share of each word that would be the target's, were both parts equally long."""
    bars = tuple(
        Bar(Name(term.spelling), _share(term.log_odds), percent(_share(term.log_odds)), _ends(term))
        for term in one.terms
    )
    return Bars(phrase("keyness.chart", target=Name(one.target)), bars, _measures(one))


def _share(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def _ends(term: KeyTerm) -> tuple[float, float] | None:
    if term.outlet_low is None or term.outlet_high is None:
        return None
    return _share(term.outlet_low), _share(term.outlet_high)


def _measures(one: Comparison) -> Table:
    rows = tuple(
        (
            Name(term.spelling),
            Number(f"{term.log_odds_z:.1f}"),
            Number(f"{term.log_odds:.2f}"),
            Number(_interval(term)),
            Number(f"{term.log_ratio:.2f}"),
            Number(f"{term.log_ratio_bound:.2f}"),
            Number(f"{term.g2:,.1f}"),
            Number(ranks(term)),
        )
        for term in one.terms
    )
    columns = phrases(
        *("keyness.word", "keyness.z", "keyness.log_odds", "keyness.outlet_bounds"),
        *("keyness.log_ratio", "keyness.bound", "keyness.g2", "keyness.ranks"),
    )
    return Table(phrase("keyness.measures"), columns, rows)


def _interval(term: KeyTerm) -> str:
    if term.outlet_low is None:
        return "-"
    return f"[{term.outlet_low:.2f}, {term.outlet_high:.2f}]"


def _frequencies(one: Comparison, reference: Text) -> Table:
    rows: tuple[tuple[Text, ...], ...] = tuple(
        (
            Name(term.spelling),
            *map(count, (term.target_count, term.reference_count)),
            *(Number(f"{n:,.0f}") for n in (term.target_per_million, term.reference_per_million)),
            *map(count, (term.target_articles, term.reference_articles)),
            *map(count, (term.target_outlets, term.reference_outlets)),
        )
        for term in one.terms
    )
    columns = phrases(
        *("keyness.word", "keyness.times", "keyness.there"),
        *("keyness.per_million", "keyness.there"),
        *("articles", "keyness.there", "keyness.outlets", "keyness.there"),
    )
    caption = phrase("keyness.frequencies", target=Name(one.target), reference=reference)
    return Table(caption, columns, rows)
