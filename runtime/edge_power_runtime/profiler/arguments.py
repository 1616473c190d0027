"""The command line of `profile`, read into `Options` and written back from them."""

import argparse
from collections.abc import Callable, Sequence
from typing import TypeVar

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.options import Options

T = TypeVar("T")

_DEFAULTS = Options()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments; `Options` says what each means, and its defaults are those here."""
    add = parser.add_argument
    add("bundle", nargs="?", help="the bundle's directory")
    add("--engine", action="append", metavar="NAMES", help="onnx, tflite, executorch; default: all installed")
    add("--precision", action="append", metavar="NAMES", help="fp32, fp16, int8; default: all in the bundle")
    add("--budget", action="append", metavar="NAMES", help="default: all in the bundle")
    add("--lengths", action="append", metavar="NUMBERS", help="of programs; default: all in the bundle")
    add("--num-threads", "--threads", action="append", metavar="NUMBERS", help="of one run; default: 1")
    add("--warmup", type=int, default=_DEFAULTS.warmup, metavar="N", help="answers before the first timed one; 10")
    add("--iterations", type=int, default=_DEFAULTS.iterations, metavar="N", help="timed answers of each case; 100")
    add(
        "--burst",
        type=int,
        default=_DEFAULTS.burst,
        metavar="N",
        help="answers of a case before the next one's turn; 5",
    )
    add("--max-seconds", type=float, metavar="S", help="end the timing that early; each case keeps a round")
    add("--percentiles", action="append", metavar="NUMBERS", help="default: 50,90,95,99")
    add("--texts", metavar="FILE", help="lines of TEXT or TEXT<TAB>PAIR; default: built-in sentences")
    add("--operations", action="store_true", help="measure every operation of the programs too")
    add("--latency-table", action="store_true", help="fit milliseconds by encoder and number of word-vectors")
    add("--json", metavar="FILE", help="write the report with every sample; - is standard output")
    add("--markdown", metavar="FILE", help="write a summary for a pull request; - is standard output")
    add("--progress", choices=("plain", "json", "none"), default="plain", help="on stderr; default: plain")
    # Any number, so that another one than two is refused in our own words.
    add("--compare", nargs="*", metavar="REPORT", help="compare two reports, A.json B.json; no bundle is needed")


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


def options_from(found: argparse.Namespace) -> Options:
    """Make the options of a parsed command line.

    Raises:
        InputError: a value is no number, or outside of its range.
    """
    return Options(
        engines=names(found.engine),
        precisions=names(found.precision),
        budgets=names(found.budget),
        lengths=numbers(found.lengths, "--lengths", int),
        threads=numbers(found.num_threads, "--num-threads", int) or _DEFAULTS.threads,
        warmup=found.warmup,
        iterations=found.iterations,
        max_seconds=found.max_seconds,
        burst=found.burst,
        percentiles=numbers(found.percentiles, "--percentiles", float) or _DEFAULTS.percentiles,
        texts=found.texts,
        operations=found.operations,
        latency_table=found.latency_table,
    )


def arguments_of(options: Options) -> tuple[str, ...]:
    """Give the command line that asks for `options`, but for the bundle: for whoever runs the command elsewhere."""
    lists = {
        "--engine": options.engines,
        "--precision": options.precisions,
        "--budget": options.budgets,
        "--lengths": options.lengths,
        "--num-threads": options.threads,
        "--percentiles": options.percentiles,
    }
    values = {
        "--warmup": options.warmup,
        "--iterations": options.iterations,
        "--burst": options.burst,
        "--max-seconds": options.max_seconds,
    }
    switches = {"--operations": options.operations, "--latency-table": options.latency_table}
    return (
        *(f"{name}={','.join(map(str, items))}" for name, items in lists.items() if items),
        *(f"{name}={value}" for name, value in values.items() if value is not None),
        *((f"--texts={options.texts}",) if options.texts is not None else ()),
        *(name for name, is_on in switches.items() if is_on),
    )


def names(values: Sequence[str] | None) -> tuple[str, ...]:
    """Split what was given with commas, in one option or several."""
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def numbers(values: Sequence[str] | None, option: str, kind: Callable[[str], T]) -> tuple[T, ...]:
    """Split as `names` does, and read each part.

    Raises:
        InputError: a part is no number of this kind.
    """
    try:
        return tuple(kind(part) for part in names(values))
    except ValueError as error:
        wanted = "whole numbers" if kind is int else "numbers"
        raise InputError(f"{option} takes {wanted} with commas between, found {','.join(values or ())!r}") from error
