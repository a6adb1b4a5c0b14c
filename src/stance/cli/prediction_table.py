"""Labels as a table for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stance.cli.console import console, isolated, table

if TYPE_CHECKING:
    from stance.labelling.batches import LabelledBatch
    from stance.model.prediction import Prediction

TABLE_ROWS = 50
NO_LABEL = "-"
DOMAIN = {True: "out", False: "in", None: "-"}


class TableWriter:
    """Prints tables, one below the other, as the labels come."""

    def __init__(self) -> None:
        self._screen = console()
        self._first = True

    def write(self, batch: LabelledBatch) -> None:
        """Print some rows."""
        for first in range(0, len(batch.predictions), TABLE_ROWS):
            rows = batch.predictions[first : first + TABLE_ROWS]
            self._screen.print(_table(rows, self._screen.width, header=self._first))
            self._first = False


def _table(batch: Sequence[Prediction], width: int, *, header: bool) -> object:
    rows = table("label", "prob.", "domain", "id", "headline", numbers=["prob."])
    rows.show_header = header
    label_width = max(len(label) for label in batch[0].probabilities)
    id_width = min(max(len(p.article.id) for p in batch), max(width // 5, 8))
    room = max(width - label_width - id_width - len("prob.") - len("domain") - 10, 16)
    for prediction in batch:
        article = prediction.article
        rows.add_row(
            (prediction.label or NO_LABEL).ljust(label_width),
            f"{prediction.probability:.2f}",
            DOMAIN[prediction.out_of_domain].ljust(len("domain")),
            isolated(article.id, id_width),
            isolated(article.title or article.text[:400], room),
        )
    return rows
