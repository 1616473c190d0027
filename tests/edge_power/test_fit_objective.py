"""What the phases minimise, against numbers worked out by hand."""

import math

import pytest
import torch

from edge_power.fit.objective import logits_distance, states_distance, task_loss

# float32 logarithms of numbers near 1.
REL = 1e-6


def test_cross_entropy_of_two_texts():
    logits = torch.tensor([[math.log(3.0), 0.0], [0.0, math.log(4.0)]])
    # Probabilities of the right answers are 3/4 and 1/5.
    expected = -(math.log(3 / 4) + math.log(1 / 5)) / 2
    assert task_loss(logits, torch.tensor([0, 0]), "classification").item() == pytest.approx(expected, rel=REL)


def test_squared_error_of_a_regression():
    logits, labels = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([1.5, 2.0, 1.0])
    assert task_loss(logits, labels, "regression").item() == pytest.approx((0.25 + 0 + 9) / 3, rel=REL)


def test_a_regression_of_one_text_keeps_its_shape():
    """squeeze() alone would make a scalar of it, and mean squared error broadcast it."""
    assert task_loss(torch.tensor([[3.0]]), torch.tensor([1.0]), "regression").item() == 4.0


def test_labels_of_a_regression_may_be_of_another_type():
    logits = torch.tensor([[1.0]], dtype=torch.bfloat16)
    assert task_loss(logits, torch.tensor([3.0]), "regression").dtype == torch.bfloat16


def test_the_distance_of_logits_is_the_mean_squared_difference():
    teacher, student = torch.tensor([[3.0, -3.0], [1.0, 0.0]]), torch.tensor([[1.0, -3.0], [1.0, 1.0]])
    assert logits_distance(student, teacher).item() == (4 + 0 + 0 + 1) / 4


def test_the_distance_of_values():
    assert logits_distance(torch.tensor([[1.0], [4.0]]), torch.tensor([[2.0], [2.0]])).item() == 2.5


def test_a_sure_teacher_still_teaches():
    """Both are all but certain, so that probabilities hardly differ; the gradient is that of the logits."""
    student = torch.tensor([[9.0, -9.0]], requires_grad=True)
    logits_distance(student, torch.tensor([[12.0, -12.0]])).backward()
    assert student.grad.tolist() == [[-3.0, 3.0]]


def test_the_distance_is_float32_in_mixed_precision():
    student = torch.tensor([[1.0, 2.0]], dtype=torch.bfloat16)
    assert logits_distance(student, torch.zeros(1, 2)).dtype == torch.float32


def test_the_distance_of_states_sees_directions_alone():
    student, teacher = torch.tensor([[[5.0, 0.0]], [[3.0, 4.0]]]), torch.tensor([[[0.0, 2.0]], [[6.0, 8.0]]])
    # Encoder 1: orthogonal vectors of length 1 are sqrt(2) apart; encoder 2: the same direction.
    assert states_distance(student, teacher).item() == pytest.approx((2 + 0) / 2, rel=REL)
