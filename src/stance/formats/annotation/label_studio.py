"""Label Studio: tasks for its import, and its exports as JSON, JSON_MIN and CSV.

What Label Studio 1.23 does to data, and what is done about it, is in
``docs/annotation.md``.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from stance.corpus.keys import whole
from stance.errors import CorpusError
from stance.formats.annotation.articles import MODEL, UNKNOWN, labels_in
from stance.formats.annotation.coding_task import check_labels
from stance.formats.annotation.hidden_record import (
    ID,
    RECORD,
    article_of,
    grouped,
    hidden_fields,
    shown_fields,
)
from stance.formats.annotation.records import Annotation, Span
from stance.formats.values import text_or_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from stance.formats.annotation.records import CodingTask

# The controls of the labelling configuration.
TEXT, LABEL, SPAN, COMMENT = "text", "label", "span", "comment"
# A hidden control: which of the annotations that went out this one is.
SENT = "stance_annotation"

# Columns of JSON_MIN and CSV that Label Studio writes itself.
_FLAT = ("annotation_id", "annotator", "lead_time")
_RESERVED = {*_FLAT, "id", "created_at", "updated_at", "agreement"}
_RESERVED |= {TEXT, LABEL, SPAN, COMMENT, SENT}
_HOTKEYS = "123456789qwertyuiopasdfghjklzxcvbnm"
_SNIFFED = 256 * 1024
_MARKS = (b'"annotations"', b"annotation_id", RECORD.encode())

_STYLE = (
    ".stance-article { direction: rtl; text-align: right; line-height: 1.9; "
    "font-size: 1.15em; white-space: pre-wrap; }"
)
_COMMENTS = {"ar": "ملاحظة", "en": "Comment"}


def write(annotations: Sequence[Annotation], task: CodingTask, file: BinaryIO) -> None:
    """Write tasks for Label Studio's import, with annotations and predictions."""
    check_labels(annotations, task)
    has_titles = any(one.fields.get("title") for one in annotations)
    tasks = [_task(some, has_titles=has_titles) for some in grouped(annotations)]
    file.write(json.dumps(tasks, ensure_ascii=False, indent=1).encode())


def _task(some: Sequence[Annotation], *, has_titles: bool) -> dict[str, Any]:
    first = some[0]
    title = {"title": ""} if has_titles else {}
    found: dict[str, Any] = {
        "data": {
            **hidden_fields(some),
            **title,
            **shown_fields(first, _RESERVED),
            TEXT: first.text,
        },
        "annotations": [],
        "predictions": [],
    }
    for place, one in enumerate(some):
        # Label Studio exports no prediction, and loses whose annotation was imported: both
        # come back out of the record.
        if result := _result(one):
            if one.origin == "model":
                entry: dict[str, Any] = {"model_version": one.annotator or MODEL, "result": result}
                found["predictions"].append(entry | _score(one))
            elif not one.skipped:
                found["annotations"].append({"result": [*result, _text_area(SENT, str(place))]})
    return found


def _score(one: Annotation) -> dict[str, float]:
    return {} if one.confidence is None else {"score": one.confidence}


