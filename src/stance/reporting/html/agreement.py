"""The page of `stance agreement`: agreement between annotators, and of a model with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.sampling_units import FEW_UNITS
from stance.reporting.agreement import RELIABLE, TENTATIVE
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, figure, interval, percent, signed
from stance.reporting.html.page import (
    Advice,
    Facts,
    Listed,
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
from stance.reporting.html.scores import basis_blocks

if TYPE_CHECKING:
    from stance.evaluation.agreement import Agreement
    from stance.evaluation.ceiling import Ceiling, Match
    from stance.reporting.html.page import Section, Text


def page(result: Agreement, ceiling: Ceiling | None = None) -> Page:
    """Return the agreement of all annotators and of each pair, and that of a model, as a page."""
    return Page(
        phrase("agreement"),
        "stance agreement",
        (_measures(result), _pairs(result), *(_ceiling(ceiling) if ceiling else ())),
    )


def _measures(result: Agreement) -> Section:
    facts = Facts(
        (
            (phrase("articles"), count(result.n_articles)),
            (phrase("agreement.pairable"), count(result.n_pairable)),
            (phrase("agreement.annotators"), names(result.annotators)),
        )
    )
    level = phrase(f"level.{result.level}")
    rows = (
        (phrase("alpha", level=level), figure(result.alpha), interval(result.interval)),
        (phrase("fleiss"), figure(result.fleiss), interval(None)),
        (phrase("agreement.observed"), figure(result.observed), interval(None)),
    )
    table = Table(phrase("agreement.measures"), phrases("score", "value", "interval"), rows)
    few = result.n_pairable < FEW_UNITS
    warning = Advice(phrase("basis.few", unit=phrase("unit.article"))) if few else None
    return section("scores.heading", Paragraph(_meaning(result)), warning, facts, table)


def _meaning(result: Agreement) -> Text:
    if result.alpha is None or result.interval is None:
        return phrase("alpha.one_label")
    low = result.interval[0]
    if low >= RELIABLE:
        key = "alpha.reliable"
    else:
        key = "alpha.tentative" if low >= TENTATIVE else "alpha.unreliable"
    return phrase(
        key, low=figure(low), reliable=Number(f"{RELIABLE}"), tentative=Number(f"{TENTATIVE}")
    )


def _pairs(result: Agreement) -> Section:
    pairs = tuple((Listed((Name(pair.first), Name(pair.second))), pair) for pair in result.pairs)
    bars = tuple(
        Bar(who, pair.agreement, percent(pair.agreement))
        for who, pair in pairs
        if pair.agreement is not None
    )
    rows = tuple(
        (who, figure(pair.agreement), figure(pair.kappa), count(pair.n)) for who, pair in pairs
    )
    columns = phrases("agreement.pair", "agreement.observed", "cohen", "articles")
    table = Table(phrase("agreement.pairs"), columns, rows)
    return section("agreement.pairs", Bars(phrase("agreement.pairs.chart"), bars, table))


def _ceiling(ceiling: Ceiling) -> tuple[Section, ...]:
    """Return the comparison of the model with the annotators."""
    found = ceiling.difference
    low, high = found.interval
    key = "ceiling.below" if high < 0 else "ceiling.above" if low > 0 else "ceiling.unclear"
    said = phrase(
        key,
        model=percent(found.first),
        human=percent(found.second),
        value=signed(found.value),
        interval=interval(found.interval),
    )
    tied = Paragraph(phrase("ceiling.tied", n=count(ceiling.n_tied))) if ceiling.n_tied else None
    heading = section(
        "ceiling",
        Paragraph(said),
        *basis_blocks(found.basis),
        _beside_others(ceiling),
        _against_each(ceiling),
        tied,
    )
    return (heading,)


def _beside_others(ceiling: Ceiling) -> Table:
    rows = tuple(
        (
            Name(one.name),
            figure(one.others.agreement),
            figure(one.others.kappa),
            figure(one.model_others.agreement),
            figure(one.model_others.kappa),
            count(one.others.n),
        )
        for one in ceiling.annotators
    )
    columns = phrases(
        "annotator",
        "agreement.observed",
        "cohen",
        "ceiling.model_agreement",
        "ceiling.model_kappa",
        "articles",
    )
    return Table(phrase("ceiling.beside"), columns, rows)


def _against_each(ceiling: Ceiling) -> Table:
    matches: list[tuple[Text, Match]] = [
        *((Name(one.name), one.model) for one in ceiling.annotators),
        (phrase("ceiling.majority"), ceiling.majority),
    ]
    rows = tuple(
        (who, figure(found.agreement), figure(found.kappa), count(found.n))
        for who, found in matches
    )
    columns = phrases("annotator", "agreement.observed", "cohen", "articles")
    return Table(phrase("ceiling.each"), columns, rows)
