"""What `pip` knows the toolkit by, and that nothing names somebody else's package instead."""

import ast
import importlib.metadata
import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import orjson
import pytest

from stance import distribution
from stance.benchmarking import results
from stance.distribution import DISTRIBUTION, TOOLKIT, install_command, installed_versions
from stance.errors import ConfigError
from stance.labelling import receipt
from stance.model import persistence
from stance.model.manifest import MANIFEST
from stance.model.persistence import read_model, save_model
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# In this file the name is written by its constant, so that the file itself passes.
NAME = r"(?<![\w./-])" + TOOLKIT + r"(?![\w/-])(?!\.\w)"
INSTALLER = (
    r"\b(?:(?:pip3?|pipx|poetry|pdm|conda|mamba|uv(?:[ \t]+(?:pip|tool))?)"
    r"[ \t]+(?:install|download|wheel|uninstall|show|add|index[ \t]+versions)|pipx[ \t]+run|uvx)"
)
# What may stand between the installer and the name: options and other packages, but nothing
# that ends a command or a clause.
ARGUMENTS = r"(?:[ \t]+[^\s`;&|]*[^\s`;&|.,:)])*?[ \t]+\\?[\"']?"
OLD_FORMS = {
    "installed by name": re.compile(INSTALLER + ARGUMENTS + NAME),
    "an extra": re.compile(r"(?<![\w.-])" + TOOLKIT + r"\\?\[\s*[a-z]"),
    "a pinned version": re.compile(r"(?<![\w./-])" + TOOLKIT + r"(?:==|~=|>=|<=|!=)\d"),
    "a version look-up": re.compile(
        r"\b(?:version|distribution|metadata|requires|require|get_distribution)"
        r"\(\s*\\?[\"']" + TOOLKIT + r"\\?[\"'\[]"
    ),
    "a page of the index": re.compile(
        r"pypi\.org/(?:project|simple|pypi)/" + TOOLKIT + r"(?![\w-])"
    ),
}
# Compiled loops import nothing from other rooms; their cache asks for numba's version alone.
MAY_ASK_FOR_VERSIONS = {
    "src/stance/distribution.py",
    "src/stance/distributed/connection.py",
    "src/stance/features/compiled/code_cache.py",
}


def project_files() -> list[Path]:
    """Return what git tracks, or, where the sources come without git, every file that is there."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    tracked = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    if (ROOT / "pyproject.toml") in tracked:
        return [path for path in tracked if path.is_file()]
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not {"__pycache__", "build", "dist"} & set(path.parts)
        and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    ]


def texts() -> dict[str, str]:
    found = {}
    for path in project_files():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found


def old_forms(text: str) -> list[str]:
    """Return every place where the text means the package of the index by the command's name."""
    # A command that goes on after a backslash is one line.
    joined = re.sub(r"\\\n\s*", " ", text)
    return [found[0] for form in OLD_FORMS.values() for found in form.finditer(joined)]


