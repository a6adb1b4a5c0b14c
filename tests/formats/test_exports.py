"""What annotation tools, scrapers and databases export, in the shapes that they write."""

import csv
import io
import json

import pytest

from stance.corpus.article import FieldMapping, RejectedRow
from stance.formats.inputs import plan_inputs
from stance.formats.labelled import read_corpus
from stance.formats.reading import read_articles
from stance.formats.source import Source
from tests.formats.tables import read

TEXTS = ["أقر المجلس الموازنة", "سقط جرحى في القصف", "عاد التيار إلى الحي", "افتتح المعرض أمس"]


def choices(*chosen, control="framing", kind="choices"):
    return {"from_name": control, "to_name": "text", "type": kind, "value": {kind: list(chosen)}}


def annotation(*regions, cancelled=False, by=1):
    return {"completed_by": by, "result": list(regions), "was_cancelled": cancelled}


def task(n, *annotations, **data):
    return {
        "id": n,
        "annotations": list(annotations),
        "predictions": [{"result": [choices("حكومي")]}],
        "data": {"text": TEXTS[n % len(TEXTS)], "outlet": "سانا", **data},
    }


@pytest.fixture
def exported(put):
    def write(rows, name="a.json"):
        lines = name.endswith(".jsonl")
        return str(put(name, "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)))

    return write


def corpus(path, **names):
    articles, rejected = read_corpus([path], fields=FieldMapping(**names))
    return {a.id: a.label for a in articles}, {r.row: r.reason for r in rejected}


def told(path):
    (planned,) = plan_inputs(Source((path,)))
    return planned.peculiarities


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_label_of_label_studio_is_what_all_annotators_chose(exported, name):
    path = exported(
        [
            task(1, annotation(choices("مؤيد")), annotation(choices("مؤيد"), by=2)),
            task(2, annotation(choices("مؤيد")), annotation(choices("محايد"), by=2)),
            task(3, annotation(choices("مؤيد"), cancelled=True), annotation(choices("محايد"))),
            task(4, annotation()),
            task(5),
            task(6, annotation(choices("مؤيد", "محايد"))),
        ],
        name,
    )
    labels, rejected = corpus(path)
    assert labels == {"1": "مؤيد", "3": "محايد"}
    assert list(rejected) == [2, 4, 5, 6]
    assert "list of 2 values (مؤيد, محايد)" in rejected[2]
    assert "no label" in rejected[4]
    assert told(path)[-2:] == ["Label Studio JSON", "label from 'framing'"]


def test_two_questions_are_two_fields_and_no_label(exported):
    both = annotation(choices("مؤيد"), choices("حاد", control="tone"))
    path = exported([task(1, both), task(2, annotation(choices("هادئ", control="tone")))])
    assert corpus(path)[0] == {}
    assert corpus(path, label="framing")[0] == {"1": "مؤيد"}
    assert corpus(path, label="tone")[0] == {"1": "حاد", "2": "هادئ"}


def test_other_controls_are_no_labels(exported):
    regions = [choices("أ", control="t", kind="taxonomy"), choices(4, control="r", kind="rating")]
    path = exported([task(1, annotation(*regions, choices("مؤيد")))])
    assert corpus(path)[0] == {"1": "مؤيد"}


def test_a_question_never_takes_the_place_of_the_text(exported):
    path = exported([task(1, annotation(choices("مؤيد", control="text")))])
    (article,) = read_articles([path])
    assert (article.text, article.label) == (TEXTS[1], "مؤيد")


def test_what_annotators_chose_comes_before_what_was_imported(exported):
    annotated = annotation(choices("مؤيد"))
    path = exported([task(1, annotated, id="س-1", label="قديم"), task(2, label="قديم")])
    assert corpus(path)[0] == {"س-1": "مؤيد"}
    path = exported([task(1, annotation(choices("مؤيد", control="label")), label="قديم")])
    assert corpus(path)[0] == {"1": "مؤيد"}
    assert corpus(exported([task(1, label="قديم")]))[0] == {"1": "قديم"}


def annotated_rows():
    common = {"lead_time": 3.1, "created_at": "2024-01-01T00:00:00Z"}
    chosen = ["مؤيد", {"choices": ["مؤيد", "محايد"]}, None]
    return [
        {"id": n, "text": TEXTS[n], "framing": c, "annotator": 1, "annotation_id": n, **common}
        for n, c in enumerate(chosen)
    ]


def test_label_studio_in_short_json_and_csv(exported, put):
    rows = annotated_rows()
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    for row in rows:
        chosen = row["framing"]
        several = isinstance(chosen, dict)
        writer.writerow({**row, "framing": json.dumps(chosen) if several else chosen})
    for path, first in [(exported(rows), 1), (str(put("a.csv", file.getvalue())), 2)]:
        labels, rejected = corpus(path, label="framing")
        assert labels == {"0": "مؤيد"}
        assert "list of 2 values" in rejected[first + 1]
        assert "no label in 'framing'" in rejected[first + 2]


def test_doccano(exported, put):
    rows = [
        {"id": n, "text": TEXTS[n], "label": label, "Comments": []}
        for n, label in enumerate([["مؤيد"], ["مؤيد", "محايد"], [], [[0, 5, "شخص"]]])
    ]
    labels, rejected = corpus(exported(rows, "a.jsonl"))
    assert labels == {"0": "مؤيد"}
    assert "list of 2 values" in rejected[2]
    assert "no label" in rejected[3]
    assert "spans" in rejected[4]
    table = "id,text,label,Comments\n1,أقر المجلس,مؤيد,\n2,سقط جرحى,مؤيد#محايد,\n"
    labels, rejected = corpus(str(put("a.csv", table)))
    assert labels == {"1": "مؤيد"}
    assert "list of 2 values (مؤيد, محايد)" in rejected[3]
    assert [a.id for a in read_articles([exported(rows, "a.jsonl")])] == list("0123")


def response(value, status="submitted"):
    return {"value": value, "user_id": "u", **({"status": status} if status else {})}


def record(n, *responses, question="framing", **more):
    return {
        "id": f"س-{n}",
        "fields": {"text": TEXTS[n]},
        "metadata": {"outlet": "سانا"},
        "suggestions": {question: {"value": "حكومي", "score": 0.5, "agent": "m"}},
        "responses": {question: list(responses)} if responses else {},
        "status": "pending",
        **more,
    }


def test_records_of_argilla_count_what_was_submitted(exported):
    path = exported(
        [
            record(0, response("مؤيد"), response("محايد", "draft")),
            record(1, response("مؤيد", "discarded")),
            record(2),
            record(3, response(["مؤيد", "محايد"])),
        ]
    )
    labels, rejected = corpus(path)
    assert labels == {"س-0": "مؤيد"}
    assert [a.outlet for a in read_articles([path])] == ["سانا"] * 4
    assert "no label" in rejected[2]
    assert "list of 2 values (مؤيد, محايد)" in rejected[4]
    assert told(path)[-2:] == ["Argilla records", "label from 'framing'"]


def test_records_without_the_state_of_responses_are_told(exported):
    # Argilla 2.8.0 writes no state into nested records.
    path = exported([record(0, response("مؤيد", None))])
    assert corpus(path)[0] == {"س-0": "مؤيد"}
    assert "drafts and discarded ones count too" in told(path)[1]


def test_flat_records_of_argilla(exported):
    def flat(n, values, states):
        answers = {"framing.responses": values, "framing.responses.status": states}
        return {"id": str(n), "text": TEXTS[n], "status": "pending"} | (answers if values else {})

    path = exported(
        [
            flat(0, None, None),
            flat(1, ["مؤيد", "محايد"], ["submitted", "draft"]),
            flat(2, ["مؤيد", "مؤيد"], None),
            flat(3, ["مؤيد"], ["discarded"]),
        ]
    )
    assert corpus(path)[0] == {"1": "مؤيد", "2": "مؤيد"}


def test_records_of_argilla_1(exported):
    def old(n, annotation, status="Validated"):
        inputs = {"inputs": {"body": TEXTS[n]}, "text": None if n else TEXTS[n]}
        known = {"id": n, "metadata": {"outlet": "سانا"}, "prediction": [["حكومي", 0.9]]}
        return {**known, **inputs, "annotation": annotation, "status": status}

    path = exported([old(0, "مؤيد"), old(1, ["محايد"]), old(2, "مؤيد", "Discarded"), old(3, None)])
    assert corpus(path)[0] == {"0": "مؤيد", "1": "محايد"}
    assert [a.text for a in read_articles([path])] == TEXTS


def test_pages_of_trafilatura(put):
    page = {
        "title": "عنوان", "hostname": "example.org", "date": "2019-03-23", "id": None,
        "raw_text": TEXTS[0], "text": TEXTS[0], "source": "https://example.org/1",
    }  # fmt: skip
    (article,) = read_articles([str(put("a.json", json.dumps(page)))])
    assert (article.outlet, article.published) == ("example.org", "2019-03-23")
    assert article.id == "a.json:1"


def test_extended_json_of_mongodb(put):
    rows = [
        {
            "_id": {"$oid": f"5c96{n:020x}"},
            "text": text,
            "label": "مؤيد",
            "published": {"$date": date},
            "event": {"$numberLong": "12"},
        }
        for n, (text, date) in enumerate(
            zip(TEXTS, ["2019-03-23T08:00:00Z", {"$numberLong": "1553299200000"}], strict=False)
        )
    ]
    path = str(put("a.json", "\n".join(map(json.dumps, rows))))
    articles, rejected = read_corpus([path], fields=FieldMapping(id="_id"))
    assert rejected == []
    assert [a.id for a in articles] == ["5c96" + "0" * 20, "5c96" + "0" * 19 + "1"]
    assert [a.published for a in articles] == ["2019-03-23"] * 2
    assert [a.event for a in articles] == ["12"] * 2


@pytest.mark.parametrize(
    "strange",
    [
        {"id": 7, "annotations": [1], "data": {"text": TEXTS[0]}},
        {"id": 7, "annotations": [annotation({"from_name": "framing", "value": None})], "data": {}},
        {"id": 7, "annotations": [annotation("مؤيد")], "data": {"text": TEXTS[0]}},
        {"id": 7, "text": TEXTS[0]},
    ],
)
def test_a_row_of_another_shape_ends_nothing(exported, strange):
    path = exported([task(1, annotation(choices("مؤيد"))), strange, task(3)])
    found = read(path)
    assert len(found) == 3
    assert not isinstance(found[2], RejectedRow)
