"""Options that several commands share, and how their values are read."""

from collections.abc import Callable, Iterable
from typing import Any

import click

from edge_power_runtime.engines import engine_name
from edge_power_runtime.errors import InputError

ENGINE_HELP = "onnx, tflite or executorch (ort, litert and et are understood)."


def engine_option(**attributes: Any) -> Callable[..., Any]:
    """`--engine`."""
    return click.option("--engine", help=f"Engine to use: {ENGINE_HELP} Default: the first installed.", **attributes)


def threads_option() -> Callable[..., Any]:
    """`--threads`."""
    return click.option("--threads", type=int, default=1, show_default=True, help="Threads of one run.")


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
