"""The coding page as a file, and the results that it saves; tests/browser has it in Chromium."""

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import ConfigError, CorpusError
from stance.formats.annotation import coding_page
from stance.formats.annotation.codecs import recognise, tool
from stance.formats.annotation.json_records import encoded, to_object
from stance.formats.annotation.records import Annotation
from tests.formats.annotation.tables import IDS, LABELS, TASK, TEXTS, articles, by_id, shares, texts

ARTICLES = [Annotation(one, TEXTS[n % len(TEXTS)]) for n, one in enumerate(IDS)]
TIME = "2026-11-30T22:35:16.123Z"


def page_of(table, path, task=TASK):
    with path.open("wb") as file:
        tool("html").codec.write(table, task, file)
    return path


def result_of(table, path, **changes):
    """Write a result as the page does."""
    records = []
    for one in table:
        article = replace(
            one, annotator=None, labels=(), confidence=None, time=None, skipped=False, comment=None
        )
        answer = {
            "label": one.labels[0] if one.labels else None,
            "confidence": one.confidence,
            "comment": one.comment,
            "skipped": one.skipped,
            "time": one.time,
        }
        records.append({"article": to_object(article), **answer})
    result = {"stance_coding_result": 1, "task": "0", "labels": LABELS, "coder": "أمل"}
    path.write_text(encoded({**result, "records": records, **changes}), "utf-8")
    return path


coded = st.builds(
    lambda article, label, confidence, comment: replace(
        article,
        annotator="أمل",
        labels=() if label is None else (label,),
        skipped=label is None,
        confidence=confidence,
        comment=comment,
        time=TIME,
    ),
    articles,
    st.none() | st.sampled_from(LABELS),
    st.none() | shares,
    st.none() | texts,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(table=by_id(articles))
def test_articles_come_back_from_the_page_as_they_were(tmp_path_factory, table):
    path = page_of(table, tmp_path_factory.getbasetemp() / "page.html")
    assert coding_page.recognises(path)
    assert list(coding_page.read(path)) == table


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(table=by_id(articles | coded))
def test_annotations_come_back_from_a_result_as_they_were(tmp_path_factory, table):
    path = result_of(table, tmp_path_factory.getbasetemp() / "result.json")
    assert recognise(path).name == "html"
    assert list(coding_page.read(path)) == table


def test_ids_and_texts_of_every_kind_come_back(tmp_path):
    assert list(coding_page.read(page_of(ARTICLES, tmp_path / "page.html"))) == ARTICLES


def test_the_page_is_a_function_of_the_articles_and_the_task(tmp_path):
    first = page_of(ARTICLES, tmp_path / "1.html").read_bytes()
    assert page_of(ARTICLES, tmp_path / "2.html").read_bytes() == first
    other = page_of(ARTICLES, tmp_path / "3.html", replace(TASK, question="سؤال آخر"))
    assert task_of(other) != task_of(tmp_path / "1.html")


def task_of(path):
    return path.read_text("utf-8").split('"task": "')[1].split('"')[0]


def test_no_text_leaves_its_element_and_no_bidi_mark_reorders_the_source(tmp_path):
    source = page_of(ARTICLES, tmp_path / "page.html").read_text("utf-8")
    assert source.count("</script>") == 2
    assert "alert(1)" in source
    assert "<script>alert" not in source
    assert not set(source) & set("\u202e\u2067\u200f\ud83d\x00\r")


def test_what_others_said_of_an_article_is_not_on_the_page(tmp_path):
    said = [
        replace(ARTICLES[0], annotator="model-7", labels=("gov",), origin="model"),
        replace(ARTICLES[0], annotator="nour", labels=("1",), comment="تعليق سري"),
        ARTICLES[1],
    ]
    path = page_of(said, tmp_path / "page.html")
    source = path.read_text("utf-8")
    assert not any(word in source for word in ("model-7", "nour", "تعليق سري"))
    assert list(coding_page.read(path)) == ARTICLES[:2]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([], "no article"),
        ([Annotation("1", "a"), Annotation("1", "b")], "two different articles with the id '1'"),
        ([Annotation("1", "a", "x", ("أخرى",))], "the label 'أخرى', but the labels of the task"),
    ],
)
def test_what_cannot_be_on_a_page_is_refused_before_a_byte_is_written(table, message):
    file = io.BytesIO()
    with pytest.raises(ConfigError, match=message):
        coding_page.write(table, TASK, file)
    assert not file.getvalue()


DONE = replace(ARTICLES[0], annotator="أمل", labels=("gov",), time=TIME)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stance_coding_result": 2}, "of the format 2 of coding pages"),
        ({"coder": " "}, "names no coder"),
        ({"labels": None}, "no list of labels"),
        ({"labels": ["other"]}, "record 1 .* label 'gov' is not one of other"),
        ({"records": [{}]}, "record 1 .* expected the fields article, comment"),
        ({"records": [1]}, "record 1"),
    ],
)
def test_a_result_that_was_damaged_is_refused(tmp_path, changes, message):
    path = result_of([DONE], tmp_path / "result.json", **changes)
    with pytest.raises(CorpusError, match=message):
        list(coding_page.read(path))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("confidence", 1.5, "'confidence' is 1.5, not a number from 0 to 1"),
        ("confidence", True, "'confidence' is True"),
        ("confidence", float("nan"), "'confidence' is nan"),
        ("time", "yesterday", "yesterday"),
        ("time", None, "an answer, but no time"),
        ("skipped", "yes", "neither true nor false"),
        ("comment", 1, "'comment' is not a text"),
        ("article", {"id": 7, "text": ""}, "'id' is not a text"),
        ("article", {"id": "7", "text": "", "inclusion_probability": 0}, "a number above 0 to 1"),
        ("article", {"id": "7", "text": "", "other": 0}, "unknown field 'other'"),
        ("article", [], "is not an object"),
    ],
)
def test_a_record_with_a_wrong_value_is_refused(tmp_path, name, value, message):
    path = result_of([DONE], tmp_path / "result.json")
    result = json.loads(path.read_text("utf-8"))
    result["records"][0][name] = value
    path.write_text(json.dumps(result), "utf-8")
    with pytest.raises(CorpusError, match=f"record 1 .*{message}"):
        list(coding_page.read(path))


def test_an_id_twice_in_a_result_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="record 2 has the id '007' again"):
        list(coding_page.read(result_of([DONE, DONE], tmp_path / "result.json")))


def test_a_result_that_was_cut_short_is_refused(tmp_path):
    path = result_of([DONE], tmp_path / "result.json")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorpusError, match="it is not JSON"):
        list(coding_page.read(path))


def test_a_label_of_another_spelling_comes_back_in_that_of_the_task(tmp_path):
    path = result_of([replace(DONE, labels=("\u200fgov ",))], tmp_path / "result.json")
    assert [one.labels for one in coding_page.read(path)] == [("gov",)]


@pytest.mark.parametrize("content", [b"", b"id,text\n1,a\n", b'{"id": "1"}', b"<!doctype html>"])
def test_another_file_is_not_recognised(tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    assert not coding_page.recognises(path)
    assert not coding_page.recognises(tmp_path)
