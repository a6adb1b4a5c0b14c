import numpy as np
import pytest
from scipy.optimize import curve_fit

from stance.evaluation.power_law import fit_power_laws, per_doubling

SIZES = np.array([20, 40, 80, 160, 320, 640])


@pytest.mark.parametrize(
    ("ceiling", "scale", "exponent"), [(0.8, 1.0, 0.5), (0.95, 3.0, 1.0), (0.7, 0.6, 0.25)]
)
def test_a_law_without_noise_is_found(ceiling, scale, exponent):
    found = fit_power_laws(SIZES, (ceiling - scale * SIZES**-exponent)[None, :])
    assert found([2000])[0, 0] == pytest.approx(ceiling - scale * 2000**-exponent, abs=0.002)
    assert found.exponent[0] == pytest.approx(exponent, rel=0.03)


def test_the_fits_are_as_good_as_those_of_scipy():
    random = np.random.default_rng(0)
    noisy = 0.8 - 1.2 * SIZES**-0.5 + random.normal(0, 0.1, (20, 6)) / np.sqrt(SIZES)
    found = fit_power_laws(SIZES, noisy)(SIZES)

    def law(n, c, a, b):
        return c - a * (n / 640) ** -b

    for row, fitted in zip(noisy, found, strict=True):
        bounds = ([-1, 0, 0.05], [1, 5, 2])
        best, _ = curve_fit(law, SIZES, row, (0.8, 0.1, 0.5), SIZES**-0.5, bounds=bounds)
        error = SIZES @ (row - law(SIZES, *best)) ** 2
        assert SIZES @ (row - fitted) ** 2 <= error * 1.05


def test_the_ceiling_is_at_most_one_and_the_curve_never_falls():
    steep, falling = np.log2(SIZES) / 10, 0.9 - np.log2(SIZES) / 30
    found = fit_power_laws(SIZES, np.stack([steep, falling]))
    assert found.ceiling.max() <= 1.0
    assert (np.diff(found(SIZES), axis=1) >= 0).all()
    assert found(SIZES)[1] == pytest.approx(np.average(falling, weights=SIZES))


def test_a_doubling_is_a_slope():
    scores = np.stack([0.1 * np.log2(SIZES), np.full(6, 0.5)])
    assert per_doubling(SIZES, scores) == pytest.approx([0.1, 0.0])