def _result(one: Annotation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if one.labels:
        value: dict[str, Any] = {"choices": list(one.labels)}
        found.append({"from_name": LABEL, "to_name": TEXT, "type": "choices", "value": value})
    for span in one.spans:
        value = {
            "start": span.start,
            "end": span.end,
            "text": one.text[span.start : span.end],
            "labels": [span.label],
        }
        found.append({"from_name": SPAN, "to_name": TEXT, "type": "labels", "value": value})
    if one.comment:
        found.append(_text_area(COMMENT, one.comment))
    return found


def _text_area(name: str, text: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": TEXT, "type": "textarea", "value": {"text": [text]}}


def companion(annotations: Sequence[Annotation], task: CodingTask) -> bytes:
    """Return the labelling configuration: article right to left, choices, hotkeys, comment."""
    lines = ["<View>", f"  <Style>{_STYLE}</Style>"]
    if task.question:
        lines.append(f"  <Header value={quoteattr(task.question)}/>")
    lines.append('  <View className="stance-article">')
    if any(one.fields.get("title") for one in annotations):
        lines.append('    <Header value="$title" size="4"/>')
    lines += [f'    <Text name="{TEXT}" value="$text" granularity="symbol"/>', "  </View>"]
    if any(one.spans for one in annotations):
        lines += [f'  <Labels name="{SPAN}" toName="{TEXT}">']
        lines += [f"    <Label value={quoteattr(one.name)}/>" for one in task.labels]
        lines += ["  </Labels>"]
    several = any(len(one.labels) > 1 for one in annotations)
    choice = "multiple" if several else "single-radio"
    lines.append(f'  <Choices name="{LABEL}" toName="{TEXT}" choice="{choice}" showInline="false">')
    for place, one in enumerate(task.labels):
        hotkey = f' hotkey="{_HOTKEYS[place]}"' if place < len(_HOTKEYS) else ""
        hint = f" hint={quoteattr(one.definition)}" if one.definition else ""
        lines.append(f"    <Choice value={quoteattr(one.name)}{hint}{hotkey}/>")
    placeholder = quoteattr(_COMMENTS[task.language])
    lines += [
        "  </Choices>",
        f'  <TextArea name="{COMMENT}" toName="{TEXT}" maxSubmissions="1" '
        f"placeholder={placeholder}/>",
        '  <View style="display: none">',
        f'    <TextArea name="{SENT}" toName="{TEXT}"/>',
        "  </View>",
        "</View>",
    ]
    return ("\n".join(lines) + "\n").encode()


def recognises(path: Path) -> bool:
    """Return whether a file is an export of Label Studio, or tasks for it."""
    with path.open("rb") as file:
        start = file.read(_SNIFFED).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"[", b"{")):
        return any(mark in start for mark in _MARKS) and _is_json(path)
    try:
        header = next(csv.reader([start.partition(b"\n")[0].decode("utf-8")]), [])
    except (UnicodeDecodeError, csv.Error):  # a binary file
        return False
    return {*_FLAT} <= {name.strip() for name in header}


def _is_json(path: Path) -> bool:
    try:
        rows = _json_rows(path)
    except CorpusError:
        return False
    return bool(rows) and all(_is_task(row) or {*_FLAT} <= row.keys() for row in rows[:1])


def _is_task(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("data"), dict) and isinstance(row.get("annotations"), list)


def _json_rows(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (RecursionError, ValueError) as error:
        raise CorpusError(
            f"Got {path}, which is not complete JSON ({error}), but expected an export of Label "
            "Studio. Export it again."
        ) from error
    rows = found if isinstance(found, list) else [found]
    if not all(isinstance(row, dict) for row in rows):
        raise CorpusError(f"Got {path}, but expected a list of tasks. Export it again.")
    return rows


def read(path: Path) -> Iterator[Annotation]:
    """Yield the annotations of an export, and an article without one as itself."""
    with path.open("rb") as file:
        is_json = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"[", b"{"))
    rows = _json_rows(path) if is_json else _csv_rows(path)
    flat: dict[str, list[tuple[Mapping[str, Any], str]]] = {}
    for number, row in enumerate(rows, 1):
        where = f"{path}, task {number}"
        if _is_task(row):
            yield from _of_task(row, where)
        elif {*_FLAT} <= row.keys():
            flat.setdefault(str(row.get(ID) or row.get("id")), []).append((row, where))
        else:
            raise CorpusError(
                f"Got {where}, without 'data' and 'annotations', but expected an export of Label "
                "Studio as JSON, JSON_MIN or CSV. Export it again."
            )
    for some in flat.values():
        yield from _of_flat_rows(some)


def _csv_rows(path: Path) -> list[dict[str, Any]]:
    csv.field_size_limit(2**31 - 1)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                {name.strip(): _parsed(value) for name, value in row.items() if name}
                for row in csv.DictReader(file)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(
            f"Got {path}, which cannot be read as CSV in UTF-8: {error}. Export it again as JSON."
        ) from error


