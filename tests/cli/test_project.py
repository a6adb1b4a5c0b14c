"""The project file beside the data: what it says, where it is found, and what comes before it."""

import os
from dataclasses import fields
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.cli.project import DEFAULTS, find_project, read_project, to_toml
from stance.corpus.article import FieldMapping
from stance.errors import ConfigError
from tests.cli.test_cli import FAST_SETTINGS, model, stance  # noqa: F401

OPTIONS = [f"{field.name}_field" for field in fields(FieldMapping)] + list(DEFAULTS.values())
TABLE = "رقم;المتن;الموقف\n" + "".join(
    f"{n};أقر المجلس في جلسته {n} موازنة العام;{'مؤيد' if n % 2 else 'معارض'}\n" for n in range(8)
)
PROJECT = '[fields]\nid = "رقم"\ntext = "المتن"\nlabel = "الموقف"\n'


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.csv").write_text(TABLE, "utf-8")
    (folder / "stance.toml").write_text(PROJECT, "utf-8")
    return folder


@given(st.dictionaries(st.sampled_from(OPTIONS), st.text(min_size=1).filter(str.strip)))
def test_what_is_written_is_read_again(tmp_path_factory, options):
    path = tmp_path_factory.mktemp("project") / "stance.toml"
    path.write_text(to_toml(options), "utf-8", newline="\n")
    assert dict(read_project(path).options) == options


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text", "line 1, text: expected a value"),
        (b"\xff\xfe", "line 1: the file is not in UTF-8"),
        ('[fields]\ntxet = "a"', "txet = 'a' in .fields.*one of id, text"),
        ("[fields]\ntext = 5", "text = 5 in .fields"),
        ('[fields]\ntext = ""', "text = '' in .fields"),
        ('[fields]\ntext = ["a"]', r"text = \['a'\]"),
        ('[defaults]\ndelimeter = ";"', "delimeter = ';' in .defaults.*delimiter"),
        ('[model]\npath = "x"', "'model', but expected the sections"),
        ('text = "a"', "'text', but expected the sections"),
    ],
)
def test_what_is_no_project_is_told(data, content, message):
    path = data / "stance.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError, match=message) as error:
        find_project([str(data / "a.csv")])
    assert "stance.toml" in str(error.value)


def test_a_project_file_with_a_mark_or_windows_line_ends(data):
    written = b"\xef\xbb\xbf" + PROJECT.replace("\n", "\r\n").encode()
    (data / "stance.toml").write_bytes(written)
    assert find_project(["data/a.csv"]).options["text_field"] == "المتن"


@pytest.mark.parametrize(
    "inputs",
    [
        ["data/a.csv"],
        ["data"],
        ["data/"],
        ["./data/*.csv"],
        ["d*/a.csv"],
        ["data/**/*.csv"],
        ["*/*.csv"],
        ["data/missing.csv"],
        ["data/a.csv", "other/b.csv"],
        ["file://data/a.csv"],
    ],
)
def test_the_file_beside_the_first_input_counts(data, inputs):
    assert find_project(inputs).path == Path("data/stance.toml")


@pytest.mark.parametrize(
    "inputs",
    [
        ["other/b.csv", "data/a.csv"],
        ["-"],
        ["none/*.csv"],
        ["dataset:ans"],
        ["memory://data/a.csv"],
        ["data/sub"],
        ["x" * 5000],
    ],
)
def test_no_other_file_counts(data, inputs):
    (data / "sub").mkdir()
    assert find_project(inputs) is None


def test_for_a_pipe_the_current_folder_counts(data, monkeypatch):
    monkeypatch.chdir(data)
    assert find_project(["-"]).options["text_field"] == "المتن"
    assert find_project(["a.csv"]) == find_project(["-"])


def test_names_with_signs_of_globs_and_addresses(data):
    for name in ("a[1].csv", "أخبار: 2019.csv"):
        (data / name).write_text(TABLE, "utf-8")
        assert find_project([f"data/{name}"]) is not None
    os.chdir(data)
    assert find_project(["أخبار: 2019.csv"]) is not None


def test_what_the_command_line_says_comes_first(data):
    found = find_project(["data/a.csv"])
    assert found.not_given({"text_field": "text", "id_field": None}) == {
        "id_field": "رقم",
        "label_field": "الموقف",
    }


def ids(out):
    return [orjson.loads(line)["id"] for line in out.splitlines()]


