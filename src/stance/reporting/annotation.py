"""The report of `stance annotate import`: what was read from the files of annotation tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.document import Column, Document, Facts, Note, Table, numbers, section

if TYPE_CHECKING:
    from stance.formats.annotation.importing import ImportedAnnotations
    from stance.reporting.document import Section

TITLE, COMMAND = "Annotations", "stance annotate import"


def report(found: ImportedAnnotations, output: str | None = None) -> Document:
    """Return what was read as a document.

    Parameters
    ----------
    found : ImportedAnnotations
    output : str, optional
        The file with the rows, if it was written.
    """
    sections = (_overview(found), _annotators(found), _labels(found), _next(found, output))
    return Document(TITLE, sections, COMMAND)


def _overview(found: ImportedAnnotations) -> Section:
    facts = [(one.name, f"{one.tool}, {one.n_articles:,} articles") for one in found.files]
    facts.append(("articles", f"{found.n_articles:,}"))
    facts.append(("not yet annotated", f"{found.n_not_annotated:,}"))
    if found.n_replaced:
        facts.append(("replaced by a later annotation", f"{found.n_replaced:,}"))
    if found.n_several:
        facts.append(("with several labels", f"{found.n_several:,}"))
    return section(Facts(tuple(facts)))


def _annotators(found: ImportedAnnotations) -> Section:
    columns = (Column("annotator", "name", widest=40), *numbers("annotated", "skipped"))
    rows = tuple(
        (
            name if some[0].origin == "human" else f"{name} (model)",
            f"{sum(not one.skipped for one in some):,}",
            f"{sum(one.skipped for one in some):,}",
        )
        for name, some in found.annotators.items()
    )
    return section(Table(columns, rows), heading="Annotators")


def _labels(found: ImportedAnnotations) -> Section:
    columns = (Column("label", "name", widest=40), *numbers("given"))
    rows = tuple((label, f"{n:,}") for label, n in found.labels.most_common())
    return section(Table(columns, rows), heading="Labels")


def _next(found: ImportedAnnotations, output: str | None) -> Section:
    people = {one.annotator for one in found.annotations if one.origin == "human"} - {None}
    if output is None:
        text = "Nothing was written. Give -o FILE for the rows."
    elif len(people) > 1:
        text = f"Compare the annotators: stance agreement {output} --annotator-field annotator"
    else:
        text = f"The labels of a sample: stance estimate LABELS --coded {output}"
    return section(Note(text))
