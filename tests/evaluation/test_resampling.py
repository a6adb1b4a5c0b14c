"""Drawing articles and groups."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stance.evaluation import resampling
from stance.evaluation.resampling import Units, resampled_counts, resampling_units


def plain_draws(cells, n_cells, units, resamples, seed):
    """Draw units one by one and count their cells: slow, and plainly right."""
    random = np.random.default_rng(seed)
    names = np.unique(units.numbers)
    for _ in range(resamples):
        counts = np.zeros(n_cells)
        for unit in random.choice(names, len(names)):
            np.add.at(counts, cells[units.numbers == unit].ravel(), 1.0)
        yield counts


def test_the_draws_have_the_mean_and_spread_of_plain_ones():
    random = np.random.default_rng(3)
    cells = random.integers(0, 4, (60, 2))
    units = Units(random.integers(0, 12, 60), "outlet")
    fast = np.concatenate(list(resampled_counts(cells, 4, units, resamples=4000, seed=1)))
    slow = np.array(list(plain_draws(cells, 4, units, 2000, 2)))
    assert np.allclose(fast.mean(axis=0), slow.mean(axis=0), rtol=0.03)
    assert np.allclose(np.cov(fast.T), np.cov(slow.T), rtol=0.2, atol=2.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=25))
def test_every_draw_has_as_many_units(pairs):
    units = Units(np.array([unit for unit, _ in pairs]), "outlet")
    alone = np.array([[unit] for unit, _ in pairs])  # the only cell of a unit is its number
    sizes = np.bincount(units.numbers, minlength=6)
    (drawn,) = resampled_counts(alone, 6, units, resamples=20, seed=0)
    times = np.divide(drawn, sizes, out=np.zeros_like(drawn), where=sizes > 0)
    assert (times == times.round()).all()
    assert (times.sum(axis=1) == units.count).all()


def test_little_memory_changes_no_number_of_resamples(monkeypatch):
    units = Units(np.arange(10), "article")
    monkeypatch.setattr(resampling, "NUMBERS_AT_ONCE", 25)
    parts = list(resampled_counts(np.arange(10)[:, None], 10, units, resamples=7, seed=0))
    assert [len(part) for part in parts] == [2, 2, 2, 1]


def test_groups_are_drawn_where_every_label_has_several():
    truth = np.array([0, 0, 1, 1])
    assert resampling_units(truth, ["x", "y", "x", "y"], "event").name == "event"
    assert resampling_units(truth, ["x", "y", "z", "z"]).name == "article"
    assert resampling_units(truth, ["x", "y", "x", None]).name == "article"
    assert resampling_units(truth, None).name == "article"