@pytest.mark.slow
def test_every_command_reads_the_fields_of_the_project(data, model):  # noqa: F811
    out, err = stance("predict", "data/a.csv", "-m", model)
    assert ids(out) == [str(n) for n in range(8)]
    taken = "Options from data/stance.toml: --id-field رقم --text-field المتن --label-field الموقف"
    assert err.splitlines()[0] == taken
    assert err.splitlines()[1] == "Read data/a.csv as: columns separated by ';'."
    out, err = stance("train", "data", "-o", "m", *FAST_SETTINGS)
    assert "مؤيد" in out
    assert taken in err
    columns = ("--annotator", "الموقف", "--annotator", "الموقف2")
    _, err = stance("agreement", "data/a.csv", *columns, code=1)
    assert "Options from data/stance.toml: --id-field رقم --label-field الموقف" in err


@pytest.mark.slow
def test_flags_come_before_the_project_and_quiet_says_nothing(data, model):  # noqa: F811
    _, err = stance("predict", "data/a.csv", "-m", model, "--text-field", "نص", code=1)
    assert "--text-field المتن" not in err.splitlines()[0]
    assert "without a field 'نص'" in err
    assert "Perhaps: --text-field المتن" in err
    assert stance("predict", "data/a.csv", "-m", model, "--quiet")[1] == ""


@pytest.mark.slow
def test_an_archive_without_labels_beside_a_project_is_labelled(data, model):  # noqa: F811
    unlabelled = TABLE.replace(";الموقف", "").replace(";مؤيد", "").replace(";معارض", "")
    (data / "archive.csv").write_text(unlabelled, "utf-8")
    out, _ = stance("predict", "data/archive.csv", "-m", model)
    assert len(ids(out)) == 8
    _, err = stance("train", "data/archive.csv", "-o", "m", *FAST_SETTINGS, code=1)
    assert "no label in 'الموقف'" in err
    _, err = stance("predict", "data/archive.csv", "-m", model, "--label-field", "الموقف", code=1)
    assert "without a field 'الموقف'" in err


def test_a_text_field_of_the_project_that_is_nowhere_is_an_error(data, model):  # noqa: F811
    (data / "b.csv").write_text("id,body\n1,أقر المجلس موازنة العام المقبل\n", "utf-8")
    _, err = stance("predict", "data/b.csv", "-m", model, code=1)
    assert "without a field 'المتن'" in err
    assert "Perhaps: --text-field body" in err


def test_how_files_are_stored_is_kept_in_the_project(data, model):  # noqa: F811
    strange = TABLE.replace(";", "^").encode("cp1256")
    (data / "a.csv").write_bytes(strange)
    options = ["--delimiter", "^", "--encoding", "windows-1256", "--text-field", "المتن"]
    stance("config", "--project", *options, "-o", "data/stance.toml", "--force")
    out, err = stance("predict", "data/a.csv", "-m", model)
    assert len(ids(out)) == 8
    assert "--encoding windows-1256 --delimiter '^'" in err


def test_a_project_file_is_written_and_not_overwritten(data):
    old = (data / "stance.toml").read_bytes()
    _, err = stance("config", "--project", "--text-field", "x", "-o", "data/stance.toml", code=1)
    assert "already exists" in err
    assert "--force" in err
    assert (data / "stance.toml").read_bytes() == old
    name = 'نص "الخبر" \\ كامل'
    given = ("--text-field", name, "--delimiter", "tab")
    _, err = stance("config", "--project", *given, "-o", "data/stance.toml", "--force")
    assert err == "Written to data/stance.toml.\n"
    found = read_project(data / "stance.toml")
    assert dict(found.options) == {"text_field": name, "delimiter": "\t"}
    _, err = stance("config", "--project", "-o", "data/project.toml", code=2)
    assert "expected the name stance.toml" in err
    _, err = stance("config", "--project", "--encoding", "nope", "-o", "x/stance.toml", code=2)
    assert "'nope'" in err


def test_config_takes_nothing_from_the_project_of_the_current_folder(data, monkeypatch):
    monkeypatch.chdir(data)
    out, err = stance("config")
    assert err == ""
    assert "[features" in out
    (data / "new").mkdir()
    stance("config", "--project", "--text-field", "x", "-o", "new/stance.toml")
    assert dict(read_project(data / "new/stance.toml").options) == {"text_field": "x"}


def test_a_broken_project_file_ends_a_command_as_a_wrong_option_does(data, model):  # noqa: F811
    (data / "stance.toml").write_text("[fields]\ntxet = 'a'\n")
    _, err = stance("predict", "data/a.csv", "-m", model, code=2)
    assert "txet" in err
