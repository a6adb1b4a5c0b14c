"""The benchmark of coverage in its short form: intervals hold the truth as often as they say."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "coverage.py"


@pytest.fixture(scope="module")
def simulation():
    """Load the script under a name of its own."""
    spec = importlib.util.spec_from_file_location("share_coverage", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.slow
def test_the_short_form_holds_its_bars(simulation, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["coverage.py", "--short"])
    assert simulation.main() == 0, capsys.readouterr().out


def test_a_bar_that_does_not_hold_is_told(simulation):
    row = simulation.measure(simulation.SETTINGS[0], 2)
    setting = simulation.SETTINGS[0]
    assert row.faults(setting, 2) == [] or row.mean < 0.875
    narrow = simulation.replace(row, coverage=[0.9, 0.99, 0.99, 0.99], width_to_hand=0.9)
    told = "\n".join(narrow.faults(setting, simulation.RUNS))
    assert "coverage of a label 0.900, not 0.920" in told
    assert "0.90 times as wide as hand labels alone, not 0.80" in told
