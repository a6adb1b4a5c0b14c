import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from stance.evaluation.training_draws import draw_order, geometric_sizes, smallest_size

LABELS = st.lists(st.integers(0, 3), min_size=1, max_size=60)


@given(LABELS, st.booleans(), st.integers(0, 5))
def test_every_beginning_has_every_label(labels, by_outlet, seed):
    y_true = np.unique(labels, return_inverse=True)[1]
    n, n_labels = len(y_true), y_true.max() + 1
    outlets = np.arange(n) % 5 if by_outlet else None
    order = draw_order(y_true, np.arange(n) // 2, outlets, np.random.default_rng(seed))
    assert sorted(order.tolist()) == list(range(n))
    start = y_true[order[: smallest_size(n_labels)]]
    least = np.minimum(np.bincount(y_true), 2)
    assert (np.bincount(start, minlength=n_labels) >= least).all()


def test_labels_stay_in_proportion_and_near_duplicates_together():
    y_true = np.array([0] * 60 + [1] * 30)
    duplicates = np.arange(90) // 3
    order = draw_order(y_true, duplicates, None, np.random.default_rng(1))
    for n in (12, 30, 60):
        assert abs((y_true[order[:n]] == 0).sum() - n * 2 / 3) <= 3
    of_label = duplicates[order[4:]][y_true[order[4:]] == 0]
    runs = 1 + np.count_nonzero(np.diff(of_label))
    # Two articles of each label were moved to the front.
    assert runs <= len(set(of_label)) + 1


def test_whole_outlets_follow_each_other():
    y_true, outlets = np.arange(80) % 2, np.arange(80) // 8
    order = draw_order(y_true, np.arange(80), outlets, np.random.default_rng(2))
    assert len(set(outlets[order[:32]])) <= 5
    single = draw_order(y_true, np.arange(80), None, np.random.default_rng(2))
    assert len(set(outlets[single[:32]])) >= 8


def test_draws_differ_by_seed_alone():
    y_true = np.arange(40) % 3
    one, again, other = (
        draw_order(y_true, np.arange(40), None, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert (one == again).all()
    assert (one != other).any()


def test_sizes_have_equal_ratios_from_the_smallest_that_is_allowed():
    assert geometric_sizes(10, 20, 8) == (10, 11, 12, 13, 15, 16, 18, 20)
    assert geometric_sizes(10, 3200, 5) == (200, 400, 800, 1600, 3200)
