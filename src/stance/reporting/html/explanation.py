"""The page of `stance explain`: texts with their evidence, and the numbers behind the marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.explanation.evidence import evidence
from stance.reporting.html.numbers import count, figure, percent, signed
from stance.reporting.html.page import (
    NOTHING,
    Advice,
    English,
    Facts,
    Legend,
    Marked,
    Name,
    Page,
    Paragraph,
    PublishedText,
    Section,
    Table,
    phrase,
    phrases,
)
from stance.reporting.model import visible_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from stance.explanation.changes import Changes, Swap
    from stance.explanation.evidence import Part
    from stance.explanation.records import Explanation
    from stance.reporting.html.page import Block, Phrase, Side, Text

STRENGTHS = 3


def page(explanations: Iterable[Explanation]) -> Page:
    """Return the explanations of articles as a page, with a section for each."""
    sections = tuple(article_section(one) for one in explanations)
    return Page(phrase("explanations"), "stance explain", sections)


def article_section(found: Explanation, about: Sequence[tuple[Text, Text]] = ()) -> Section:
    """Return the explanation of one article.

    Parameters
    ----------
    found : Explanation
    about : sequence of (Text, Text)
        More facts about the article, such as its own label.
    """
    article = found.article
    facts = [*about]
    if article.outlet:
        facts.append((phrase("audit.outlet"), Name(article.outlet)))
    heading = phrase("explain.article", id=Name(article.id), label=Name(found.label))
    blocks = (
        *([Facts(tuple(facts))] if facts else []),
        Paragraph(_verdict(found)),
        *_texts(found),
        Legend() if found.words else Advice(phrase("explain.no_word")),
        *_tables(found),
        *(_changes(found, found.changes) if found.changes is not None else ()),
    )
    return Section(heading, blocks)


def _verdict(found: Explanation) -> Phrase:
    return phrase(
        "explain.verdict",
        label=Name(found.label),
        probability=percent(found.probabilities[found.label]),
        against=Name(found.against),
        other=percent(found.probabilities[found.against]),
    )


def _texts(found: Explanation) -> Iterator[PublishedText]:
    largest = max((abs(word.contribution) for word in found.words), default=0.0)
    for field, parts in evidence(found):
        yield PublishedText(tuple(_marked(one, largest) for one in parts), field == "title")


def _marked(part: Part, largest: float) -> Marked:
    """Return a part with its side, and its strength beside the largest amount."""
    if not part.contribution:
        return Marked(part.text)
    side: Side = "for" if part.contribution > 0 else "against"
    strength = 1 + int((STRENGTHS - 1) * abs(part.contribution) / largest + 0.5)
    return Marked(part.text, side, strength)


def _tables(found: Explanation) -> Iterator[Block]:
    if found.words:
        rows = tuple(
            (Name(one.word), _voice(one.voice), count(len(one.places)), signed(one.contribution))
            for one in found.words
        )
        columns = phrases("explain.word", "voice", "explain.places", "explain.contribution")
        yield Table(phrase("explain.words"), columns, rows)
    yield _sums(found)
    yield _voices(found)
    if found.contributions:
        yield from _contributions(found)
    terms = tuple(_terms(found))
    if terms:
        columns = phrases(
            *("explain.term", "explain.category", "explain.actor", "explain.side"),
            *("voice", "explain.places"),
        )
        yield Table(phrase("explain.terms"), columns, terms)


def _sums(found: Explanation) -> Table:
    """Return what adds up to the difference of the two labels: the intercept and each block."""
    rows: tuple[tuple[Text, ...], ...] = (
        (phrase("explain.intercept"), signed(found.intercept)),
        *(
            (phrase("model.block", name=English(name)), signed(amount))
            for name, amount in found.by_block.items()
            if amount
        ),
        (phrase("explain.difference"), signed(found.logit_difference)),
    )
    columns = phrases("explain.part", "explain.contribution")
    return Table(phrase("explain.sums"), columns, rows)


def _voices(found: Explanation) -> Table:
    rows = (
        *((_voice(name), signed(amount)) for name, amount in found.by_voice.items() if amount),
        (phrase("explain.features"), signed(sum(found.by_voice.values()))),
    )
    columns = phrases("voice", "explain.contribution")
    return Table(phrase("explain.by_voice"), columns, rows)


def _voice(name: str | None) -> Text:
    return NOTHING if name is None else phrase(f"voice.{name}")


def _contributions(found: Explanation) -> Iterator[Block]:
    # All features of a model have their number of outlets, or none has.
    counted = all(one.outlets is not None for one in found.contributions)
    rows = tuple(
        (
            Name(visible_term(one.feature)),
            English(one.block),
            _voice(one.voice),
            count(len(one.places)),
            *([count(one.outlets)] if one.outlets is not None else []),
            signed(one.weight),
            figure(one.value),
            signed(one.contribution),
        )
        for one in found.contributions
    )
    columns = phrases(
        *("feature", "feature.block", "voice", "explain.places"),
        *(["explain.outlets"] if counted else []),
        *("feature.weight", "value", "explain.contribution"),
    )
    caption = phrase(
        "explain.contributions",
        n=count(found.rest.n_features),
        rest=signed(found.rest.contribution),
    )
    yield Table(caption, columns, rows)
    yield Paragraph(phrase("explain.outlets_are" if counted else "explain.no_outlets"))


def _terms(found: Explanation) -> dict[tuple[Text, ...], None]:
    """Return the terms behind the listed features; several features count the same ones."""
    return dict.fromkeys(
        (
            Name(term.term),
            Name(term.category),
            NOTHING if term.actor is None else Name(term.actor),
            NOTHING if term.side is None else Name(term.side),
            _voice(term.voice),
            count(len(term.places)),
        )
        for one in found.contributions
        for term in one.terms
    )


def _changes(found: Explanation, changes: Changes) -> Iterator[Block]:
    if changes.removals:
        caption = (
            phrase("changes.flips", label=Name(changes.removals[-1].label))
            if changes.flips
            else phrase("changes.stays", label=Name(found.label))
        )
        rows = tuple(
            (
                Name(one.word),
                signed(one.contribution),
                signed(one.effect),
                signed(one.logit_difference),
            )
            for one in changes.removals
        )
        columns = phrases(
            "explain.word", "explain.contribution", "changes.effect", "changes.difference"
        )
        yield Table(caption, columns, rows)
    else:
        yield Paragraph(phrase("changes.none"))
    if changes.swaps:
        columns = phrases("changes.name", "changes.replacement", "probability", "changes.label")
        caption = phrase("changes.swaps", label=Name(found.label))
        yield Table(caption, columns, tuple(map(_swap, changes.swaps)))


def _swap(swap: Swap) -> tuple[Text, ...]:
    return (
        Name(swap.name),
        Name(swap.replacement),
        percent(swap.probability),
        Name(swap.label),
    )
