"""The report of `stance verify`: whether an output matches its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stance.reporting.document import Document, Item, Paragraph, section
from stance.reporting.phrases import counted

if TYPE_CHECKING:
    from stance.labelling.receipt import Verification


def report(output: str, found: Verification) -> Document:
    """Return what was checked, or the faults."""
    faults = (Item(fault) for fault in found.faults)
    opening = f"{output} does not match its receipt:" if found.faults else _confirmed(output, found)
    return Document(
        f"Verification of {output}",
        (section(Paragraph(opening), *faults),),
        command="stance verify",
    )


def _confirmed(output: str, found: Verification) -> str:
    counts = found.receipt.counts
    return (
        f"{output} is unchanged since {found.receipt.ended}: {counted(found.n_files, 'file')}, "
        f"{found.n_bytes:,} bytes; {counted(counts['rows'], 'row')} = {counts['labelled']:,} "
        f"labelled + {counts['rejected']:,} set aside + {counts['filtered_out']:,} filtered out."
    )


def describe(output: str, found: Verification) -> dict[str, Any]:
    """Return the same as plain JSON values."""
    return {
        "output": output,
        "ended": found.receipt.ended,
        "files": found.n_files,
        "bytes": found.n_bytes,
        "counts": dict(found.receipt.counts),
        "faults": list(found.faults),
    }
