"""What annotation tools have no place for, as text in data fields of our own.

A tool copies the data of a task into its exports unchanged, if they are text. So the id
travels with a prefix, which keeps it from being read as a number, and everything else of
the neutral table as JSON.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from stance.errors import CorpusError
from stance.formats.annotation.articles import HIDDEN
from stance.formats.annotation.records import Annotation, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

ID, RECORD = f"{HIDDEN}id", f"{HIDDEN}record"
ID_PREFIX = "id:"

_OF_ARTICLE = ("inclusion_probability", "stratum", "fields")
_DEFAULTS: dict[str, Any] = {
    one.name: one.default
    for one in fields(Annotation)
    if one.name not in {"id", "text", *_OF_ARTICLE}
}


def grouped(annotations: Iterable[Annotation]) -> list[list[Annotation]]:
    """Return the annotations of each article; equal ids with different texts are two."""
    found: dict[tuple[str, str], list[Annotation]] = {}
    for one in annotations:
        found.setdefault((one.id, one.text), []).append(one)
    return list(found.values())


def hidden_fields(some: Sequence[Annotation]) -> dict[str, str]:
    """Return the data fields that hold an article's annotations, besides its text."""
    first = some[0]
    given = (
        [] if len(some) == 1 and first == first.article else [_given(one, first) for one in some]
    )
    record = {
        **{name: getattr(first, name) for name in _OF_ARTICLE},
        "fields": dict(first.fields),
        "annotations": given,
    }
    return {ID: f"{ID_PREFIX}{first.id}", RECORD: json.dumps(record, ensure_ascii=False)}


def shown_fields(one: Annotation, reserved: Collection[str]) -> dict[str, str]:
    """Return the fields that annotators may see, under names that the tool does not use."""
    return {
        name: text
        for name, text in one.fields.items()
        if name and name not in reserved and not name.startswith(HIDDEN)
    }


def _given(one: Annotation, first: Annotation) -> dict[str, Any]:
    """Return what differs from an article without an annotation."""
    found = {
        name: getattr(one, name)
        for name, default in _DEFAULTS.items()
        if getattr(one, name) != default
    }
    if "spans" in found:
        found["spans"] = [vars(span) for span in one.spans]
    differing = {n: getattr(one, n) for n in _OF_ARTICLE if getattr(one, n) != getattr(first, n)}
    if "fields" in differing:
        differing["fields"] = dict(one.fields)
    return found | differing


def article_of(values: Mapping[str, Any], where: str) -> tuple[Annotation, list[Annotation]] | None:
    """Return the article in the data fields of a tool, and the annotations that went out with it.

    Returns
    -------
    article : Annotation
    given : list of Annotation
        None instead of both if the fields are not those that were written here.

    Raises
    ------
    CorpusError
        If a field is damaged.
    """
    identifier, record, text = (values.get(name) for name in (ID, RECORD, "text"))
    if identifier is None and record is None:
        return None
    if not isinstance(identifier, str) or not identifier.startswith(ID_PREFIX):
        raise CorpusError(
            f"Got {where}, whose {ID!r} is {identifier!r}, but expected {ID_PREFIX!r} and the id, "
            "as 'stance annotate export' wrote it. Export from the tool again, without a "
            "spreadsheet in between."
        )
    try:
        stored = json.loads(str(record))
        given = stored.pop("annotations")
        article = Annotation(identifier.removeprefix(ID_PREFIX), str(text or ""), **stored)
        return article, [_annotation(article, one) for one in given]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise CorpusError(
            f"Got {where}, whose {RECORD!r} is damaged ({error}), but expected what 'stance "
            "annotate export' wrote there. Export from the tool again."
        ) from error


def _annotation(article: Annotation, stored: Mapping[str, Any]) -> Annotation:
    found = dict(stored)
    found["labels"] = tuple(found.get("labels", ()))
    found["spans"] = tuple(Span(**span) for span in found.get("spans", ()))
    return replace(article, **found)
