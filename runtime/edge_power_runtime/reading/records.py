"""Frozen dataclasses from JSON by their own annotations: every field must be there and of its type.

A field may be str, bool, int (at least 0), float, a Literal, another such dataclass, a Mapping from str, a tuple of any
length, or one of these or None. An annotation may say more:

- `Annotated[X, read]`: the function `read` gives the X of a node.
- `Annotated[tuple[X, ...], Most(10)]`: there may be ten of them at the most.

A dataclass whose fields depend on each other has a class method `from_node`; it calls `fill` for those that do not.
"""

import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Annotated, Any, Literal, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from edge_power_runtime.reading.jsonnode import LARGEST_INTEGER, Node

T = TypeVar("T")
Read = Callable[[Node], Any]
# How many elements an array may have.
Most = NewType("Most", int)


def whole(minimum: int = 0, maximum: int = LARGEST_INTEGER) -> Callable[[Node], int]:
    """Give the reader of a whole number in `minimum`..`maximum`."""
    return lambda node: node.integer(minimum, maximum)


def one_of(options: Collection[str]) -> Callable[[Node], str]:
    """Give the reader of a string that is one of `options`."""
    return lambda node: node.choice(options)


def read_record(cls: Callable[..., T], node: Node) -> T:
    """Read an object into `cls`; members that it has no field for are ignored.

    A field whose default is None may be missing, or null: documents may be older than it.

    Raises:
        BundleError: a field is missing or of another type; the message gives the JSON path.
        TypeError: `cls` has a field of a type that this cannot read.
    """
    found: T = _reader(cls)(node)
    return found


def fill(cls: Callable[..., T], node: Node, /, **known: object) -> T:
    """Read all fields of an object but those that are `known` already, for a `from_node`.

    Raises:
        BundleError: see `read_record`.
    """
    for name, may_lack, read in _fields(cls, frozenset(known)):
        if not may_lack or node.later(name) is not None:
            known[name] = read(node.field(name))
    return cls(**known)


@cache
def _fields(cls: Any, known: frozenset[str]) -> tuple[tuple[str, bool, Read], ...]:
    """Of each field that is read: its name, whether a document may lack it, and its reader."""
    hints = get_type_hints(cls, include_extras=True)
    unknown = [field for field in fields(cls) if field.name not in known]
    return tuple((field.name, field.default is None, _reader(hints[field.name])) for field in unknown)


def _reader(hint: Any) -> Read:
    # Not cached: two Literals that differ in their order alone are equal, and an error lists one's own.
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if origin is Annotated:
        kind, rule = arguments
        return rule if callable(rule) else _array(kind, rule)
    if origin is Literal:
        return one_of(arguments)
    if origin is tuple:
        return _array(hint, None)
    if origin in (Mapping, dict):
        return _mapping(_reader(arguments[1]))
    if origin in (Union, types.UnionType) and types.NoneType in arguments and len(arguments) == 2:
        return _nullable(_reader(next(argument for argument in arguments if argument is not types.NoneType)))
    if isinstance(hint, type) and is_dataclass(hint):
        return getattr(hint, "from_node", None) or partial(fill, hint)
    raise TypeError(f"no JSON is read as {hint}")


_SCALARS: Mapping[object, Read] = {str: Node.text, bool: Node.boolean, float: Node.number, int: Node.integer}


def _array(hint: Any, most: int | None) -> Read:
    if get_origin(hint) is not tuple or get_args(hint)[1:] != (Ellipsis,):
        raise TypeError(f"no array is read as {hint}, must be tuple[X, ...]")
    item = _reader(get_args(hint)[0])
    return lambda node: tuple([item(place) for place in node.items(most=most)])


def _mapping(item: Read) -> Read:
    return lambda node: {key: item(place) for key, place in node.entries().items()}


def _nullable(read: Read) -> Read:
    return lambda node: None if node.value is None else read(node)
