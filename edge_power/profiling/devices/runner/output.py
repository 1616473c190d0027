"""What the engines' own benchmark programs print, as samples; each reader is a function of text and nothing else.

The forms are those of the programs' own sources: onnxruntime/test/perftest/performance_runner.cc of ONNX Runtime,
tensorflow/lite/tools/benchmark/benchmark_model.cc of LiteRT with tsl's Stat, and
examples/portable/executor_runner/executor_runner.cpp of ExecuTorch.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power_runtime.profiler.report.figures import last_line

_NUMBER = r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
_MIB = 1 << 20

# Runs that are all alike are told as `count=3 curr=51629(all same)`.
_STATED = re.compile(
    rf"count=(?P<count>\d{{1,9}}) (?:curr=(?P<same>{_NUMBER})|first=(?P<first>{_NUMBER}) curr=(?P<last>{_NUMBER}) "
    rf"min=(?P<min>{_NUMBER}) max=(?P<max>{_NUMBER}) avg=(?P<mean>{_NUMBER}))"
)
BENCHMARK_MODEL_RUNS = 3
"""The most runs that benchmark_model may time at once, so that its statistics tell every one of them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one start of a benchmark program measured.

    Attributes:
        run_ms: of each timed run, in the order they were taken.
        load_ms: from the file to a program that is ready; None where it is not told.
        first_ms: of the first run of all; None where it is not told.
        peak_bytes: the largest resident memory, less what there was before the model; None where it is not told.
        process_bytes: the largest resident memory of the whole process; None where it is not told.
    """

    run_ms: tuple[float, ...]
    load_ms: float | None = None
    first_ms: float | None = None
    peak_bytes: int | None = None
    process_bytes: int | None = None


def read_perf_test(text: str, warmup: int) -> Turn:
    """Read what onnxruntime_perf_test wrote.

    Args:
        text: of its output and its result file, which has a line `model,seconds,peak bytes,CPU usage,index` a run.
        warmup: runs to leave out; one more went before them that is in no line.

    Raises:
        DeviceError: no run is left.
    """
    found = [float(match[1]) for match in re.finditer(rf"(?m)^[^\n]*,{_NUMBER},\d+,-?\d+,\d+\s*$", text)]
    return Turn(
        _samples([1000 * seconds for seconds in found[warmup:]], "onnxruntime_perf_test", text),
        load_ms=_scaled(rf"Session creation time cost: {_NUMBER} s", text, 1000),
        first_ms=_scaled(rf"First inference time cost: {_NUMBER} ms", text, 1),
        process_bytes=_bytes(rf"Peak working set size: {_NUMBER} bytes", text, 1),
    )


def read_benchmark_model(text: str) -> Turn:
    """Read what LiteRT's benchmark_model wrote for at most BENCHMARK_MODEL_RUNS timed runs.

    It lists no runs but gives their statistics, and those of three tell them all: the first, the last, and what lacks
    to three times the mean, which has six digits. The statistics of the warm-up come first, in the same form.

    Raises:
        DeviceError: there are no statistics, or they are of more runs.
    """
    return Turn(
        _samples([micros / 1000 for micros in _stated_runs(text)], "benchmark_model", text),
        load_ms=_scaled(rf"Initialized session in {_NUMBER}ms", text, 1),
        first_ms=_scaled(rf"First inference: {_NUMBER}", text, 1 / 1000),
        peak_bytes=_bytes(rf"emory footprint.*\(MB\): init=.* overall={_NUMBER}", text, _MIB),
    )


def _stated_runs(text: str) -> list[float]:
    stated = list(_STATED.finditer(text))
    if not stated:
        return []
    count = int(stated[-1]["count"])
    if count > BENCHMARK_MODEL_RUNS:
        raise DeviceError(f"benchmark_model timed {count} runs, where {BENCHMARK_MODEL_RUNS} were asked for")
    if stated[-1]["first"] is None:
        return [float(stated[-1]["same"] or "nan")] * count
    first, last, least, most, mean = (float(stated[-1][name]) for name in ("first", "last", "min", "max", "mean"))
    # Rounding of the mean may lead a little outside of what the other figures allow.
    middle = min(max(3 * mean - first - last, least), most)
    return [first, middle, last] if count == 3 else [first, last]


def read_executor_runner(text: str, warmup: int) -> Turn:
    """Read what ExecuTorch's executor_runner logged: `Iteration 1 of 5: 12.345678 ms` for every run.

    Args:
        text: of its log.
        warmup: runs to leave out.

    Raises:
        DeviceError: no run is left; programs before ExecuTorch 1.1 log only their sum.
    """
    found = [float(value) for value in re.findall(rf"Iteration \d+ of \d+: {_NUMBER} ms", text)]
    if not found and re.search(r"Model executed successfully", text):
        raise DeviceError("this executor_runner logs no time of its single runs; build it from a newer ExecuTorch")
    return Turn(
        _samples(found[warmup:], "executor_runner", text),
        load_ms=_scaled(rf"Model loaded in {_NUMBER} ms", text, 1),
        first_ms=found[0] if found else None,
    )


def _samples(found: Iterable[float], program: str, text: str) -> tuple[float, ...]:
    samples = tuple(found)
    if not samples or not all(math.isfinite(value) and value > 0 for value in samples):
        last = last_line(text) or "nothing"
        raise DeviceError(f"{program} gave no times that can be read; its last line is {last[:200]!r}")
    return samples


def _scaled(pattern: str, text: str, factor: float) -> float | None:
    match = re.search(pattern, text)
    value = float(match[1]) * factor if match else math.inf
    return value if math.isfinite(value) else None


def _bytes(pattern: str, text: str, unit: int) -> int | None:
    value = _scaled(pattern, text, unit)
    return None if value is None or value >= 2**63 else round(value)
