"""Cells with several labels, as annotation tools write them: `sdf#gov`, lists, `{"choices": ...}`.

A classifier has one label for each article. Several in one cell are refused, so that
nobody trains on a label `sdf#gov`.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

from stance.corpus.keys import canonical

if TYPE_CHECKING:
    from collections.abc import Container

# doccano joins labels so. It hardly occurs within a label, the others do.
_HASH = "#"
_OTHERS = re.compile(r"[#;|,،؛]")
_LONGEST_LIST = 10_000

_CHOICE = (
    "or have 'stance annotate import' choose: --several first (the first of them), split (a row "
    "for each) or drop (none)"
)


def labels_in_cell(text: str, known: Container[str] = ()) -> tuple[str, ...]:
    """Return the labels in the text of a cell that has several, or a list; empty for one label.

    Parameters
    ----------
    text : str
    known : container of str
        Canonical forms of the labels that cells have alone. Text joined by ``#`` is
        several labels if one part is known, and by ``;``, ``|`` or a comma if all are.

    Examples
    --------
    >>> labels_in_cell("sdf#gov", {"sdf"}), labels_in_cell("['sdf', 'gov']")
    (('sdf', 'gov'), ('sdf', 'gov'))
    >>> labels_in_cell("ضد الحكومة، مع المعارضة", {"sdf"}), labels_in_cell("C#", {"C"})
    ((), ())
    """
    if (listed := _listed(text)) is not None:
        return listed
    by_hash = _parts(text.split(_HASH))
    if len(by_hash) > 1 and any(canonical(part) in known for part in by_hash):
        return by_hash
    parts = _parts(_OTHERS.split(text))
    several = len(parts) > 1 and all(canonical(part) in known for part in parts)
    return parts if several else ()


def several_labels(text: str, known: Container[str] = ()) -> str:
    """Return why the text of a cell is no label, as the end of a sentence; empty if it is one.

    Parameters
    ----------
    text, known
        As for `labels_in_cell`.
    """
    labels = labels_in_cell(text, known)
    return (
        f"{text!r} is {len(labels)} labels, not one: keep one, {_CHOICE}" if len(labels) > 1 else ""
    )


def with_choice(reason: str) -> str:
    """Return why a value is no label, with the ways to go on if it is several labels."""
    return f"{reason}, {_CHOICE}" if "not one: keep one" in reason else reason


def one_label(text: str) -> str:
    """Return the label of a cell whose list has a single one; other texts unchanged.

    Examples
    --------
    >>> one_label('{"choices": ["gov"]}'), one_label("gov")
    ('gov', 'gov')
    """
    listed = _listed(text)
    return listed[0] if listed is not None and len(listed) == 1 else text


def _parts(parts: list[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in parts if canonical(part))


def _listed(text: str) -> tuple[str, ...] | None:
    """Return the members of a list that was written as JSON or as Python; None for other text."""
    bare = text.strip()
    if not bare.startswith(("[", '{"choices"')) or len(bare) > _LONGEST_LIST:
        return None
    value = _value(bare)
    if isinstance(value, dict):
        value = value.get("choices")
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return None
    return tuple(value)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
