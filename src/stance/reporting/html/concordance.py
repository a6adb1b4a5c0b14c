"""The page of `stance concordance`: hits in their contexts, and how often they occur where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, percent
from stance.reporting.html.page import (
    ContextRow,
    Contexts,
    Facts,
    Name,
    Number,
    Page,
    Table,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.strings import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stance.description.concordance import Concordance
    from stance.description.context import ContextLine
    from stance.description.hit_collection import OutletHits
    from stance.reporting.html.page import Block, Phrase, Text

FORMS = 20
OUTLETS = 30


def page(found: Concordance, sample_seed: int | None = None) -> Page:
    """Return a concordance as a page."""
    return Page(
        phrase("concordance", query=Name(found.query)),
        "stance concordance",
        (
            section("concordance.lines", _contexts(found, sample_seed)),
            section("concordance.counts", *_counts(found)),
        ),
    )


def _contexts(found: Concordance, sample_seed: int | None) -> Contexts:
    rows = tuple(
        ContextRow(line.before, line.hit, line.after, tuple(_facts_of(line))) for line in found
    )
    n_arabic = sum(bool(language_of(f"{r.before}{r.hit}{r.after}")) for r in rows)
    is_arabic = 2 * n_arabic >= len(rows)
    heads = phrases("concordance.before", "concordance.hit", "concordance.after")
    return Contexts(_caption(found, sample_seed), heads, rows, "rtl" if is_arabic else "ltr")


def _facts_of(line: ContextLine) -> Iterator[Text]:
    """Yield where a hit is from, and in which voice it is."""
    if line.outlet:
        yield Name(line.outlet)
    if line.published:
        yield Number(line.published[:10])
    if line.label:
        yield Name(line.label)
    yield phrase(f"voice.{line.voice}")
    yield Name(line.id)


def _caption(found: Concordance, sample_seed: int | None) -> Phrase:
    order = phrase(f"order.{found.sort}")
    n, total = count(len(found)), count(found.n_hits)
    if len(found) == found.n_hits:
        return phrase("concordance.all", n=n, order=order)
    if sample_seed is None:
        return phrase("concordance.first", n=n, total=total, order=order)
    seed = Number(str(sample_seed))
    return phrase("concordance.sample", n=n, total=total, seed=seed, order=order)


def _counts(found: Concordance) -> Iterator[Block]:
    yield Facts(tuple(_facts(found)))
    voices = tuple(
        (phrase(f"voice.{name}"), count(n), percent(n / found.n_hits))
        for name, n in found.voices.items()
        if n
    )
    columns = phrases("voice", "concordance.hits", "concordance.share")
    yield Table(phrase("concordance.by_voice"), columns, voices)
    forms = tuple(
        (Name(form), count(n), percent(n / found.n_hits))
        for form, n in list(found.forms.items())[:FORMS]
    )
    columns = phrases("concordance.form", "concordance.hits", "concordance.share")
    yield Table(phrase("concordance.forms"), columns, forms)
    if sum(one.outlet is not None for one in found.outlets) > 1:
        yield _by_outlet(found)


def _facts(found: Concordance) -> Iterator[tuple[Text, Text]]:
    yield phrase("concordance.hits"), count(found.n_hits)
    yield phrase("concordance.per_million"), Number(f"{found.per_million:,.1f}")
    yield (phrase("concordance.articles"), _of(found.n_articles, found.n_searched))
    n_outlets = sum(one.outlet is not None for one in found.outlets)
    if n_outlets:
        yield phrase("concordance.outlets"), _of(found.n_outlets, n_outlets)
    if found.n_undated:
        yield phrase("concordance.undated"), count(found.n_undated)
    if found.n_uncertain:
        yield phrase("concordance.uncertain"), count(found.n_uncertain)


def _of(n: int, total: int) -> Phrase:
    return phrase("concordance.of", n=count(n), total=count(total))


def _by_outlet(found: Concordance) -> Bars:
    listed = found.outlets[:OUTLETS]
    bars = tuple(
        Bar(_outlet(one), one.n_hits / found.n_hits, percent(one.n_hits / found.n_hits))
        for one in listed
        if one.n_hits
    )
    columns = phrases(
        *("audit.outlet", "concordance.hits", "concordance.articles"),
        *("concordance.searched", "concordance.per_million"),
    )
    rows = tuple(
        (
            _outlet(one),
            count(one.n_hits),
            count(one.n_with_hit),
            count(one.n_articles),
            Number(f"{one.per_million:,.1f}"),
        )
        for one in listed
    )
    caption = phrase("concordance.by_outlet", query=Name(found.query))
    return Bars(caption, bars, Table(caption, columns, rows))


def _outlet(one: OutletHits) -> Text:
    return phrase("no_value") if one.outlet is None else Name(one.outlet)
