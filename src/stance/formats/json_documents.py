"""JSON documents with many rows in one object, as pandas and news services write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from stance.formats.diagnosis import known_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Values = dict[str, Any]

# If a value of the object is a text of at least this length, the object itself is an article.
_LONG = 200

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[{}\[\],]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}


@dataclass(frozen=True)
class Layout:
    """One way to store a table in one object.

    Parameters
    ----------
    name : str
        For messages.
    fits : callable
        Takes a document and the name of the text field; returns whether the
        document has this layout.
    rows : callable
        Returns the rows of a document.
    """

    name: str
    fits: Callable[[Mapping[str, Any], str], bool]
    rows: Callable[[Mapping[str, Any]], Iterable[Values]]


def _is_frame(document: Mapping[str, Any]) -> bool:
    """Return whether all values are objects with the same keys; the last may be cut short."""
    inner = list(document.values())
    if not inner or not all(isinstance(value, dict) and value for value in inner):
        return False
    keys = inner[0].keys()
    return all(value.keys() == keys for value in inner[:-1]) and inner[-1].keys() <= keys


def _are_names(names: Iterable[str], others: Iterable[str], text: str) -> bool:
    """Return whether `names` are the names of columns and `others` those of rows."""
    names, others = list(names), list(others)
    if _names_text(names, text) or _names_text(others, text):
        return _names_text(names, text)
    return all(map(str.isdecimal, others)) and not all(map(str.isdecimal, names))


def _names_text(names: Iterable[str], text: str) -> bool:
    return any(name == text or known_field(name) == "text" for name in names)


def _is_by_column(document: Mapping[str, Any], text: str) -> bool:
    return _is_frame(document) and _are_names(document, next(iter(document.values())), text)


def _by_column(document: Mapping[str, Any]) -> Iterator[Values]:
    keys = list(next(iter(document.values())))
    for key, own in zip(keys, _ids(keys), strict=True):
        yield {**own, **{name: column.get(key) for name, column in document.items()}}


def _is_by_row(document: Mapping[str, Any], text: str) -> bool:
    return _is_frame(document) and _are_names(next(iter(document.values())), document, text)


def _by_row(document: Mapping[str, Any]) -> Iterator[Values]:
    for own, row in zip(_ids(list(document)), document.values(), strict=True):
        yield {**own, **row}


def _ids(keys: list[Any]) -> Iterable[Values]:
    """Return the keys of an index as ids; a plain row number is not an id."""
    if [str(key) for key in keys] == [str(n) for n in range(len(keys))]:
        return repeat({}, len(keys))
    return [{"id": key} for key in keys]


def _is_split(document: Mapping[str, Any], text: str) -> bool:
    expected = [isinstance(document.get(name), list) for name in ("columns", "data")]
    return all(expected) and document.keys() <= {"columns", "index", "data"}


def _split(document: Mapping[str, Any]) -> Iterator[Values]:
    data = document["data"]
    index = _ids(document.get("index") or list(range(len(data))))
    for own, values in zip(index, data, strict=True):
        yield {**own, **dict(zip(document["columns"], values, strict=True))}


def _is_of_lists(document: Mapping[str, Any], text: str) -> bool:
    columns = list(document.values())
    if not (isinstance(document.get(text), list) and all(isinstance(c, list) for c in columns)):
        return False
    n = len(columns[0])
    return n > 1 and all(len(c) == n for c in columns[:-1]) and len(columns[-1]) <= n


def _of_lists(document: Mapping[str, Any]) -> Iterator[Values]:
    for values in zip(*document.values(), strict=True):
        yield dict(zip(document, values, strict=True))


def _is_wrapped(document: Mapping[str, Any], text: str) -> bool:
    if {"data", "annotations"} <= document.keys():  # a task of Label Studio
        return False
    return _wrapped(document) is not None and not any(
        isinstance(value, str) and (_names_text([name], text) or len(value) > _LONG)
        for name, value in document.items()
    )


def _wrapped(document: Mapping[str, Any]) -> list[Values] | None:
    """Return the only list of objects in a document, or the one whose objects have a text."""
    lists = [value for value in document.values() if _is_list_of_objects(value)]
    if len(lists) > 1:
        lists = [value for value in lists if _names_text(value[0], "text")]
    return lists[0] if len(lists) == 1 else None


def has_one_list(document: Mapping[str, Any]) -> bool:
    """Return whether a document, as far as it was read, holds exactly one list of objects."""
    return sum(map(_is_list_of_objects, document.values())) == 1


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


LIST_WITHIN = "list within an object"

# The same in a document too long to be parsed as a whole: its first list of objects is streamed. It
# is not among the layouts below.
LONG_LIST = "long list within an object"

LAYOUTS = (
    Layout("columns of pandas", _is_by_column, _by_column),
    Layout("rows of pandas by their index", _is_by_row, _by_row),
    Layout("split table of pandas", _is_split, _split),
    Layout("lists by column", _is_of_lists, _of_lists),
    Layout(LIST_WITHIN, _is_wrapped, lambda document: _wrapped(document) or []),
)
_BY_NAME = {layout.name: layout for layout in LAYOUTS}


def is_document_layout(name: str) -> bool:
    """Return whether a name is that of a layout of this module."""
    return name in _BY_NAME


def recognise_document(document: Any, text: str = "text") -> str:
    """Return the layout of a JSON object that holds many rows.

    Parameters
    ----------
    document : object
    text : str
        The name of the text field.

    Returns
    -------
    str
        A layout's name; empty if the document itself is a row.
    """
    if not isinstance(document, dict) or isinstance(document.get(text), str):
        return ""
    return next((layout.name for layout in LAYOUTS if layout.fits(document, text)), "")


def rows_of_document(document: Mapping[str, Any], layout: str) -> Iterable[Values]:
    """Return the rows within a JSON document of a layout.

    Raises
    ------
    ValueError
        If a later part of it has another structure.
    """
    return _BY_NAME[layout].rows(document)


def only_value(text: str) -> str:
    """Return the single object in a text, completed if the text was cut short.

    Returns
    -------
    str
        The object, with its open brackets closed; empty if there is more than
        one value, or the text is cut between two fields of the object, so that
        others may follow.
    """
    text = text.lstrip("\ufeff \t\r\n")
    if not text.startswith("{"):
        return ""
    is_open, place, was_open = "", 0, ""
    for found in _TOKEN.finditer(text):
        sign = found[0]
        if sign[0] == '"':
            if not found[1]:
                break
            continue
        if sign in _CLOSING:
            is_open += sign
        elif sign != ",":
            is_open = is_open[:-1]
        if not is_open:
            return "" if text[found.end() :].strip() else text[: found.end()]
        place, was_open = found.start() if sign == "," else found.end(), is_open
    if len(was_open) < 2:
        return ""
    return text[:place] + "".join(_CLOSING[sign] for sign in reversed(was_open))
