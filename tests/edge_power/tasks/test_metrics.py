import math

import numpy as np
import pytest

from edge_power.tasks.metrics import compute_metrics
from edge_power_runtime.errors import InputError


def exact(value: float):
    # These formulas take a handful of float64 operations; 1e-12 is thousands of their ulps.
    return pytest.approx(value, rel=0, abs=1e-12)


def test_binary_by_hand():
    # 3 true positives, 1 false positive, 2 false negatives, 4 true negatives.
    predictions = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    references = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]
    found = compute_metrics("classification", predictions, references, 2)
    assert set(found) == {"accuracy", "f1", "matthews"}
    assert found["accuracy"] == exact(7 / 10)
    assert found["f1"] == exact(2 * 3 / (2 * 3 + 1 + 2))
    assert found["matthews"] == exact((3 * 4 - 1 * 2) / math.sqrt((3 + 1) * (3 + 2) * (4 + 1) * (4 + 2)))


def test_f1_is_of_label_one():
    found = compute_metrics("classification", [0, 0, 0, 1], [0, 0, 0, 0], 2)
    assert found["f1"] == 0.0
    assert found["accuracy"] == exact(0.75)


def test_three_labels_by_hand():
    predictions = [0, 0, 1, 1, 2, 2]
    references = [0, 0, 1, 2, 2, 1]
    found = compute_metrics("classification", predictions, references, 3)
    assert set(found) == {"accuracy", "f1_macro", "matthews"}
    assert found["accuracy"] == exact(4 / 6)
    assert found["f1_macro"] == exact((1 + 1 / 2 + 1 / 2) / 3)
    # Gorodkin's R_K: (c s - sum p t) / (s^2 - sum p^2), with c = 4 right of s = 6, and each label 2 times in both.
    assert found["matthews"] == exact((4 * 6 - 12) / (36 - 12))


def test_macro_leaves_out_labels_that_do_not_occur():
    assert compute_metrics("classification", [0, 1], [0, 1], 77)["f1_macro"] == 1.0


@pytest.mark.parametrize("num_labels", [2, 3])
@pytest.mark.parametrize("constant", [0, 1])
def test_constant_predictions_give_zero_without_a_warning(num_labels, constant):
    found = compute_metrics("classification", [constant] * 4, [0, 1, 0, 1], num_labels)
    assert found["matthews"] == 0.0
    assert all(math.isfinite(value) for value in found.values())


def test_a_perfect_constant_is_no_correlation():
    assert compute_metrics("classification", [1, 1], [1, 1], 2) == {"accuracy": 1.0, "f1": 1.0, "matthews": 0.0}
    assert compute_metrics("classification", [0], [0], 2) == {"accuracy": 1.0, "f1": 0.0, "matthews": 0.0}


def test_more_labels_than_half_the_examples():
    found = compute_metrics("classification", list(range(77)), list(range(77)), 77)
    assert found == {"accuracy": 1.0, "f1_macro": 1.0, "matthews": 1.0}


def test_regression_by_hand():
    # Deviations from the mean: (-1.5, -.5, .5, 1.5) and (-1, 0, -1, 2). Products add up to 4, squares to 5 and 6.
    # Ranks of the references: 1.5, 3, 1.5, 4, and their deviations (-1, .5, -1, 1.5): products 3, squares 4.5.
    found = compute_metrics("regression", [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 1.0, 4.0], 1)
    assert set(found) == {"pearson", "spearman"}
    assert found["pearson"] == exact(4 / math.sqrt(5 * 6))
    assert found["spearman"] == exact(3 / math.sqrt(5 * 4.5))


def test_spearman_sees_order_only():
    found = compute_metrics("regression", [1.0, 10.0, 100.0], [1.0, 2.0, 3.0], 1)
    assert found["spearman"] == exact(1.0)
    assert found["pearson"] < 0.95


@pytest.mark.parametrize(
    ("predictions", "references"),
    [([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]), ([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]), ([1.0], [1.0])],
)
def test_constants_correlate_with_nothing(predictions, references):
    assert compute_metrics("regression", predictions, references, 1) == {"pearson": 0.0, "spearman": 0.0}


def test_values_that_hardly_vary_give_no_warning():
    found = compute_metrics("regression", [1e8, np.nextafter(1e8, 2e8), 1e8], [1.0, 2.0, 1.0], 1)
    assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize(("predictions", "references"), [([], []), ([1], [1, 0])])
def test_lists_that_do_not_match(predictions, references):
    with pytest.raises(InputError, match=r"two lists of the same length, found \(\d,\) and \(\d,\)"):
        compute_metrics("classification", predictions, references, 2)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_numbers_that_are_none(bad):
    with pytest.raises(InputError, match="finite"):
        compute_metrics("regression", [bad, 1.0], [0.0, 1.0], 1)
