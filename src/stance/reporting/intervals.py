"""The units of intervals, and warnings about unreliable intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.evaluation.sampling_units import FEW_UNITS
from stance.reporting.document import paragraphs
from stance.reporting.phrases import counted, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.metrics import Evaluation
    from stance.evaluation.sampling_units import Basis
    from stance.reporting.document import Paragraph

LABELS_NAMED = 3


def basis_paragraphs(result: Evaluation) -> tuple[Paragraph, ...]:
    """Describe the units of the intervals, and their limits."""
    basis = result.basis
    over = counted(basis.n_units, basis.unit)
    worth = round(basis.effective)
    if worth < basis.n_units:
        over += f" (of unequal size, worth {worth:,} of equal size)"
    warnings = [*basis_warnings(basis), *lone_warning(result.lone_labels, basis.unit)]
    return paragraphs(f"Intervals: over {over}.", *warnings)


def basis_warnings(basis: Basis) -> list[str]:
    """Return warnings about an unreliable interval; none if it is reliable."""
    if basis.of_one_group:
        return [
            f"All articles are of one {basis.group}: the interval is over these articles and says "
            f"nothing about another {basis.group}."
        ]
    said = []
    if basis.n_ungrouped:
        said.append(
            f"{counted(basis.n_ungrouped, 'article')} without {basis.group}: each counts as one of "
            "its own."
        )
    groups = basis.n_groups if basis.unit == basis.group else basis.n_units
    return [*said, *few_warning(min(groups, basis.n_units), basis.unit)]


def few_warning(n_units: int, unit: str) -> list[str]:
    """Return a warning about an interval over few units; none if there are enough."""
    if n_units >= FEW_UNITS:
        return []
    return [
        f"Only {counted(n_units, unit)}: the interval is unreliable, report it as the range that "
        "was observed."
    ]


def lone_warning(labels: Sequence[str], unit: str) -> list[str]:
    """Return a warning about labels that occur in one unit only; none if there are none."""
    if not labels:
        return []
    return [
        f"From one {unit} alone: {listed(labels, LABELS_NAMED)}. What other {unit}s would score "
        "there is not known, and intervals of F1 are wider for it."
    ]
