"""Labelled text in a data set of the `datasets` library: a directory that it saved, or a name on its hub."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edge_power.data.columns import Columns, Found
from edge_power.data.example import DataError, Example, place, quote
from edge_power.data.fields import make_example

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Location:
    """Where the library finds a data set.

    Attributes:
        name: as the user gave it; errors name it.
        where: a directory that `save_to_disk` wrote, or as a str a name on the hub.
        config: of a data set on the hub; None is its only one.
        split: that the user named.
    """

    name: str
    where: Path | str
    config: str | None = None
    split: str | None = None


def open_dataset(location: Location, split: str | None) -> "Dataset":
    """Load one split of a data set.

    Args:
        location: of the data set.
        split: to take where the user named none; None takes the only one.

    Raises:
        DataError: the library is not installed, there is no such data set or split, or there are several splits.
    """
    data = _load(location)
    if not isinstance(data, dict):
        if location.split is not None:
            raise DataError(f"{location.name}: the data set has no splits; leave out @{location.split}")
        return data
    splits = [str(found) for found in data]
    chosen = location.split or split or (splits[0] if len(splits) == 1 else None)
    if chosen not in splits:
        wanted = "name one of them" if chosen is None else f"expected {quote(chosen)}, or name one of them"
        example = location.name.removesuffix(f"@{location.split}")
        raise DataError(
            f"{location.name}: the data set has the splits {', '.join(splits) or '(none)'}; {wanted} at the end, as in "
            f"{example}@{splits[0] if splits else 'train'}"
        )
    return data[chosen]


def read_dataset(data: "Dataset", name: str, columns: Columns, *, need_labels: bool) -> Iterator[Example]:
    """Read a data set as a stream; a label that is a class comes by its name, and class -1 is no label.

    Args:
        data: see `open_dataset`.
        name: that it goes by in errors.
        columns: what the caller calls the columns.
        need_labels: whether a row without a label is refused.

    Raises:
        DataError: while iterating; the message names the data set, the row and the fix.
    """
    found = find_columns(data, name, columns, need_labels=need_labels)
    read = [column for column in (found.text, found.pair, found.label) if column is not None]
    names = class_names(data, found)
    chunks = data.with_format(None).select_columns(read).iter(CHUNK)
    rows = (values for chunk in chunks for values in zip(*(chunk[column] for column in read), strict=True))
    row = 0
    for row, values in enumerate(rows, start=1):
        fields = dict(zip(read, values, strict=True))
        if names is not None and found.label is not None:
            fields[found.label] = _class_names(fields[found.label], names)
        example = make_example(fields, found, columns.separator, source=name, row=row)
        if need_labels and example.label is None:
            raise DataError(f"{place(name, row)} has no label; leave such rows out")
        yield example
    if not row:
        raise DataError(f"{name} has no rows; expected at least one text")


def find_columns(data: "Dataset", name: str, columns: Columns, *, need_labels: bool) -> Found:
    """Find the columns to read.

    Raises:
        DataError: one is missing, or two mean the same.
    """
    found = columns.find(data.column_names, where=name, noun="column")
    if missing := columns.missing(found, need_labels=need_labels):
        raise DataError(f"{name}: no column {missing}; found {', '.join(map(quote, data.column_names)) or 'none'}")
    return found


def class_names(data: "Dataset", found: Found) -> tuple[str, ...] | None:
    """Give the names of the classes in the order of their ids; None where the labels are no classes."""
    from datasets import ClassLabel

    feature = None if found.label is None else data.features[found.label]
    of_list = getattr(feature, "feature", None)  # where a row has several labels
    classes = feature if of_list is None else of_list
    return tuple(classes.names) if isinstance(classes, ClassLabel) else None


def _class_names(value: int | list[int] | None, names: tuple[str, ...]) -> str | list[str | None] | None:
    return [_class_name(item, names) for item in value] if isinstance(value, list) else _class_name(value, names)


def _class_name(value: int | None, names: tuple[str, ...]) -> str | None:
    return names[value] if value is not None and value >= 0 else None


def _load(location: Location) -> "Dataset | DatasetDict":
    is_directory = isinstance(location.where, Path)
    try:
        import datasets
    except ModuleNotFoundError as error:
        kind = "a directory" if is_directory else "no file, so that it would be a data set on the hub"
        raise DataError(
            f"{location.name} is {kind}, which the library datasets reads; pip install 'edge-power[datasets]'"
        ) from error
    try:
        if isinstance(location.where, Path):
            return datasets.load_from_disk(location.where)
        return datasets.load_dataset(location.where, location.config)
    except Exception as error:
        # Its layers raise what they happen on: IndexError for a set saved without rows, httpx's own errors, and more.
        kind = "no data set saved by datasets" if is_directory else "no file, and no data set of the hub"
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DataError(f"{location.name} is {kind} that can be loaded ({reason})") from error
