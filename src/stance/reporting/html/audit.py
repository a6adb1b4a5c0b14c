"""The page of `stance audit`: leaks and shortcuts in a corpus, with advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.audit import CONFOUNDED, TELLING
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, percent
from stance.reporting.html.page import (
    NOTHING,
    Advice,
    English,
    Facts,
    Listed,
    Name,
    Number,
    Page,
    Paragraph,
    Table,
    phrase,
    phrases,
    section,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article
    from stance.corpus.passages import Passage
    from stance.evaluation.auditing import Audit
    from stance.reporting.html.page import Block, Section, Text

# JSON has everything; a page has the first of each kind, and says how many there are.
SHOWN = 20


def page(found: Audit) -> Page:
    """Return all findings with advice as a page."""
    return Page(
        phrase("audit"),
        "stance audit",
        (
            _corpus(found),
            _outlets(found),
            _duplicates(found),
            _passages(found),
            _boilerplate(found),
            _giveaways(found),
            _dates(found),
        ),
    )


def _corpus(found: Audit) -> Section:
    facts = Facts(
        (
            (phrase("articles"), count(len(found.articles))),
            (phrase("audit.garbled"), count(found.garbled)),
            (phrase("audit.rejected"), count(len(found.rejected))),
        )
    )
    missing = Table(
        phrase("audit.missing"),
        phrases("audit.field", "articles"),
        tuple((Name(name), count(n)) for name, n in found.missing.items() if n),
    )
    oddities = Table(
        phrase("audit.oddities"),
        phrases("audit.oddity", "articles", "audit.first", "audit.sample", "audit.advice"),
        tuple(
            (
                English(one.name),
                count(one.articles),
                Name(one.first),
                Name(one.sample),
                English(one.advice),
            )
            for one in found.oddities
        ),
    )
    garbled = 2 * found.garbled > len(found.articles)
    return section(
        "audit.corpus",
        Advice(phrase("audit.garbled.advice")) if garbled else None,
        facts,
        _labels(found),
        _named_outlets(found),
        _shown(len(found.counts("outlet"))),
        missing if missing.rows else None,
        oddities if oddities.rows else None,
    )


def _labels(found: Audit) -> Bars | None:
    counts, total = found.counts("label"), len(found.articles)
    if not counts:
        return None
    common = counts.most_common()
    bars = tuple(Bar(Name(value), n / total, percent(n / total)) for value, n in common)
    table = _counts("audit.labels", "label", common, len(common), total)
    return Bars(phrase("audit.labels.chart"), bars, table)


def _named_outlets(found: Audit) -> Table | None:
    counts = found.counts("outlet")
    common = counts.most_common(SHOWN)
    if not counts:
        return None
    return _counts("audit.outlets", "audit.outlet", common, len(counts), len(found.articles))


def _counts(
    caption: str, head: str, common: Sequence[tuple[str, int]], n_values: int, total: int
) -> Table:
    """Return the number of articles with each value of a field."""
    rows = tuple((Name(value), count(n), percent(n / total)) for value, n in common)
    columns = phrases(head, "articles", "audit.share")
    return Table(phrase(caption, n=count(n_values)), columns, rows)


def _outlets(found: Audit) -> Section:
    probe, tie = found.probe, found.confounding
    blocks: list[Block] = []
    if probe is None:
        blocks.append(Paragraph(phrase("probe.none")))
    else:
        said = phrase(
            "probe",
            accuracy=percent(probe.accuracy),
            majority=percent(probe.majority),
            outlets=count(probe.outlets),
            articles=count(probe.articles),
        )
        blocks.append(Paragraph(said))
        if probe.accuracy - probe.majority > TELLING * (1 - probe.majority):
            blocks.append(Advice(phrase("probe.advice")))
    if tie is None:
        blocks.append(Paragraph(phrase("tie.none")))
    else:
        said = phrase(
            "tie",
            value=Number(f"{tie.cramers_v:.2f}"),
            single=count(tie.single_label_outlets),
            outlets=count(tie.outlets),
        )
        blocks.append(Paragraph(said))
        if tie.cramers_v > CONFOUNDED:
            blocks.append(Advice(phrase("tie.advice")))
    return section("audit.outlet_and_label", *blocks)


def _shown(n: int) -> Paragraph | None:
    """Say that a table is cut, and where the rest is."""
    if n <= SHOWN:
        return None
    return Paragraph(phrase("audit.cut", shown=count(SHOWN), n=count(n)))


def _duplicates(found: Audit) -> Section:
    groups = found.duplicate_groups
    straddling = {
        number: [name for name, several in found.straddling.items() if number in several]
        for number in range(len(groups))
    }
    # Groups that cross a label, an input or an outlet are the ones to look at.
    order = sorted(range(len(groups)), key=lambda number: -len(straddling[number]))
    rows = tuple(
        (
            count(place),
            *_named(found.articles[i]),
            Listed(phrases(*(f"audit.crosses.{name}" for name in straddling[number]))),
        )
        for place, number in enumerate(order[:SHOWN], start=1)
        for i in groups[number]
    )
    facts = Facts(
        (
            (phrase("duplicates.groups"), count(len(groups))),
            (phrase("articles"), count(sum(map(len, groups)))),
            *(
                (phrase(f"audit.crosses.{name}"), count(len(several)))
                for name, several in found.straddling.items()
            ),
        )
    )
    columns = phrases("duplicates.group", "audit.id", "label", "audit.outlet", "audit.crosses")
    return section(
        "duplicates",
        facts,
        Table(phrase("duplicates"), columns, rows) if rows else None,
        _shown(len(groups)),
        Advice(phrase("duplicates.advice")) if rows else None,
    )


def _named(article: Article) -> tuple[Text, ...]:
    return tuple(
        NOTHING if value is None else Name(value)
        for value in (article.id, article.label, article.outlet)
    )


def _passages(found: Audit) -> Section:
    shared = [passage for passage in found.passages if found.crosses_outlets(passage)]
    facts = Facts(
        (
            (phrase("passages.shared"), count(len(shared))),
            (phrase("passages.edited"), count(sum(one.was_edited for one in shared))),
            (phrase("passages.own"), count(len(found.passages) - len(shared))),
        )
    )
    changes = found.substitutions().most_common(SHOWN)
    edits = Table(
        phrase("passages.changes"),
        phrases("passages.before", "passages.after", "passages.times"),
        tuple((Name(before), Name(after), count(n)) for (before, after), n in changes),
    )
    longest = sorted(shared, key=lambda one: (-len(one.articles), one.places[0]))
    printed = Table(
        phrase("passages.longest"),
        phrases("passages.passage", "articles"),
        tuple((_text(found, one), count(len(one.articles))) for one in longest[:SHOWN]),
    )
    return section(
        "passages",
        facts,
        edits if changes else None,
        printed if shared else None,
        _shown(len(shared)),
        Advice(phrase("passages.advice")) if shared else None,
    )


def _text(found: Audit, passage: Passage) -> Text:
    first = passage.places[0]
    return Name(found.articles[first.article].text[first.start : first.end])


def _boilerplate(found: Audit) -> Section:
    rows = tuple(
        (Name(one.line), Name(one.outlet), percent(one.share)) for one in found.lines[:SHOWN]
    )
    columns = phrases("boilerplate.line", "audit.outlet", "audit.share")
    return section(
        "boilerplate",
        Facts(((phrase("boilerplate.lines"), count(len(found.lines))),)),
        Table(phrase("boilerplate"), columns, rows) if rows else None,
        _shown(len(found.lines)),
        Advice(phrase("boilerplate.advice")) if rows else None,
    )


def _giveaways(found: Audit) -> Section:
    rows = tuple(
        (Name(one.phrase), Name(one.label), count(one.articles), percent(one.purity))
        for one in found.giveaways[:SHOWN]
    )
    columns = phrases("giveaways.phrase", "label", "articles", "giveaways.purity")
    return section(
        "giveaways",
        Facts(((phrase("giveaways.phrases"), count(len(found.giveaways))),)),
        Table(phrase("giveaways"), columns, rows) if rows else None,
        _shown(len(found.giveaways)),
        Advice(phrase("giveaways.advice")) if rows else None,
    )


def _dates(found: Audit) -> Section:
    dates = found.dates
    counts = dates.dates.to_dict()
    facts = Facts(
        (
            (phrase("dates.read"), _of(dates.read, len(dates.dates.dates))),
            (phrase("dates.month_only"), count(counts["month_only"])),
            (phrase("dates.year_only"), count(counts["year_only"])),
        )
    )
    rows = tuple(
        (
            phrase(f"dates.{one.kind}"),
            count(one.articles),
            Name(one.id),
            Name(one.value),
            English(one.detail) if one.detail else NOTHING,
        )
        for one in dates.findings
    )
    columns = phrases("dates.finding", "articles", "audit.first", "dates.date", "remark")
    table = Table(phrase("dates.findings"), columns, rows) if rows else None
    return section("dates", facts, table)


def _of(n: int, total: int) -> Number:
    """Format a number with its total."""
    return Number(f"{n:,} / {total:,}")
