"""The report of `stance explain`: the text with its evidence, and what contributes most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.explanation.evidence import evidence
from stance.reporting.document import (
    Column,
    Document,
    Facts,
    Item,
    MarkedText,
    Paragraph,
    Section,
    Table,
    section,
)
from stance.reporting.phrases import percent, quoted, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stance.explanation.changes import Changes
    from stance.explanation.records import Explanation
    from stance.reporting.document import Block

LEGEND = "In the text, [+...] is evidence for the label and [-...] evidence against it."
OUTLETS = "Outlets: how many outlets of the training corpus have the feature."
NO_OUTLETS = (
    "The model does not know how many training outlets have a feature: it was trained without "
    "outlets, or by an earlier version of stance."
)
WIDEST_FEATURE = 40


def report(explanations: Iterable[Explanation]) -> Document:
    """Return the explanations of articles as a document."""
    sections = tuple(part for one in explanations for part in _sections(one))
    return Document("Why articles have their labels", sections, "stance explain")


def _sections(found: Explanation) -> Iterator[Section]:
    label, against = found.label, found.against
    yield section(
        Paragraph(
            f"{shown(found.article.id)}: {quoted(label)} ({percent(found.probabilities[label])}) "
            f"and not {quoted(against)} ({percent(found.probabilities[against])})"
        ),
        *_text(found),
        Paragraph(LEGEND) if found.words else Paragraph("No word is evidence for either label."),
    )
    yield section(_sums(found))
    if found.contributions:
        yield section(*_contributions(found))
    if found.changes is not None:
        yield section(*_changes(found, found.changes), heading="What would change it:")


def _text(found: Explanation) -> Iterator[Block]:
    """Yield the title and the body, with marks."""
    for _, parts in evidence(found):
        yield MarkedText(tuple((_sign(one.contribution), one.text) for one in parts))


def _sign(contribution: float) -> str:
    return "+" if contribution > 0 else "-" if contribution < 0 else ""


def _sums(found: Explanation) -> Facts:
    parts = [
        ("intercept", found.intercept),
        *found.by_block.items(),
        ("difference in logits", found.logit_difference),
        *((f"of it in {voice} words", amount) for voice, amount in found.by_voice.items()),
    ]
    return Facts(
        tuple(
            (name.replace("none", "no"), f"{amount:+.3f}")
            for name, amount in parts
            if amount or name in {"intercept", "difference in logits"}
        )
    )


def _contributions(found: Explanation) -> Iterator[Block]:
    # All features of a model have their number of outlets, or none has.
    counted = all(one.outlets is not None for one in found.contributions)
    columns = (
        Column("feature", "name", WIDEST_FEATURE),
        Column("block"),
        Column("voice"),
        Column("places", "number"),
        *([Column("outlets", "number")] if counted else []),
        Column("contribution", "number"),
    )
    rows = tuple(
        (
            one.feature.replace(" ", "_") if one.feature.strip() != one.feature else one.feature,
            one.block,
            one.voice or "-",
            str(len(one.places)),
            *([f"{one.outlets:,}"] if counted else []),
            f"{one.contribution:+.3f}",
        )
        for one in found.contributions
    )
    rest = f"{found.rest.n_features:,} other features: {found.rest.contribution:+.3f}"
    yield Table(columns, rows, caption=f"Largest contributions ({rest})")
    yield Paragraph(OUTLETS if counted else NO_OUTLETS)


def _changes(found: Explanation, changes: Changes) -> Iterator[Block]:
    if changes.removals:
        yield Paragraph(
            f"Without these words the label is {quoted(changes.removals[-1].label)}:"
            if changes.flips
            else f"The label is still {quoted(found.label)} without these words:"
        )
        columns = (
            Column("word", "name", WIDEST_FEATURE),
            Column("contribution", "number"),
            Column("labelled again", "number"),
            Column("difference left", "number"),
        )
        yield Table(
            columns,
            tuple(
                (
                    one.word,
                    f"{one.contribution:+.3f}",
                    f"{one.effect:+.3f}",
                    f"{one.logit_difference:+.3f}",
                )
                for one in changes.removals
            ),
        )
    else:
        yield Paragraph("No word is evidence for the label.")
    for swap in changes.swaps:
        yield Item(
            f"{shown(swap.replacement)} instead of {shown(swap.name)}: "
            f"{percent(swap.probability)} {quoted(found.label)}"
            + ("" if swap.label == found.label else f", so the label is {quoted(swap.label)}")
        )
