"""Options that several commands share, and how their values are read."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edge_power_runtime.engines import engine_name
from edge_power_runtime.errors import InputError
from edge_power_runtime.tasks import check_threshold

if TYPE_CHECKING:
    from edge_power.model.retention_file import Budgets

ENGINE_HELP = "onnx, tflite or executorch (ort, litert and et are understood)."


def engine_option(**attributes: Any) -> Callable[..., Any]:
    """`--engine`."""
    return click.option("--engine", help=f"Engine to use: {ENGINE_HELP} Default: the first installed.", **attributes)


def threads_option() -> Callable[..., Any]:
    """`--threads`."""
    return click.option("--threads", type=int, default=1, show_default=True, help="Threads of one run.")


def threshold_option(default: str) -> Callable[..., Any]:
    """`--threshold`; what is outside (0, 1) is refused before anything is read."""
    return click.option(
        "--threshold",
        type=float,
        callback=_check_threshold,
        help=f"Of a multi-label model: labels above this probability are a text's.  [default: {default}]",
    )


def _check_threshold(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None:
        check_threshold(value)
    return value


def split_commas(values: Iterable[str]) -> list[str]:
    """`("a,b", "c")` to `["a", "b", "c"]`; empty parts are left out."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def parse_engines(values: Iterable[str]) -> tuple[str, ...]:
    """Engine names as typed, with commas or repeated, to ours, each once.

    Raises:
        UnsupportedEngineError: with the nearest match.
    """
    return tuple(dict.fromkeys(engine_name(name) for name in split_commas(values)))


def parse_lengths(text: str) -> tuple[int, ...]:
    """`32,64` to whole numbers.

    Raises:
        InputError: one is none.
    """
    for part in split_commas([text]):
        if not (part.isascii() and part.isdigit()):
            raise InputError(f"the length {part!r} in {text!r} is not a whole number; give lengths as 32,64,128")
    return tuple(int(part) for part in split_commas([text]))


def read_budgets_options(keep: str | None, file: Path | None) -> "Budgets":
    """What `--keep` or `--retention` says; nothing where neither is given.

    Raises:
        InputError: both are given.
        RetentionError: it is no retention.
    """
    from edge_power.model.retention_file import DEFAULT_BUDGET, parse_keep, read_budgets

    if keep is not None and file is not None:
        raise InputError("--keep and --retention both say what to keep; give one of them")
    if keep is not None:
        return {DEFAULT_BUDGET: parse_keep(keep)}
    return {} if file is None else read_budgets(file)


def choose_retention(budgets: "Budgets", name: str | None) -> "Budgets":
    """The one budget of that name; all of them where none is named.

    Raises:
        InputError: there is no such budget.
    """
    if name is None or not budgets:
        return budgets
    if name not in budgets:
        raise InputError(f"no budget {name!r}; there are: {', '.join(budgets)}")
    return {name: budgets[name]}
