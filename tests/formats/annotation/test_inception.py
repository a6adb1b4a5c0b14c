"""INCEpTION: archives of CAS out and back."""

import io
import json
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import ConfigError, CorpusError
from stance.formats.annotation import inception
from stance.formats.annotation.records import Annotation, CodingTask, LabelChoice, Span
from stance.formats.annotation.uima_cas import type_system

LABELS = ("pro_sdf", "gov", "NA", "1.0", "محايد")
TASK = CodingTask(tuple(map(LabelChoice, LABELS)))
IDS = ("007", "7", "12345678901234567890", "١٢", "NA", "1e3", "1/2", "a#b", "../x", "")
# Diacritics, a character beyond the BMP, an emoji of several, both line ends, what XML forbids.
PIECES = ("قَالَ", "𐤀", "👩‍👩‍👧", "\r\n", "\n", "\t", "\x01", "\u200f", "abc ", "<b>&", "لا")

texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
maybe = st.none() | texts
shares = st.none() | st.floats(0, 1, allow_nan=False)


@st.composite
def annotations(draw):
    text = draw(texts)
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    spans = st.builds(lambda place, label: Span(*place, label), places, st.sampled_from(LABELS))
    return Annotation(
        id=draw(st.sampled_from(IDS)),
        text=text,
        annotator=draw(st.none() | st.sampled_from(("أمل", "amal", "AMAL", "a/b", "INITIAL_CAS"))),
        labels=tuple(draw(st.lists(st.sampled_from(LABELS), max_size=3))),
        spans=tuple(draw(st.lists(spans, max_size=3))),
        confidence=draw(shares),
        time=draw(st.none() | st.just("2026-11-30T12:00:00+02:00")),
        origin=draw(st.sampled_from(("human", "model"))),
        skipped=draw(st.booleans()),
        comment=draw(maybe),
        inclusion_probability=draw(shares),
        stratum=draw(maybe),
        fields=draw(st.dictionaries(st.sampled_from(("title", "عنوان", "id", "")), texts)),
    )


def written(table, **options):
    file = io.BytesIO()
    inception.write(table, TASK, file, **options)
    return file.getvalue()