def asked_for_versions(code: str) -> bool:
    """Return whether Python code imports the standard library's look-up of distributions."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return bool(names & {"importlib.metadata", "importlib_metadata", "pkg_resources"})


@pytest.mark.parametrize(
    "text",
    [
        f"pip install {TOOLKIT}",
        f"Install it: `pip install {TOOLKIT}`.",
        f"pip install {TOOLKIT}, then train",
        f"pip install -c constraints.txt --upgrade {TOOLKIT}",
        f"python -m pip install \\\n    numpy {TOOLKIT}\n",
        f"pip install '{TOOLKIT}[dask]'",
        f'pip install "{TOOLKIT}"',
        f"pip install {TOOLKIT}==0.1.0",
        f"uv add {TOOLKIT}",
        f"uvx {TOOLKIT} predict",
        f"pipx install {TOOLKIT}",
        f"r'pip install \\'{TOOLKIT}\\[dask\\]'",
        f"the extra `{TOOLKIT}[tune]`",
        f'dependencies = ["{TOOLKIT}>=0.1"]',
        f'version("{TOOLKIT}")',
        f"metadata.version( '{TOOLKIT}' )",
        f"importlib.metadata.distribution('{TOOLKIT}')",
        f"https://pypi.org/project/{TOOLKIT}/",
    ],
)
def test_the_old_form_is_seen(text):
    assert old_forms(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{TOOLKIT} predict articles.jsonl -o labels.jsonl",
        f"python -m {TOOLKIT} --version",
        f"import {TOOLKIT}\nfrom {TOOLKIT} import predict",
        f"pip install -c constraints.txt .\n{TOOLKIT} predict new.jsonl",
        f"`pip install .` and then `{TOOLKIT} predict new.jsonl`",
        f"pip install . && {TOOLKIT} --help",
        f"Run pip install arabic-{TOOLKIT}; {TOOLKIT} is the command.",
        f"pip install arabic-{TOOLKIT}, the import is {TOOLKIT}",
        f"pip install 'arabic-{TOOLKIT}[dask]'",
        f"pip install arabic_{TOOLKIT}-0.1.0-py3-none-any.whl",
        f"pip install -e src/{TOOLKIT}/",
        f"cd {TOOLKIT} && pip install .",
        f'columns["{TOOLKIT}"][key]',
        f'version("arabic-{TOOLKIT}")',
        f'files("{TOOLKIT}")',
        f'row.pop("{TOOLKIT}")',
        f"[{TOOLKIT}](README.md)",
        f"https://pypi.org/project/arabic-{TOOLKIT}/",
    ],
)
def test_the_command_and_the_import_are_no_old_form(text):
    assert not old_forms(text)


@pytest.mark.slow
def test_nothing_names_the_package_of_somebody_else():
    files = texts()
    assert {"pyproject.toml", "README.md", "src/stance/distribution.py"} <= set(files)
    assert {name: found for name, text in files.items() if (found := old_forms(text))} == {}


@pytest.mark.slow
def test_one_module_asks_for_the_versions_of_packages():
    asking = {
        name
        for name, text in texts().items()
        if name.startswith(("src/", "benchmarks/"))
        and name.endswith(".py")
        and asked_for_versions(text)
    }
    assert asking == MAY_ASK_FOR_VERSIONS


def test_the_project_is_called_as_the_code_says():
    assert PROJECT["name"] == DISTRIBUTION
    assert PROJECT["scripts"] == {TOOLKIT: "stance.cli:main"}


@pytest.mark.slow
def test_every_extra_named_anywhere_exists():
    named = {
        extra
        for text in texts().values()
        for extras in re.findall(rf"(?:{DISTRIBUTION}|'\.)\\?\[([\w, -]+)\\?\]", text)
        for extra in re.split(r",\s*", extras)
    }
    assert {"dask", "tune"} <= named <= set(PROJECT["optional-dependencies"])


def test_the_installed_version_is_that_of_the_project():
    assert distribution.toolkit_version() == PROJECT["version"]
    assert installed_versions([TOOLKIT, "numpy", "no-such-package"]) == {
        TOOLKIT: PROJECT["version"],
        "numpy": importlib.metadata.version("numpy"),
    }


def test_the_version_is_never_that_of_the_package_with_the_same_name(monkeypatch):
    """Two distributions are installed: ours, and the one whose name is the command's."""
    both = {DISTRIBUTION: "0.1.0", TOOLKIT: "1.2"}
    monkeypatch.setattr(importlib.metadata, "version", both.__getitem__)
    assert distribution.toolkit_version() == "0.1.0"
    assert installed_versions([TOOLKIT]) == {TOOLKIT: "0.1.0"}


def test_code_that_was_never_installed_says_what_to_do(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(ConfigError, match=rf"{DISTRIBUTION}.*pip install -c constraints\.txt \."):
        distribution.toolkit_version()
    assert installed_versions([TOOLKIT]) == {}


def test_the_command_for_an_extra():
    assert install_command("tune") == f"pip install '{DISTRIBUTION}[tune]'"


@pytest.mark.parametrize("module", [persistence, receipt, results], ids=lambda one: one.__name__)
def test_every_record_names_the_toolkit_by_the_same_key(module):
    assert installed_versions(module.PACKAGES)[TOOLKIT] == PROJECT["version"]
    assert DISTRIBUTION not in module.PACKAGES


def test_a_model_keeps_the_toolkits_version_under_the_key_it_always_had(tmp_path, fast_model):
    save_model(fast_model, tmp_path / "model")
    written = orjson.loads((tmp_path / "model" / MANIFEST).read_bytes())["versions"]
    assert written[TOOLKIT] == PROJECT["version"]
    assert DISTRIBUTION not in written
    assert read_model(ROOT / "tests" / "data" / "model_format_1").manifest.versions[TOOLKIT]
