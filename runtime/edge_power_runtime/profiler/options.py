"""What a user may ask of the profiler, checked as far as that goes without a bundle."""

import math
from dataclasses import dataclass
from typing import TypeVar

from edge_power_runtime.bundle.manifest import PRECISIONS
from edge_power_runtime.engines import engine_name
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.judge.statistics import DEFAULT_PERCENTILES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """What to profile, and how; an empty tuple asks for all that there is.

    Repeated values are dropped, and engines get our names (ort becomes onnx). Messages name the command line's option
    for a value, since most come from there.

    Attributes:
        engines: names or aliases; empty takes those that are installed.
        precisions: fp32, fp16 or int8.
        budgets: of the bundle.
        lengths: of programs.
        threads: that one run may use, each at least 1.
        warmup: answers before the first timed one, per case; 0 for none.
        iterations: timed answers per case, at least 1.
        max_seconds: ends the timing of the cases, and of the mix, that early, though no case goes without its first
            round; None for no end.
        burst: timed answers of one case before the next one's turn, at least 1.
        percentiles: to print and to judge, in 0..100.
        texts: a file with a text, or two with a TAB between, per line; `-` is standard input; None takes built-in
            sentences.
        operations: whether to look into the programs, operation by operation.
        latency_table: whether to fit milliseconds by encoder and number of word-vectors.

    Raises:
        InputError: a value is outside of its range.
        UnsupportedEngineError: no engine is called so.
    """

    engines: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ()
    budgets: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    threads: tuple[int, ...] = (1,)
    warmup: int = 10
    iterations: int = 100
    max_seconds: float | None = None
    burst: int = 5
    percentiles: tuple[float, ...] = DEFAULT_PERCENTILES
    texts: str | None = None
    operations: bool = False
    latency_table: bool = False

    def __post_init__(self) -> None:
        self._put("engines", unique(tuple(engine_name(name) for name in self.engines)))
        for name in ("precisions", "budgets", "lengths", "threads"):
            self._put(name, unique(getattr(self, name)))
        self._put("percentiles", unique(tuple(float(value) for value in self.percentiles)))
        for precision in self.precisions:
            if precision not in PRECISIONS:
                raise InputError(
                    f"--precision {precision}: no precision is called so; there are {', '.join(PRECISIONS)}"
                )
        _check_whole("--warmup", self.warmup, 0)
        _check_whole("--iterations", self.iterations, 1)
        _check_whole("--burst", self.burst, 1)
        for count in self.threads or (0,):
            _check_whole("--num-threads", count, 1)
        if self.max_seconds is not None and not (math.isfinite(self.max_seconds) and self.max_seconds > 0):
            raise InputError(f"--max-seconds {self.max_seconds:g}: expected a number above 0")
        for percent in self.percentiles or (math.nan,):
            if not 0 <= percent <= 100:
                raise InputError(f"--percentiles {percent:g}: expected numbers in 0..100, such as 50,90,95,99")

    def _put(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # the dataclass is frozen for everybody but its own constructor


def unique(values: tuple[T, ...]) -> tuple[T, ...]:
    """Drop what is there twice; the first stays in its place."""
    return tuple(dict.fromkeys(values))


def _check_whole(option: str, value: int, minimum: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise InputError(f"{option} {value!r}: expected a whole number of at least {minimum}")
