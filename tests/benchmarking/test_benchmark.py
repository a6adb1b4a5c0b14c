import pytest

from stance.benchmarking.benchmark import run_suite
from stance.benchmarking.results import read_results, write_results


@pytest.mark.slow
def test_a_suite_run_twice_gives_the_same_bytes(write_suite, tmp_path):
    suite = write_suite('by = "outlet"\nnaive = true\nopponents = ["majority"]')
    told = []
    for name in ("one.json", "two.json"):
        found = run_suite(suite, progress=lambda *step: told.append(step))
        write_results(tmp_path / name, found.results)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert read_results(tmp_path / "one.json") == found.results
    assert told[-1][0] == "small"
    assert told[-1][1] == told[-1][2]


@pytest.mark.slow
def test_results_hold_neither_texts_nor_ids_nor_true_labels(write_suite, desk):
    suite = write_suite('by = "outlet"')
    written = run_suite(suite).results.model_dump_json()
    for secret in ("n17", "سلام", "دمشق", "south"):
        assert secret not in written
