"""Labelled text, read from a file row by row: .csv, .jsonl, and tab-separated text under any other name."""

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edge_power_runtime.errors import EdgePowerError

# The names by which a column goes; the first is the one that we write ourselves.
TEXT_COLUMNS = ("text_a", "sentence", "text")
PAIR_COLUMNS = ("text_b",)
LABEL_COLUMNS = ("label",)

_LONGEST_QUOTE = 60
_MOST_LABELS = 20


class DataError(EdgePowerError):
    """A file of labelled text cannot be read, or a row of it makes no sense to the model."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row.

    Attributes:
        text: what is classified; the first of two where there is a pair.
        pair: the second text, or None.
        label: as the file has it, a name or a number; None where the file has none.
        row: its row in the file. The header is row 1; a .jsonl has none, so that its first object is row 1.
    """

    text: str
    pair: str | None
    label: str | None
    row: int


def read_examples(path: Path, *, need_labels: bool) -> Iterator[Example]:
    """Read a file as a stream; one row is in memory at a time.

    A table has a header that names its columns, in any order: `text_a` (or `sentence`, or `text`), `text_b` for
    pairs, `label`; others are passed over. Fields of a .tsv are split at each tab, with no quoting; a .csv is quoted
    as spreadsheets do; a .jsonl has one object per line, with these names as its keys. UTF-8, with LF or CRLF.
    Blank lines are skipped, except in a .tsv of one column, where such a line is an empty text.

    Args:
        path: of the file.
        need_labels: whether a file without labels is refused.

    Raises:
        DataError: while iterating; the message names the file, the row and the fix.
    """
    rows = _objects if path.suffix.lower() == ".jsonl" else _table
    try:
        with path.open("rb") as stream:
            found = False
            for example in rows(stream, path, need_labels):
                found = True
                yield example
    except OSError as error:
        raise DataError(f"cannot read the data file {path}: {error.strerror or error}") from error
    if not found:
        raise DataError(f"{path} has no rows; expected at least one text")


def count_rows(path: Path) -> int:
    """Count the examples of a file, for a progress bar; reads it once, and so finds a bad row before work starts.

    Raises:
        DataError: see `read_examples`.
    """
    return sum(1 for _ in read_examples(path, need_labels=False))


def label_ids(examples: Iterable[Example], labels: Sequence[str], *, path: Path | None = None) -> Iterator[int]:
    """Turn the label of each example into its id, in a stream.

    A label is a name of `labels`, or its index; where one of the names is itself a whole number, as with stars from
    1 to 5, only names are understood, since an index could be mistaken for another label's name.

    Args:
        examples: in any number.
        labels: the model's, in the order of its logits.
        path: of the file that the examples are from, named in the error.

    Raises:
        DataError: a label is missing or unknown.
    """
    ids = {name: index for index, name in enumerate(labels)}
    expected = f"one of {_listed(labels)}"
    if not any(re.fullmatch("[0-9]+", name) for name in labels):
        ids |= {str(index): index for index in range(len(labels))}
        expected += f", or its number from 0 to {len(labels) - 1}"
    for example in examples:
        label = _label_of(example, path)
        if label not in ids:
            raise DataError(
                f"{_where(path, example.row)}: the label {_quote(label)} is unknown to the model; expected {expected}"
            )
        yield ids[label]


