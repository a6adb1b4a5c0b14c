"""The report of `stance agreement`: agreement between annotators, and of a model with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from stance.reporting.intervals import basis_warnings, few_warning
from stance.reporting.phrases import counted, figure, interval

if TYPE_CHECKING:
    from stance.evaluation.agreement import Agreement
    from stance.evaluation.ceiling import Ceiling
    from stance.evaluation.disagreement import Disagreement

NAME_WIDTH = 20
# Articles with a disagreement.
SHOWN = 5
# Krippendorff (2004), Content Analysis, chapter 11: data above the first value are reliable, data
# above the second allow tentative conclusions.
RELIABLE, TENTATIVE = 0.8, 0.667


def report(
    result: Agreement, ceiling: Ceiling | None = None, differing: Disagreement | None = None
) -> Document:
    """Return the agreement of all annotators and of each pair, and that of a model."""
    sections = (
        *_agreement(result),
        *(_disputed(differing) if differing and differing.articles else ()),
        *(_ceiling(ceiling) if ceiling else ()),
    )
    return Document("Agreement", sections, command="stance agreement")


def _agreement(result: Agreement) -> tuple[Section, ...]:
    opening = (
        f"{counted(result.n_articles, 'article')}, {len(result.annotators)} annotators; "
        f"{result.n_pairable:,} of them have two labels or more and count."
    )
    spread = interval(result.interval) if result.interval else ""
    measures = Table(
        (Column("measure"), *numbers("value"), Column("95 % interval")),
        (
            (f"Krippendorff's alpha ({result.level})", figure(result.alpha), spread),
            ("Fleiss' kappa", figure(result.fleiss), ""),
            ("agreement", figure(result.observed), ""),
        ),
    )
    said = " ".join([meaning(result), *few_warning(result.n_pairable, "article")])
    return (
        section(Paragraph(opening)),
        section(measures),
        section(Paragraph(said)),
        section(_pairs(result)),
    )


def _pairs(result: Agreement) -> Table:
    names = (Column("annotator", "name", NAME_WIDTH), Column("and", "name", NAME_WIDTH))
    rows = (
        (pair.first, pair.second, figure(pair.agreement), figure(pair.kappa), f"{pair.n:,}")
        for pair in result.pairs
    )
    return Table((*names, *numbers("agreement", "Cohen's kappa", "articles")), tuple(rows))


def _disputed(differing: Disagreement) -> tuple[Section, ...]:
    """Return the first articles on which annotators differ, with their labels and comments."""
    n = len(differing.articles)
    rows = tuple(
        (article.id, coding.annotator, coding.label, " ".join((coding.comment or "").split()))
        for article in differing.articles[:SHOWN]
        for coding in article.codings
    )
    columns = (
        Column("article", "name", NAME_WIDTH),
        Column("annotator", "name", NAME_WIDTH),
        Column("label", "name", NAME_WIDTH),
        Column("comment", "name"),
    )
    more = f" The first {SHOWN}:" if n > SHOWN else ""
    said = f"Annotators differ on {counted(n, 'article')}.{more}"
    all_of_them = "--adjudicate FILE writes all of them, to decide on their labels."
    return (section(Paragraph(said), Table(columns, rows), Paragraph(all_of_them)),)


def meaning(result: Agreement) -> str:
    """Interpret an alpha in a sentence."""
    if result.alpha is None or result.interval is None:
        return "Only one label was used: agreement on other labels is unknown."
    low, end = result.interval[0], "The lower end of alpha's interval is"
    if low >= RELIABLE:
        return f"{end} at least {RELIABLE}: the labels can be relied on."
    if low >= TENTATIVE:
        return f"{end} between {TENTATIVE} and {RELIABLE}: good for tentative conclusions."
    return (
        f"{end} below {TENTATIVE}: sharpen the codebook, or label more articles together, before "
        "you rely on such labels."
    )


def _ceiling(ceiling: Ceiling) -> tuple[Section, ...]:
    """Return the comparison of the model with the annotators."""
    tied = ceiling.n_tied
    said = " ".join([ceiling_meaning(ceiling), *basis_warnings(ceiling.difference.basis)])
    return (
        section(_beside_others(ceiling)),
        section(
            _against_each(ceiling),
            *paragraphs(f"{counted(tied, 'article')} without a majority left out." if tied else ""),
        ),
        section(Paragraph(said)),
    )


def _beside_others(ceiling: Ceiling) -> Table:
    rows = []
    for one in ceiling.annotators:
        people, model = one.others, one.model_others
        values = (people.agreement, people.kappa, model.agreement, model.kappa)
        rows.append((one.name, *map(figure, values), f"{people.n:,}"))
    columns = numbers("annotator", "kappa", "model", "model's kappa", "articles")
    return Table(
        (Column("annotator", "name", NAME_WIDTH), *columns),
        tuple(rows),
        caption="Against the majority of the other annotators (agreement, Cohen's kappa):",
    )


def _against_each(ceiling: Ceiling) -> Table:
    by_name = [
        *((one.name, one.model) for one in ceiling.annotators),
        ("majority", ceiling.majority),
    ]
    rows = (
        (name, figure(found.agreement), figure(found.kappa), f"{found.n:,}")
        for name, found in by_name
    )
    columns = numbers("agreement", "Cohen's kappa", "articles")
    return Table(
        (Column("annotator", "name", NAME_WIDTH), *columns),
        tuple(rows),
        caption="The model against each annotator, and against the majority of all:",
    )


def ceiling_meaning(ceiling: Ceiling) -> str:
    """Say in a sentence how the model compares with the annotators."""
    found = ceiling.difference
    measured = (
        f"The model agrees with the majority of the others in {found.first:.1%} of cases, an "
        f"annotator in {found.second:.1%}: {found.value:+.3f}, 95 % interval "
        f"{interval(found.interval)}."
    )
    low, high = found.interval
    if high < 0:
        return f"{measured} It is below human agreement."
    if low > 0:
        return f"{measured} It agrees with the others more than a single annotator does."
    return f"{measured} On these articles it is not clearly better or worse than an annotator."
