"""Frozen dataclasses from JSON by their own annotations: every field must be there and of its type."""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from edge_power_runtime.reading.jsonnode import Node

T = TypeVar("T")

LARGEST = 1e15
"""Of a number that is not whole: sums and squares of such numbers stay finite. In ms, it is 30,000 years."""


def _number(node: Node) -> float:
    value = node.number()
    if abs(value) > LARGEST:
        node.fail(f"a number within {LARGEST:g}")
    return value


_SCALARS: dict[object, Callable[[Node], object]] = {
    str: Node.text,
    bool: Node.boolean,
    float: _number,
    int: lambda node: node.integer(),
}


def read_dataclass(cls: Callable[..., T], node: Node) -> T:
    """Read an object into `cls`; members that it has no field for are ignored.

    A field whose default is None may be missing, or null: documents may be older than it.

    Fields may be str, bool, int (at least 0), float (within LARGEST), Literal, another such dataclass, tuple[X, ...],
    Mapping[str, X], or one of these and None.

    Raises:
        BundleError: a field is missing or of another type; the message gives the JSON path.
    """
    later = _later(cls)
    present = {name: hint for name, hint in _hints(cls).items() if name not in later or node.later(name) is not None}
    return cls(**{name: _read(hint, node.field(name)) for name, hint in present.items()})


@cache
def _hints(cls: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls)}


@cache
def _later(cls: Any) -> frozenset[str]:
    """Names of the fields that a document may lack."""
    return frozenset(field.name for field in fields(cls) if field.default is None)


def _read(hint: Any, node: Node) -> Any:
    if hint in _SCALARS:
        return _SCALARS[hint](node)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return node.choice(arguments)
    if origin is tuple:
        return tuple(_read(arguments[0], item) for item in node.items())
    if origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return {key: _read(arguments[1], item) for key, item in node.entries().items()}
    if origin in (Union, types.UnionType):
        (inner,) = (argument for argument in arguments if argument is not type(None))
        return None if node.value is None else _read(inner, node)
    return read_dataclass(hint, node)
