"""The text form of a stored value."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import uuid
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import orjson

from stance.corpus.keys import canonical

# Above this, a float cannot represent every integer.
LARGEST_WHOLE_FLOAT = 2.0**53

LISTED = 3
LONGEST_SHOWN = 30


class NoTextError(ValueError):
    """A value has no text form; the message completes a sentence about the value."""


@dataclass(frozen=True)
class NoValue:
    """Placeholder for a cell without a value; the reason completes a sentence."""

    reason: str


@singledispatch
def text_of(value: Any) -> str | None:
    """Return the text form of a value; None for an empty or missing value.

    Parameters
    ----------
    value : object
        A string, number, boolean, date, Decimal, UUID, bytes in UTF-8, a numpy
        scalar, a list of one of these, or one of them wrapped in MongoDB's
        extended JSON (``{"$oid": ...}``) or by Label Studio
        (``{"choices": [...]}``).

    Raises
    ------
    NoTextError
        If it is anything else, a list of several values for example.

    Examples
    --------
    >>> text_of(True), text_of(2019.0), text_of(["محايد"]), text_of({"$oid": "5c96"})
    ('true', '2019', 'محايد', '5c96')
    """
    if hasattr(value, "dtype") and hasattr(value, "tolist"):  # numpy is not imported here
        return str(value) if value.dtype.kind == "M" else text_of(value.tolist())
    raise NoTextError(f"is a {type(value).__name__}, not text")


@text_of.register
def _(value: None) -> None:
    return None


@text_of.register
def _(value: str) -> str | None:
    return value or None


@text_of.register
def _(value: bool) -> str:
    return "true" if value else "false"


@text_of.register(int)
@text_of.register(uuid.UUID)
def _(value: int | uuid.UUID) -> str:
    return str(value)


@text_of.register(dt.date)
@text_of.register(dt.time)
def _(value: dt.date | dt.time) -> str:
    return value.isoformat()


@text_of.register
def _(value: NoValue) -> None:
    raise NoTextError(value.reason)


@text_of.register
def _decimal(value: decimal.Decimal) -> str | None:
    if not value.is_finite():
        return None
    return str(int(value)) if value == value.to_integral_value() else str(value)


@text_of.register
def _float(value: float) -> str | None:
    if not math.isfinite(value):
        return None
    if abs(value) >= LARGEST_WHOLE_FLOAT:
        raise NoTextError(f"is the number {value:g}, whose last digits were lost: store it as text")
    return str(int(value)) if value.is_integer() else str(value)


@text_of.register(bytes)
@text_of.register(bytearray)
@text_of.register(memoryview)
def _decoded(value: bytes | bytearray | memoryview) -> str | None:
    try:
        return bytes(value).decode() or None
    except UnicodeDecodeError:
        raise NoTextError("holds bytes that are not UTF-8 text") from None


@text_of.register(list)
@text_of.register(tuple)
def _only_one(values: list[Any]) -> str | None:
    texts = [found for found in map(_member, values) if found is not None]
    if len(set(map(canonical, texts))) > 1:
        shown = ", ".join(text[:LONGEST_SHOWN] for text in texts[:LISTED])
        more = ", ..." if len(texts) > LISTED else ""
        raise NoTextError(
            f"is a list of {len(texts)} values ({shown}{more}), not one: keep one of them"
        )
    return texts[0] if texts else None


def _member(value: Any) -> str | None:
    if isinstance(value, list | tuple):
        raise NoTextError("is a list of lists (spans, perhaps), not one value")
    return text_of(value)


@text_of.register(dict)
def _unwrapped(value: dict[str, Any]) -> str | None:
    """Return the text in a wrapper that holds one value."""
    if len(value) == 1:
        ((name, inner),) = value.items()
        if name == "choices" or name.startswith("$"):
            return text_of(inner)
    if not value:
        return None
    raise NoTextError(f"is an object with {', '.join(map(repr, list(value)[:LISTED]))}, not text")


def text_or_json(value: Any) -> str | None:
    """Return the text form of a value, or its JSON if it has none."""
    try:
        return text_of(value)
    except NoTextError:
        return orjson.dumps(value, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
