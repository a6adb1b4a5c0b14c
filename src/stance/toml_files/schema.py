"""What is wrong with the values of a file, in plain words, key by key."""

from __future__ import annotations

import datetime as dt
import difflib
import types
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from stance.toml_files.positions import Path

# What a type of errors expects, if it is not what pydantic says.
_EXPECTED = {
    "string_type": 'a text in quotation marks, such as "..."',
    "string_too_short": "a text that is not empty",
    "list_type": 'a list in brackets, such as ["..."]',
    "dict_type": "a section or braces with keys and values",
    "model_type": "keys and values: a section, or braces such as { ... }",
    "model_attributes_type": "keys and values: a section, or braces such as { ... }",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "date_type": "a date such as 2024-12-08",
    "date_from_datetime_inexact": "a date such as 2024-12-08, without a time",
    "date_from_datetime_parsing": "a date such as 2024-12-08",
    "date_parsing": "a date such as 2024-12-08",
}
_FEW = 12


class SchemaFault(NamedTuple):
    """A value that is not what was expected, and the key that has it."""

    path: Path
    message: str
    is_unknown: bool = False


def schema_faults(
    error: ValidationError,
    model: type[BaseModel],
    data: object,
    dropped: Collection[str] = (),
) -> list[SchemaFault]:
    """Return everything that pydantic refuses, once for each key.

    Parameters
    ----------
    error : ValidationError
    model : type of BaseModel
        What was expected.
    data : object
        What was given.
    dropped : collection of str
        Keys, with their sections, that are missing because they could not be read.
    """
    messages: dict[Path, list[str]] = {}
    missing: dict[Path, list[str]] = {}
    unknown: set[Path] = set()
    for one in error.errors():
        path = tuple(one["loc"])
        if one["type"] == "missing":
            if ".".join(part for part in path if isinstance(part, str)) not in dropped:
                missing.setdefault(path[:-1], []).append(str(path[-1]))
            continue
        if one["type"] == "too_short" and dropped:
            continue
        path = _in_data(path, data)
        if one["type"] == "extra_forbidden":
            unknown.add(path)
        told = _unknown(path, model) if path in unknown else _wrong(one)
        found = messages.setdefault(path, [])
        if told not in found:
            found.append(told)
    for path, names in missing.items():
        told = f"the key {names[0]} is missing"
        if len(names) > 1:
            told = f"the keys {', '.join(names[:-1])} and {names[-1]} are missing"
        messages.setdefault(path, []).append(told)
    return [SchemaFault(path, _joined(found), path in unknown) for path, found in messages.items()]


def _joined(messages: Sequence[str]) -> str:
    """Join what one value may be: the alternatives of a union are errors of their own."""
    first, *others = messages
    head, but, _ = first.partition(", but expected ")
    if but and all(one.startswith(head + but) for one in others):
        return " or ".join([first, *(one.removeprefix(head + but) for one in others)])
    return "; ".join(messages)


def _in_data(path: Path, data: object) -> Path:
    """Return the part of a path that is in the data; pydantic adds names of alternatives."""
    for n_parts, part in enumerate(path):
        is_entry = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not (is_entry or (isinstance(data, dict) and part in data)):
            return path[:n_parts]
        data = data[part]  # type: ignore[index]
    return path


def _unknown(path: Path, model: type[BaseModel]) -> str:
    found = _model_at(model, path[:-1])
    known = [info.alias or name for name, info in found.model_fields.items()] if found else []
    near = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else ""
    if not near and 0 < len(known) <= _FEW:
        hint = f"Expected one of {', '.join(known)}"
    return f"unknown key. {hint}".rstrip(" .")


def _wrong(error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "value_error":
        return message[0].lower() + message[1:]
    context = error.get("ctx", {})
    if error["type"] == "too_short":
        return f"got {context['actual_length']}, but expected at least {context['min_length']}"
    if error["type"] == "literal_error":
        expected = str(context["expected"])
    else:
        lower = message[0].lower() + message[1:]
        expected = _EXPECTED.get(error["type"], lower.removeprefix("input should be "))
    return f"got {_shown(error['input'])}, but expected {expected}"


def _shown(value: object) -> str:
    """Return a value as it is written in TOML, or what kind of value it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, int | float | dt.date):
        return str(value)
    return "a list" if isinstance(value, list) else "a section"


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """Return the model of the table at a path, if there is one."""
    kind: object = model
    for part in path:
        kind = _inner(kind, part)
    return next(iter(_models(kind)), None)


def _inner(kind: object, part: str | int) -> object:
    """Return the annotation of what a key, or the number of an entry, leads to."""
    for model in _models(kind):
        for name, info in model.model_fields.items():
            if part in {name, info.alias}:
                return info.annotation
    for one in _alternatives(kind):
        if get_origin(one) in {dict, list}:
            return get_args(one)[-1]
    return None


def _models(kind: object) -> list[type[BaseModel]]:
    return [
        one for one in _alternatives(kind) if isinstance(one, type) and issubclass(one, BaseModel)
    ]


def _alternatives(kind: object) -> list[Any]:
    """Return the members of a union, or the annotation alone."""
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        return [inner for one in get_args(kind) for inner in _alternatives(one)]
    return [kind]
