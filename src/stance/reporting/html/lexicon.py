"""The page of `stance lexicon check`: errors, remarks, and hits in a corpus."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, percent
from stance.reporting.html.page import (
    NOTHING,
    Advice,
    ContextRow,
    Contexts,
    English,
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
from stance.reporting.lexicon import USED_FROM, most_frequent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stance.description.lexicon_records import (
        HitInContext,
        LexiconCheck,
        LexiconUsage,
        TermHits,
    )
    from stance.reporting.html.page import Section, Text
    from stance.toml_files.faults import Fault

# JSON has everything; a page has the first of each kind, and says how many there are.
SHOWN = 50
# Outlets of a category, and terms of a cell.
MOST_NAMES = 5
# Outlets of a table with a column for each.
MOST_COLUMNS = 12


def page(found: LexiconCheck) -> Page:
    """Return the check of a lexicon as a page."""
    return Page(
        phrase("lexicon", name=Name(found.name)), "stance lexicon check", tuple(_sections(found))
    )


def _sections(found: LexiconCheck) -> Iterator[Section]:
    if found.faults:
        yield section("lexicon.errors", _faults("lexicon.n_errors", found.faults))
        return
    yield _summary(found)
    for heading, faults in (
        ("lexicon.remarks", found.remarks),
        ("lexicon.other_days", found.in_two_categories),
    ):
        if faults:
            yield section(heading, _faults("lexicon.n_entries", faults), _shown(len(faults)))
    if found.ambiguities:
        yield _ambiguities(found)
    if found.usage is not None:
        yield _categories(found.usage)
        yield _outlets(found.usage)
        yield _terms(found)
        if found.usage.sample:
            yield _sample(found.usage.sample)


def _summary(found: LexiconCheck) -> Section:
    usage = found.usage
    facts: list[tuple[Text, Text]] = [
        (phrase("lexicon.categories"), count(len({one.category for one in found.terms}))),
        (phrase("lexicon.terms"), count(len(found.terms))),
        (phrase("lexicon.spellings"), count(sum(one.spellings for one in found.terms))),
        (phrase("lexicon.actors"), names(_distinct([one.actor for one in found.terms]))),
        (phrase("lexicon.sides"), names(_distinct([one.side for one in found.terms]))),
    ]
    if usage is None:
        return section("lexicon.valid", Facts(tuple(facts)))
    share = usage.naming_articles / max(usage.articles, 1)
    facts += [
        (phrase("articles"), count(usage.articles)),
        (phrase("lexicon.naming_articles"), percent(share)),
        (phrase("lexicon.never_found"), count(len(found.never_found))),
    ]
    advice = Advice(phrase("lexicon.naming_advice", share=percent(USED_FROM)))
    return section("lexicon.valid", Facts(tuple(facts)), advice if share < USED_FROM else None)


def _distinct(values: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def _faults(caption: str, faults: Sequence[Fault]) -> Table:
    several = len({one.file for one in faults}) > 1
    rows: tuple[tuple[Text, ...], ...] = tuple(
        (
            Number("" if one.line is None else str(one.line)),
            Name(one.key),
            English(one.message),
            *([Name(PurePath(one.file).name)] if several else []),
        )
        for one in faults[:SHOWN]
    )
    columns = phrases(
        *("lexicon.line", "lexicon.key", "remark"), *(["lexicon.file"] if several else [])
    )
    return Table(phrase(caption, n=count(len(faults))), columns, rows)


def _shown(n: int, most: int = SHOWN) -> Paragraph | None:
    if n <= most:
        return None
    return Paragraph(phrase("audit.cut", shown=count(most), n=count(n)))


def _ambiguities(found: LexiconCheck) -> Section:
    rows = tuple(
        (Name(one.spelling), Name(one.category), Name(one.other), Name(one.other_category))
        for one in found.ambiguities[:SHOWN]
    )
    columns = phrases(
        "lexicon.spelling", "lexicon.counts_for", "lexicon.could_be", "explain.category"
    )
    n = len(found.ambiguities)
    table = Table(phrase("lexicon.n_entries", n=count(n)), columns, rows)
    advice = Advice(phrase("lexicon.ambiguous.advice"))
    return section("lexicon.ambiguous", table, _shown(n), advice)


def _categories(usage: LexiconUsage) -> Section:
    rows = tuple(
        (
            Name(one.category),
            NOTHING if one.side is None else Name(one.side),
            Number(f"{one.terms_found:,} / {one.terms:,}"),
            count(one.counts.hits),
            count(one.counts.speech + one.counts.scare),
            count(one.articles),
            count(one.outlets),
            names(tuple(one.by_outlet)[:MOST_NAMES]),
        )
        for one in usage.categories
    )
    columns = phrases(
        *("explain.category", "explain.side", "lexicon.terms_found", "lexicon.hits"),
        *("lexicon.quoted", "articles", "unit.outlet", "lexicon.first_outlets"),
    )
    table = Table(phrase("lexicon.by_category"), columns, rows)
    most = sorted(usage.categories, key=lambda one: (-one.articles, one.category))[:SHOWN]
    bars = tuple(
        Bar(Name(one.category), share, percent(share))
        for one in most
        if (share := one.articles / max(usage.articles, 1))
    )
    if not bars:
        return section("lexicon.by_category", table)
    return section("lexicon.by_category", Bars(phrase("lexicon.chart"), bars, table))


def _outlets(usage: LexiconUsage) -> Section:
    rows = tuple(
        (
            phrase("no_value") if one.outlet is None else Name(one.outlet),
            count(one.articles),
            count(one.hits),
            Number(f"{one.rate:.1f}"),
            names(most_frequent(usage, one)),
        )
        for one in usage.outlets[:SHOWN]
    )
    columns = phrases(
        "audit.outlet", "articles", "lexicon.hits", "lexicon.rate", "lexicon.first_categories"
    )
    table = Table(phrase("lexicon.by_outlet"), columns, rows)
    return section("lexicon.by_outlet", table, _shown(len(usage.outlets)), _cells(usage))


def _cells(usage: LexiconUsage) -> Table | None:
    """Return the hits of each category in each outlet, if a page has room for them."""
    outlets = [one.outlet for one in usage.outlets if one.outlet is not None]
    if not 0 < len(outlets) <= MOST_COLUMNS:
        return None
    rows: tuple[tuple[Text, ...], ...] = tuple(
        (Name(one.category), *(count(one.by_outlet.get(outlet, 0)) for outlet in outlets))
        for one in usage.categories
    )
    columns: tuple[Text, ...] = (phrase("explain.category"), *map(Name, outlets))
    return Table(phrase("lexicon.cells"), columns, rows)


def _terms(found: LexiconCheck) -> Section:
    """Return the terms that are never found, by category."""
    by_category: dict[str, list[TermHits]] = {}
    for one in found.never_found:
        by_category.setdefault(one.category, []).append(one)
    rows = tuple(
        (Name(name), count(len(terms)), names(tuple(one.term for one in terms[:SHOWN])))
        for name, terms in by_category.items()
    )
    columns = phrases("explain.category", "lexicon.never_found", "lexicon.terms")
    table = Table(phrase("lexicon.never_found"), columns, rows)
    return section("lexicon.never_found", table if rows else None)


def _sample(hits: Sequence[HitInContext]) -> Section:
    rows = tuple(
        ContextRow(one.before.strip(), one.hit, one.after.strip(), tuple(_facts_of(one)))
        for one in hits
    )
    heads = phrases("concordance.before", "concordance.hit", "concordance.after")
    caption = phrase("lexicon.sample.caption")
    return section("lexicon.sample", Contexts(caption, heads, rows))


def _facts_of(hit: HitInContext) -> Iterator[Text]:
    """Yield the category of a hit, where it is from, and in which voice it is."""
    yield Name(hit.category)
    if hit.outlet:
        yield Name(hit.outlet)
    yield phrase(f"voice.{hit.voice}")
    yield Name(hit.id)
