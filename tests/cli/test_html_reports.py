"""--html and --language mean one thing in every command with a page."""

import pytest

from stance.cli.reports import PAGE_LANGUAGES
from stance.errors import ConfigError, OutputError
from stance.reporting.html.strings import LANGUAGES
from tests.cli.test_reports import corpus, model, reports, run  # noqa: F401

NAMES = ("evaluate", "compare", "agreement", "audit", "info", "concordance")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_written_beside_the_report(reports, tmp_path, name):  # noqa: F811
    command, file = reports[name], tmp_path / "report.html"
    shown, _ = run(*command)
    assert run(*command, "--html", file)[0] == shown
    written = file.read_bytes()
    assert b'<html lang="en" dir="ltr">' in written
    with pytest.raises(OutputError, match="--force"):
        run(*command, "--html", file)
    assert file.read_bytes() == written
    beside = ("--json", tmp_path / "result.json", "-o", tmp_path / "report.md")
    run(*command, "--html", file, "--force", "--language", "ar", *beside)
    assert b'<html lang="ar" dir="rtl">' in file.read_bytes()
    assert all(path.stat().st_size for path in tmp_path.iterdir())
    run(*command, "--html", file, "--force")
    assert file.read_bytes() == written


@pytest.mark.slow
def test_a_cross_validation_has_a_page_too(corpus, tmp_path):  # noqa: F811
    settings = ["--set", "features.char.enabled=false", "--set", "features.lexicon.enabled=false"]
    file = tmp_path / "report.html"
    run(
        "crossval",
        corpus,
        "--by",
        "event",
        "--folds",
        "2",
        "--jobs",
        "1",
        *settings,
        "--html",
        file,
    )
    assert "Cross-validation" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--html", "page.html", "--language", "de"], "Got --language de, but expected en or ar"),
        (["--language", "ar"], "without --html"),
        (["--html", "-"], "needs a file of its own"),
        (["--html", "same", "--json", "same"], "needs a file of its own"),
        (["--html", "same", "-o", "same"], "needs a file of its own"),
    ],
)
def test_unfit_options_are_refused(reports, monkeypatch, tmp_path, options, said):  # noqa: F811
    command = reports["agreement"]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=said):
        run(*command, *options)
    assert not {"page.html", "same", "-"} & {path.name for path in tmp_path.iterdir()}


def test_a_page_never_replaces_an_input(reports):  # noqa: F811
    command = reports["agreement"]
    with pytest.raises(OutputError, match="never replaced"):
        run(*command, "--html", command[1], "--force")


def test_a_folder_that_does_not_exist_is_named_before_the_work(reports, tmp_path):  # noqa: F811
    with pytest.raises(OutputError, match="does not exist"):
        run(*reports["info"], "--html", tmp_path / "none" / "page.html")


def test_the_languages_are_those_of_the_strings():
    assert PAGE_LANGUAGES == LANGUAGES
