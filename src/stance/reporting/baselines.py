"""Comparison of a model with baselines that always give one label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.document import Paragraph
from stance.reporting.phrases import figure, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.evaluation.baseline import Baseline


def baseline_paragraph(found: Sequence[Baseline]) -> Paragraph | None:
    """Say that a model is not better than its best baseline; None if it is."""
    best = max(found, key=lambda baseline: baseline.accuracy.baseline)
    sentence = baseline_remark(best)
    return Paragraph(sentence) if sentence else None


def always(baseline: Baseline) -> str:
    """Return the name of a baseline that always gives the same label."""
    if len(baseline.labels) > 1:
        return "always the most frequent label"
    return f"always {quoted(baseline.labels[0])}"


def baseline_remark(baseline: Baseline, who: str = "The model") -> str | None:
    """Say that a model is not better than a baseline; None if it is."""
    accuracy, macro_f1 = baseline.accuracy, baseline.macro_f1
    gains = [
        (name, gain)
        for name, gain in (("accuracy", accuracy), ("macro-F1", macro_f1))
        if not gain.is_significant
    ]
    if not gains:
        return None
    clear = any(gain.value <= 0 for _, gain in gains)
    better = "better" if clear else "clearly better"
    figures = ", ".join(
        f"{name} {figure(gain.model)} against {figure(gain.baseline)}"
        + (" (no clear difference)" if clear and gain.value > 0 else "")
        for name, gain in gains
    )
    given = always(baseline).replace("always", "always saying", 1)
    said = f"{who} is not {better} than {given}: {figures}."
    if macro_f1.is_significant:
        said += (
            f" (Its macro-F1 is higher, {figure(macro_f1.model)} against "
            f"{figure(macro_f1.baseline)}, but that of random guessing would be too.)"
        )
    return said