@given(st.lists(annotations(), max_size=4))
def test_random_tables_out_and_back(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("inception") / "project.zip"
    path.write_bytes(written(table))
    assert list(inception.read(path)) == table


def coded(**changes):
    values = {"id": "007", "text": "قَالَ 𐤀 إن", "annotator": "amal", "labels": ("gov",)} | changes
    return Annotation(**values)


def test_xmi_out_and_back_and_its_limit(tmp_path):
    table = [coded(text="a\r\n𐤀 إن", spans=(Span(3, 4, "x"),)), coded(annotator="nour")]
    path = tmp_path / "project.zip"
    path.write_bytes(written(table, form="xmi"))
    assert list(inception.read(path)) == table
    with pytest.raises(ConfigError, match="'007' with a control character"):
        written([coded(text="a\x01")], form="xmi")


def test_offsets_in_the_file_are_utf_16_units():
    data = zipfile.ZipFile(io.BytesIO(written([coded(spans=(Span(6, 7, "x"),))])))
    [name] = [part for part in data.namelist() if part.startswith("annotation/")]
    structures = json.loads(data.read(name))["%FEATURE_STRUCTURES"]
    [span] = [one for one in structures if "begin" in one]
    assert (span["begin"], span["end"]) == (6, 8)


def annotated_there(path, data, labels):
    """Do what INCEpTION does: copy the document for each user, who adds a label."""
    import cassis

    with zipfile.ZipFile(io.BytesIO(data)) as exported, zipfile.ZipFile(path, "w") as project:
        for name in exported.namelist():
            if not name.startswith("source/"):
                continue
            document = name.removeprefix("source/")
            project.writestr(name, exported.read(name))
            project.writestr(f"annotation/{document}/INITIAL_CAS.json", exported.read(name))
            for user, label in labels.items():
                cas = cassis.load_cas_from_json(exported.read(name).decode(), type_system())
                layer = cas.typesystem.get_type("webanno.custom.StanceLabel")
                cas.add(layer(label=label))
                project.writestr(f"annotation/{document}/{user}.json", cas.to_json())


def test_what_users_of_inception_said(tmp_path):
    article = coded(annotator=None, labels=(), stratum="a", inclusion_probability=0.1)
    path = tmp_path / "project.zip"
    annotated_there(path, written([article]), {"nour": "gov", "huda": "pro_sdf"})
    assert inception.recognises(path)
    assert list(inception.read(path)) == [
        coded(annotator=user, labels=(label,), stratum="a", inclusion_probability=0.1)
        for user, label in (("nour", "gov"), ("huda", "pro_sdf"))
    ]


def test_xmi_with_its_types_in_an_archive_of_its_own(tmp_path):
    parts = zipfile.ZipFile(io.BytesIO(written([coded()], form="xmi")))
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("TypeSystem.xml", parts.read("TypeSystem.xml"))
        archive.writestr("x.xmi", parts.read("annotation/00001-007.xmi/amal.xmi"))
    path = tmp_path / "project.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("curation/00001-007.xmi/CURATION_USER.zip", inner.getvalue())
    assert list(inception.read(path)) == [coded(annotator="CURATION_USER")]


def test_one_document_alone(tmp_path):
    parts = zipfile.ZipFile(io.BytesIO(written([coded()])))
    path = tmp_path / "one.json"
    path.write_bytes(parts.read("annotation/00001-007.json/amal.json"))
    assert inception.recognises(path)
    assert list(inception.read(path)) == [coded()]


def test_what_cannot_be_stored_is_refused_before_anything_is_written():
    with pytest.raises(ConfigError, match="'govt' of the article '007', but expected one of"):
        written([coded(labels=("govt",))])
    with pytest.raises(ConfigError, match="span 3 to 99 of the article '007'"):
        written([coded(spans=(Span(3, 99, "x"),))])
    with pytest.raises(ConfigError, match="half of a character"):
        written([coded(comment="\ud83d")])


def project(path, name, data):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("annotation/d/u.json", "{", "u.json cannot be read"),
        ("annotation/d/u.json", '{"%FEATURE_STRUCTURES": []}', "without the types"),
        ("annotation/d/u.json", "[" * 100_000, "u.json cannot be read"),
        ("annotation/d/u.xmi", "<a/>", "without TypeSystem.xml"),
        ("annotation/d/u.zip", "PK", "damaged"),
        ("annotation/d/u.json", " " * 200_001, "would take more than"),
    ],
)
def test_damaged_archives(tmp_path, monkeypatch, name, data, message):
    monkeypatch.setattr(inception, "MOST_OF_ONE", 200_000)
    path = project(tmp_path / "p.zip", name, data)
    with pytest.raises(CorpusError, match=message):
        list(inception.read(path))


def test_entities_are_not_resolved(tmp_path):
    path = tmp_path / "p.zip"
    secret = tmp_path / "secret"
    secret.write_text("secret", "utf-8")
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret}">]><x>&e;</x>'
    for text in (xml.encode(), xml.encode("utf-16")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("TypeSystem.xml", type_system().to_xml())
            archive.writestr("annotation/d/u.xmi", text)
        with pytest.raises(CorpusError, match=r"document type|cannot be read"):
            list(inception.read(path))


def test_a_project_without_our_layers(tmp_path):
    import cassis

    cas = cassis.Cas()
    cas.sofa_string = "x"
    path = project(tmp_path / "p.zip", "annotation/d/u.json", cas.to_json())
    with pytest.raises(CorpusError, match=r"no layer webanno\.custom\.StanceLabel"):
        list(inception.read(path))


def test_other_files_are_not_taken(tmp_path):
    assert not inception.recognises(project(tmp_path / "p.zip", "xl/workbook.xml", ""))
    (tmp_path / "a.json").write_text('{"id": 1}', "utf-8")
    assert not inception.recognises(tmp_path / "a.json")


def test_without_the_package(monkeypatch, tmp_path):
    path = project(tmp_path / "p.zip", "annotation/d/u.json", "{}")
    monkeypatch.setitem(sys.modules, "cassis", None)
    with pytest.raises(ConfigError, match=r"arabic-stance\[inception\]"):
        list(inception.read(path))
    with pytest.raises(ConfigError, match=r"arabic-stance\[inception\]"):
        written([coded()])
