"""Predictions as a table on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.reporting.document import Column
from stance.reporting.phrases import harmless, isolated
from stance.reporting.terminal import grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from stance.labelling.batches import LabelledBatch
    from stance.model.prediction import Prediction

TABLE_ROWS = 50
NO_LABEL = "-"
NARROWEST = 8
DOMAIN = {True: "out", False: "in", None: "-"}
REASONS = {
    "unknown_words": "out: words",
    "other_language": "out: language",
    "too_short": "out: short",
}
DOMAIN_WIDTH = max(map(len, REASONS.values()))
COLUMNS = (
    Column("label"),
    Column("prob.", "number"),
    Column("domain"),
    Column("id"),
    Column("headline"),
)


class TableWriter:
    """Prints a table for each batch of labels.

    Parameters
    ----------
    screen : rich.console.Console
    """

    def __init__(self, screen: Console) -> None:
        self._screen = screen
        self._first = True

    def write(self, batch: LabelledBatch) -> None:
        """Print some rows."""
        for first in range(0, len(batch.predictions), TABLE_ROWS):
            rows = batch.predictions[first : first + TABLE_ROWS]
            self._screen.print(_table(rows, self._screen.width, header=self._first))
            self._first = False


def _table(batch: Sequence[Prediction], width: int, *, header: bool) -> Table:
    from rich.cells import cell_len

    rows = grid(COLUMNS, header=header)
    beside = len("prob.") + DOMAIN_WIDTH + 8
    label_width = max(map(cell_len, batch[0].probabilities))
    # A label is cut only if it would leave too little room for the other columns.
    label_width = min(label_width, max(width - beside - 2 * NARROWEST, NARROWEST))
    id_width = max(cell_len(p.article.id) for p in batch)
    id_width = min(id_width, max((width - beside - label_width) // 3, NARROWEST))
    room = max(width - beside - label_width - id_width, NARROWEST)
    for prediction in batch:
        article = prediction.article
        label = isolated(prediction.label or NO_LABEL, label_width)
        cells = (
            label + " " * (label_width - cell_len(label)),
            f"{prediction.probability:.2f}",
            _domain(prediction).ljust(DOMAIN_WIDTH),
            isolated(article.id, id_width),
            isolated(article.title or article.text[:400], room),
        )
        rows.add_row(*map(harmless, cells))
    return rows


def _domain(prediction: Prediction) -> str:
    """Say whether an article is in the model's domain, and if not, why."""
    reason = prediction.out_of_domain_reason
    return REASONS[reason] if reason else DOMAIN[prediction.out_of_domain]
