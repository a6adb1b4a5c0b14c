"""The report of `stance lexicon check`: errors, remarks, and hits in a corpus."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from stance.reporting.document import (
    Block,
    Column,
    ContextRow,
    Contexts,
    Document,
    Item,
    Note,
    Section,
    Table,
    numbers,
    section,
)
from stance.reporting.phrases import counted, isolated, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.description.lexicon_records import (
        HitInContext,
        LexiconCheck,
        LexiconUsage,
        OutletHits,
    )
    from stance.toml_files.faults import Fault

SHOWN = 8
MOST_OUTLETS = 20
# Articles that name an actor, from which on the setting "auto" uses a lexicon.
USED_FROM = 2 / 3


def report(found: LexiconCheck) -> Document:
    """Return what was found as a document."""
    sections = [_errors(found)] if found.faults else list(_sections(found))
    return Document("Check of a lexicon", tuple(sections), "stance lexicon check")


def summary(found: LexiconCheck) -> Document:
    """Return what is shown where the terms go to a file."""
    sections = [_errors(found)] if found.faults else [_overview(found)]
    if found.usage is not None:
        never = f"{len(found.never_found):,} of {counted(len(found.terms), 'term')} never found"
        sections += [_corpus(found.usage), section(Item(never))]
    return Document("Check of a lexicon", tuple(sections), "stance lexicon check")


def _overview(found: LexiconCheck) -> Section:
    categories = {one.category for one in found.terms}
    actors = {one.actor for one in found.terms if one.actor}
    sides = sorted({one.side for one in found.terms if one.side})
    lines = (
        f"{counted(len(found.terms), 'term')} in {len(categories):,} categories, with "
        f"{sum(one.spellings for one in found.terms):,} spellings",
        f"actors: {', '.join(isolated(one, 30) for one in sorted(actors)) or 'none'}",
        f"sides: {', '.join(isolated(one, 30) for one in sides) or 'none'}",
    )
    return section(*map(Item, lines), heading=f"{found.name}: VALID")


def _sections(found: LexiconCheck) -> list[Section]:
    sections = [_overview(found)]
    if found.remarks:
        sections.append(_faults("REMARKS", found.remarks))
    if found.in_two_categories:
        sections.append(_faults("ON DIFFERENT DAYS IN TWO PLACES", found.in_two_categories))
    if found.ambiguities:
        sections.append(_ambiguities(found))
    if found.usage is not None:
        sections += [
            _corpus(found.usage),
            _categories(found.usage),
            _outlets(found.usage),
            _never_found(found),
            *([_sample(found.usage.sample)] if found.usage.sample else []),
        ]
    return sections


def _errors(found: LexiconCheck) -> Section:
    heading = f"{found.name}: {counted(len(found.faults), 'error').upper()}"
    return Section(tuple(_items(found.faults, found.name)), heading)


def _faults(title: str, faults: Sequence[Fault]) -> Section:
    more = len(faults) - SHOWN
    blocks = _items(faults[:SHOWN], "")
    if more > 0:
        blocks.append(Item(f"and {more:,} more; --json has all"))
    return Section(tuple(blocks), f"{title}: {len(faults):,}")


def _items(faults: Sequence[Fault], name: str) -> list[Block]:
    several = len({fault.file for fault in faults} | ({name} if name else set())) > 1
    return [Item(f"{f'{one.file}, ' if several else ''}{one.text}") for one in faults]


def _ambiguities(found: LexiconCheck) -> Section:
    columns = (
        Column("counts as", "name"),
        Column("category", "name"),
        Column("could be", "name"),
        Column("category", "name"),
    )
    rows = tuple(
        (one.spelling, one.category, one.other, one.other_category)
        for one in found.ambiguities[:SHOWN]
    )
    more = len(found.ambiguities) - SHOWN
    return section(
        Table(columns, rows),
        Item(f"and {more:,} more; --json has all") if more > 0 else None,
        Note(
            "The same letters can be the other term behind و ف ب ك ل or ال. The term as it is "
            "written takes precedence; move one of the two if that is wrong."
        ),
        heading=f"AMBIGUOUS SPELLINGS: {len(found.ambiguities):,}",
    )


def _corpus(usage: LexiconUsage) -> Section:
    share = usage.naming_articles / max(usage.articles, 1)
    if not any(one.counts.hits for one in usage.categories):
        advice = "No term was found. Is this the corpus that was meant, and the field of its texts?"
        return section(Note(advice), heading=f"CORPUS: {counted(usage.articles, 'article')}")
    return section(
        Item(f"{usage.naming_articles:,} ({percent(share)}) name an actor of the lexicon"),
        Note(f'With features.lexicon.enabled = "auto" it is used from {percent(USED_FROM)} on.')
        if share < USED_FROM
        else None,
        heading=f"CORPUS: {counted(usage.articles, 'article')}",
    )


def _categories(usage: LexiconUsage) -> Section:
    columns = (
        Column("category", "name"),
        *numbers("terms", "found", "hits", "quoted", "articles", "outlets"),
    )
    rows = tuple(
        (
            one.category,
            f"{one.terms:,}",
            f"{one.terms_found:,}",
            f"{one.counts.hits:,}",
            f"{one.counts.speech + one.counts.scare:,}",
            f"{one.articles:,}",
            f"{one.outlets:,}",
        )
        for one in usage.categories
    )
    return section(
        Table(columns, rows),
        Item("found: terms with a hit; quoted: hits in speech or between scare quotes"),
        heading="CATEGORIES",
    )


def _outlets(usage: LexiconUsage) -> Section:
    columns = (
        Column("outlet", "name", 30),
        *numbers("articles", "hits", "per 1,000 words"),
        Column("most hits in", "name"),
    )
    rows = tuple(
        (
            one.outlet or "(none)",
            f"{one.articles:,}",
            f"{one.hits:,}",
            f"{one.rate:.1f}",
            most_frequent(usage, one),
        )
        for one in usage.outlets[:MOST_OUTLETS]
    )
    more = len(usage.outlets) - MOST_OUTLETS
    return section(
        Table(columns, rows),
        Item(f"and {counted(more, 'outlet')} more; --json has all") if more > 0 else None,
        heading=f"OUTLETS: {sum(one.outlet is not None for one in usage.outlets):,}",
    )


def most_frequent(usage: LexiconUsage, outlet: OutletHits) -> tuple[str, ...]:
    """Return the categories with the most hits in an outlet."""
    name = outlet.outlet or ""
    found = [
        (-one.by_outlet[name], one.category) for one in usage.categories if name in one.by_outlet
    ]
    return tuple(category for _, category in sorted(found)[:3])


def _never_found(found: LexiconCheck) -> Section:
    never = found.never_found
    by_category: dict[str, list[str]] = defaultdict(list)
    for one in never:
        by_category[one.category].append(one.term)
    columns = (Column("category", "name", 30), *numbers("terms"), Column("the first", "name"))
    rows = tuple((name, f"{len(terms):,}", tuple(terms)) for name, terms in by_category.items())
    heading = f"NEVER FOUND: {len(never):,} of {counted(len(found.terms), 'term')}"
    return Section((Table(columns, rows),) if rows else (), heading)


def _sample(hits: Sequence[HitInContext]) -> Section:
    """Return the hits of each category with their contexts, from right to left."""
    blocks: list[Block] = [Item("drawn at random from each category")]
    for category, own in groupby(hits, key=lambda one: one.category):
        rows = tuple(
            ContextRow(one.before.strip(), one.hit, one.after.strip(), (one.outlet or "",))
            for one in own
        )
        blocks += [Item(isolated(category, 60), wraps=False), Contexts(rows, ("outlet",))]
    return Section(tuple(blocks), "HITS IN CONTEXT")
