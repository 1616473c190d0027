"""Tasks as values: what logits say, when two answers agree, and which labels there must be, by hand."""

import math

import numpy as np
import pytest

from edge_power_runtime.errors import InputError
from edge_power_runtime.tasks import (
    TASK_NAMES,
    Classification,
    MultiLabelClassification,
    Regression,
    likeliest,
    sigmoid,
    task_named,
)

LABELS = ("a", "b", "c")


def close(*values: float):
    # A few float64 operations each; 1e-12 is thousands of their ulps.
    return tuple(pytest.approx(value, rel=0, abs=1e-12) for value in values)


def test_each_name_has_a_task():
    assert TASK_NAMES == ("classification", "regression", "multi_label_classification")
    assert [task_named(name).name for name in TASK_NAMES] == list(TASK_NAMES)
    assert [task_named(name).threshold for name in TASK_NAMES] == [None, None, 0.5]
    assert [
        task_named(name).num_logits(labels) for name, labels in zip(TASK_NAMES, (LABELS, (), LABELS), strict=True)
    ] == [3, 1, 3]


def test_one_label_is_the_likeliest():
    found = Classification().decode((0.0, math.log(2), math.log(1)), LABELS)
    assert found == ("b", *close(0.5), close(0.25, 0.5, 0.25), ("b",))
    assert Classification().decode((1.0, 1.0, 1.0), LABELS).label == "a"


def test_a_value_is_its_logit_or_the_sigmoid_of_it():
    assert Regression().decode((-3.5,), ()) == (None, -3.5, (-3.5,), ())
    found = Regression(sigmoid=True).decode((math.log(3),), ())
    assert found == (None, *close(0.75), close(0.75), ())


def test_labels_above_the_threshold_come_the_likeliest_first():
    logits = (math.log(3), -math.log(3), math.log(9))  # 3/4, 1/4, 9/10
    found = MultiLabelClassification().decode(logits, LABELS)
    assert found == ("c", *close(0.9), close(0.75, 0.25, 0.9), ("c", "a"))
    assert likeliest(found.scores, 2) == close(0.9, 0.75)
    assert MultiLabelClassification(0.1).decode(logits, LABELS).labels == ("c", "a", "b")
    none = MultiLabelClassification(0.95).decode(logits, LABELS)
    assert (none.label, none.labels) == ("c", ())


def test_a_label_at_the_threshold_is_not_above_it():
    assert MultiLabelClassification(0.5).decode((0.0, -1.0, 0.0), LABELS).labels == ()
    assert not MultiLabelClassification(0.5).above(np.zeros(3, np.float32)).any()


def test_of_equals_the_first_label_comes_first():
    assert MultiLabelClassification().decode((2.0, 3.0, 2.0), LABELS).labels == ("b", "a", "c")


@pytest.mark.parametrize("largest", [1e3, 3.4e38])
def test_sigmoid_does_not_overflow(largest):
    assert sigmoid((largest, 0.0, -largest)) == (1.0, 0.5, 0.0)


def test_small_probabilities_keep_their_digits():
    assert sigmoid((-40.0,))[0] == pytest.approx(math.exp(-40), rel=1e-12)


@pytest.mark.parametrize("threshold", [0.01, 0.3, 0.5, 0.9])
def test_arrays_are_read_as_single_texts_are(threshold):
    task = MultiLabelClassification(threshold)
    logits = np.random.default_rng(0).normal(scale=4, size=(200, 3)).astype(np.float32)
    for row, above in zip(logits, task.above(logits), strict=True):
        labels = {label for label, is_above in zip(LABELS, above, strict=True) if is_above}
        assert set(task.decode(tuple(row.tolist()), LABELS).labels) == labels


def test_agreement():
    near, far = np.array([1.0, -1.0, 2.0]), np.array([0.1, -9.0, 7.0])
    assert Classification().agree(near, far)
    assert not Classification().agree(near, -near)
    assert Regression().agree(np.array([1.0]), np.array([9.0]))
    assert MultiLabelClassification().agree(near, far)
    assert not MultiLabelClassification(0.6).agree(near, far)  # sigmoid(0.1) is 0.52
    # The likeliest label is the same, and another one is there.
    assert not MultiLabelClassification().agree(near, np.array([1.0, 1.0, 2.0]))


@pytest.mark.parametrize("threshold", [0, 1, -0.1, 1.5, math.nan, math.inf, True, "0.5"])
def test_thresholds_that_are_none(threshold):
    with pytest.raises(InputError, match=r"the threshold is .*, must be above 0 and below 1, such as 0\.5"):
        MultiLabelClassification(threshold)


def test_options_of_another_task():
    for name in ("classification", "regression"):
        with pytest.raises(InputError, match=f"^the threshold 0.4 is for a multi-label model; this is a {name}: leave"):
            task_named(name, threshold=0.4)
    for name in ("classification", "multi_label_classification"):
        with pytest.raises(InputError, match=f"^the sigmoid is for a model of one value; this is a {name}: leave"):
            task_named(name, sigmoid=True)


@pytest.mark.parametrize(
    ("task", "labels", "expected"),
    [
        (Classification(), LABELS, None),
        (Classification(), ("a",), "two or more non-empty strings, since the task is classification"),
        (MultiLabelClassification(), LABELS, None),
        (MultiLabelClassification(), ("a",), "two or more non-empty strings, since the task is multi_label_classif"),
        (MultiLabelClassification(), ("a", ""), "two or more non-empty strings"),
        (Regression(), (), None),
        (Regression(), ("a",), "empty, since the task is regression"),
    ],
)
def test_labels_that_a_task_expects(task, labels, expected):
    found = task.expected_labels(labels)
    assert (found is None) if expected is None else found.startswith(expected)
