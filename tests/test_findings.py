"""Findings follow their conventions; the scripts need a network and are run by hand."""

import re
import subprocess

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def test_the_readme_lists_every_script():
    listed = set(re.findall(r"\]\((\w+\.sh)\)", (FOLDER / "README.md").read_text("utf-8")))
    assert {script.name for script in SCRIPTS} == listed != set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_follows_the_conventions(script):
    text = script.read_text("utf-8")
    header = text.partition("set -euo pipefail")[0]
    assert len(text.splitlines()) < 80
    for part in (r"Packages?", "Behaviour", "Guessed", "Matters", "Seen"):
        assert re.search(rf"^# {part}: ", header, re.MULTILINE), part
    assert "mktemp -d" in text
    assert not re.search(r"^(?:import|from) stance|-m stance", text, re.MULTILINE)
    assert not re.search(r"<<'TEXT'\nTEXT", text), "no output is expected"
    (install,) = re.findall(r"-m pip install (.*?) \|\| exit 2", text, re.DOTALL)
    packages = [word for word in install.split() if not word.startswith(("-", "\\"))]
    assert packages
    assert all("==" in package for package in packages), packages
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
