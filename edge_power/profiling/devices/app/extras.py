"""What the app is asked: options as the extras of an Android intent."""

from collections.abc import Iterator

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.options import Options

ENGINE = "onnx"
"""What the app runs."""


def check_options(options: Options) -> None:
    """Refuse what the app cannot do.

    Raises:
        InputError: it is asked for.
    """
    if options.texts is not None:
        raise InputError("the app times its built-in text; leave `texts` out, or profile with `python`")
    if options.operations:
        raise InputError("the app tells no operations; leave `operations` out, or profile with `python`")
    others = [engine for engine in options.engines if engine != ENGINE]
    if others:
        raise InputError(f"`engines` {others[0]}: the app runs {ENGINE} alone; leave it out, or profile with `python`")


def extras_of(options: Options, report: str) -> list[str]:
    """Give the arguments of `am start` that ask for these options.

    Args:
        options: that `check_options` passed.
        report: the name for the report's files.
    """
    return [word for name, value in _extras(options, report) if value for word in ("--es", name, value)]


def _extras(options: Options, report: str) -> Iterator[tuple[str, str]]:
    yield "report", report
    for name in ("precisions", "budgets", "lengths", "threads"):
        yield name, ",".join(map(str, getattr(options, name)))
    for name in ("iterations", "warmup", "burst"):
        yield name, str(getattr(options, name))
    yield "percentiles", ",".join(map(_written, options.percentiles))
    yield "max_seconds", "" if options.max_seconds is None else _written(options.max_seconds)


def _written(number: float) -> str:
    """Write a number as the app reads it, without an exponent."""
    return f"{number:.9f}".rstrip("0").rstrip(".")
