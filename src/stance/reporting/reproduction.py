"""The report of `stance verify --corpus`: whether a corpus gives a model again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.model.manifest import TENSORS
from stance.reporting.document import Column, Document, Item, Note, Paragraph, Table, section
from stance.reporting.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.model.reproduction import Difference, Reproduction, TensorDifference
    from stance.reporting.document import Block, Section

SHOWN = 40  # characters of a value
BEGINNING = 12  # characters of a longer one, such as a hash
ROWS = 12
NAMED = 3
FILES_NAMED = 6


def report(folder: str, found: Reproduction) -> Document:
    """Return what was compared, and all that differs."""
    sections = [section(*map(Paragraph, _opening(folder, found)))]
    for caption, differences in (
        ("The corpus differs from the one that the model was trained on:", found.corpus),
        ("Files with other bytes (sha256):", found.files),
        ("Entries of manifest.json with other values:", found.manifest),
    ):
        if differences:
            sections.append(section(_table(caption, differences), *_more(differences)))
    if found.tensors:
        opening = Paragraph(f"Tensors of {TENSORS} with other values:")
        sections.append(section(opening, *map(_tensor, found.tensors)))
    return Document(
        f"Verification of the model {folder}",
        (*sections, *_versions(found)),
        command="stance verify",
    )


def _opening(folder: str, found: Reproduction) -> list[str]:
    if found.corpus:
        return [f"{folder} was not trained on this corpus as it is. Nothing was trained."]
    ids = (
        " Only the ids are others, as those of articles without one are if their file has another "
        "name; a model does not depend on them."
        if found.other_ids
        else ""
    )
    same = (
        f"The corpus is the one that {folder} was trained on: "
        f"{counted(found.n_articles, 'article')} with the same texts, labels and outlets.{ids}"
    )
    if not found.trained_again:
        return [same, "The model was not trained again, as --corpus-only asks."]
    if found.holds:
        n = counted(len(found.same_files), "file")
        return [same, f"Trained again with its own settings, it has the same bytes: {n}."]
    kept = f" The same bytes: {', '.join(found.same_files)}." if found.same_files else ""
    return [same, f"Trained again with its own settings, it is not the same.{kept}"]


def _table(caption: str, differences: Sequence[Difference]) -> Table:
    columns = (Column("what", "name"), Column("model", "name"), Column("here", "name"))
    rows = tuple((name, _cut(expected), _cut(here)) for name, expected, here in differences[:ROWS])
    return Table(columns, rows, caption=caption)


def _more(differences: Sequence[Difference]) -> list[Paragraph]:
    hidden = len(differences) - ROWS
    return [Paragraph(f"and {hidden:,} more, see --json.")] if hidden > 0 else []


def _cut(value: str) -> str:
    if not value:
        return "-"
    return value if len(value) <= SHOWN else f"{value[:BEGINNING]}..."


def _tensor(found: TensorDifference) -> Item:
    if found.largest is None:
        return Item(f"{found.name}: missing in one of them, or of another shape")
    return Item(f"{found.name}: largest difference {found.largest:.3g}")


def _versions(found: Reproduction) -> list[Section]:
    """Return the versions that differ, and advice if the model is not the same."""
    blocks: list[Block] = []
    if found.versions:
        blocks.append(_table("Versions that differ from those at training:", found.versions))
    if found.trained_again and not found.holds:
        blocks.append(Note(_advice(found)))
    return [section(*blocks)] if blocks else []


def _advice(found: Reproduction) -> str:
    if found.versions:
        return (
            "Other versions are a likely reason. Install the versions of the model in an "
            "environment of its own, and verify there."
        )
    return (
        "All recorded versions are the same. Likely reasons are another state of stance between "
        "two releases, another processor, or a model that was edited."
    )


def summary(found: Reproduction) -> str:
    """Say in a few words what does not hold."""
    if found.corpus:
        names = [part.name for part in found.corpus]
        return f"its corpus was another one ({', '.join(names[:NAMED])})"
    names = [part.name for part in found.files] or [part.name for part in found.manifest]
    because = ", ".join(part.name for part in found.versions)
    reason = f"; likely reason: other versions of {because}" if because else ""
    return f"trained again it differs in {', '.join(names[:FILES_NAMED])}{reason}"
