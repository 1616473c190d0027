"""Values of a JSON object or of a data set's row, checked and made into an Example."""

import json
import re
from collections.abc import Mapping

from edge_power.data.columns import Found
from edge_power.data.example import DataError, Example, Label, place, quote


def make_example(
    fields: Mapping[str, object], found: Found, separator: str | None, *, source: object, row: int
) -> Example:
    """Check the values and make them an Example.

    Args:
        fields: values by name.
        found: the names to read; there is a text among them.
        separator: see `split_labels`.
        source: what the data is called by.
        row: of the data.

    Raises:
        DataError: a text is no string, or a label neither string nor number, nor a list of these.
    """
    assert found.text is not None
    where = place(source, row)
    pair = None if found.pair is None or fields[found.pair] is None else _text(fields, found.pair, where)
    label = None if found.label is None else _label(fields[found.label], found.label, where, separator)
    return Example(_text(fields, found.text, where), pair, label, row)


def _text(fields: Mapping[str, object], name: str, where: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise DataError(f"{where}: {name} is {_shown(value)}, expected a string")
    if re.search("[\ud800-\udfff]", value):
        raise DataError(f"{where}: {name} has half of a surrogate pair, which is no character")
    return value


def split_labels(text: str, separator: str | None) -> Label:
    """Read a label's text: several where there is a separator, none of them where the text is empty."""
    if separator is None:
        return text.strip()
    return tuple(part.strip() for part in text.split(separator)) if text.strip() else ()


def _label(value: object, name: str, where: str, separator: str | None) -> Label | None:
    if value is None:
        return None
    if isinstance(value, list):
        return tuple(_one_label(item, name, where, "strings or numbers in its list") for item in value)
    if isinstance(value, str):
        return split_labels(value, separator)
    return _one_label(value, name, where, "a string or a number")


def _one_label(value: object, name: str, where: str, expected: str) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise DataError(f"{where}: {name} is {_shown(value)}, expected {expected}")


def _shown(value: object) -> str:
    # A data set also holds what JSON does not, such as dates.
    return quote(json.dumps(value, default=str))
