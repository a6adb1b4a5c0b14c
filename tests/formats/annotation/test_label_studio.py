"""Label Studio: tasks out and back, and its exports in the shapes that were seen."""

import csv
import dataclasses
import io
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from stance.errors import ConfigError, CorpusError
from stance.formats.annotation import label_studio
from stance.formats.annotation.records import Annotation, CodingTask, LabelChoice, Span
from tests.formats.annotation.random_tables import TASK, tables

SENT = Annotation(
    "007",
    "قَالَ 😀 ذلك",
    "amal",
    ("محايد",),
    (Span(0, 5, "محايد"),),
    comment="لماذا",
    stratum="2",
    fields={"title": "عنوان", "id": "own"},
)
BARE = Annotation("NA", "نص ثان", inclusion_probability=0.25, fields={"title": "خبر"})


def written(annotations, task=TASK):
    file = io.BytesIO()
    label_studio.write(annotations, task, file)
    return file.getvalue()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "export.json"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_random_tables_come_back(path, table):
    path.write_bytes(written(table))
    assert label_studio.recognises(path)
    assert list(label_studio.read(path)) == table


def entry(label, coder=1, **more):
    """Return an annotation as Label Studio exports it."""
    value = {"choices": [label]}
    result = [{"from_name": "label", "to_name": "text", "type": "choices", "value": value}]
    return {
        "id": 31,
        "completed_by": coder,
        "result": result,
        "was_cancelled": False,
        "created_at": "2026-11-29T09:00:00.000001Z",
        "updated_at": "2026-11-29T10:00:00.000001Z",
        **more,
    }


def exported(annotations, *entries):
    """Return the export of a project with these annotations of the first task."""
    tasks = json.loads(written(annotations))
    for number, task in enumerate(tasks, 1):
        task.update(id=number, predictions=[17] * len(task["predictions"]), drafts=[])
        for one in task["annotations"]:
            one.update(entry("", result=one["result"]))
    tasks[0]["annotations"] += entries
    return tasks


def flat(tasks, **columns):
    """Return JSON_MIN: a row for each annotation with a result."""
    rows = []
    for task in tasks:
        for one in task["annotations"]:
            if one["was_cancelled"]:
                continue
            row = {**task["data"], **columns, "id": task["id"], "annotation_id": one["id"]}
            for region in one["result"]:
                (values,) = region["value"].values() if len(region["value"]) == 1 else ([],)
                if region["type"] == "labels":
                    row.setdefault("span", []).append(region["value"])
                else:
                    several = {"choices": values} if region["type"] == "choices" else values
                    row[region["from_name"]] = values[0] if len(values) == 1 else several
            row |= {"annotator": one["completed_by"], "lead_time": 2.5}
            rows.append(row | {name: one[name] for name in ("created_at", "updated_at")})
    return rows


def as_csv(rows):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, dict.fromkeys(name for row in rows for name in row))
    writer.writeheader()
    for row in rows:
        nested = {k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in row.items()}
        writer.writerow(nested)
    return text.getvalue().encode()


def test_json_with_new_annotations_and_a_skipped_one(path):
    new, skipped = entry("مؤيّد", 2), entry("", 3, result=[], was_cancelled=True)
    path.write_text(json.dumps(exported([SENT, BARE], new, skipped)), "utf-8")
    assert label_studio.recognises(path)
    first, second, third, last = label_studio.read(path)
    assert (first, last) == (SENT, BARE)
    assert (second.id, second.annotator, second.labels) == ("007", "2", ("مؤيّد",))
    assert second.fields == SENT.fields
    assert second.stratum == "2"
    assert second.time == "2026-11-29T10:00:00.000001Z"
    assert (third.annotator, third.labels, third.skipped) == ("3", (), True)


@pytest.mark.parametrize("form", ["json_min", "csv"])
def test_flat_exports(path, form):
    rows = flat(exported([SENT, BARE], entry("مؤيّد", 2)))
    path.write_bytes(as_csv(rows) if form == "csv" else json.dumps(rows).encode())
    assert label_studio.recognises(path)
    first, second = label_studio.read(path)
    assert first == SENT
    assert (second.id, second.annotator, second.labels) == ("007", "2", ("مؤيّد",))


