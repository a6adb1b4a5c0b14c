"""The exports of annotation tools and scrapers whose rows need unpacking.

Each turns one row of its program into the flat fields that a table would
have. A label that people chose is the field of its question, and ``label`` too
where there is one question only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Values = dict[str, Any]

# The separator of doccano's CSV between several labels of one article.
DOCCANO_SEPARATOR = "#"


@dataclass(frozen=True)
class Export:
    """One program's export.

    Parameters
    ----------
    name : str
        As the user is told it.
    is_its_row : callable
        Tells by the fields of a row whether the program wrote it.
    unpack : callable
        Turns a row into flat fields.
    """

    name: str
    is_its_row: Callable[[Mapping[str, Any]], bool]
    unpack: Callable[[Values], Values]


def _is_task(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("data"), dict) and isinstance(row.get("annotations"), list)


def _from_task(row: Values) -> Values:
    """Unpack a task of Label Studio's JSON: skipped and empty annotations say nothing."""
    answers: dict[str, list[str]] = {}
    for annotation in row["annotations"]:
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            continue
        for region in annotation.get("result") or ():
            chosen = (region.get("value") or {}).get("choices")
            if chosen and region.get("from_name"):
                answers.setdefault(region["from_name"], []).extend(chosen)
    return {"id": row.get("id"), **row["data"], **_labelled(answers, row["data"])}


def _is_annotated_table(row: Mapping[str, Any]) -> bool:
    return {"annotation_id", "annotator", "lead_time"} <= row.keys()


def _from_annotated_table(row: Values) -> Values:
    """Unpack a row of Label Studio's CSV, where several choices are a JSON text."""
    return {name: _choices(value) for name, value in row.items()}


def _choices(value: Any) -> Any:
    if isinstance(value, str) and value.startswith('{"choices"'):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _is_doccano_table(row: Mapping[str, Any]) -> bool:
    return {"id", "text", "label", "Comments"} <= row.keys()


def _from_doccano_table(row: Values) -> Values:
    label = row.get("label")
    if isinstance(label, str) and DOCCANO_SEPARATOR in label:
        return {**row, "label": label.split(DOCCANO_SEPARATOR)}
    return row


def _is_argilla_record(row: Mapping[str, Any]) -> bool:
    return (
        isinstance(row.get("fields"), dict) and {"responses", "suggestions"} & row.keys() != set()
    )


def _from_argilla_record(row: Values) -> Values:
    """Unpack a record of Argilla 2: only submitted responses count."""
    answers = {
        question: [
            response["value"]
            for response in responses or ()
            if response.get("status", "submitted") == "submitted" and response.get("value")
        ]
        for question, responses in (row.get("responses") or {}).items()
    }
    known = {**(row.get("metadata") or {}), **row["fields"]}
    return {"id": row.get("id"), **known, **_labelled(answers, known)}


_RESPONSES = ".responses"


def _is_flat_argilla_record(row: Mapping[str, Any]) -> bool:
    return any(name.endswith(_RESPONSES) for name in row)


def _from_flat_argilla_record(row: Values) -> Values:
    """Unpack a flat record of Argilla, with the columns ``QUESTION.responses`` and the like."""
    answers = {}
    for name in row:
        if name.endswith(_RESPONSES):
            given = row[name] or []
            states = row.get(f"{name}.status") or ["submitted"] * len(given)
            submitted = [v for v, s in zip(given, states, strict=False) if s == "submitted"]
            answers[name.removesuffix(_RESPONSES)] = submitted
    metadata = {
        name.removeprefix("metadata."): value
        for name, value in row.items()
        if name.startswith("metadata.")
    }
    return {**metadata, **row, **_labelled(answers, row)}


def _is_old_argilla_record(row: Mapping[str, Any]) -> bool:
    return {"annotation", "prediction"} <= row.keys() and bool({"text", "inputs"} & row.keys())


def _from_old_argilla_record(row: Values) -> Values:
    inputs = row.get("inputs") if isinstance(row.get("inputs"), dict) else {}
    known = {**(row.get("metadata") or {}), **(inputs or {}), **row}
    if not known.get("text") and inputs:
        known["text"] = next(iter(inputs.values()))
    return {**known, **_labelled({"annotation": [row["annotation"]]}, row)}


def _is_extracted_page(row: Mapping[str, Any]) -> bool:
    return {"raw_text", "hostname", "date"} <= row.keys()


def _from_extracted_page(row: Values) -> Values:
    return {"outlet": row["hostname"], "published": row["date"], **row}


def _labelled(answers: Mapping[str, list[Any]], known: Mapping[str, Any]) -> Values:
    """Return the answers to each question, as ``label`` too if there is one question."""
    found: Values = {name: chosen for name, chosen in answers.items() if name not in known}
    if len(answers) == 1 and "label" not in known:
        found["label"] = next(iter(answers.values()))
    return found


EXPORTS = (
    Export("Label Studio JSON", _is_task, _from_task),
    Export("Label Studio", _is_annotated_table, _from_annotated_table),
    Export("doccano", _is_doccano_table, _from_doccano_table),
    Export("Argilla records", _is_argilla_record, _from_argilla_record),
    Export("Argilla records, flat", _is_flat_argilla_record, _from_flat_argilla_record),
    Export("Argilla 1 records", _is_old_argilla_record, _from_old_argilla_record),
    Export("trafilatura JSON", _is_extracted_page, _from_extracted_page),
)
_BY_NAME = {export.name: export for export in EXPORTS}

COLUMNS, WRAPPED = "columns of pandas", "list within an object"


def recognise_export(row: Mapping[str, Any]) -> str:
    """Return the name of the program that wrote a row, empty where it needs no unpacking."""
    return next((export.name for export in EXPORTS if export.is_its_row(row)), "")


def unpacker(layout: str) -> Callable[[Values], Values]:
    """Return what unpacks the rows of a layout."""
    return _BY_NAME[layout].unpack if layout in _BY_NAME else lambda row: row


def recognise_document(document: Mapping[str, Any]) -> str:
    """Tell how a JSON document that is one object holds many rows, if it does."""
    if not document:
        return ""
    columns = list(document.values())
    if all(isinstance(column, dict) for column in columns) and len(columns) > 1:
        keys = columns[0].keys()
        if keys and all(column.keys() == keys for column in columns):
            return COLUMNS
    lists = [value for value in columns if _is_list_of_objects(value)]
    others = [value for value in columns if isinstance(value, str) and len(value) > _LONG]
    return WRAPPED if len(lists) == 1 and not others and not _is_task(document) else ""


# A text among the values of an object is an article's own; the object is then a row itself.
_LONG = 200


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def rows_of_columns(document: Mapping[str, Any]) -> Iterator[Values]:
    """Yield the rows of a table that is written by columns; no value is a missing one."""
    columns = {name: column for name, column in document.items() if isinstance(column, dict)}
    for key in dict.fromkeys(key for column in columns.values() for key in column):
        yield {name: column.get(key) for name, column in columns.items()}
