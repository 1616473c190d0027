import math

import numpy as np
import pytest

from edge_power.tasks.metrics import classification_metrics, multi_label_metrics, regression_metrics
from edge_power_runtime.errors import InputError


def exact(value: float):
    # These formulas take a handful of float64 operations; 1e-12 is thousands of their ulps.
    return pytest.approx(value, rel=0, abs=1e-12)


def classes(predictions: list[int], references: list[int], num_labels: int) -> dict[str, float]:
    return classification_metrics(np.array(predictions), np.array(references), num_labels)


def values(predictions: list[float], references: list[float]) -> dict[str, float]:
    return regression_metrics(np.array(predictions), np.array(references))


def test_binary_by_hand():
    # 3 true positives, 1 false positive, 2 false negatives, 4 true negatives.
    predictions = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    references = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]
    found = classes(predictions, references, 2)
    assert set(found) == {"accuracy", "f1", "matthews"}
    assert found["accuracy"] == exact(7 / 10)
    assert found["f1"] == exact(2 * 3 / (2 * 3 + 1 + 2))
    assert found["matthews"] == exact((3 * 4 - 1 * 2) / math.sqrt((3 + 1) * (3 + 2) * (4 + 1) * (4 + 2)))


def test_f1_is_of_label_one():
    found = classes([0, 0, 0, 1], [0, 0, 0, 0], 2)
    assert found["f1"] == 0.0
    assert found["accuracy"] == exact(0.75)


def test_three_labels_by_hand():
    predictions = [0, 0, 1, 1, 2, 2]
    references = [0, 0, 1, 2, 2, 1]
    found = classes(predictions, references, 3)
    assert set(found) == {"accuracy", "f1_macro", "matthews"}
    assert found["accuracy"] == exact(4 / 6)
    assert found["f1_macro"] == exact((1 + 1 / 2 + 1 / 2) / 3)
    # Gorodkin's R_K: (c s - sum p t) / (s^2 - sum p^2), with c = 4 right of s = 6, and each label 2 times in both.
    assert found["matthews"] == exact((4 * 6 - 12) / (36 - 12))


def test_macro_leaves_out_labels_that_do_not_occur():
    assert classes([0, 1], [0, 1], 77)["f1_macro"] == 1.0


@pytest.mark.parametrize("num_labels", [2, 3])
@pytest.mark.parametrize("constant", [0, 1])
def test_constant_predictions_give_zero_without_a_warning(num_labels, constant):
    found = classes([constant] * 4, [0, 1, 0, 1], num_labels)
    assert found["matthews"] == 0.0
    assert all(math.isfinite(value) for value in found.values())


def test_a_perfect_constant_is_no_correlation():
    assert classes([1, 1], [1, 1], 2) == {"accuracy": 1.0, "f1": 1.0, "matthews": 0.0}
    assert classes([0], [0], 2) == {"accuracy": 1.0, "f1": 0.0, "matthews": 0.0}


def test_more_labels_than_half_the_examples():
    found = classes(list(range(77)), list(range(77)), 77)
    assert found == {"accuracy": 1.0, "f1_macro": 1.0, "matthews": 1.0}


def test_regression_by_hand():
    # Deviations from the mean: (-1.5, -.5, .5, 1.5) and (-1, 0, -1, 2). Products add up to 4, squares to 5 and 6.
    # Ranks of the references: 1.5, 3, 1.5, 4, and their deviations (-1, .5, -1, 1.5): products 3, squares 4.5.
    found = values([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 1.0, 4.0])
    assert set(found) == {"pearson", "spearman"}
    assert found["pearson"] == exact(4 / math.sqrt(5 * 6))
    assert found["spearman"] == exact(3 / math.sqrt(5 * 4.5))


def test_spearman_sees_order_only():
    found = values([1.0, 10.0, 100.0], [1.0, 2.0, 3.0])
    assert found["spearman"] == exact(1.0)
    assert found["pearson"] < 0.95


@pytest.mark.parametrize(
    ("predictions", "references"),
    [([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]), ([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]), ([1.0], [1.0])],
)
def test_constants_correlate_with_nothing(predictions, references):
    assert values(predictions, references) == {"pearson": 0.0, "spearman": 0.0}


def test_values_that_hardly_vary_give_no_warning():
    found = values([1e8, np.nextafter(1e8, 2e8), 1e8], [1.0, 2.0, 1.0])
    assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize(("predictions", "references"), [([], []), ([1], [1, 0])])
def test_lists_that_do_not_match(predictions, references):
    with pytest.raises(InputError, match=r"two lists of the same length, found \(\d,\) and \(\d,\)"):
        classes(predictions, references, 2)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_numbers_that_are_none(bad):
    with pytest.raises(InputError, match="finite"):
        values([bad, 1.0], [0.0, 1.0])


def sets(*rows: str) -> np.ndarray:
    """`101` is the first label and the third."""
    return np.array([[digit == "1" for digit in row] for row in rows])


def test_several_labels_by_hand():
    true, predicted = sets("110", "001", "100"), sets("100", "011", "100")
    # Ranks of the labels: the first text has 1 and 3 for its two, the second 2 for its one, the third 1.
    logits = np.array([[3.0, 1.0, 2.0], [-1.0, 5.0, 4.0], [3.0, 2.0, 1.0]])
    found = multi_label_metrics(logits, true, predicted)
    assert list(found) == ["f1_micro", "f1_macro", "ranking_precision", "exact_match"]
    # 3 right, 1 wrong, 1 missed; label by label 2 right, then 1 wrong and 1 missed, then 1 right.
    assert found["f1_micro"] == exact(2 * 3 / (2 * 3 + 1 + 1))
    assert found["f1_macro"] == exact((1 + 0 + 1) / 3)
    # Tsoumakas, Katakis and Vlahavas, Mining multi-label data, 2010: (1/1 + 2/3) / 2, 1/2 and 1/1.
    assert found["ranking_precision"] == exact(((1 + 2 / 3) / 2 + 1 / 2 + 1) / 3)
    assert found["exact_match"] == exact(1 / 3)


def test_labels_that_do_not_occur_are_left_out_of_the_mean():
    true = sets("1000", "0100")
    assert multi_label_metrics(true.astype(float), true, true)["f1_macro"] == 1.0


def test_no_label_at_all_is_zero_without_a_warning():
    true = sets("10", "01")
    found = multi_label_metrics(np.zeros((2, 2)), true, sets("00", "00"))
    assert found == {"f1_micro": 0.0, "f1_macro": 0.0, "ranking_precision": 0.5, "exact_match": 0.0}


def test_one_text_with_every_label():
    true = sets("11")
    assert set(multi_label_metrics(np.ones((1, 2)), true, true).values()) == {1.0}


def test_sets_that_do_not_match():
    with pytest.raises(InputError, match=r"two lists of the same length, found \(2, 2\) and \(1, 2\)"):
        multi_label_metrics(np.zeros((2, 2)), sets("10"), sets("10", "10"))
    with pytest.raises(InputError, match="finite"):
        multi_label_metrics(np.array([[math.nan, 0.0]]), sets("10"), sets("10"))
