"""What a user may ask of the profiler, checked as far as that goes without a bundle."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from edge_power_runtime.bundle.artifacts import PRECISIONS
from edge_power_runtime.engines import engine_name
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.judge.statistics import DEFAULT_PERCENTILES
from edge_power_runtime.reading.parameters import several

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """What to profile, and how; an empty list asks for all that there is.

    Lists become tuples, repeated values are dropped, and engines get our names (ort becomes onnx). The command lines
    of device and host are made of these fields: their names, their defaults, and what is said of them here.

    Attributes:
        engines: onnx, tflite or executorch (ort, litert and et are understood); by default those that are installed.
        precisions: fp32, fp16 or int8; by default all in the bundle.
        budgets: of the bundle, or cascades, which are timed on `texts` alone; by default all.
        lengths: of programs, such as 32,64; by default all in the bundle.
        threads: of one run, such as 1,2,4.
        warmup: answers of each case before its first timed one.
        iterations: timed answers of each case.
        max_seconds: end the timing after this time; each case keeps its first round.
        burst: timed answers of a case before the next one's turn.
        percentiles: to print and to judge, in 0..100.
        texts: file of texts to time too, one on each line, or two with a TAB between; - is standard input, and by
            default they are built in.
        operations: look into the programs too, operation by operation, where the engine can.
        latency_table: also fit milliseconds by encoder and number of word-vectors.
        baseline: what speed-ups are over: a precision, a budget or an engine, or one of each, such as fp32 or
            fp32,full; what is not named stays that of the case; by default the budget that is not pruned.

    Raises:
        InputError: a value is outside of its range.
        UnsupportedEngineError: no engine is called so.
    """

    engines: Sequence[str] = ()
    precisions: Sequence[str] = ()
    budgets: Sequence[str] = ()
    lengths: Sequence[int] = ()
    threads: Sequence[int] = (1,)
    warmup: int = 10
    iterations: int = 100
    max_seconds: float | None = None
    burst: int = 5
    percentiles: Sequence[float] = DEFAULT_PERCENTILES
    texts: str | os.PathLike[str] | None = None
    operations: bool = False
    latency_table: bool = False
    baseline: Sequence[str] = ()

    def __post_init__(self) -> None:
        self._put("engines", unique(tuple(map(engine_name, several("engines", self.engines)))))
        for name in ("precisions", "budgets", "lengths", "threads", "baseline"):
            self._put(name, unique(several(name, getattr(self, name))))
        self._put("percentiles", unique(tuple(map(float, several("percentiles", self.percentiles)))))
        if self.texts is not None:
            self._put("texts", os.fspath(self.texts))
        for precision in self.precisions:
            if precision not in PRECISIONS:
                raise InputError(
                    f"`precisions` {precision}: no precision is called so; there are {', '.join(PRECISIONS)}"
                )
        _check_whole("warmup", self.warmup, 0)
        _check_whole("iterations", self.iterations, 1)
        _check_whole("burst", self.burst, 1)
        for count in self.threads or (0,):
            _check_whole("threads", count, 1)
        if self.max_seconds is not None and not (math.isfinite(self.max_seconds) and self.max_seconds > 0):
            raise InputError(f"`max_seconds` {self.max_seconds:g}: expected a number above 0")
        for percent in self.percentiles or (math.nan,):
            if not 0 <= percent <= 100:
                raise InputError(f"`percentiles` {percent:g}: expected numbers in 0..100, such as 50,90,95,99")

    def _put(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # the dataclass is frozen for everybody but its own constructor


def unique(values: tuple[T, ...]) -> tuple[T, ...]:
    """Drop what is there twice; the first stays in its place."""
    return tuple(dict.fromkeys(values))


def _check_whole(name: str, value: int, minimum: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise InputError(f"`{name}` {value!r}: expected a whole number of at least {minimum}")
