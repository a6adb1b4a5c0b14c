"""Saying which fields of a corpus a model does not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.cli.console import note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stance.formats.reading import Located
    from stance.formats.source import Source
    from stance.model.unread_fields import UnreadFields


def warn_of_unread_fields(rows: Sequence[Located], reading: Source) -> None:
    """Warn where a corpus is about targets or pairs of texts.

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
    sentence = warning(found, names.target)
    if sentence and (found.pair_fields or not found.contradictions):
        note(f"Warning: {sentence}")
    refuse_contradictions(articles, target_field=names.target)


def warning(found: UnreadFields, target_field: str = "target") -> str | None:
    """Say what a model does not read; None where there is no such field."""
    if found.pair_fields:
        fields = " and ".join(map(repr, found.pair_fields))
        return (
            f"the rows look like pairs of texts ({fields}). A model reads title and text as one "
            "text and does not compare two."
        )
    if len(found.targets) > 1:
        return (
            f"the corpus has {len(found.targets):,} targets, and a model does not read "
            f"{target_field!r}: the same text gets the same label for every target. To train on "
            f"one of them, give --where {target_field}=NAME."
        )
    return None
