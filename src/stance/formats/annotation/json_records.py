"""Annotations as JSON objects, for formats that store one beside what people see."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from stance.corpus.keys import canonical
from stance.errors import ConfigError
from stance.formats.annotation.records import Annotation, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stance.formats.annotation.records import CodingTask

_NAMES = frozenset(one.name for one in fields(Annotation))
_TEXTS = ("id", "text")
_OPTIONAL_TEXTS = ("annotator", "time", "comment", "stratum")

# Characters that XML or HTML cannot hold, that readers change, or that reorder a source as it is
# shown. In JSON they can be escaped.
_UNSAFE = re.compile(
    "[\ud800-\udfff\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufff9-\uffff]"
)


def encoded(value: Any) -> str:
    r"""Return a value as JSON in one line, with unsafe characters escaped.

    Examples
    --------
    >>> print(encoded({"text": "قسد\u202e"}))
    {"text": "قسد\u202e"}
    """
    return _UNSAFE.sub(lambda c: f"\\u{ord(c[0]):04x}", json.dumps(value, ensure_ascii=False))


def to_object(annotation: Annotation) -> dict[str, Any]:
    """Return an annotation as a JSON object; values that are missing are left out."""
    stored = asdict(annotation) | {"fields": dict(annotation.fields)}
    always = ("id", "text")
    default = asdict(Annotation("", ""))
    return {name: v for name, v in stored.items() if name in always or v != default[name]}


def from_object(stored: Any) -> Annotation:
    """Return the annotation of a JSON object.

    Raises
    ------
    ValueError
        If a value is missing, unknown, or of another type or range.
    """
    if not isinstance(stored, dict):
        raise ValueError(f"it is not an object but {type(stored).__name__}")  # noqa: TRY004
    if unknown := sorted(stored.keys() - _NAMES):
        raise ValueError(f"it has the unknown field {unknown[0]!r}")
    for name in (*_TEXTS, *_OPTIONAL_TEXTS):
        value = stored.get(name)
        if not isinstance(value, str) and (value is not None or name in _TEXTS):
            raise ValueError(f"its {name!r} is not a text")
    return Annotation(
        id=stored["id"],
        text=stored["text"],
        labels=tuple(_texts(stored, "labels")),
        spans=tuple(map(_span, _list(stored, "spans"))),
        confidence=_share(stored, "confidence", above_zero=False),
        inclusion_probability=_share(stored, "inclusion_probability", above_zero=True),
        origin=_origin(stored.get("origin", "human")),
        skipped=_flag(stored, "skipped"),
        fields=_mapping(stored, "fields"),
        **{name: stored.get(name) for name in _OPTIONAL_TEXTS},
    )


def check_time(value: str) -> None:
    """Check that a text is a time in ISO 8601.

    Raises
    ------
    ValueError
        If it is not.
    """
    dt.datetime.fromisoformat(value)


def check_labels(annotations: Iterable[Annotation], task: CodingTask) -> None:
    """Refuse labels that are not among those of the task.

    Raises
    ------
    ConfigError
        If there is one.
    """
    known = {canonical(choice.name) for choice in task.labels}
    for one in annotations:
        unknown = next((label for label in one.labels if canonical(label) not in known), None)
        if unknown is not None:
            names = ", ".join(repr(choice.name) for choice in task.labels)
            raise ConfigError(
                f"Got the article {one.id!r} with the label {unknown!r}, but the labels of the "
                f"task are {names}. Correct the label, or add it to the task."
            )


def _list(stored: Mapping[str, Any], name: str) -> list[Any]:
    value = stored.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"its {name!r} is not a list")  # noqa: TRY004
    return value


def _texts(stored: Mapping[str, Any], name: str) -> list[str]:
    values = _list(stored, name)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"its {name!r} are not texts")
    return values


def _mapping(stored: Mapping[str, Any], name: str) -> dict[str, str]:
    value = stored.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise ValueError(f"its {name!r} are not texts by name")
    return value


def _flag(stored: Mapping[str, Any], name: str) -> bool:
    value = stored.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"its {name!r} is neither true nor false")  # noqa: TRY004
    return value


def _share(stored: Mapping[str, Any], name: str, *, above_zero: bool) -> float | None:
    value = stored.get(name)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1 or (above_zero and value == 0):
        low = "above 0" if above_zero else "from 0"
        raise ValueError(f"its {name!r} is {value!r}, not a number {low} to 1")
    return float(value)


def _origin(value: Any) -> Any:
    if value not in ("human", "model"):
        raise ValueError(f"its 'origin' is {value!r}, neither 'human' nor 'model'")
    return value


def _span(stored: Any) -> Span:
    if not isinstance(stored, dict) or stored.keys() != {"start", "end", "label"}:
        raise ValueError("one of its spans has not the fields start, end and label")
    start, end, label = stored["start"], stored["end"], stored["label"]
    if type(start) is not int or type(end) is not int or not isinstance(label, str):
        raise ValueError("one of its spans has a value of another type")
    return Span(start, end, label)