def label_values(examples: Iterable[Example], *, path: Path | None = None) -> Iterator[float]:
    """Turn the label of each example into a number, for regression, in a stream.

    Args:
        examples: in any number.
        path: of the file that the examples are from, named in the error.

    Raises:
        DataError: a label is missing or no finite number.
    """
    for example in examples:
        label = _label_of(example, path)
        try:
            value = float(label)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise DataError(
                f"{_where(path, example.row)}: the label {_quote(label)} is no number; this model is a regression, "
                "and its labels are numbers such as 2.5"
            )
        yield value


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table has what we read: indices into its fields, out of `count`."""

    count: int
    text: int
    pair: int | None
    label: int | None


def _table(stream: IO[bytes], path: Path, need_labels: bool) -> Iterator[Example]:
    records = _numbered(_csv_records if path.suffix.lower() == ".csv" else _tsv_records, stream, path)
    header = next(records, None)
    if header is None:
        raise DataError(f"{path} is empty; expected a header such as label<TAB>text_a, then one row per text")
    columns = _columns(header[1], path, need_labels)
    for row, fields in records:
        if _is_blank(fields, columns):
            continue
        if len(fields) != columns.count:
            raise DataError(
                f"{_where(path, row)} has {_counted(len(fields), 'field')}, expected {columns.count} as in the header; "
                f"the row begins {_quote(fields[0])}"
            )
        yield Example(
            text=fields[columns.text],
            pair=None if columns.pair is None else fields[columns.pair],
            label=None if columns.label is None else fields[columns.label].strip(),
            row=row,
        )


def _is_blank(fields: Sequence[str], columns: _Columns) -> bool:
    # The csv module gives [] for a blank line, and splitting at tabs gives [""].
    return not fields or (columns.count > 1 and len(fields) == 1 and not fields[0].strip())


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
            f"{_where(path, row + 1)} is not CSV: {error}; put fields with commas, quotes or line breaks in double "
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


def _columns(header: Sequence[str], path: Path, need_labels: bool) -> _Columns:
    names = [name.strip() for name in header]

    def find(accepted: Sequence[str]) -> int | None:
        found = [index for index, name in enumerate(names) if name in accepted]
        if len(found) > 1:
            twice = " and ".join(names[index] for index in found)
            raise DataError(f"{path}, row 1: the columns {twice} mean the same; keep one of them")
        return found[0] if found else None

    text, label = find(TEXT_COLUMNS), find(LABEL_COLUMNS)
    missing = _missing(has_text=text is not None, has_label=label is not None or not need_labels)
    if text is None or missing:
        found = ", ".join(_quote(name) for name in names)
        raise DataError(f"{path}, row 1: no column {missing}; found {found}; the first row must name the columns")
    return _Columns(len(names), text, find(PAIR_COLUMNS), label)


def _objects(stream: IO[bytes], path: Path, need_labels: bool) -> Iterator[Example]:
    row = 0
    try:
        for row, line in enumerate(_lines(stream), start=1):
            if line.strip():
                yield _example(_parse(line, path, row), path, row, need_labels)
    except UnicodeDecodeError as error:
        raise _not_utf8(path, row + 1, error) from error


def _parse(line: str, path: Path, row: int) -> Mapping[str, object]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{_where(path, row)} is not JSON: {error}; expected one object per line") from error
    if not isinstance(value, dict):
        raise DataError(f'{_where(path, row)} is {_quote(line)}, expected an object such as {{"text_a": "..."}}')
    return value


def _example(fields: Mapping[str, object], path: Path, row: int, need_labels: bool) -> Example:
    text = _text_field(fields, TEXT_COLUMNS, path, row)
    label = _label_field(fields.get(LABEL_COLUMNS[0]), path, row)
    missing = _missing(has_text=text is not None, has_label=label is not None or not need_labels)
    if text is None or missing:
        found = ", ".join(_quote(name) for name in fields) or "none"
        raise DataError(f"{_where(path, row)} has no key {missing}; its keys: {found}")
    return Example(text, _text_field(fields, PAIR_COLUMNS, path, row), label, row)


def _text_field(fields: Mapping[str, object], accepted: Sequence[str], path: Path, row: int) -> str | None:
    found = [name for name in accepted if fields.get(name) is not None]
    if not found:
        return None
    if len(found) > 1:
        raise DataError(f"{_where(path, row)}: the keys {' and '.join(found)} mean the same; keep one of them")
    value = fields[found[0]]
    if not isinstance(value, str):
        raise DataError(f"{_where(path, row)}: {found[0]} is {_quote(json.dumps(value))}, expected a string")
    if re.search("[\ud800-\udfff]", value):
        raise DataError(f"{_where(path, row)}: {found[0]} has half of a surrogate pair, which is no character")
    return value


def _label_field(value: object, path: Path, row: int) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise DataError(f"{_where(path, row)}: label is {_quote(json.dumps(value))}, expected a string or a number")


def _missing(*, has_text: bool, has_label: bool) -> str:
    if has_text:
        return "" if has_label else LABEL_COLUMNS[0]
    return f"{TEXT_COLUMNS[0]} (or {', '.join(TEXT_COLUMNS[1:])})"


def _label_of(example: Example, path: Path | None) -> str:
    if example.label is None:
        raise DataError(f"{_where(path, example.row)} has no label; add a column or key {LABEL_COLUMNS[0]}")
    return example.label


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - _MOST_LABELS
    return ", ".join(labels[:_MOST_LABELS]) + (f" and {more} more" if more > 0 else "")


def _not_utf8(path: Path, row: int, error: UnicodeDecodeError) -> DataError:
    byte = f"byte 0x{error.object[error.start]:02x}"
    return DataError(f"{_where(path, row)} is not UTF-8 ({byte}: {error.reason}); save the file as UTF-8")


def _where(path: Path | None, row: int) -> str:
    return f"row {row}" if path is None else f"{path}, row {row}"


def _quote(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "...")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