def _parsed(value: Any) -> Any:
    """Return a cell of CSV, in which several choices and spans are JSON."""
    if isinstance(value, str) and value.startswith(('{"choices"', "[{")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


@dataclass(frozen=True)
class _Given:
    """An annotation as Label Studio has it, and which of those that went out it is."""

    annotation: Annotation
    sent: str | None


def _of_task(row: Mapping[str, Any], where: str) -> Iterator[Annotation]:
    data = row["data"]
    found = article_of(data, where)
    article, before = found or (_foreign({"id": row.get("id"), **data}, where), [])
    given = [_from_entry(article, one, where) for one in row["annotations"]]
    if found is None:
        before = [*_predictions(article, row, where)]
    yield from _joined(article, before, given)


def _from_entry(article: Annotation, entry: Mapping[str, Any], where: str) -> _Given:
    values: dict[str, list[Any]] = {}
    choices: dict[str, list[str]] = {}
    for region in entry.get("result") or ():
        value = region.get("value") or {}
        name = str(region.get("from_name"))
        if "choices" in value:
            choices.setdefault(name, []).extend(value["choices"])
        elif "labels" in value:
            values.setdefault(SPAN, []).append(value)
        elif "text" in value:
            texts = value["text"]
            values.setdefault(name, []).extend(texts if isinstance(texts, list) else [texts])
    labels = _only_question(choices, where)
    made = replace(
        article,
        annotator=_annotator(entry.get("completed_by")),
        labels=labels_in(labels),
        spans=_spans(values.get(SPAN, ())),
        time=entry.get("updated_at") or entry.get("created_at"),
        skipped=bool(entry.get("was_cancelled")),
        comment="\n".join(map(str, values.get(COMMENT, ()))) or None,
    )
    return _Given(made, next(iter(values.get(SENT, ())), None))


def _only_question(choices: Mapping[str, list[str]], where: str) -> list[str]:
    if LABEL in choices:
        return choices[LABEL]
    if len(choices) > 1:
        raise CorpusError(
            f"Got {where}, with answers to {', '.join(map(repr, choices))}, but expected one "
            f"question. Name the one that counts {LABEL!r} in the labelling configuration."
        )
    return next(iter(choices.values()), [])


def _annotator(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("email") or value.get("username") or value.get("id")
    text = text_or_json(value)
    return whole(text) if text else UNKNOWN


def _spans(values: Iterable[Any]) -> tuple[Span, ...]:
    """Return spans, whose offsets Label Studio counts in code points."""
    return tuple(
        Span(int(one["start"]), int(one["end"]), str(label))
        for one in values
        if isinstance(one, dict)
        for label in one.get("labels") or ()
    )


def _predictions(article: Annotation, row: Mapping[str, Any], where: str) -> Iterator[Annotation]:
    """Yield the predictions of tasks; those of an export are numbers alone."""
    for entry in row.get("predictions") or ():
        if isinstance(entry, dict) and entry.get("result"):
            made = _from_entry(article, entry, where).annotation
            name = str(entry.get("model_version") or MODEL)
            score = entry.get("score")
            yield replace(made, annotator=name, confidence=score, origin="model")


def _of_flat_rows(some: Sequence[tuple[Mapping[str, Any], str]]) -> Iterator[Annotation]:
    first, where = some[0]
    article, before = article_of(first, where) or (_foreign(first, where), [])
    yield from _joined(article, before, [_from_flat(article, row) for row, _ in some])


def _from_flat(article: Annotation, row: Mapping[str, Any]) -> _Given:
    spans = row.get(SPAN)
    made = replace(
        article,
        annotator=_annotator(row.get("annotator")),
        labels=labels_in(row.get(LABEL)),
        spans=_spans(spans if isinstance(spans, list) else ()),
        time=row.get("updated_at") or row.get("created_at") or None,
        comment=_joined_texts(row.get(COMMENT)),
    )
    return _Given(made, text_or_json(row.get(SENT)))


def _joined_texts(value: Any) -> str | None:
    texts = value if isinstance(value, list) else [value]
    return "\n".join(str(text) for text in texts if text) or None


def _joined(
    article: Annotation, before: Sequence[Annotation], given: Sequence[_Given]
) -> Iterator[Annotation]:
    """Yield the annotations that went out and those made since; the article if there is none."""
    made = [one.annotation for one in given if not _is_unchanged(one, before)]
    yield from [*before, *made] or [article]


def _is_unchanged(one: _Given, before: Sequence[Annotation]) -> bool:
    if one.sent is None or not one.sent.isdecimal() or int(one.sent) >= len(before):
        return False
    sent = before[int(one.sent)]
    new = one.annotation
    return (new.labels, new.spans, new.comment) == (sent.labels, sent.spans, sent.comment or None)


def _foreign(values: Mapping[str, Any], where: str) -> Annotation:
    """Return the article of a project that was not set up by this toolkit."""
    text, identifier = text_or_json(values.get(TEXT)), text_or_json(values.get("id"))
    if text is None or identifier is None:
        names = ", ".join(map(repr, values))
        raise CorpusError(
            f"Got {where}, with the fields {names}, but expected 'text' and 'id'. Name the field "
            "of the text 'text' in Label Studio's data, or convert the file."
        )
    left_out = _RESERVED | {"predictions", "annotations"}
    fields = {
        name: found
        for name, value in values.items()
        if name not in left_out and (found := text_or_json(value)) is not None
    }
    return Annotation(identifier, text, fields=fields)
