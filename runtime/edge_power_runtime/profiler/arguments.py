"""The command line of `profile`, made of the fields of `Options`, read into them and written back from them."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.reading.parameters import Parameter, listed, parameters_of, with_flags

PARAMETERS = parameters_of(Options)
# Of what can be given several times, a command line names one.
_ONE = {"engines": "--engine", "precisions": "--precision", "budgets": "--budget", "threads": "--num-threads"}
FLAGS = {name: _ONE.get(name, f"--{name.replace('_', '-')}") for name in PARAMETERS}
"""What the command lines of device and host call each field of `Options`."""
ALIASES = {"threads": ("--threads",)}
"""Flags that are understood too."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments: the fields of `Options`, and where the report goes."""
    add = parser.add_argument
    add("bundle", nargs="?", help="the bundle's directory")
    for name, parameter in PARAMETERS.items():
        add(FLAGS[name], *ALIASES.get(name, ()), dest=name, **_declared(parameter))
    add("--json", metavar="FILE", help="write the report with every sample; - is standard output")
    add("--markdown", metavar="FILE", help="write a summary for a pull request; - is standard output")
    add("--progress", choices=("plain", "json", "none"), default="plain", help="on stderr; default: plain")
    # Any number, so that another one than two is refused in our own words.
    add("--compare", nargs="*", metavar="REPORT", help="compare two reports, A.json B.json; no bundle is needed")


def _declared(parameter: Parameter) -> dict[str, Any]:
    """What argparse is told of a field; a list is read by `options_from`, which sees all of it."""
    told = with_flags(parameter.help, FLAGS).rstrip(".")
    if parameter.kind is bool:
        return {"action": "store_true", "help": told}
    told += f"; default: {parameter.written_default}" if parameter.written_default else ""
    if parameter.is_list:
        return {"action": "append", "metavar": "NAMES" if parameter.kind is str else "NUMBERS", "help": told}
    if parameter.kind is str:
        return {"metavar": "FILE", "help": told}
    return {"type": parameter.kind, "default": parameter.default, "metavar": "N", "help": told}


def two_reports(found: Sequence[str], command: str) -> tuple[str, str]:
    """Give the two files that `--compare` takes.

    Args:
        found: what was typed behind it.
        command: that was typed, for the message.

    Raises:
        InputError: they are not two.
    """
    if len(found) != 2:
        given = ", ".join(found) or "none"
        raise InputError(
            f"--compare takes two reports, found {given}; give `{command} --compare A.json B.json` "
            f"(see `{command} --help`)"
        )
    return found[0], found[1]


def options_from(found: Mapping[str, Any]) -> Options:
    """Make the options of a command line.

    Args:
        found: what was given, by field; a list as it was typed, with commas or repeated; others are not looked at.

    Raises:
        InputError: a value is no number, or outside of its range.
    """
    return Options(**{name: _read(found[name], parameter) for name, parameter in PARAMETERS.items()})


def _read(given: Any, parameter: Parameter) -> Any:
    if not parameter.is_list:
        return given
    return listed(given, parameter) if given else parameter.default


def arguments_of(options: Options) -> tuple[str, ...]:
    """Give the command line that asks for `options`, but for the bundle: for whoever runs the command elsewhere."""
    return tuple(argument for name in PARAMETERS for argument in _written(FLAGS[name], getattr(options, name)))


def _written(flag: str, value: object) -> Iterable[str]:
    match value:
        case None | False | ():
            return ()
        case True:
            return (flag,)
        case tuple():
            return (f"{flag}={','.join(map(str, value))}",)
        case _:
            return (f"{flag}={value}",)
