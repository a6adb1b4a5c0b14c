"""The page of `stance evaluate`: all scores of a trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.html.numbers import count
from stance.reporting.html.page import Facts, Page, phrase, section
from stance.reporting.html.protocols import protocol
from stance.reporting.html.scores import (
    baseline_blocks,
    basis_blocks,
    headline,
    macro_blocks,
    score_sections,
)

if TYPE_CHECKING:
    from stance.evaluation.metrics import Evaluation


def page(result: Evaluation) -> Page:
    """Return all scores of an evaluation as a page."""
    facts = Facts(
        (
            (phrase("articles"), count(result.n)),
            (phrase("protocol"), protocol(result.protocol)),
        )
    )
    return Page(
        phrase("evaluation"),
        "stance evaluate",
        (
            section(
                "scores.heading",
                facts,
                headline(result),
                *macro_blocks(result),
                *basis_blocks(result.basis, result.lone_labels),
                *baseline_blocks(result.baselines),
            ),
            *score_sections(result),
        ),
    )
