"""Out-of-fold predictions of a corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.model.prediction import DECIMALS
from stance.tabular import arrow_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from stance.corpus.article import Article
    from stance.evaluation.scored import Scored


@dataclass(frozen=True)
class HeldOut:
    """Out-of-fold probabilities of articles.

    Parameters
    ----------
    tested : ndarray of int64, shape (n_tested,)
        Indices of the articles in the corpus.
    scored : Scored
    """

    tested: NDArray[np.int64]
    scored: Scored

    def among(self, chosen: NDArray[np.bool_]) -> HeldOut:
        """Return the articles that a mask over the corpus selects."""
        places = np.flatnonzero(chosen[self.tested])
        return HeldOut(self.tested[places], self.scored.part(places))

    def rows(self, articles: Sequence[Article]) -> Iterator[dict[str, Any]]:
        """Return the output rows in the corpus's order.

        Each has the id, the predicted label, the probabilities, the true label and the outlet.
        """
        labels = self.scored.labels
        for place in np.argsort(self.tested, kind="stable").tolist():
            table = self.scored.probabilities[place].round(DECIMALS).tolist()
            best = int(self.scored.y_pred[place])
            article = articles[self.tested[place]]
            yield {
                "id": article.id,
                "label": labels[best],
                "probability": table[best],
                "probabilities": dict(zip(labels, table, strict=True)),
                "true_label": labels[int(self.scored.y_true[place])],
                "outlet": article.outlet,
            }

    def to_arrow(self, articles: Sequence[Article]) -> Any:
        """Return the rows of `rows` as an Arrow table."""
        probabilities = [f"probabilities.{label}" for label in self.scored.labels]
        columns: dict[str, type] = {
            **dict.fromkeys(["id", "label"], str),
            **dict.fromkeys(["probability", *probabilities], float),
            **dict.fromkeys(["true_label", "outlet"], str),
        }
        return arrow_table(self.rows(articles), columns)
