"""What each task learns and is held against, by numbers worked out by hand."""

import math

import numpy as np
import pytest
import torch

from edge_power.data import DataError, Example
from edge_power.tasks.classification import LearnedClassification
from edge_power.tasks.learned import learned
from edge_power.tasks.multi_label import LearnedMultiLabel
from edge_power.tasks.problem_type import PROBLEM_TYPES, task_of
from edge_power.tasks.regression import LearnedRegression
from edge_power_runtime.tasks import TASK_NAMES, MultiLabelClassification, task_named

# float32 logarithms of numbers near 1.
REL = 1e-6

SEVERAL = LearnedMultiLabel(MultiLabelClassification())


def test_cross_entropy_of_two_texts():
    logits = torch.tensor([[math.log(3.0), 0.0], [0.0, math.log(4.0)]])
    # Probabilities of the right answers are 3/4 and 1/5.
    expected = -(math.log(3 / 4) + math.log(1 / 5)) / 2
    assert LearnedClassification().loss(logits, torch.tensor([0, 0])).item() == pytest.approx(expected, rel=REL)


def test_squared_error_of_a_regression():
    logits, labels = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([1.5, 2.0, 1.0])
    assert LearnedRegression().loss(logits, labels).item() == pytest.approx((0.25 + 0 + 9) / 3, rel=REL)


def test_a_regression_of_one_text_keeps_its_shape():
    """squeeze() alone would make a scalar of it, and mean squared error broadcast it."""
    assert LearnedRegression().loss(torch.tensor([[3.0]]), torch.tensor([1.0])).item() == 4.0


def test_labels_of_a_regression_may_be_of_another_type():
    logits = torch.tensor([[1.0]], dtype=torch.bfloat16)
    assert LearnedRegression().loss(logits, torch.tensor([3.0])).dtype == torch.bfloat16


def test_binary_cross_entropy_of_two_texts():
    logits = torch.tensor([[math.log(3.0), 0.0], [math.log(4.0), -math.log(4.0)]])
    truth = torch.tensor([[True, False], [False, False]])
    # Probabilities of what is true are 3/4 and 1/2, 1/5 and 4/5; the mean is over texts and labels.
    expected = -(math.log(3 / 4) + math.log(1 / 2) + math.log(1 / 5) + math.log(4 / 5)) / 4
    assert SEVERAL.loss(logits, truth).item() == pytest.approx(expected, rel=REL)
    assert SEVERAL.loss(logits.to(torch.bfloat16), truth).dtype == torch.bfloat16


def test_a_constant_loses_the_entropy_of_each_label():
    truth = np.array([[True, False, True], [True, False, False], [True, False, False], [True, False, False]])
    # The first label is always there and the second never, which cost nothing; the third is there in a quarter.
    expected = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75)) / 3
    assert SEVERAL.constant_loss(truth) == pytest.approx(expected, rel=1e-12)
    for chance in (0.1, 0.25, 0.6):
        logits = torch.tensor([9.0, -9.0, math.log(chance / (1 - chance))]).expand(4, 3)
        assert SEVERAL.loss(logits, torch.from_numpy(truth)).item() >= SEVERAL.constant_loss(truth) - 1e-6  # float32


def test_gains_over_a_constant_by_hand():
    truth = np.array([[True, False], [True, True], [False, False]])
    # The best constant says the first label alone: right on 2, 1 and 1 of 2 labels.
    logits = np.array([[1.0, -1.0], [1.0, 1.0], [1.0, 1.0]])  # right on 2, 2 and 0
    np.testing.assert_array_equal(SEVERAL.gains(logits, truth), [0, 0.5, -0.5])
    ids = LearnedClassification().gains(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([0, 1, 1]))
    np.testing.assert_array_equal(ids, [1, -1, 0])  # label 1 is the commonest: right on the last two
    values = LearnedRegression().gains(np.array([[1.0], [2.0]]), np.array([1.0, 3.0]))
    np.testing.assert_array_equal(values, [1, 0])


def test_strata_are_the_rarest_labels():
    truth = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0]], dtype=bool)
    np.testing.assert_array_equal(SEVERAL.strata(truth), [0, 0, 2, 0])  # of equals the first


def test_the_truth_of_each_task():
    def examples(*labels):
        return [Example("text", None, label, row) for row, label in enumerate(labels, start=2)]

    ids = LearnedClassification().truth(examples("b", "0"), ("a", "b"))
    assert (ids.tolist(), ids.dtype) == ([1, 0], np.int64)
    values = LearnedRegression().truth(examples("3.8"), ())
    assert (values.tolist(), values.dtype) == ([3.8], np.float64)
    sets = SEVERAL.truth(examples(("c", "a"), ("1",)), ("a", "b", "c"))
    assert (sets.tolist(), sets.dtype) == ([[True, False, True], [False, True, False]], bool)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ((), "dev.tsv, row 2 has no labels; leave such rows out, or give them a label of their own, such as none"),
        (("a", "a"), "dev.tsv, row 2 has the label 'a' twice; give each label once"),
        (("a", "0"), "dev.tsv, row 2 has the label '0' twice; give each label once"),
        (("a", ""), "dev.tsv, row 2 has an empty label among its 2; give each a name"),
        (("a", "x"), "dev.tsv, row 2: the label 'x' is unknown to the model; expected one of a, b, or its number"),
        ("a", "dev.tsv, row 2 has the one label 'a'; expected a list, since this is a multi-label task: name the"),
        (None, "dev.tsv, row 2 has no label; add a column or key labels"),
    ],
)
def test_sets_of_labels_that_are_none(label, message):
    with pytest.raises(DataError) as caught:
        SEVERAL.truth([Example("text", None, label, 2)], ("a", "b"), path="dev.tsv")
    assert str(caught.value).startswith(message) and "\n" not in str(caught.value)


@pytest.mark.parametrize("task", [LearnedClassification(), LearnedRegression()])
@pytest.mark.parametrize(("label", "found"), [(("a", "b"), "'a', 'b'"), (("a",), "'a'"), ((), "none")])
def test_a_list_is_no_single_label(task, label, found):
    with pytest.raises(
        DataError, match=f"^row 2 has a list of labels, {found}; expected one label, since this is no m"
    ):
        task.truth([Example("text", None, label, 2)], ("a", "b"))


@pytest.mark.parametrize(("name", "num_labels"), [("classification", 2), ("classification", 5), ("regression", 1),
                                                  ("multi_label_classification", 3)])  # fmt: skip
def test_metrics_are_those_that_are_named(name, num_labels):
    task = learned(task_named(name))
    labels = tuple(f"l{number}" for number in range(num_labels))
    given = [("0",), ("1",)] if task.answers.threshold else ["0", "1"]
    truth = task.truth([Example("t", None, label, 1) for label in given], labels)
    names = task.metric_names(num_labels)
    assert tuple(task.metrics(np.eye(2, num_labels, dtype=np.float32), truth)) == names
    assert task.default_metric in names
    assert task.answers == task_named(name)


def test_problem_types_both_ways():
    assert set(PROBLEM_TYPES) == set(TASK_NAMES)
    for name, problem in PROBLEM_TYPES.items():
        assert task_of(problem, 1 if name == "regression" else 3) == name
    assert task_of(None, 1) == task_of("single_label_classification", 1) == "regression"
    assert task_of(None, 2) == "classification"
