"""The benchmark of coverage in its short form: intervals hold the truth as often as they say."""

import sys

import pytest

from tests.scripts import loaded


@pytest.fixture(scope="module")
def simulation():
    """Load the script under a name of its own."""
    with loaded("coverage.py", "share_coverage") as module:
        yield module


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
