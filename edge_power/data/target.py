"""What a model is to learn, read off the labels of its training data: a class, out of which, or a number."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from edge_power.data.example import DataError, Example, place, quote
from edge_power.data.labels import as_number, label_ids, label_of, label_values
from edge_power.model.config import Task


@dataclass(frozen=True, slots=True)
class Target:
    """What a model says of a text.

    Attributes:
        task: classification, or regression.
        labels: in the order of their ids; empty for regression.
    """

    task: Task
    labels: tuple[str, ...] = ()

    def convert(self, examples: Iterable[Example], *, path: object = None) -> Iterator[float]:
        """Turn labels into ids, or values for regression; see `label_ids` and `label_values`.

        Raises:
            DataError: a label is missing, unknown, or no number.
        """
        if self.task == "regression":
            return label_values(examples, path=path)
        return label_ids(examples, self.labels, path=path)


def infer_target(
    examples: Sequence[Example], *, task: Task | None = None, labels: Sequence[str] | None = None, path: object = None
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
    if task == "regression" and labels:
        raise DataError(f"{len(labels)} labels are named, and a regression has none; give names or the task, not both")
    given = [_stated(example, path) for example in examples]
    found = task or ("classification" if labels else infer_task(given))
    if found == "classification":
        target = Target(found, tuple(labels or infer_labels(given, path=path)))
    else:
        target = Target(found)
    if len(set(target.convert(examples, path=path))) < 2:
        raise _all_the_same(given, path)
    return target


def infer_task(labels: Sequence[str]) -> Task:
    """Regression where every label is a finite number and one of them is not whole; otherwise classification."""
    values = [as_number(label) for label in labels]
    if any(value is None for value in values):
        return "classification"
    return "regression" if any(value is not None and not value.is_integer() for value in values) else "classification"


def infer_labels(labels: Sequence[str], *, path: object = None) -> tuple[str, ...]:
    """Order the different labels: whole numbers by value, names by code point.

    Args:
        labels: of every row.
        path: what they are from, named in the error.

    Raises:
        DataError: there are fewer than two.
    """
    different = sorted(set(labels))
    if len(different) < 2:
        raise _all_the_same(labels, path)
    if all(re.fullmatch("-?[0-9]{1,18}", label) for label in different):
        different.sort(key=int)
    return tuple(different)


def _stated(example: Example, path: object) -> str:
    label = label_of(example, path)
    if not label:
        raise DataError(f"{place(path, example.row)} has an empty label; label the row or leave it out")
    return label


def _all_the_same(labels: Sequence[str], path: object) -> DataError:
    where = "the data" if path is None else str(path)
    found = f"only the label {quote(labels[0])}" if labels else "no labels"
    return DataError(f"{where} has {found}; expected two different labels or more, to tell apart")
