"""The reports of `stance datasets`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.document import Column, Document, Facts, Paragraph, Table, numbers, section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.datasets.records import Dataset


def overview(datasets: Sequence[tuple[Dataset, bool]]) -> Document:
    """Return data sets, and whether each is on this machine."""
    rows = (
        (d.name, f"{d.items:,}", _splits(d) or "-", "yes" if here else "no", d.licence)
        for d, here in datasets
    )
    columns = (
        Column("name"),
        *numbers("items"),
        Column("splits"),
        Column("here"),
        Column("licence", "prose"),
    )
    return Document(
        "Data sets", (section(Table(columns, tuple(rows))),), command="stance datasets list"
    )


def _splits(dataset: Dataset) -> str:
    if len(dataset.splits) > 3:
        return f"{dataset.splits[0]} … {dataset.splits[-1]}"
    return ", ".join(dataset.splits)


def description(dataset: Dataset, folder: str | None) -> Document:
    """Return the description of a data set.

    Parameters
    ----------
    dataset : Dataset
    folder : str, optional
        Its folder, if it is on this machine.
    """
    files = str(len(dataset.files)) if dataset.files else f"those of {dataset.derived_from}"
    facts = (
        ("items", f"{dataset.items:,}"),
        ("source", dataset.source),
        ("files", files),
        ("here", folder or "not on this machine"),
        ("labels", ", ".join(dataset.labels) or "none: choose a field with --label-field"),
        ("splits", ", ".join(dataset.splits) or "none"),
        ("metric", dataset.metric),
        ("fields", ", ".join(dataset.fields)),
        *((("caution", dataset.caution),) if dataset.caution else ()),
        *((("derivation", dataset.by_hand),) if dataset.by_hand else ()),
    )
    return Document(
        dataset.title,
        (section(Paragraph(dataset.title)), section(Facts(facts)), section(_terms(dataset))),
        command="stance datasets show",
    )


def terms(dataset: Dataset) -> str:
    """Return the title, the licence and the citation of a data set, a line each."""
    return f"{dataset.title}\nLicence: {dataset.licence}\nCite: {dataset.citation}"


def _terms(dataset: Dataset) -> Facts:
    return Facts((("licence", dataset.licence), ("cite", dataset.citation)))
