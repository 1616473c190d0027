"""Labelled text in a file: .csv, .jsonl or .json with an object per line, tab-separated under any other name.

The name of a pipe tells nothing; there the first line does.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from edge_power.data.columns import Columns
from edge_power.data.example import DataError, Example, place, quote
from edge_power.data.fields import make_example, split_labels
from edge_power.data.stream import is_read_once, is_stdin, open_bytes

JSON_SUFFIXES = (".jsonl", ".json")
FILE_SUFFIXES = (*JSON_SUFFIXES, ".csv", ".tsv", ".txt")

_Form = Literal["json", "csv", "tsv"]
_Bytes = Iterable[bytes]  # the lines of a file, with their ends

# The csv module refuses longer fields unless it is told; a C long holds it on every system.
_LONGEST_FIELD = 2**31 - 1


def read_file(path: Path, columns: Columns, *, need_labels: bool) -> Iterator[Example]:
    """Read a file as a stream; one row is in memory at a time.

    A table has a header that names its columns, in any order; columns that are not read are passed over. Fields of a
    .tsv are split at each tab, with no quoting; a .csv is quoted as spreadsheets do; a .jsonl (or .json) has one object
    per line, with these names as its keys, and a key that holds null counts as absent. UTF-8, with LF or CRLF. Blank
    lines are skipped, except in a .tsv of one column, where such a line is an empty text.

    A row has several labels where its column is called `labels`, with `|` between them, where the caller names a
    separator, and in a list of a .jsonl.

    Args:
        path: of the file; `-` is standard input. What can be read only once is read once; where its name ends as none
            of these files do, the first line tells what it is: an object, or a header with tabs or with commas.
        columns: what the caller calls the columns.
        need_labels: whether a file without labels is refused.

    Raises:
        DataError: while iterating; the message names the file, the row and the fix.
        InputError: there is no standard input.
    """
    source = "standard input" if is_stdin(path) else str(path)
    found = False
    try:
        with open_bytes(path) as stream:
            first = stream.readline()
            lines = chain([first] if first else [], stream)
            for example in _rows(lines, _form(path, first), source, columns, need_labels):
                found = True
                yield example
    except OSError as error:
        raise DataError(f"cannot read the data file {source}: {error.strerror or error}") from error
    if not found:
        raise DataError(f"{source} has no rows; expected at least one text")


def _form(path: Path, first: bytes) -> _Form:
    suffix = path.suffix.lower()
    if suffix in JSON_SUFFIXES:
        return "json"
    if suffix in FILE_SUFFIXES or not is_read_once(path):
        return "csv" if suffix == ".csv" else "tsv"
    if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return "json"
    return "csv" if b"," in first and b"\t" not in first else "tsv"


def _rows(lines: _Bytes, form: _Form, source: str, columns: Columns, need_labels: bool) -> Iterator[Example]:
    if form == "json":
        return _objects(lines, source, columns, need_labels)
    return _table(lines, form, source, columns, need_labels)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a table has what we read: indices into its fields, out of `count`."""

    count: int
    text: int
    pair: int | None
    label: int | None
    separator: str | None


def _table(lines: _Bytes, form: _Form, source: str, columns: Columns, need_labels: bool) -> Iterator[Example]:
    records = _numbered(_csv_records if form == "csv" else _tsv_records, lines, source)
    header = next(records, None)
    if header is None:
        raise DataError(f"{source} is empty; expected a header such as label<TAB>text_a, then one row per text")
    places = _places(header[1], source, columns, need_labels)
    for row, fields in records:
        if _is_blank(fields, places):
            continue
        if len(fields) != places.count:
            raise DataError(
                f"{place(source, row)} has {_counted(len(fields), 'field')}, expected {places.count} as in the header; "
                f"the row begins {quote(fields[0])}"
            )
        yield Example(
            text=fields[places.text],
            pair=None if places.pair is None else fields[places.pair],
            label=None if places.label is None else split_labels(fields[places.label], places.separator),
            row=row,
        )


