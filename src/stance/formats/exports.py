"""Exports of annotation tools and scrapers whose rows need unpacking.

Each export turns one row into the flat fields that a table would have. Answers
are in a field named after the question; if the export has only one question,
its answer is also the ``label``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Values = dict[str, Any]
Answers = dict[str, list[Any]]

# Separator between several labels of one article in doccano's CSV.
DOCCANO_SEPARATOR = "#"

# Fields that the answer to a question does not overwrite.
_OWN = frozenset({"id", "text"})


def _none(row: Values) -> Answers:
    return {}


@dataclass(frozen=True)
class Export:
    """The export format of one program.

    Parameters
    ----------
    name : str
        For messages.
    is_its_row : callable
        Returns whether a row has the fields of this export.
    fields : callable
        Turns a row into flat fields.
    answers : callable
        Returns the annotators' answers in a row, by question.
    """

    name: str
    is_its_row: Callable[[Mapping[str, Any]], bool]
    fields: Callable[[Values], Values]
    answers: Callable[[Values], Answers] = _none

    def unpack(self, row: Values, question: str = "") -> Values:
        """Return the flat fields of a row; its label is the answer to `question`, if given."""
        answers = self.answers(row)
        found = self.fields(row)
        found |= {name: chosen for name, chosen in answers.items() if name not in _OWN}
        return {**found, "label": answers.get(question)} if question else found


def _is_task(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("data"), dict) and isinstance(row.get("annotations"), list)


def _task_fields(row: Values) -> Values:
    return {"id": row.get("id"), **row["data"]}


def _task_answers(row: Values) -> Answers:
    """Return the choices of a Label Studio task; skipped and empty annotations do not count."""
    answers: Answers = {}
    for annotation in row["annotations"]:
        if not isinstance(annotation, dict) or annotation.get("was_cancelled"):
            continue
        for region in annotation.get("result") or ():
            chosen = (region.get("value") or {}).get("choices")
            if chosen and region.get("from_name"):
                answers.setdefault(region["from_name"], []).extend(chosen)
    return answers


def _is_annotated_table(row: Mapping[str, Any]) -> bool:
    return {"annotation_id", "annotator", "lead_time"} <= row.keys()


def _from_annotated_table(row: Values) -> Values:
    """Unpack a row of Label Studio's CSV, where several choices are stored as JSON."""
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
    return isinstance(row.get("fields"), dict) and bool({"responses", "suggestions"} & row.keys())


def _is_argilla_record_with_states(row: Mapping[str, Any]) -> bool:
    return _is_argilla_record(row) and any(
        "status" in response
        for responses in (row.get("responses") or {}).values()
        for response in responses or ()
    )


def _argilla_fields(row: Values) -> Values:
    return {"id": row.get("id"), **(row.get("metadata") or {}), **row["fields"]}


def _argilla_answers(row: Values) -> Answers:
    """Return the responses of an Argilla 2 record; only submitted ones count.

    Argilla 2.8.0 writes the state of a response only in flat records.
    """
    return {
        question: _chosen(
            (response.get("value"), response.get("status", _SUBMITTED))
            for response in responses or ()
        )
        for question, responses in (row.get("responses") or {}).items()
    }


_SUBMITTED = "submitted"


def _chosen(responses: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Return the submitted values; a response with several values gives several."""
    found: list[Any] = []
    for value, state in responses:
        if state == _SUBMITTED and value not in (None, ""):
            found.extend(value if isinstance(value, list) else [value])
    return found


_RESPONSES = ".responses"


def _is_flat_argilla_record(row: Mapping[str, Any]) -> bool:
    return any(name.endswith(_RESPONSES) for name in row)


def _flat_argilla_fields(row: Values) -> Values:
    metadata = {
        name.removeprefix("metadata."): value
        for name, value in row.items()
        if name.startswith("metadata.")
    }
    return {**metadata, **row}


def _flat_argilla_answers(row: Values) -> Answers:
    """Return the responses in the columns ``QUESTION.responses`` and ``.responses.status``."""
    answers = {}
    for name in filter(lambda name: name.endswith(_RESPONSES), row):
        given = row[name] or []
        states = row.get(f"{name}.status") or [_SUBMITTED] * len(given)
        answers[name.removesuffix(_RESPONSES)] = _chosen(zip(given, states, strict=False))
    return answers


def _is_old_argilla_record(row: Mapping[str, Any]) -> bool:
    return {"annotation", "prediction"} <= row.keys() and bool({"text", "inputs"} & row.keys())


def _old_argilla_fields(row: Values) -> Values:
    inputs = row.get("inputs") if isinstance(row.get("inputs"), dict) else {}
    known = {**(row.get("metadata") or {}), **(inputs or {}), **row}
    if not known.get("text") and inputs:
        known["text"] = next(iter(inputs.values()))
    return known


def _old_argilla_answers(row: Values) -> Answers:
    state = _SUBMITTED if row.get("status") != "Discarded" else ""
    return {"annotation": _chosen([(row["annotation"], state)])}


def _is_extracted_page(row: Mapping[str, Any]) -> bool:
    return {"raw_text", "hostname", "date"} <= row.keys()


def _from_extracted_page(row: Values) -> Values:
    return {"outlet": row["hostname"], "published": row["date"], **row}


EXPORTS = (
    Export("Label Studio JSON", _is_task, _task_fields, _task_answers),
    Export("Label Studio", _is_annotated_table, _from_annotated_table),
    Export("doccano", _is_doccano_table, _from_doccano_table),
    Export("Argilla records", _is_argilla_record_with_states, _argilla_fields, _argilla_answers),
    Export(
        "Argilla records without the state of responses (drafts and discarded ones count too; "
        "records exported flat leave them out)",
        _is_argilla_record,
        _argilla_fields,
        _argilla_answers,
    ),
    Export(
        "Argilla records, flat",
        _is_flat_argilla_record,
        _flat_argilla_fields,
        _flat_argilla_answers,
    ),
    Export("Argilla 1 records", _is_old_argilla_record, _old_argilla_fields, _old_argilla_answers),
    Export("trafilatura JSON", _is_extracted_page, _from_extracted_page),
)
_BY_NAME = {export.name: export for export in EXPORTS}


def recognise_export(rows: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """Return the program that wrote some rows, and the only question that was answered.

    Parameters
    ----------
    rows : iterable of mapping
        The first rows of a file.

    Returns
    -------
    name : str
        Empty if the rows need no unpacking.
    question : str
        Empty if there is no question or several.
    """
    rows = list(rows)
    export = next((one for one in EXPORTS for row in rows if one.is_its_row(row)), None)
    if export is None:
        return "", ""
    questions = {name for row in rows for name in _answers(export, row)}
    return export.name, questions.pop() if len(questions) == 1 else ""


def _answers(export: Export, row: Mapping[str, Any]) -> Answers:
    try:
        return export.answers(dict(row))
    except (AttributeError, KeyError, TypeError, ValueError):  # a row with another structure
        return {}


def unpacker(layout: str, question: str = "") -> Callable[[Values], Values]:
    """Return the function that unpacks the rows of a layout; see `recognise_export`."""
    export = _BY_NAME.get(layout)
    return (lambda row: row) if export is None else lambda row: export.unpack(row, question)
