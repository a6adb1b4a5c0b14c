"""The page of `stance crossval`: held-out scores, random-fold scores, and the gap."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stance.reporting.cross_validation import NOTABLE_GAP
from stance.reporting.html.charts import Bar, Bars
from stance.reporting.html.numbers import count, figure, interval, signed
from stance.reporting.html.page import (
    NOTHING,
    Advice,
    English,
    Facts,
    Name,
    Page,
    Paragraph,
    Table,
    phrase,
    phrases,
    section,
)
from stance.reporting.html.protocols import protocol, unit
from stance.reporting.html.scores import (
    baseline_blocks,
    basis_blocks,
    headline,
    macro_blocks,
    score_sections,
)

if TYPE_CHECKING:
    from stance.corpus.fold_plan import FoldPlan
    from stance.evaluation.protocol import CrossValidation
    from stance.reporting.html.page import Block, Section, Text


def page(result: CrossValidation) -> Page:
    """Return the held-out scores, the random-fold scores and the gap as a page."""
    honest = result.honest
    return Page(
        phrase("cross_validation"),
        "stance crossval",
        (
            _gap(result),
            _folds(result),
            section(
                "scores.heading",
                headline(honest),
                *macro_blocks(honest),
                *basis_blocks(honest.basis, honest.lone_labels),
                *baseline_blocks(honest.baselines),
            ),
            *score_sections(honest),
        ),
    )


def _gap(result: CrossValidation) -> Section:
    """Return both scores beside each other, and what their difference means."""
    scored = [one for one in (result.honest, result.naive) if one is not None]
    bars = tuple(
        Bar(protocol(one.protocol), one.macro_f1, figure(one.macro_f1), one.intervals["macro_f1"])
        for one in scored
    )
    rows = tuple(
        (bar.label, bar.shown, interval(bar.interval), figure(one.accuracy))
        for bar, one in zip(bars, scored, strict=True)
    )
    columns = phrases("protocol", "macro_f1", "interval", "accuracy")
    chart = Bars(phrase("gap.chart"), bars, Table(phrase("gap.table"), columns, rows))
    return section("gap.heading", Paragraph(_meaning(result)), chart)


def _meaning(result: CrossValidation) -> Text:
    if result.gap is None or result.naive is None:
        return phrase("gap.random")
    key = "gap.small" if result.gap < NOTABLE_GAP else f"gap.{result.by}"
    return phrase(
        key,
        gap=signed(result.gap),
        honest=figure(result.honest.macro_f1),
        naive=figure(result.naive.macro_f1),
    )


def _folds(result: CrossValidation) -> Section:
    plan = result.plan
    facts = Facts(
        (
            (phrase("articles"), count(plan.n_articles)),
            (phrase("folds.tested"), count(plan.n_tested)),
            (phrase("folds.always_train"), count(plan.n_always_train)),
            (phrase("protocol"), protocol(result.honest.protocol)),
        )
    )
    return section("folds.heading", facts, *reasons(plan), *not_tested(plan), *_settings(result))


def reasons(plan: FoldPlan) -> tuple[Block, ...]:
    """Say why outlets are not held out, and how many articles name none."""
    choice = plan.choice
    blocks: list[Block] = []
    if not choice.asked and choice.by != "outlet" and choice.outlets.obstacle:
        blocks.append(Paragraph(phrase(f"folds.why.{choice.outlets.obstacle}")))
    if (groups := choice.held_out) and groups.n_unnamed:
        said = phrase("folds.unnamed", group=unit(groups.by), n=count(groups.n_unnamed))
        blocks.append(Paragraph(said))
        if 2 * groups.n_unnamed > groups.n_articles:
            blocks.append(Advice(phrase("folds.mostly_unnamed", group=unit(groups.by))))
    return tuple(blocks)


def not_tested(plan: FoldPlan) -> tuple[Block, ...]:
    """Return the articles that cannot be tested as a table; nothing if there are none."""
    if not plan.not_tested:
        return ()
    rows = tuple(
        (
            Name(part.label),
            count(part.n_articles),
            phrase(f"not_tested.{part.why}"),
            NOTHING if part.group is None else Name(part.group),
        )
        for part in plan.not_tested
    )
    columns = phrases("label", "articles", "reason", "unit.group")
    return (Table(phrase("not_tested"), columns, rows),)


def _settings(result: CrossValidation) -> tuple[Block, ...]:
    """Return settings that were lowered, or chosen, in a fold."""
    blocks: list[Block] = []
    if result.lowered:
        rows = tuple(
            (Name(one.fold), Name(one.setting), count(one.before), count(one.after))
            for one in result.lowered
        )
        columns = phrases("fold", "setting", "lowered.before", "lowered.after")
        blocks.append(Table(phrase("lowered"), columns, rows))
    chosen = Counter(
        ", ".join(f"{key}={value}" for key, value in choice.settings.items())
        for choice in result.choices
    )
    if chosen:
        found = tuple((English(settings), count(n)) for settings, n in chosen.most_common())
        blocks.append(Table(phrase("chosen"), phrases("setting", "folds"), found))
    return tuple(blocks)
