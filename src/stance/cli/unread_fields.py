"""Warnings about fields of a corpus that a model does not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.cli.console import note
from stance.reporting.reading import unread_warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.formats.reading import LocatedArticle
    from stance.formats.source import Source


def warn_of_unread_fields(rows: Sequence[LocatedArticle], reading: Source) -> None:
    """Warn if a corpus has targets or pairs of texts.

    Raises
    ------
    CorpusError
        If the same text has different labels for different targets.
    """
    from stance.model.unread_fields import refuse_contradictions, unread_fields

    names, articles = reading.fields, [row.article for row in rows]
    found = unread_fields(
        articles, (row.row.values for row in rows), read=(names.title, names.text)
    )
    sentence = unread_warning(found, names.target)
    if sentence and (found.pair_fields or not found.contradictions):
        note(f"Warning: {sentence}")
    refuse_contradictions(articles, target_field=names.target)