@pytest.mark.parametrize("form", ["json_min", "csv"])
def test_several_choices_of_a_project_of_others(path, form):
    several = entry("", result=[{"from_name": "stand", "type": "choices", "value": {}}])
    several["result"][0] |= {"from_name": "label", "value": {"choices": ["محايد", "مؤيّد"]}}
    tasks = [{"id": 5, "data": {"text": "نص", "outlet": "سانا"}, "annotations": [several]}]
    rows = flat(tasks)
    path.write_bytes(as_csv(rows) if form == "csv" else json.dumps(rows).encode())
    (found,) = label_studio.read(path)
    assert (found.id, found.labels) == ("5", ("محايد", "مؤيّد"))
    assert found.fields == {"outlet": "سانا"}


def test_a_corrected_annotation_is_one_more(path):
    tasks = exported([SENT])
    tasks[0]["annotations"][0]["result"][0]["value"]["choices"] = ["مؤيّد"]
    path.write_text(json.dumps(tasks), "utf-8")
    first, second = label_studio.read(path)
    assert first == SENT
    assert (second.annotator, second.labels) == ("1", ("مؤيّد",))


@pytest.mark.parametrize("label", ["غيره", "محايد "])
@pytest.mark.parametrize("origin", ["human", "model"])
def test_what_the_configuration_does_not_offer_is_refused(label, origin):
    one = dataclasses.replace(SENT, labels=(label,), spans=(), origin=origin)
    with pytest.raises(ConfigError, match="'007' with the label"):
        written([one])


def test_half_a_character_is_refused():
    with pytest.raises(ConfigError, match="lone surrogate"):
        written([Annotation("1", "نص \ud83d")])


def test_predictions_fit_and_are_marked():
    guess = dataclasses.replace(SENT, origin="model", annotator="model", confidence=0.75)
    (task,) = json.loads(written([guess]))
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("model", 0.75)
    assert prediction["result"][0]["value"] == {"choices": ["محايد"]}
    assert task["annotations"] == []


def configuration(annotations, task):
    return ET.fromstring(label_studio.companion(annotations, task))  # noqa: S314


def test_the_configuration():
    task = CodingTask((LabelChoice("أ", '"تعريف" & <b>'), LabelChoice("ب")), "ما <هذا>؟", "", "ar")
    root = configuration([SENT, BARE], task)
    choices = [dict(one.attrib) for one in root.iter("Choice")]
    assert choices == [
        {"value": "أ", "hint": '"تعريف" & <b>', "hotkey": "1"},
        {"value": "ب", "hotkey": "2"},
    ]
    assert "direction: rtl" in root.find("Style").text
    assert root.find("Header").get("value") == "ما <هذا>؟"
    assert {one.tag for one in root.iter()} >= {"Labels", "Text", "TextArea"}
    assert root.find("Choices").get("choice") == "single-radio"
    two = dataclasses.replace(SENT, labels=("أ", "ب"), spans=())
    root = configuration([two], task)
    assert root.find("Choices").get("choice") == "multiple"
    assert root.find("Labels") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[{"data": {"text": "x"}, "annotations": []', "not complete JSON"),
        (b'[{"data": {"body": "x"}, "annotations": []}]', "with the fields 'id', 'body'"),
        (b'[{"id": 1}]', "without 'data' and 'annotations'"),
        (b'[{"data": {"stance_id": 7, "text": "x"}, "annotations": []}]', "'stance_id' is 7"),
        (
            b'[{"data": {"stance_id": "id:7", "stance_record": "{", "text": "x"},'
            b' "annotations": []}]',
            "'stance_record' is damaged",
        ),
    ],
)
def test_damaged_files(path, content, said):
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=said):
        list(label_studio.read(path))


@pytest.mark.parametrize(
    "content", [b"", b'{"id": 1, "text": "annotations"}', b"id,text\n1,x\n", b"\xff\xfe\x00", b"[]"]
)
def test_other_files_are_not_recognised(path, content):
    path.write_bytes(content)
    assert not label_studio.recognises(path)
