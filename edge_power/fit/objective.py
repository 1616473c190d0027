"""What the phases minimise: the task's loss, and the distance from the fine-tuned model."""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from edge_power.config import Task
from edge_power.errors import OptionError


@dataclass(frozen=True, slots=True)
class Distillation:
    """How much a student follows its teacher (Hinton et al., arXiv:1503.02531; states: Sun et al., arXiv:1908.09355).

    Attributes:
        logits: weight of the teacher's logits against the labels, 0..1: loss = (1 - logits) * task + logits * distance.
        states: weight of the mean squared distance between normalised [CLS] states; 0 leaves them out.

    Raises:
        OptionError: a weight is out of range.
    """

    logits: float = 0.5
    states: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.logits <= 1:
            raise OptionError(f"--distil is {self.logits}, must be in 0..1")
        if not (self.states >= 0 and math.isfinite(self.states)):
            raise OptionError(f"--distil-states is {self.states}, must be a number that is not negative")


def task_loss(logits: torch.Tensor, labels: torch.Tensor, task: Task) -> torch.Tensor:
    """Cross-entropy, or the mean squared error of the single output.

    Args:
        logits: (batch, labels), or (batch, 1) for regression.
        labels: ids int64 (batch,), or values float32 (batch,).
        task: what the logits are for.
    """
    if task == "regression":
        return functional.mse_loss(logits.squeeze(-1), labels.to(logits.dtype))
    return functional.cross_entropy(logits, labels)


def logits_distance(student: torch.Tensor, teacher: torch.Tensor, task: Task) -> torch.Tensor:
    """KL(teacher || student) of the softmax, mean over the batch; the mean squared difference for regression.

    Args:
        student: (batch, labels).
        teacher: likewise, without gradient.
        task: what the logits are for.
    """
    if task == "regression":
        return functional.mse_loss(student, teacher)
    target = functional.log_softmax(teacher.float(), dim=-1)
    return functional.kl_div(
        functional.log_softmax(student.float(), dim=-1), target, reduction="batchmean", log_target=True
    )


def states_distance(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean squared distance of [CLS] states, each of length 1 (Sun et al., arXiv:1908.09355, equation 7).

    Args:
        student: of matching encoders, float (encoders, batch, hidden).
        teacher: likewise, without gradient.
    """
    difference = functional.normalize(student, dim=-1) - functional.normalize(teacher, dim=-1)
    return difference.square().sum(-1).mean()
