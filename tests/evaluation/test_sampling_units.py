"""What an interval is taken over."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.evaluation.sampling_units import FEW_UNITS, UnitCounts, Units


def basis(groups, **more):
    return Units.of(len(groups), groups, **more).basis


def test_named_outlets_are_the_units_whatever_their_labels():
    found = basis(["x", "x", "y", "z", "z", "z"])
    assert (found.unit, found.n_units, found.n_groups) == ("outlet", 3, 3)
    assert basis(["x", "y"], group="event").unit == "event"


def test_an_article_without_outlet_is_a_unit_of_its_own():
    units = Units.of(5, ["x", None, "x", None, "y"])
    assert units.numbers.tolist() == [0, 1, 0, 2, 3]
    assert (units.basis.n_units, units.basis.n_groups, units.basis.n_ungrouped) == (4, 2, 2)


@pytest.mark.parametrize("groups", [None, [None] * 9])
def test_without_outlets_articles_are_the_units(groups):
    found = Units.of(9, groups).basis
    assert (found.unit, found.n_units, found.effective) == ("article", 9, 9.0)
    assert not found.few
    assert not found.of_one_group


def test_of_one_outlet_the_articles_are_the_units_and_it_is_told():
    found = basis(["x"] * 40)
    assert (found.unit, found.n_units, found.of_one_group) == ("article", 40, True)
    assert found.to_dict()["few_units"] is True
    # One article with several labels stays one unit.
    assert basis(["id1"] * 3, group="article").n_units == 1


def test_articles_without_outlet_do_not_make_few_outlets_many():
    found = basis(["x", "y", "z"] * 10 + [None] * 20)
    assert found.n_units == 23
    assert found.few


@pytest.mark.parametrize(("n", "few"), [(FEW_UNITS - 1, True), (FEW_UNITS, False)])
def test_few_are_fewer_than_eight(n, few):
    assert FEW_UNITS == 8
    assert basis([f"o{i}" for i in range(n)] * 2).few is few


@given(st.lists(st.integers(1, 50), min_size=2, max_size=30))
def test_the_effective_number_is_kishs(sizes):
    found = basis([f"o{n}" for n, size in enumerate(sizes) for _ in range(size)])
    variation = np.std(sizes) / np.mean(sizes)
    assert np.isclose(found.effective, len(sizes) / (1 + variation**2))
    assert found.effective <= found.n_units + 1e-9


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_units_with_the_same_counts_stand_once(rows):
    groups = [f"o{unit}" for unit, *_ in rows] + [None]
    cells = np.array([row[1:] for row in rows] + [(0, 0)])
    units = Units.of(len(cells), groups)
    found = UnitCounts.of(cells, 4, units)
    plain = np.zeros((units.numbers.max() + 1, 4))
    for unit, row in zip(units.numbers, cells, strict=True):
        np.add.at(plain[unit], row, 1.0)
    assert found.times.sum() == found.basis.n_units == len(plain)
    dense = np.repeat(found.kinds.toarray(), found.times, axis=0)
    assert sorted(map(tuple, dense.tolist())) == sorted(map(tuple, plain.tolist()))
    assert (found.total == plain.sum(axis=0)).all()
    assert len(np.unique(found.kinds.toarray(), axis=0)) == len(found.times)
