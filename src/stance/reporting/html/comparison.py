"""The page of `stance compare`: both scores, their difference, and its interpretation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.comparison import SURE
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, figure, interval, p_value, signed
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
from stance.reporting.html.scores import basis_blocks

if TYPE_CHECKING:
    from stance.evaluation.baseline import BaselineComparison
    from stance.evaluation.comparison import Decision, Difference, McNemar
    from stance.reporting.html.page import Block, Section, Text


def page(
    n_articles: int,
    candidates: tuple[str, str],
    difference: Difference,
    *,
    discordant: McNemar,
    floor: BaselineComparison,
    decision: Decision | None = None,
) -> Page:
    """Return both scores, the baseline, the difference and its interpretation as a page."""
    facts = Facts(
        (
            (phrase("articles"), count(n_articles)),
            (phrase("comparison.a"), Name(candidates[0])),
            (phrase("comparison.b"), Name(candidates[1])),
        )
    )
    return Page(
        phrase("comparison"),
        "stance compare",
        (
            section("comparison.result", Paragraph(_which(difference)), *_decided(decision), facts),
            section("scores.heading", _scores(candidates, difference, floor)),
            _difference(difference, discordant),
        ),
    )


def _which(difference: Difference) -> Text:
    low, high = difference.interval
    if difference.first == difference.second and low == high:
        return phrase("comparison.same")
    ends = interval((low, high))
    if difference.p_value >= SURE:
        return phrase("comparison.unclear", interval=ends)
    better, worse = ("A", "B") if difference.value > 0 else ("B", "A")
    return phrase(
        "comparison.better",
        better=Number(better),
        worse=Number(worse),
        value=figure(abs(difference.value)),
        metric=metric(difference.metric),
    )


def _decided(decision: Decision | None) -> tuple[Block, ...]:
    if decision is None:
        return ()
    return (
        Paragraph(
            phrase(
                f"decision.{decision.verdict}",
                confidence=Number(f"{decision.confidence:.0%}"),
                margin=Number(f"{decision.margin:g}"),
            )
        ),
    )


def metric(name: str) -> Text:
    """Return the name of a metric; one over chosen labels stays as it is."""
    known = {"macro-F1": "macro_f1", "accuracy": "accuracy", "weighted-F1": "weighted_f1"}
    return phrase(known[name]) if name in known else Name(name)


def _scores(candidates: tuple[str, str], difference: Difference, floor: BaselineComparison) -> Bars:
    a, b = floor.first, floor.second
    found: tuple[tuple[Text, float, float, float], ...] = (
        (phrase("comparison.a"), difference.first, a.accuracy.model, a.macro_f1.model),
        (phrase("comparison.b"), difference.second, b.accuracy.model, b.macro_f1.model),
        (
            phrase("baseline.test", labels=names(a.labels)),
            floor.score,
            a.accuracy.baseline,
            a.macro_f1.baseline,
        ),
    )
    name = metric(difference.metric)
    named = (
        phrase("comparison.a.named", name=Name(candidates[0])),
        phrase("comparison.b.named", name=Name(candidates[1])),
        found[2][0],
    )
    bars = tuple(
        Bar(who, score, figure(score)) for who, (_, score, *_) in zip(named, found, strict=True)
    )
    # The metric of the comparison comes first, and once.
    known = (name, *phrases("accuracy", "macro_f1"))
    kept = [place for place, column in enumerate(known) if column not in known[:place]]
    rows = tuple((who, *(figure(values[place]) for place in kept)) for who, *values in found)
    columns = (phrase("comparison.predictions"), *(known[place] for place in kept))
    table = Table(phrase("comparison.scores"), columns, rows)
    return Bars(phrase("comparison.chart", metric=name), bars, table)


def _difference(difference: Difference, discordant: McNemar) -> Section:
    facts = Facts(
        (
            (phrase("comparison.difference"), signed(difference.value)),
            (phrase("interval"), interval(difference.interval)),
            (phrase("p_value"), p_value(difference.p_value)),
        )
    )
    rows = (
        (phrase("mcnemar.both"), count(discordant.both)),
        (phrase("mcnemar.first"), count(discordant.only_first)),
        (phrase("mcnemar.second"), count(discordant.only_second)),
        (phrase("mcnemar.neither"), count(discordant.neither)),
    )
    table = Table(phrase("mcnemar.caption"), phrases("mcnemar.right", "articles"), rows)
    tested = Paragraph(phrase("mcnemar.test", p=p_value(discordant.p_value)))
    ignores = Advice(phrase("mcnemar.ignores")) if difference.unit != "article" else None
    return section(
        "comparison.difference",
        facts,
        *basis_blocks(difference.basis, difference.lone_labels),
        table,
        tested,
        ignores,
    )