def _is_blank(fields: Sequence[str], places: _Places) -> bool:
    # The csv module gives [] for a blank line, and splitting at tabs gives [""].
    return not fields or (places.count > 1 and len(fields) == 1 and not fields[0].strip())


def _numbered(
    records: Callable[[_Bytes], Iterator[list[str]]], lines: _Bytes, source: str
) -> Iterator[tuple[int, list[str]]]:
    """Number records from 1, and say of which one an error speaks."""
    row = 0
    try:
        for row, fields in enumerate(records(lines), start=1):
            yield row, fields
    except UnicodeDecodeError as error:
        raise _not_utf8(source, row + 1, error) from error
    except csv.Error as error:
        raise DataError(
            f"{place(source, row + 1)} is not CSV: {error}; put fields with commas, quotes or line breaks in double "
            'quotes and write a quote as "", or save the file as .tsv'
        ) from error


def _tsv_records(lines: _Bytes) -> Iterator[list[str]]:
    return (line.split("\t") for line in _texts(lines))


def _csv_records(lines: _Bytes) -> Iterator[list[str]]:
    # strict: a quote that is never closed is an error, and does not swallow the rows that follow.
    records = csv.reader(_decoded(lines), strict=True)
    while (record := _next_record(records)) is not None:
        yield record


def _next_record(records: Iterator[list[str]]) -> list[str] | None:
    """Read a record with fields of any length; the module's limit is the process's own, and put back."""
    limit = csv.field_size_limit(_LONGEST_FIELD)
    try:
        return next(records, None)
    finally:
        csv.field_size_limit(limit)


def _texts(lines: _Bytes) -> Iterator[str]:
    return (line.removesuffix("\n").removesuffix("\r") for line in _decoded(lines))


def _decoded(lines: _Bytes) -> Iterator[str]:
    """Decode one line at a time, so that an error is that line's; a line ends at LF and nowhere else."""
    for number, line in enumerate(lines):
        yield line.decode("utf-8-sig" if number == 0 else "utf-8")


def _places(header: Sequence[str], source: str, columns: Columns, need_labels: bool) -> _Places:
    names = [name.strip() for name in header]
    found = columns.find(names, where=place(source, 1), noun="column")
    missing = columns.missing(found, need_labels=need_labels)
    if found.text is None or missing:
        listed = ", ".join(quote(name) for name in names)
        raise DataError(f"{place(source, 1)}: no column {missing}; found {listed}; the first row must name the columns")
    return _Places(
        len(names),
        names.index(found.text),
        None if found.pair is None else names.index(found.pair),
        None if found.label is None else names.index(found.label),
        columns.table_separator(found),
    )


def _objects(lines: _Bytes, source: str, columns: Columns, need_labels: bool) -> Iterator[Example]:
    row = 0
    try:
        for row, line in enumerate(_texts(lines), start=1):
            if line.strip():
                yield _example(_parse(line, source, row), source, row, columns, need_labels)
    except UnicodeDecodeError as error:
        raise _not_utf8(source, row + 1, error) from error


def _parse(line: str, source: str, row: int) -> Mapping[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place(source, row)} is not JSON: {error}; expected one object per line") from error
    if not isinstance(value, dict):
        raise DataError(f'{place(source, row)} is {quote(line)}, expected an object such as {{"text_a": "..."}}')
    return value


def _example(fields: Mapping[str, object], source: str, row: int, columns: Columns, need_labels: bool) -> Example:
    names = [name for name, value in fields.items() if value is not None]
    found = columns.find(names, where=place(source, row), noun="key")
    missing = columns.missing(found, need_labels=need_labels)
    if missing:
        listed = ", ".join(quote(name) for name in names) or "none"
        raise DataError(f"{place(source, row)} has no key {missing}; its keys: {listed}")
    return make_example(fields, found, columns.separator, source=source, row=row)


def _not_utf8(source: str, row: int, error: UnicodeDecodeError) -> DataError:
    byte = f"byte 0x{error.object[error.start]:02x}"
    return DataError(f"{place(source, row)} is not UTF-8 ({byte}: {error.reason}); save the file as UTF-8")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
