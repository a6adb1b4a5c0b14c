"""--figures means one thing in every command with a page."""

import sys

import pytest
import typer

from stance.cli import figures as option
from stance.cli.app import app
from stance.errors import ConfigError, OutputError
from stance.reporting.figures import drawing
from tests.cli.test_reports import corpus, model, reports, run  # noqa: F401

CHARTS = {
    "evaluate": {"scores", "by_label", "confusion", "calibration", "coverage"},
    "compare": {"comparison-macro_f1"},
    "agreement": {"pairs"},
    "audit": {"labels"},
    "concordance": {"by_outlet-في"},
}


@pytest.fixture
def undrawn(monkeypatch):
    """Draw nothing, which takes time, but say in which language."""

    def draw(figure, language):
        return drawing.Drawing(dict.fromkeys(drawing.FORMATS, language.encode()), frozenset())

    monkeypatch.setattr(drawing, "draw", draw)


def names(command, charts):
    return {f"{command}-{chart}.{form}" for chart in charts for form in option.FORMATS}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_formats_are_those_that_are_drawn():
    assert option.FORMATS == drawing.FORMATS


def test_names_of_figures_begin_with_the_command():
    commands = typer.main.get_command(app).commands
    with_figures = {
        name: command.callback
        for name, command in commands.items()
        if any(parameter.name == "figures" for parameter in command.params)
    }
    others = {"crossval", "curve", "benchmark", "info", "naming", "keyness", "estimate"}
    assert {*CHARTS, *others} == set(with_figures)
    for name, callback in with_figures.items():
        assert callback.__name__ == f"{name}_command"


@pytest.mark.slow
@pytest.mark.parametrize("name", CHARTS)
def test_the_charts_of_a_report_are_written(reports, tmp_path, undrawn, name):  # noqa: F811
    command, folder = reports[name], tmp_path / "new" / "figures"
    shown, _ = run(*command)
    assert run(*command, "--figures", folder)[0] == shown
    assert contents(folder) == dict.fromkeys(names(name, CHARTS[name]), b"en")
    with pytest.raises(OutputError, match="already holds figures of this command"):
        run(*command, "--figures", folder)
    run(*command, "--figures", folder, "--force", "--language", "ar")
    assert contents(folder) == dict.fromkeys(names(name, CHARTS[name]), b"ar")


@pytest.mark.slow
def test_figures_are_pictures_and_the_same_each_time(reports, tmp_path):  # noqa: F811
    command = reports["agreement"]
    run(*command, "--figures", tmp_path / "a", "--language", "ar")
    run(*command, "--figures", tmp_path / "b", "--language", "ar", "--html", tmp_path / "p.html")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert (tmp_path / "a" / "agreement-pairs.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_other_files_in_the_folder_stay(reports, tmp_path, undrawn):  # noqa: F811
    others = {"notes.txt": b"n", "audit-labels.png": b"a", "agreement-notes.txt": b"t"}
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)
    _, said = run(*reports["agreement"], "--figures", tmp_path)
    assert "earlier run" not in said
    (tmp_path / "agreement-old.svg").write_bytes(b"o")
    _, said = run(*reports["agreement"], "--figures", tmp_path, "--force")
    assert "figures of an earlier run, which this report does not have: agreement-old.svg" in said
    # The folder that holds an input, such as the current one, is no input itself.
    assert "coded.csv" in contents(tmp_path)
    found = contents(tmp_path)
    assert {name: found[name] for name in others} == others
    assert found["agreement-old.svg"] == b"o"


def test_characters_that_the_font_lacks_are_named(reports, tmp_path, monkeypatch):  # noqa: F811
    drawn = drawing.Drawing({"png": b"x"}, frozenset("新"))
    monkeypatch.setattr(drawing, "draw", lambda figure, language: drawn)
    assert "boxes are drawn: 新" in run(*reports["agreement"], "--figures", tmp_path / "f")[1]


def test_a_report_without_a_chart_says_so_and_is_written(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "one.txt").write_text("قال المرصد إن القصف توقف صباح اليوم", "utf-8")
    report = tmp_path / "report.md"
    with pytest.raises(OutputError, match="no chart to draw"):
        run("audit", texts, "-o", report, "--figures", tmp_path / "figures")
    assert "Written by" in report.read_text("utf-8")
    assert not (tmp_path / "figures").exists()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        (["--figures", "-"], ConfigError, "need a folder of their own"),
        (["--figures", "same", "-o", "same"], ConfigError, "need a folder of their own"),
        (["--figures", "same", "--html", "same"], ConfigError, "need a folder of their own"),
        (["--figures", "f", "--language", "de"], ConfigError, "expected en or ar"),
        (["--figures", "file.txt"], OutputError, "file.txt is not a folder"),
        (["--figures", "file.txt/in/it"], OutputError, "file.txt is not a folder"),
    ],
)
def test_unfit_folders_are_refused(reports, monkeypatch, tmp_path, options, error, said):  # noqa: F811
    command = reports["agreement"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("kept", "utf-8")
    before = contents(tmp_path)
    with pytest.raises(error, match=said):
        run(*command, *options)
    assert contents(tmp_path) == before


def test_figures_never_go_into_an_input(reports):  # noqa: F811
    command = reports["info"]
    with pytest.raises(OutputError, match="it is an input, to which nothing is added"):
        run(*command, "--figures", command[-1], "--force")


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({}, "Got no matplotlib, but --figures needs version 3.11 or later"),
        ({"matplotlib": "3.10.9"}, "Got matplotlib 3.10.9, but --figures needs version 3.11"),
    ],
)
def test_without_a_fitting_matplotlib_nothing_is_done(
    reports,  # noqa: F811
    monkeypatch,
    tmp_path,
    versions,
    said,
):
    monkeypatch.setattr("stance.distribution.installed_versions", lambda packages: versions)
    with pytest.raises(ConfigError, match=said) as caught:
        run(*reports["agreement"], "--figures", tmp_path / "f", "-o", tmp_path / "report.md")
    assert "pip install 'arabic-stance[report]'" in str(caught.value)
    assert not (tmp_path / "report.md").exists()


def test_a_broken_matplotlib_is_told_before_the_work(reports, monkeypatch, tmp_path):  # noqa: F811
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, drawing.__name__)
    with pytest.raises(ConfigError, match="cannot be imported"):
        run(*reports["agreement"], "--figures", tmp_path / "f", "-o", tmp_path / "report.md")
    assert not (tmp_path / "report.md").exists()


@pytest.mark.slow
def test_nothing_else_loads_matplotlib(reports, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, drawing.__name__)
    run(*reports["agreement"], "--html", tmp_path / "page.html")
