"""Labels as they stand in the data, turned into what a model computes with; and names of labels as an option."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from edge_power.data.columns import LABEL_COLUMNS, SEPARATOR
from edge_power.data.example import DataError, Example, Label, place, quote
from edge_power.data.stream import is_readable

_MOST_LABELS = 20  # of a model's, in a message
_MOST_SHOWN = 5  # of a row's


def label_ids(examples: Iterable[Example], labels: Sequence[str], *, path: object = None) -> Iterator[int]:
    """Turn the label of each example into its id, in a stream.

    A label is a name of `labels`, or its index; where one of the names is itself a whole number, as with stars from
    1 to 5, only names are understood, since an index could be mistaken for another label's name.

    Args:
        examples: in any number.
        labels: the model's, in the order of its logits.
        path: what the examples are from, such as a Path or a Source; named in the error.

    Raises:
        DataError: a label is missing or unknown, or there are several.
    """
    known = _Known(labels)
    for example in examples:
        yield known.id_of(label_of(example, path), example, path)


def label_sets(examples: Iterable[Example], labels: Sequence[str], *, path: object = None) -> Iterator[tuple[int, ...]]:
    """Turn the labels of each example into their ids, in a stream; they are understood as by `label_ids`.

    Args:
        examples: in any number.
        labels: the model's, in the order of its logits.
        path: what the examples are from, such as a Path or a Source; named in the error.

    Raises:
        DataError: labels are missing or unknown, one is there twice, or the data has one label a row and no list.
    """
    known = _Known(labels)
    for example in examples:
        names = labels_of(example, path)
        ids = tuple(known.id_of(name, example, path) for name in names)
        repeated = next((name for number, name in enumerate(names) if ids[number] in ids[:number]), None)
        if repeated is not None:
            raise DataError(f"{place(path, example.row)} has the label {quote(repeated)} twice; give each label once")
        yield ids


class _Known:
    """Labels that a model knows, by name and by number."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._ids = {name: index for index, name in enumerate(labels)}
        self._expected = f"one of {_listed(labels)}"
        if not any(re.fullmatch("[0-9]+", name) for name in labels):
            self._ids |= {str(index): index for index in range(len(labels))}
            self._expected += f", or its number from 0 to {len(labels) - 1}"

    def id_of(self, label: str, example: Example, path: object) -> int:
        if label not in self._ids:
            where = place(path, example.row)
            raise DataError(f"{where}: the label {quote(label)} is unknown to the model; expected {self._expected}")
        return self._ids[label]


def label_values(examples: Iterable[Example], *, path: object = None) -> Iterator[float]:
    """Turn the label of each example into a number, for regression, in a stream.

    Args:
        examples: in any number.
        path: what the examples are from, such as a Path or a Source; named in the error.

    Raises:
        DataError: a label is missing or no finite number.
    """
    for example in examples:
        label = label_of(example, path)
        value = as_number(label)
        if value is None:
            raise DataError(
                f"{place(path, example.row)}: the label {quote(label)} is no number; this model is a regression, "
                "and its labels are numbers such as 2.5"
            )
        yield value


def labels_from(option: str) -> tuple[str, ...]:
    """Read names of labels, in the order of their ids.

    Args:
        option: a file with one name on each line, or names with commas between: `labels.txt`, `negative,positive`.

    Raises:
        DataError: the file cannot be read, there are fewer than two names, or one of them is empty or there twice.
    """
    path = Path(option)
    is_file = is_readable(path)
    if "," not in option and not is_file:
        raise DataError(
            f"the labels {quote(option)} are no file and no list; give a file with one name on each line, or names "
            "with commas between, such as negative,positive"
        )
    where, names = (f"the labels file {path}", _lines(path)) if is_file else ("the labels", option.split(","))
    names = [name.strip() for name in names]
    for number, name in enumerate(names, start=1):
        if not name or re.search("[\ud800-\udfff]", name):
            raise DataError(f"{where}: label {number} is {quote(name)}, expected a name")
        if names.index(name) != number - 1:
            raise DataError(f"{where}: label {number} is {quote(name)} once more; name each label once")
    if len(names) < 2:
        raise DataError(f"{where} name {len(names)} label, expected at least 2")
    return tuple(names)


def label_of(example: Example, source: object) -> str:
    """Give the one label as it stands there.

    Raises:
        DataError: there is none, or a list.
    """
    label = _label_there(example, source, LABEL_COLUMNS[0])
    if isinstance(label, str):
        return label
    found = ", ".join(map(quote, label[:_MOST_SHOWN])) + (", ..." if len(label) > _MOST_SHOWN else "") or "none"
    raise DataError(
        f"{place(source, example.row)} has a list of labels, {found}; expected one label, since this is no multi-label "
        f"task: give one in a column or key {LABEL_COLUMNS[0]}, or a model of several labels a text"
    )


def labels_of(example: Example, source: object) -> tuple[str, ...]:
    """Give several labels as they stand there, at least one.

    Raises:
        DataError: there are none, one is empty, or the data has one label a row and no list.
    """
    label = _label_there(example, source, LABEL_COLUMNS[1])
    where = place(source, example.row)
    if isinstance(label, str):
        raise DataError(
            f"{where} has the one label {quote(label)}; expected a list, since this is a multi-label task: name the "
            f"column {LABEL_COLUMNS[1]} and put {SEPARATOR} between two labels, or give a list in JSON"
        )
    if not label:
        raise DataError(f"{where} has no labels; leave such rows out, or give them a label of their own, such as none")
    if not all(label):
        raise DataError(f"{where} has an empty label among its {len(label)}; give each a name")
    return label


def _label_there(example: Example, source: object, column: str) -> Label:
    if example.label is None:
        raise DataError(f"{place(source, example.row)} has no label; add a column or key {column}")
    return example.label


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
        raise all_the_same(labels, path)
    if all(re.fullmatch("-?[0-9]{1,18}", label) for label in different):
        different.sort(key=int)
    return tuple(different)


def all_the_same(labels: Sequence[str], path: object) -> DataError:
    """The error of data that tells nothing apart."""
    where = "the data" if path is None else str(path)
    found = f"only the label {quote(labels[0])}" if labels else "no labels"
    return DataError(f"{where} has {found}; expected two different labels or more, to tell apart")


def as_number(label: str) -> float | None:
    """Read a finite number; None where the label is none."""
    try:
        value = float(label)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read the labels file {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"the labels file {path} is not UTF-8 ({error.reason}); save it as UTF-8") from error
    return text.rstrip().split("\n") if text.strip() else []


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - _MOST_LABELS
    return ", ".join(labels[:_MOST_LABELS]) + (f" and {more} more" if more > 0 else "")
