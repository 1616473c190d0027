"""What the phases minimise beside the task's own loss: the distance from the fine-tuned model."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from edge_power.errors import OptionError
from edge_power.tasks.learned import LearnedTask

# Words swapped in a copy: as many as BERT's own pre-training hid.
SWAPPED = 0.15


@dataclass(frozen=True, slots=True)
class Distillation:
    """How much a student follows its teacher (Ba and Caruana, arXiv:1312.6184; states: Sun et al., arXiv:1908.09355).

    Attributes:
        logits: weight of the teacher's logits against the labels, 0..1: loss = (1 - logits) * task + logits * distance.
        states: weight of the mean squared distance between normalised [CLS] states; 0 leaves them out.
        augment: part of the words that is swapped in copies of the training texts (`augment`); None becomes SWAPPED, or
            0 where labels count, which the copies have not.

    Raises:
        OptionError: a weight is out of range, or labels count and texts are to be augmented.
    """

    logits: float = 1.0
    states: float = 0.0
    augment: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.logits <= 1:
            raise OptionError(f"`distil` is {self.logits}, must be in 0..1")
        if not (self.states >= 0 and math.isfinite(self.states)):
            raise OptionError(f"`distil_states` is {self.states}, must be a number that is not negative")
        if not 0 <= (self.augment or 0) <= 1:
            raise OptionError(f"`augment` is {self.augment}, must be in 0..1, a part of the words")
        if self.augment and self.logits < 1:
            raise OptionError(
                f"`augment` {self.augment} needs `distil` 1, found {self.logits}: a text whose words were swapped has "
                "no label; leave one of the two out"
            )
        if self.augment is None:  # what was done is to be read in the record
            object.__setattr__(self, "augment", SWAPPED if self.logits == 1 else 0.0)

    @property
    def swapped(self) -> float:
        """The part of the words that is swapped; 0 makes no copies."""
        return self.augment or 0.0


def logits_distance(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean squared difference (Ba and Caruana, arXiv:1312.6184, section 2.2).

    A teacher is sure of the texts that it was trained on, and a divergence of such probabilities teaches little more
    than the labels; its logits still differ from text to text (docs/fit.md has both, measured).

    Args:
        student: (batch, labels), or (batch, 1) for regression.
        teacher: likewise, without gradient.
    """
    return functional.mse_loss(student.float(), teacher.float())


def states_distance(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean squared distance of [CLS] states, each of length 1 (Sun et al., arXiv:1908.09355, equation 7).

    Args:
        student: of matching encoders, float (encoders, batch, hidden).
        teacher: likewise, without gradient.
    """
    difference = functional.normalize(student, dim=-1) - functional.normalize(teacher, dim=-1)
    return difference.square().sum(-1).mean()


def loss_of_constant(
    labels: np.ndarray, taught: np.ndarray | None, distillation: Distillation | None, task: LearnedTask
) -> float:
    """The least that an answer can lose that is the same for every text.

    Args:
        labels: of all texts, as the task has them.
        taught: the teacher's logits, float32 (texts, labels); where there are none, labels stand for them.
        distillation: how much it is followed.
        task: what labels are for.
    """
    loss = task.constant_loss(labels)
    if distillation is None or taught is None:
        return loss
    return (1 - distillation.logits) * loss + distillation.logits * float(taught.var(axis=0).mean())
