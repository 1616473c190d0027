"""Least squares with coefficients of at least 0, exactly, for the few columns that a latency table has."""

from itertools import combinations

import numpy as np

from edge_power_runtime.errors import InputError

MOST_COLUMNS = 8
"""2^8 subsets take a few milliseconds each machine; far more columns ask for an active-set method."""


def nonnegative(matrix: np.ndarray, target: np.ndarray, *, ridge: float = 0.0) -> np.ndarray:
    """Find x >= 0 with the least |matrix x - target|^2 + ridge |x|^2.

    The solution is the plain least-squares one of the columns where it is not 0, so every subset of the columns is
    solved, and the best of those solutions that are nowhere negative is the one.

    Args:
        matrix: float (rows, columns), at most 8 columns.
        target: float (rows,).
        ridge: at least 0; above 0 the solution is unique.

    Returns:
        x, float (columns,).

    Raises:
        InputError: the shapes do not fit, a number is not finite, or there are too many columns.
    """
    _check(matrix, target, ridge)
    columns = matrix.shape[1]
    rows = np.vstack([matrix, np.sqrt(ridge) * np.eye(columns)])
    wanted = np.concatenate([target, np.zeros(columns)])
    best, least = np.zeros(columns), float(wanted @ wanted)
    for size in range(1, columns + 1):
        for chosen in combinations(range(columns), size):
            part = rows[:, chosen]
            solution = np.linalg.lstsq(part, wanted, rcond=None)[0]
            error = float(np.sum((part @ solution - wanted) ** 2))
            if solution.min() >= 0 and error < least:
                best, least = np.zeros(columns), error
                best[list(chosen)] = solution
    return best


def _check(matrix: np.ndarray, target: np.ndarray, ridge: float) -> None:
    if matrix.ndim != 2 or target.shape != matrix.shape[:1] or 0 in matrix.shape:
        raise InputError(f"expected a row per measurement; got a matrix {matrix.shape} and a target {target.shape}")
    if matrix.shape[1] > MOST_COLUMNS:
        raise InputError(f"at most {MOST_COLUMNS} columns can be fitted; got {matrix.shape[1]}")
    if not (np.isfinite(matrix).all() and np.isfinite(target).all() and np.isfinite(ridge) and ridge >= 0):
        raise InputError("only finite numbers can be fitted, and the ridge must be at least 0")
