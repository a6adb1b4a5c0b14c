"""The check that every article of a corpus has a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.corpus.article import Article


def require_labels(articles: Sequence[Article]) -> None:
    """Refuse articles without a label.

    Raises
    ------
    CorpusError
        If an article has no label; the message names the first one.
    """
    without = [article.id for article in articles if article.label is None]
    if without:
        raise CorpusError(
            f"Got {len(without)} of {len(articles)} articles without a label (the first is "
            f"{without[0]!r}), but expected one in each. Name the field with --label-field."
        )
