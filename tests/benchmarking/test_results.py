import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.benchmarking.results import (
    FORMAT,
    Results,
    fingerprint,
    pack,
    read_results,
    unpack,
    versions,
    write_results,
)
from stance.corpus.article import Article
from stance.errors import ConfigError, OutputError

NAMES = st.lists(st.text(min_size=1), min_size=1, max_size=400, unique=True)


@pytest.mark.slow
@given(NAMES.flatmap(lambda n: st.tuples(st.just(n), st.lists(st.sampled_from(n)))))
def test_packed_guesses_come_back(case):
    labels, guesses = case
    assert unpack(pack(guesses, labels), labels) == guesses


def test_many_guesses_take_little_room():
    labels = ["a", "b", "c", "d", "e"]
    guesses = [labels[n * n % 7 % 5] for n in range(30_000)]
    assert len(pack(guesses, labels)) < 12_000


@pytest.mark.parametrize("packed", ["", "///", "AAAA", "not base64!"])
def test_damaged_guesses_are_refused(packed):
    with pytest.raises(ConfigError, match="cannot be read"):
        unpack(packed, ["a"])


def test_a_guess_beyond_the_labels_is_refused():
    with pytest.raises(ConfigError, match="cannot be read"):
        unpack(pack(["b"], ["a", "b"]), ["a"])


def test_the_fingerprint_sees_ids_labels_and_order():
    one, two = Article("1", "x", "a"), Article("2", "y", "b")
    prints = [
        fingerprint(articles)
        for articles in (
            [one, two],
            [two, one],
            [one],
            [one, dataclasses.replace(two, label="a")],
            [one, dataclasses.replace(two, id="3")],
        )
    ]
    assert len(set(prints)) == 5
    assert fingerprint([one, dataclasses.replace(two, text="other")]) == prints[0]


def test_results_are_written_and_read(tmp_path):
    results = Results(format=FORMAT, suite="تجربة", seed=1, made_with=versions(), tasks={})
    write_results(tmp_path / "r.json", results)
    assert read_results(tmp_path / "r.json") == results
    assert {"stance", "numpy", "python"} <= set(results.made_with)
    with pytest.raises(OutputError, match="already exists"):
        write_results(tmp_path / "r.json", results)


def test_what_is_no_results_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_results(tmp_path / "nowhere.json")
    (tmp_path / "other.json").write_text('{"format": 1, "suite": "x"}')
    with pytest.raises(ConfigError, match="holds no benchmark results: seed"):
        read_results(tmp_path / "other.json")
    (tmp_path / "new.json").write_text(
        f'{{"format": {FORMAT + 1}, "suite": "", "seed": 1, "made_with": {{}}, "tasks": {{}}}}'
    )
    with pytest.raises(ConfigError, match=f"format {FORMAT + 1}"):
        read_results(tmp_path / "new.json")
