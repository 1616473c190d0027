"""Labelled text in a file: .csv, .jsonl or .json with an object per line, tab-separated under any other name."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edge_power.data.columns import Columns
from edge_power.data.example import DataError, Example, place, quote
from edge_power.data.fields import make_example

JSON_SUFFIXES = (".jsonl", ".json")


def read_file(path: Path, columns: Columns, *, need_labels: bool) -> Iterator[Example]:
    """Read a file as a stream; one row is in memory at a time.

    A table has a header that names its columns, in any order; columns that are not read are passed over. Fields of a
    .tsv are split at each tab, with no quoting; a .csv is quoted as spreadsheets do; a .jsonl (or .json) has one object
    per line, with these names as its keys, and a key that holds null counts as absent. UTF-8, with LF or CRLF. Blank
    lines are skipped, except in a .tsv of one column, where such a line is an empty text.

    Args:
        path: of the file.
        columns: what the caller calls the columns.
        need_labels: whether a file without labels is refused.

    Raises:
        DataError: while iterating; the message names the file, the row and the fix.
    """
    rows = _objects if path.suffix.lower() in JSON_SUFFIXES else _table
    try:
        with path.open("rb") as stream:
            found = False
            for example in rows(stream, path, columns, need_labels):
                found = True
                yield example
    except OSError as error:
        raise DataError(f"cannot read the data file {path}: {error.strerror or error}") from error
    if not found:
        raise DataError(f"{path} has no rows; expected at least one text")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a table has what we read: indices into its fields, out of `count`."""

    count: int
    text: int
    pair: int | None
    label: int | None


def _table(stream: IO[bytes], path: Path, columns: Columns, need_labels: bool) -> Iterator[Example]:
    records = _numbered(_csv_records if path.suffix.lower() == ".csv" else _tsv_records, stream, path)
    header = next(records, None)
    if header is None:
        raise DataError(f"{path} is empty; expected a header such as label<TAB>text_a, then one row per text")
    places = _places(header[1], path, columns, need_labels)
    for row, fields in records:
        if _is_blank(fields, places):
            continue
        if len(fields) != places.count:
            raise DataError(
                f"{place(path, row)} has {_counted(len(fields), 'field')}, expected {places.count} as in the header; "
                f"the row begins {quote(fields[0])}"
            )
        yield Example(
            text=fields[places.text],
            pair=None if places.pair is None else fields[places.pair],
            label=None if places.label is None else fields[places.label].strip(),
            row=row,
        )


def _is_blank(fields: Sequence[str], places: _Places) -> bool:
    # The csv module gives [] for a blank line, and splitting at tabs gives [""].
    return not fields or (places.count > 1 and len(fields) == 1 and not fields[0].strip())


def _numbered(
    records: Callable[[IO[bytes]], Iterator[list[str]]], stream: IO[bytes], path: Path
) -> Iterator[tuple[int, list[str]]]:
    """Number records from 1, and say of which one an error speaks."""
    row = 0
    try:
        for row, fields in enumerate(records(stream), start=1):
            yield row, fields
    except UnicodeDecodeError as error:
        raise _not_utf8(path, row + 1, error) from error
    except csv.Error as error:
        raise DataError(
            f"{place(path, row + 1)} is not CSV: {error}; put fields with commas, quotes or line breaks in double "
            'quotes and write a quote as "", or save the file as .tsv'
        ) from error


def _tsv_records(stream: IO[bytes]) -> Iterator[list[str]]:
    return (line.split("\t") for line in _lines(stream))


def _csv_records(stream: IO[bytes]) -> Iterator[list[str]]:
    # strict: a quote that is never closed is an error, and does not swallow the rows that follow.
    return csv.reader(_decoded(stream), strict=True)


def _lines(stream: IO[bytes]) -> Iterator[str]:
    return (line.removesuffix("\n").removesuffix("\r") for line in _decoded(stream))


def _decoded(stream: IO[bytes]) -> Iterator[str]:
    """Decode one line at a time, so that an error is that line's; a line ends at LF and nowhere else."""
    for number, line in enumerate(stream):
        yield line.decode("utf-8-sig" if number == 0 else "utf-8")


def _places(header: Sequence[str], path: Path, columns: Columns, need_labels: bool) -> _Places:
    names = [name.strip() for name in header]
    found = columns.find(names, where=place(path, 1), noun="column")
    missing = columns.missing(found, need_labels=need_labels)
    if found.text is None or missing:
        listed = ", ".join(quote(name) for name in names)
        raise DataError(f"{place(path, 1)}: no column {missing}; found {listed}; the first row must name the columns")
    return _Places(
        len(names),
        names.index(found.text),
        None if found.pair is None else names.index(found.pair),
        None if found.label is None else names.index(found.label),
    )


def _objects(stream: IO[bytes], path: Path, columns: Columns, need_labels: bool) -> Iterator[Example]:
    row = 0
    try:
        for row, line in enumerate(_lines(stream), start=1):
            if line.strip():
                yield _example(_parse(line, path, row), path, row, columns, need_labels)
    except UnicodeDecodeError as error:
        raise _not_utf8(path, row + 1, error) from error


def _parse(line: str, path: Path, row: int) -> Mapping[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place(path, row)} is not JSON: {error}; expected one object per line") from error
    if not isinstance(value, dict):
        raise DataError(f'{place(path, row)} is {quote(line)}, expected an object such as {{"text_a": "..."}}')
    return value


def _example(fields: Mapping[str, object], path: Path, row: int, columns: Columns, need_labels: bool) -> Example:
    names = [name for name, value in fields.items() if value is not None]
    found = columns.find(names, where=place(path, row), noun="key")
    missing = columns.missing(found, need_labels=need_labels)
    if missing:
        listed = ", ".join(quote(name) for name in names) or "none"
        raise DataError(f"{place(path, row)} has no key {missing}; its keys: {listed}")
    return make_example(fields, found, source=path, row=row)


def _not_utf8(path: Path, row: int, error: UnicodeDecodeError) -> DataError:
    byte = f"byte 0x{error.object[error.start]:02x}"
    return DataError(f"{place(path, row)} is not UTF-8 ({byte}: {error.reason}); save the file as UTF-8")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
