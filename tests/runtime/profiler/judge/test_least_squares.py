"""The non-negative solver, against conditions that hold for its solution and no other."""

import numpy as np
import pytest

from edge_power_runtime import InputError
from edge_power_runtime.profiler.judge.least_squares import MOST_COLUMNS, nonnegative


def test_a_nonnegative_solution_is_found_exactly():
    matrix = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    # The system is solvable, so only rounding is left.
    np.testing.assert_allclose(nonnegative(matrix, matrix @ [3.0, 0.5]), [3.0, 0.5], rtol=1e-12)


def test_a_coefficient_that_would_be_negative_is_zero_and_the_rest_is_fitted_anew():
    matrix = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    # Falling values: without a slope, the mean is best.
    np.testing.assert_allclose(nonnegative(matrix, np.array([3.0, 2.0, 1.0])), [2.0, 0.0], rtol=1e-12)


def test_nothing_but_negative_values_gives_zeros():
    assert nonnegative(np.eye(3), np.array([-1.0, -2.0, -3.0])).tolist() == [0.0, 0.0, 0.0]


def test_the_ridge_shares_what_the_columns_cannot_tell_apart():
    # Two equal columns: without the ridge any split is as good; with it the even one is best.
    found = nonnegative(np.array([[1.0, 1.0], [2.0, 2.0]]), np.array([1.0, 2.0]), ridge=1e-8)
    np.testing.assert_allclose(found, [0.5, 0.5], rtol=1e-6)  # the ridge pulls by its own size, 1e-8


@pytest.mark.parametrize("seed", range(20))
def test_the_gradient_is_zero_inside_and_pushes_outward_at_the_bound(seed):
    """The conditions of Karush, Kuhn and Tucker, which hold for the least value of a convex function alone."""
    generator = np.random.default_rng(seed)
    matrix, target = generator.normal(size=(9, 5)), generator.normal(size=9)
    found = nonnegative(matrix, target, ridge=0.1)
    gradient = matrix.T @ (matrix @ found - target) + 0.1 * found
    assert found.min() >= 0
    # The numbers are near 1 and a solve loses some 1e-15 of them.
    np.testing.assert_allclose(gradient[found > 0], 0, atol=1e-10)
    assert gradient[found == 0].min(initial=0) >= -1e-10


@pytest.mark.parametrize(
    ("matrix", "target", "ridge", "message"),
    [
        (np.ones((2, 1)), np.ones(3), 0, r"a row per measurement; got a matrix \(2, 1\) and a target \(3,\)"),
        (np.ones((0, 1)), np.ones(0), 0, "a row per measurement"),
        (np.ones(3), np.ones(3), 0, "a row per measurement"),
        (np.ones((2, MOST_COLUMNS + 1)), np.ones(2), 0, "at most 8 columns can be fitted; got 9"),
        (np.full((2, 1), np.nan), np.ones(2), 0, "only finite numbers"),
        (np.ones((2, 1)), np.array([1, np.inf]), 0, "only finite numbers"),
        (np.ones((2, 1)), np.ones(2), -1, "the ridge must be at least 0"),
    ],
)
def test_bad_input(matrix, target, ridge, message):
    with pytest.raises(InputError, match=message):
        nonnegative(matrix, target, ridge=ridge)
