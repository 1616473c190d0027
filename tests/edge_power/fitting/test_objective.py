"""What the phases minimise, against numbers worked out by hand."""

import math

import numpy as np
import pytest
import torch

from edge_power.fitting.training.objective import (
    Distillation,
    logits_distance,
    loss_of_constant,
    states_distance,
)
from edge_power.tasks.classification import LearnedClassification
from edge_power.tasks.regression import LearnedRegression

CLASSES = LearnedClassification()

# float32 logarithms of numbers near 1.
REL = 1e-6


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


def test_a_constant_loses_the_entropy_of_labels_or_the_variance_of_values():
    labels = np.array([0, 0, 0, 2])
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert loss_of_constant(labels, None, None, CLASSES) == pytest.approx(entropy)
    assert loss_of_constant(np.array([1.0, 3.0]), None, None, LearnedRegression()) == 1.0


def test_no_constant_loses_less():
    labels = torch.tensor([0, 1, 1, 1, 0, 1])
    least = loss_of_constant(labels.numpy(), None, None, CLASSES)
    for chance in (0.2, 0.5, 4 / 6, 0.9):
        logits = torch.tensor([math.log(1 - chance), math.log(chance)]).expand(6, 2)
        assert CLASSES.loss(logits, labels).item() >= least - 1e-6  # float32
    taught = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 6.0]], dtype=np.float32)
    # Variances 8/3 and 8 around the means 3 and 2.
    known = np.array([0, 0, 1])
    assert loss_of_constant(known, taught, Distillation(), CLASSES) == pytest.approx((8 / 3 + 8) / 2)
    half = loss_of_constant(known, taught, Distillation(logits=0.5), CLASSES)
    labelled = loss_of_constant(known, taught, None, CLASSES)
    assert half == pytest.approx(((8 / 3 + 8) / 2 + labelled) / 2)
