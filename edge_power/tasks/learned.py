"""What the host asks of a task beside reading its answers: how labels are read, learned and scored."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from edge_power.data.example import Example
from edge_power.tasks.classification import LearnedClassification
from edge_power.tasks.multi_label import LearnedMultiLabel
from edge_power.tasks.regression import LearnedRegression
from edge_power_runtime.tasks import Classification, MultiLabelClassification, Regression, Task

if TYPE_CHECKING:
    import torch


class LearnedTask(Protocol):
    """A task as it is trained and scored. `truth` names what `LearnedTask.truth` made of the labels of all texts."""

    @property
    def answers(self) -> Task:
        """The task as the runtime has it: what it is called, and how its logits are read."""
        ...

    @property
    def default_metric(self) -> str:
        """What is chosen by and reported where the user names no metric."""
        ...

    def metric_names(self, num_labels: int) -> tuple[str, ...]:
        """The metrics of a model with so many labels, as `metrics` gives them."""
        ...

    def labels(self, examples: Sequence[Example], names: Sequence[str] | None, *, path: object) -> tuple[str, ...]:
        """Give the labels to learn, in the order of their ids: those that are named, else those of the examples.

        Raises:
            DataError: an example has no label, or in another form, there are fewer than two different ones, or labels
                are named for a task that has none.
        """
        ...

    def truth(self, examples: Sequence[Example], labels: Sequence[str], *, path: object = None) -> np.ndarray:
        """Turn labels into an array, a row for each example.

        Returns:
            int64 (texts,) ids; float64 (texts,) values; or bool (texts, labels), for several labels a text.

        Raises:
            DataError: a label is missing, unknown, no number, or not in the form of this task.
        """
        ...

    def strata(self, truth: np.ndarray) -> np.ndarray:
        """A number for each text, (texts,): of texts with the same number a part is held out."""
        ...

    def loss(self, logits: "torch.Tensor", truth: "torch.Tensor") -> "torch.Tensor":
        """What training on labels minimises, a scalar.

        Args:
            logits: (batch, labels), or (batch, 1) of a value.
            truth: the rows of this batch.
        """
        ...

    def constant_loss(self, truth: np.ndarray) -> float:
        """The least `loss` of logits that are the same for every text."""
        ...

    def metrics(self, logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
        """Score logits, float (texts, labels) or (texts, 1); see `edge_power.tasks.metrics`.

        Raises:
            InputError: there is nothing to compare, the numbers of both differ, or one of them is not finite.
        """
        ...

    def gains(self, logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """By how much each answer is better than the best answer that is always the same, float (texts,)."""
        ...


def learned(task: Task) -> LearnedTask:
    """Give the host's side of a task."""
    match task:
        case Classification():
            return LearnedClassification()
        case Regression():
            return LearnedRegression()
        case MultiLabelClassification():
            return LearnedMultiLabel(task)
        case other:
            raise AssertionError(f"{other} is none of the runtime's tasks")
