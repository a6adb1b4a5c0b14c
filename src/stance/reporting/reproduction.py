"""The report of `stance verify --corpus`: whether a corpus gives a model again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.model.manifest import TENSORS
from stance.reporting.document import Column, Document, Item, Note, Paragraph, Table, section
from stance.reporting.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.model.reproduction import Difference, Reproduction

SHOWN = 40  # characters of a value
ROWS = 12


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
        items = (
            Item(
                f"{name}: {'missing in one, or of another shape' if largest is None else ''}"
                f"{'' if largest is None else f'largest difference {largest:.3g}'}"
            )
            for name, largest in found.tensors
        )
        sections.append(section(Paragraph(f"Tensors of {TENSORS} with other values:"), *items))
    if found.versions:
        sections.append(
            section(
                _table("Versions that differ from those at training:", found.versions),
                *(
                    []
                    if found.holds
                    else [
                        Note(
                            "Other versions are a likely reason. Install the versions of the "
                            "model in an environment of its own, and verify there."
                        )
                    ]
                ),
            )
        )
    return Document(f"Verification of the model {folder}", tuple(sections), command="stance verify")


def _opening(folder: str, found: Reproduction) -> list[str]:
    if found.corpus:
        return [f"{folder} was not trained on this corpus as it is. Nothing was trained."]
    same = (
        f"The corpus is the one that {folder} was trained on: "
        f"{counted(found.n_articles, 'article')} with the same hash."
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
    return value if len(value) <= SHOWN else f"{value[:12]}…"


def summary(found: Reproduction) -> str:
    """Say in a few words what does not hold."""
    if found.corpus:
        names = [part.name for part in found.corpus]
        return f"its corpus was another one ({', '.join(names[:3])})"
    names = [part.name for part in found.files] or [part.name for part in found.manifest]
    because = ", ".join(part.name for part in found.versions)
    reason = f"; likely reason: other versions of {because}" if because else ""
    return f"trained again it differs in {', '.join(names[:6])}{reason}"
