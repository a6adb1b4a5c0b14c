"""Where results go: -o, --format, --json, --quiet mean one thing in every command."""

import os

import orjson
import pytest
from typer.testing import CliRunner

from stance.cli.app import app
from stance.errors import ConfigError, StanceError
from tests.cli.test_cli import model, stance  # noqa: F401
from tests.conftest import SEEDS


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("reports") / "corpus.jsonl"
    path.write_bytes(b"".join(SEEDS.read_bytes().splitlines(keepends=True)[:48]))
    return path


def run(*words):
    """Run a command here; return its standard output and error."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


@pytest.fixture
def reports(corpus, model, tmp_path, monkeypatch):  # noqa: F811
    # What a terminal of a certain width cuts, a file may not.
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(corpus.parent)
    corpus, model = corpus.name, os.path.relpath(model)
    coded = tmp_path / "coded.csv"
    coded.write_text("id,x,y\n1,a,a\n2,a,b\n3,b,b\n", "utf-8")
    return {
        "evaluate": ("evaluate", corpus, "-m", model),
        "compare": ("compare", model, corpus, corpus),
        "agreement": ("agreement", coded, "--annotator", "x", "--annotator", "y"),
        "audit": ("audit", corpus),
        "info": ("info", "-m", model),
        "concordance": ("concordance", corpus, "في"),
        "datasets list": ("datasets", "list"),
        "datasets show": ("datasets", "show", "ans"),
    }


NAMES = (
    *("evaluate", "compare", "agreement", "audit", "info", "concordance"),
    *("datasets list", "datasets show"),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_report_goes_where_it_is_asked_for(reports, tmp_path, name):
    command, file = reports[name], tmp_path / "report.md"
    shown, _ = run(*command)
    assert len(shown.splitlines()) > 2
    assert run(*command, "-o", "-")[0] == shown
    assert run(*command, "-o", file)[0] == ""
    written = file.read_text("utf-8")
    assert f"Written by `stance {name}`" in written
    assert run(*command, "--format", "markdown")[0] == written
    with pytest.raises(StanceError, match="--force"):
        run(*command, "-o", file)
    assert run(*command, "-o", file, "--force", "--format", "text")[0] == ""
    assert file.read_text("utf-8").split() == shown.split()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_json_on_standard_output_is_alone_there(reports, tmp_path, name):
    command = reports[name]
    out, _ = run(*command, "--json", "-")
    run(*command, "--json", tmp_path / "result.json")
    assert orjson.loads(out) == orjson.loads((tmp_path / "result.json").read_bytes())
    run(*command, "--json", "-", "-o", tmp_path / "report.txt")
    assert (tmp_path / "report.txt").read_text("utf-8")
    with pytest.raises(ConfigError, match="one of them"):
        run(*command, "--json", "-", "-o", "-")
    with pytest.raises(ConfigError, match="text or markdown"):
        run(*command, "--format", "html")


@pytest.mark.slow
def test_quiet_keeps_results_and_errors(corpus, tmp_path):
    rows = corpus.read_bytes().splitlines(keepends=True)
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(b"".join([*rows, b"not json\n"]))
    settings = ["--set", "features.char.enabled=false", "--set", "features.lexicon.enabled=false"]
    train = ["train", path, "-o", tmp_path / "m", "--skip-rejected", "--force", *settings]
    loud, quiet = run(*train), run(*train, "-q")
    assert "Skipped 1 row" in loud[1]
    assert "pro_sdf" in loud[0]
    assert quiet == ("", "")
    shown = run("evaluate", path, "-m", tmp_path / "m", "--skip-rejected", "--quiet")
    assert "macro-F1" in shown[0]
    assert shown[1] == ""
    with pytest.raises(StanceError, match="bad JSON"):
        run("train", path, "-o", tmp_path / "n", "-q", *settings)


@pytest.mark.slow
def test_settings_and_pipelines_go_to_the_named_file(model, tmp_path):  # noqa: F811
    file = tmp_path / "all.toml"
    shown, _ = run("config")
    assert run("config", "-o", file)[0] == ""
    assert file.read_text("utf-8") == shown
    with pytest.raises(StanceError, match="--force"):
        run("config", "-o", file)
    with pytest.raises(ConfigError, match="expected joblib"):
        run("export", "-m", model, "-o", tmp_path / "m.onnx", "--format", "onnx")


def test_a_data_set_is_written_in_the_format_asked_for(public_data, monkeypatch, tmp_path):
    monkeypatch.setenv("STANCE_DATA", str(public_data))
    run("datasets", "export", "ans/dev", "-o", tmp_path / "dev", "--format", "jsonl", "-q")
    assert orjson.loads((tmp_path / "dev").read_bytes().splitlines()[0])["id"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["evaluate", "--slice", "outlet,year"], "--slice outlet --slice year"),
        (["compare", "--label", "pro_sdf,neutral_wire"], "--label pro_sdf --label neutral_wire"),
        (["predict", "--keep", "outlet,event"], "--keep outlet --keep event"),
    ],
)
def test_a_list_with_commas_is_explained(corpus, model, words, hint):  # noqa: F811
    command, *options = words
    given = [model, corpus, corpus] if command == "compare" else [corpus, "-m", model]
    with pytest.raises(StanceError, match=f"repeat the option: {hint}"):
        run(command, *given, *options)
