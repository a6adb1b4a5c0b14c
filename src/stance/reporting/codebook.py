"""The report of `stance codebook check`: errors, and labels beside those of a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.document import Column, Document, Item, Section, Table, numbers, section
from stance.reporting.phrases import counted

if TYPE_CHECKING:
    from stance.description.codebook_check import CodebookCheck


def report(found: CodebookCheck) -> Document:
    """Return what was found as a document."""
    heading = f"{found.name}: " + (
        counted(len(found.faults), "error").upper() if found.faults else "VALID"
    )
    sections = [Section(tuple(Item(fault.text) for fault in found.faults), heading)]
    if found.labels:
        sections.append(section(_labels(found)))
    if found.unlabelled:
        sections.append(section(Item(f"articles without a label: {found.unlabelled:,}")))
    return Document("Check of a codebook", tuple(sections), "stance codebook check")


def _labels(found: CodebookCheck) -> Table:
    counts = any(one.articles is not None for one in found.labels)
    columns = (
        Column("label", "name"),
        Column("title", "name"),
        *numbers("evidence", "not evidence", "cases", *(["articles"] if counts else [])),
    )
    rows = tuple(
        (
            one.label,
            one.title,
            f"{one.evidence:,}",
            f"{one.not_evidence:,}",
            f"{one.boundary_cases:,}",
            *([f"{one.articles:,}"] if one.articles is not None else []),
        )
        for one in found.labels
    )
    return Table(columns, rows)
