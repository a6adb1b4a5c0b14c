"""The report of `stance crossval`: held-out scores, random-fold scores, and the gap."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stance.reporting.baselines import always, baseline_paragraph
from stance.reporting.document import (
    Column,
    Document,
    Paragraph,
    Section,
    Table,
    numbers,
    paragraphs,
    section,
)
from stance.reporting.fold_plan import advice, lowered_line, macro_line, plan_lines
from stance.reporting.intervals import basis_paragraphs
from stance.reporting.phrases import counted, figure, interval
from stance.reporting.scores import score_sections

if TYPE_CHECKING:
    from stance.corpus.fold_plan import FoldPlan
    from stance.evaluation.protocol import CrossValidation

# With a few hundred articles, a smaller difference may be due to chance.
NOTABLE_GAP = 0.03
NEW_AND_KNOWN = {
    "outlet": ("new outlets", "outlets it knows"),
    "event": ("new events", "events it knows"),
    "time": ("later articles", "articles of any time"),
}
WHY_BETTER = {
    "outlet": "because it recognises the outlet",
    "event": "because articles on one event resemble each other",
    "time": "because it was also trained on later articles",
}


def report(result: CrossValidation) -> Document:
    """Return the held-out scores, the random-fold scores, and the meaning of the gap."""
    opening = paragraphs(
        f"{result.plan.n_articles:,} articles",
        _always_train(result.plan),
        *plan_lines(result.plan),
        lowered_line(result.lowered),
    )
    chosen = _choices(result)
    return Document(
        "Cross-validation",
        (
            section(*opening),
            section(_scores(result), *basis_paragraphs(result.honest)),
            section(
                *paragraphs(macro_line(result.honest, "the corpus's")),
                baseline_paragraph(result.honest.baselines),
                Paragraph(meaning(result)),
            ),
            *([chosen] if chosen else []),
            *score_sections(result.honest, caption=f"By label ({result.honest.protocol}):"),
        ),
        command="stance crossval",
    )


def _always_train(plan: FoldPlan) -> str | None:
    """Say how many articles are always in training, and when they are not."""
    if not plan.n_always_train:
        return None
    others = {
        "outlet": "those of the held-out outlet and ",
        "event": "those of the held-out event and ",
        "time": "those of later days and ",
    }.get(plan.choice.by, "")
    return (
        f"Every fold also learns from {counted(plan.n_always_train, 'article')} that are never "
        f"tested, except for {others}near-duplicates of its test articles."
    )


def _scores(result: CrossValidation) -> Table:
    rows = [
        (
            scored.protocol,
            figure(scored.macro_f1),
            interval(scored.intervals["macro_f1"]),
            figure(scored.accuracy),
        )
        for scored in (result.honest, result.naive)
        if scored is not None
    ]
    rows += [
        (always(one), figure(one.macro_f1.baseline), "", figure(one.accuracy.baseline))
        for one in result.honest.baselines
    ]
    columns = (
        Column("protocol", "name"),
        Column("macro-F1"),
        Column("95 % interval"),
        *numbers("accuracy"),
    )
    return Table(columns, tuple(rows))


def _choices(result: CrossValidation) -> Section | None:
    """Return the settings chosen inside the folds, the most frequent first."""
    counts = Counter(
        ", ".join(f"{key}={value}" for key, value in choice.settings.items())
        for choice in result.choices
    )
    if not counts:
        return None
    columns = (*numbers("folds"), Column("chosen inside the folds", "prose"))
    return section(Table(columns, tuple((str(n), chosen) for chosen, n in counts.most_common())))


def meaning(result: CrossValidation) -> str:
    """Interpret the gap between the two figures in a sentence or two."""
    if result.gap is None or result.naive is None:
        return advice(result.plan)
    honest, naive = result.honest.macro_f1, result.naive.macro_f1
    new, known = NEW_AND_KNOWN[result.by]
    gap = f"Gap: {result.gap:+.3f} macro-F1."
    if result.gap < NOTABLE_GAP:
        return (
            f"{gap} The model does about as well on {new} ({figure(honest)}) as on {known} "
            f"({figure(naive)})."
        )
    return (
        f"{gap} On random folds the model looks {figure(result.gap)} better than it is, "
        f"{WHY_BETTER[result.by]}. Expect {figure(honest)} on {new}, and report that figure."
    )
