"""What a model is to learn, read off the labels of its training data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_power.data.example import DataError, Example, Label, place
from edge_power.data.labels import all_the_same, as_number
from edge_power.tasks.learned import LearnedTask, learned
from edge_power_runtime.tasks import TaskName, task_named


@dataclass(frozen=True, slots=True)
class Target:
    """What a model says of a text.

    Attributes:
        task: by name.
        labels: in the order of their ids; empty for regression.
    """

    task: TaskName
    labels: tuple[str, ...] = ()

    @property
    def learned(self) -> LearnedTask:
        """The task as a value."""
        return learned(task_named(self.task))

    def convert(self, examples: Sequence[Example], *, path: object = None) -> np.ndarray:
        """Turn labels into what the task computes with; see `LearnedTask.truth`.

        Raises:
            DataError: a label is missing, unknown, no number, or one where several are expected, or several for one.
        """
        return self.learned.truth(examples, self.labels, path=path)


def infer_target(
    examples: Sequence[Example],
    *,
    task: TaskName | None = None,
    labels: Sequence[str] | None = None,
    path: object = None,
) -> Target:
    """Decide what to learn from training data, and check that it can be learned.

    Args:
        examples: all of them.
        task: as the user says; None infers it.
        labels: the names in the order of their ids, from the user or from the data set; None infers them.
        path: what the examples are from, such as a Path or a Source; named in the error.

    Raises:
        DataError: labels are missing or unknown, all the same, or named for a regression.
    """
    given = [_stated(example, path) for example in examples]
    name = task or infer_task(given, named=bool(labels))
    target = Target(name, learned(task_named(name)).labels(examples, labels, path=path))
    if len(np.unique(target.convert(examples, path=path), axis=0)) < 2:
        raise all_the_same([" and ".join(label) if isinstance(label, tuple) else label for label in given], path)
    return target


def infer_task(labels: Sequence[Label], *, named: bool = False) -> TaskName:
    """Decide what labels are.

    Multi-label where a row has a list of them. Otherwise regression where all are finite numbers and one of them is not
    whole, unless the user `named` labels, which a value has not; otherwise classification.
    """
    if any(isinstance(label, tuple) for label in labels):
        return "multi_label_classification"
    values = [None if isinstance(label, tuple) else as_number(label) for label in labels]
    if named or any(value is None for value in values):
        return "classification"
    return "regression" if any(value is not None and not value.is_integer() for value in values) else "classification"


def _stated(example: Example, path: object) -> Label:
    if example.label is None:
        raise DataError(f"{place(path, example.row)} has no label; add a column or key label")
    if example.label == "":
        raise DataError(f"{place(path, example.row)} has an empty label; label the row or leave it out")
    return example.label
