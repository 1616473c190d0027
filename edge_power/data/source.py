"""Where labelled text comes from: a file, a directory that the `datasets` library saved, or a name on its hub."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_power.data import library
from edge_power.data.columns import USUAL_COLUMNS, Columns
from edge_power.data.example import Example
from edge_power.data.files import FILE_SUFFIXES, read_file
from edge_power.data.stream import is_read_once, is_stdin

_PART = r"[A-Za-z0-9][\w.-]*"
_HUB_NAME = re.compile(rf"((?:{_PART}/)?{_PART})(?::([\w.-]+))?(?:@([\w.-]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """Labelled text by name; as a str it is this name.

    Attributes:
        name: a file, or `-` for standard input; a directory that `save_to_disk` of the `datasets` library wrote, as
            `DIR[@SPLIT]`; or a data set on its hub, as `NAME[:CONFIG][@SPLIT]`. What is on the disk is not looked for
            on the hub.
        columns: what the caller calls the columns.
        split: to read where the name has none; None is the only one there is. Files have no splits.
    """

    name: str
    columns: Columns = USUAL_COLUMNS
    split: str | None = None

    def __str__(self) -> str:
        return "standard input" if is_stdin(Path(self.name)) else self.name


@dataclass(frozen=True, slots=True)
class Kept:
    """Labelled text that was read from what can be read only once.

    Attributes:
        name: that it goes by in errors.
        examples: all of them.
    """

    name: str
    examples: tuple[Example, ...]

    def __str__(self) -> str:
        return self.name


def keep(source: Path | Source, *, need_labels: bool) -> Path | Source | Kept:
    """Make labelled text ready to be read more than once: what can be read only once is read now, and kept.

    Args:
        source: see `read_examples`.
        need_labels: likewise.

    Raises:
        DataError: such a source has a row that cannot be read.
    """
    path = source if isinstance(source, Path) else _locate(source.name)
    if isinstance(path, Path) and is_read_once(path):
        return Kept(str(source), tuple(read_examples(source, need_labels=need_labels)))
    return source


def read_examples(source: Path | Source | Kept, *, need_labels: bool) -> Iterator[Example]:
    """Read labelled text as a stream.

    Columns are found by their usual names, `text_a` (or `sentence`, or `text`), `text_b` for pairs and `label`, where
    `Source.columns` names no others; see `Columns`. The forms of files: see `read_file`.

    Args:
        source: what to read; a Path is a file.
        need_labels: whether data without labels is refused.

    Raises:
        DataError: while iterating; the message names the source, the row and the fix.
    """
    if isinstance(source, Kept):
        yield from source.examples
        return
    if isinstance(source, Path):
        yield from read_file(source, USUAL_COLUMNS, need_labels=need_labels)
        return
    match _locate(source.name):
        case Path() as path:
            yield from read_file(path, source.columns, need_labels=need_labels)
        case location:
            data = library.open_dataset(location, source.split)
            yield from library.read_dataset(data, source.name, source.columns, need_labels=need_labels)


def read_source(
    name: str, *, need_labels: bool, columns: Columns = USUAL_COLUMNS, split: str | None = None
) -> Iterator[Example]:
    """Read labelled text by its name, as a user types it; see `Source` and `read_examples`.

    Raises:
        DataError: while iterating.
    """
    return read_examples(Source(name, columns, split), need_labels=need_labels)


def count_rows(source: Path | Source | Kept) -> int:
    """Count the examples, for a progress bar; reads them once, and so finds a bad row before work starts.

    What can be read only once is gone then; see `keep`.

    Raises:
        DataError: see `read_examples`.
    """
    return sum(1 for _ in read_examples(source, need_labels=False))


def source_labels(source: Path | Source) -> tuple[str, ...] | None:
    """Give the names of the labels that the data itself states, in the order of their ids.

    Only a data set whose labels are classes states them; None for all else.

    Raises:
        DataError: the data set cannot be read, or a column is missing.
    """
    if isinstance(source, Path) or isinstance(location := _locate(source.name), Path):
        return None
    data = library.open_dataset(location, source.split)
    return library.class_names(data, library.find_columns(data, source.name, source.columns, need_labels=False))


def _locate(name: str) -> Path | library.Location:
    """Tell a file from a data set."""
    path = Path(name)
    if path.is_dir():
        return library.Location(name, path)
    directory, _, split = name.rpartition("@")
    if directory and split and not path.exists() and Path(directory).is_dir():
        return library.Location(name, Path(directory), split=split)
    # A name that ends like a file is one, so that a missing file is not looked for on the hub.
    on_hub = _HUB_NAME.fullmatch(name)
    if on_hub is None or path.exists() or path.suffix.lower() in FILE_SUFFIXES:
        return path
    return library.Location(name, on_hub[1], on_hub[2], on_hub[3])
