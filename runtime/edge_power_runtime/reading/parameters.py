"""What a function or a value takes, read off its signature and docstring, so that a command line need not say it again.

An error names a parameter as Python does, in backticks; a command line puts its own flag there, see `with_flags`.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from edge_power_runtime.errors import InputError

T = TypeVar("T")

_SECTIONS = ("Args:", "Attributes:")
_ENTRY = re.compile(r" {4}(\w+): +(.*)")
_NAME = re.compile(r"`(\w+)`")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, as a command line needs to know it.

    Attributes:
        name: in Python.
        kind: of a value: bool, int, float or str; of each, where there are several.
        is_list: whether it takes several values.
        choices: the values that there are; empty where any will do.
        default: what it is where it is not given; None where that is nothing, or where it has to be given.
        is_required: whether it has to be given.
        help: the docstring's words, on one line.
        words: each of which may stand in place of a list.
    """

    name: str
    kind: type[bool] | type[int] | type[float] | type[str]
    is_list: bool
    choices: tuple[str, ...]
    default: Any
    is_required: bool
    help: str
    words: tuple[str, ...] = ()

    @property
    def written_default(self) -> str:
        """The default as a command line takes it; empty where it is nothing."""
        if self.default is None:
            return ""
        values = self.default if self.is_list and self.default not in self.words else (self.default,)
        return ",".join(f"{value:g}" if self.kind is float else str(value) for value in values)


def parameters_of(call: Callable[..., object]) -> dict[str, Parameter]:
    """Read what `call` takes, by name and in its order.

    Args:
        call: a function, or a dataclass, whose docstring has Args or Attributes as Google writes them.
    """
    told = _told(inspect.getdoc(call) or "")
    return {
        name: _parameter(parameter, told.get(name, ""))
        for name, parameter in inspect.signature(call).parameters.items()
    }


def listed(values: Sequence[str], parameter: Parameter) -> tuple[Any, ...]:
    """Read a list as a command line gives it: with commas, in one option or several; empty parts are left out.

    Raises:
        InputError: a part is no number, where numbers are taken.
    """
    parts = [part.strip() for value in values for part in value.split(",") if part.strip()]
    try:
        return tuple(map(parameter.kind, parts))
    except ValueError as error:
        wanted = "whole numbers" if parameter.kind is int else "numbers"
        found = ",".join(values)
        words = "".join(f", or {word}" for word in parameter.words)
        raise InputError(f"`{parameter.name}` takes {wanted} with commas between{words}, found {found!r}") from error


def several(name: str, values: Sequence[T]) -> tuple[T, ...]:
    """Take values that a caller gave in a list.

    Raises:
        InputError: it is one value, whose letters nobody meant.
    """
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise InputError(f"`{name}` is {values!r}, must be a list; give [{values!r}]")
    return tuple(values)


def check_choices(call: Callable[..., object], **given: object) -> None:
    """Check what a caller gave for parameters of which only some values are taken; None is not looked at.

    Raises:
        InputError: it is none of them.
    """
    parameters = parameters_of(call)
    for name, value in given.items():
        choices = parameters[name].choices
        if value is not None and value not in choices:
            raise InputError(f"`{name}` is {value!r}, must be one of {', '.join(choices)}")


def with_flags(message: str, flags: Mapping[str, str]) -> str:
    """Put a command's flags where a message names parameters.

    Args:
        message: that may name some in backticks.
        flags: what the command calls each, by its name.
    """
    return _NAME.sub(lambda found: flags.get(found[1], found[0]), message)


def without_flags(message: str, flags: Mapping[str, str]) -> str:
    """Put names back where `with_flags` put flags."""
    names = {flag: name for name, flag in flags.items()}
    return re.sub(r"--[a-z][a-z-]*", lambda found: f"`{names[found[0]]}`" if found[0] in names else found[0], message)


def _parameter(found: inspect.Parameter, told: str) -> Parameter:
    types = [one for one in _alternatives(found.annotation) if one is not NoneType]
    sequence = next((one for one in types if get_origin(one) is Sequence), None)
    item = get_args(sequence)[0] if sequence is not None else types[0]
    literal = next((one for one in types if get_origin(one) is Literal), None)
    is_required = found.default is inspect.Parameter.empty
    return Parameter(
        name=found.name,
        kind=item if item in (bool, int, float) else str,
        is_list=sequence is not None,
        choices=get_args(literal) if sequence is None else (),
        default=None if is_required else found.default,
        is_required=is_required,
        help=told,
        words=get_args(literal) if sequence is not None else (),
    )


def _alternatives(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _told(doc: str) -> dict[str, str]:
    """The words on each parameter; an entry's further lines stand deeper than its first."""
    told: dict[str, str] = {}
    name = None
    for line in _section(doc.splitlines()):
        entry = _ENTRY.fullmatch(line)
        if entry is not None:
            name = entry[1]
            told[name] = entry[2]
        elif name is not None and line.strip():
            told[name] += " " + line.strip()
    return told


def _section(lines: Sequence[str]) -> list[str]:
    start = next((number for number, line in enumerate(lines) if line in _SECTIONS), len(lines))
    body = lines[start + 1 :]
    end = next((number for number, line in enumerate(body) if line and not line.startswith(" ")), len(body))
    return list(body[:end])
