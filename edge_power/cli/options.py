"""Options made of what a call takes (`edge_power.api`): a name, its default, and what the call's docstring says."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import click

from edge_power_runtime.reading.parameters import Parameter, listed, parameters_of, with_flags

Command = Callable[..., Any]


def options_of(
    call: Callable[..., Any],
    *,
    flags: Mapping[str, str] | None = None,
    but: Collection[str] = (),
    once: Collection[str] = (),
) -> Callable[[Command], Command]:
    """Give a command an option for each parameter of `call`, in its order.

    Args:
        call: a function, or a dataclass.
        flags: those of parameters that the command calls otherwise; of several the first is shown in errors.
        but: parameters that are no options, or others than this makes.
        once: lists of which the last that is typed counts; others grow with each.
    """
    parameters = parameters_of(call)
    named = _flags(parameters) | dict(flags or {})

    def decorate(command: Command) -> Command:
        for name, parameter in reversed(parameters.items()):
            if name not in but:
                command = click.option(*named[name].split(), name, **_declared(parameter, named, name in once))(command)
        return command

    return decorate


def help_of(call: Callable[..., Any], name: str) -> str:
    """What a call says of one of its parameters, for an option that is made by hand."""
    parameters = parameters_of(call)
    return _told(parameters[name], _flags(parameters))


def _flags(parameters: Collection[str]) -> dict[str, str]:
    return {name: f"--{name.replace('_', '-')}" for name in parameters}


def _declared(parameter: Parameter, flags: Mapping[str, str], once: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"help": _told(parameter, flags), "required": parameter.is_required}
    if parameter.is_list:
        return {**told, "multiple": True, "callback": _lists(parameter, once), "metavar": "LIST"}
    if parameter.kind is bool:
        return {**told, "is_flag": True, "default": parameter.default, "show_default": parameter.default}
    if parameter.choices:
        told["type"] = click.Choice(parameter.choices)
    elif parameter.kind is not str:
        told["type"] = parameter.kind
    if parameter.is_required:  # click 8.5 takes a default of None for one, and then misses nothing
        return told
    return {**told, "default": parameter.default, "show_default": parameter.default is not None}


def _lists(parameter: Parameter, once: bool) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], Any]:
    """Read a list where it is given."""

    def read(context: click.Context, option: click.Parameter, typed: tuple[str, ...]) -> Any:
        given = typed[-1:] if once else typed
        if len(given) == 1 and given[0].strip() in parameter.words:
            return given[0].strip()
        return listed(given, parameter) if given else parameter.default

    return read


def _told(parameter: Parameter, flags: Mapping[str, str]) -> str:
    told = with_flags(parameter.help, flags)
    if told.partition(" ")[0].isalpha():  # the first word is no value that is to be typed
        told = told[:1].upper() + told[1:]
    # click would show a list as Python does.
    return f"{told}  [default: {parameter.written_default}]" if parameter.is_list and parameter.default else told
