"""doccano: lines out and back, and its exports in the shapes that were seen."""

import csv
import io
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings

from stance.errors import ConfigError, CorpusError
from stance.formats.annotation import doccano
from stance.formats.annotation.records import Annotation, Span
from tests.formats.annotation.random_tables import TASK, tables

FIRST = Annotation(
    "007",
    "قَالَ 😀 ذلك",
    "amal",
    ("محايد",),
    (Span(0, 5, "محايد"),),
    stratum="2",
    fields={"title": "عنوان", "id": "own"},
)
BARE = Annotation("NA", "نص ثان", inclusion_probability=0.25)


def written(annotations):
    file = io.BytesIO()
    doccano.write(annotations, TASK, file)
    return file.getvalue()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "export.jsonl"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_random_tables_come_back(path, table):
    path.write_bytes(written(table))
    assert doccano.recognises(path)
    assert list(doccano.read(path)) == table


def rows(labels, comments=()):
    """Return what doccano exports: metadata flattened into the row."""
    found = [json.loads(line) for line in written([FIRST, BARE]).splitlines()]
    for number, (row, label) in enumerate(zip(found, labels, strict=True), 90):
        row.update(id=number, label=label, Comments=list(comments))
    return found


def lines(some):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in some).encode()


def zipped(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)


def test_a_zip_with_a_file_for_each_member(path):
    zipped(
        path,
        nour__jsonl=lines(rows([["مؤيّد"], []])),
        huda__jsonl=lines(rows([[], ["محايد"]], ["واضح"])),
    )
    assert doccano.recognises(path)
    first, second, third = doccano.read(path)
    assert first == FIRST
    assert (second.id, second.annotator, second.labels) == ("007", "nour", ("مؤيّد",))
    assert second.fields == FIRST.fields
    assert (third.id, third.annotator, third.labels) == ("NA", "huda", ("محايد",))
    assert (third.comment, third.inclusion_probability) == ("واضح", 0.25)


def test_all_in_one_file_and_parts_of_texts(path):
    zipped(path, all__jsonl=lines(rows([[[6, 7, "مؤيّد"]], ["محايد", "مؤيّد"]])))
    _, second, third = doccano.read(path)
    assert (second.annotator, second.spans) == ("all", (Span(6, 7, "مؤيّد"),))
    assert third.labels == ("محايد", "مؤيّد")


def test_csv_and_json(path):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["id", "text", "label", "Comments"])
    writer.writeheader()
    writer.writerows(
        [
            {"id": 1, "text": "نص", "label": "محايد#مؤيّد"},
            {"id": 2, "text": "نص آخر", "label": ""},
        ]
    )
    zipped(path, all__csv=text.getvalue())
    assert doccano.recognises(path)
    both, none = doccano.read(path)
    assert (both.id, both.labels) == ("1", ("محايد", "مؤيّد"))
    assert (none.id, none.annotator) == ("2", None)
    zipped(path, all__json=json.dumps(rows([["محايد"], []])))
    assert doccano.recognises(path)
    assert [one.annotator for one in doccano.read(path)] == ["amal", "all", None]


def test_labels_that_are_there_do_not_become_those_of_the_importing_user():
    assert [json.loads(line)["label"] for line in written([FIRST, BARE]).splitlines()] == [[], []]


def test_labels_of_no_choice_are_refused():
    with pytest.raises(ConfigError, match="the label 'غيره'"):
        written([Annotation("1", "نص", "amal", ("غيره",))])


def test_a_zip_that_unpacks_to_too_much_is_refused(path, monkeypatch):
    zipped(path, all__jsonl=lines(rows([[], []])))
    monkeypatch.setattr(doccano, "MOST_BYTES", 10)
    with pytest.raises(CorpusError, match="bytes unpacked, but expected at most 10"):
        list(doccano.read(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"id": 1, "text": "x", "label": [], "Comments": []}\n{"id', "damaged"),
        (b"[1, 2]\n", "a row is a list"),
        (b'{"id": 1, "label": [], "Comments": []}', "expected 'id', 'text' and 'label'"),
        (b'{"id": 1, "text": "x", "label": [[1, 2]]}', r"expected labels, or \[start"),
        (b"\xff\xfe", "damaged"),
    ],
)
def test_damaged_files(path, content, said):
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=said):
        list(doccano.read(path))


def test_other_files_are_not_recognised(path):
    for content in (b"", b'{"id": 1, "text": "x", "label": "a"}', b"id,text\n", b"\xff"):
        path.write_bytes(content)
        assert not doccano.recognises(path)
    zipped(path, xl__xml="<x/>")
    assert not doccano.recognises(path)
