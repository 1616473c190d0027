"""Made-up profile reports, as plausible as their figures follow from multiply-adds and noise that repeats."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from edge_power_runtime.profiler.report.cascade import MixCascade, MixTier
from edge_power_runtime.profiler.report.environment import Battery, Core, Environment, State, Usage
from edge_power_runtime.profiler.report.record import (
    SCHEMA_VERSION,
    BundleFacts,
    Case,
    CaseResult,
    Delegation,
    Flag,
    LatencyTable,
    MixResult,
    Operation,
    OperationGroup,
    Operations,
    Reference,
    Report,
    Settings,
    Startup,
)
from edge_power_runtime.profiler.report.spans import SpanTimes

SCHEDULES = {
    "full": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "balanced": (0.8, 0.6, 0.45, 0.3, 0.2, 0.2),
    "fast": (0.5, 0.3, 0.2, 0.1, 0.05, 0.05),
}
# Of a multiply-add, in ns: what makes one engine's times differ from another's.
_SPEED = {"onnx": 0.016, "tflite": 0.019, "executorch": 0.018}
_GROUPS: dict[OperationGroup, float] = {"attention": 0.36, "extract": 0.04, "ffn": 0.56, "rest": 0.04}


def keep_at(length: int, schedule: tuple[float, ...]) -> tuple[int, ...]:
    """A schedule at a length; the last encoder passes on [CLS] alone."""
    return (*(max(1, math.ceil(fraction * length - 1e-9)) for fraction in schedule[:-1]), 1)


def macs_at(length: int, keep: tuple[int, ...], hidden: int = 384) -> int:
    """Multiply-adds of encoders: keys and values on the rows that enter, the rest on those that leave."""
    entering = (length, *keep[:-1])
    return sum(2 * n * hidden**2 + k * (10 * hidden**2 + 2 * n * hidden) for n, k in zip(entering, keep, strict=True))


def whole(
    encode: tuple[float, ...], choose: tuple[float, ...], run: tuple[float, ...], decode: tuple[float, ...]
) -> tuple[SpanTimes, ...]:
    """The spans of a classifier."""
    parts = {"encode": encode, "choose": choose, "run": run, "decode": decode}
    return tuple(SpanTimes(name, name == "run", times_ms) for name, times_ms in parts.items())


def run_alone(run_ms: tuple[float, ...]) -> tuple[SpanTimes, ...]:
    """What an engine's own benchmark program gives."""
    return (SpanTimes("run", True, run_ms),)


def spans(median_ms: float, count: int, seed: int) -> tuple[SpanTimes, ...]:
    """Samples around a median, most of them a little above, some far."""
    noise = np.random.default_rng(seed)
    run = median_ms * (1 + 0.02 * noise.exponential(size=count) + 0.15 * (noise.random(count) > 0.98))
    small = 1 + 0.1 * noise.random((3, count))
    tokenize, choose, decode = (
        tuple((part * row).round(4).tolist()) for part, row in zip((0.11, 0.02, 0.01), small, strict=True)
    )
    return whole(tokenize, choose, tuple(run.round(4).tolist()), decode)


def result(case: Case, *, count: int = 40, burst: int = 5, schedule: tuple[float, ...] | None = None) -> CaseResult:
    """A case whose time follows from its multiply-adds; int8 is twice as fast, and threads help a little."""
    keep = keep_at(case.length, SCHEDULES[case.budget] if schedule is None else schedule)
    macs = macs_at(case.length, keep)
    faster = (2.0 if case.precision == "int8" else 1.0) * case.threads**0.7
    median_ms = 0.1 + macs * _SPEED[case.engine] * 1e-6 / faster
    megabytes = 23 if case.precision == "int8" else 91
    return CaseResult(
        case=case,
        keep=keep,
        macs=macs,
        artifact_bytes=megabytes * 1_000_000 + len(case.engine),
        num_tokens=case.length - 1,
        startup=Startup(
            4.2 * megabytes, 1.3 * median_ms, (megabytes + 20) * 10**6, (megabytes + 61) * 10**6, 190 * 10**6
        ),
        rounds=(*(burst for _ in range(count // burst)), *([count % burst] if count % burst else [])),
        spans=spans(median_ms, count, seed=case.length + 7 * len(str(case))),
    )


def cases(
    *, engines: tuple[str, ...] = ("onnx",), precisions: tuple[str, ...] = ("fp32",),
    budgets: tuple[str, ...] = ("full", "balanced"), lengths: tuple[int, ...] = (32, 64, 128),
    threads: tuple[int, ...] = (1,),
) -> Iterator[Case]:  # fmt: skip
    """Every combination, the budgets of a length side by side."""
    for engine in engines:
        for precision in precisions:
            for number in threads:
                for length in lengths:
                    for budget in budgets:
                        yield Case(engine, precision, budget, length, number)


def operations_of(measured: CaseResult) -> Operations:
    """Operations whose times add up to about the case's, by the rows of each encoder."""
    entering = (measured.case.length, *measured.keep[:-1])
    rows = [n + 4 * k for n, k in zip(entering, measured.keep, strict=True)]
    median_ms = sorted(measured.run_ms)[len(measured.run_ms) // 2]
    found = [Operation("embeddings/Gather_1", "Gather", None, "rest", round(0.05 * median_ms, 5))]
    for encoder, part in enumerate(rows, start=1):
        for group, share in _GROUPS.items():
            time_ms = round(0.95 * median_ms * share * part / sum(rows), 5)
            found.append(Operation(f"encoder{encoder}/{group}/MatMul_{encoder}", "MatMul", encoder, group, time_ms))
    return Operations(measured.case, 20, tuple(found), None)


def unavailable(measured: CaseResult) -> Operations:
    """An engine that does not tell."""
    return Operations(measured.case, 0, (), f"{measured.case.engine} does not time its operations")


def latency_table(engine: str = "onnx", encoders: int = 6) -> LatencyTable:
    """Milliseconds that rise with the word-vectors; the last encoder costs nothing of its own."""
    grid = (1, 8, 16, 32, 64, 128)
    entering = tuple(round(0.004 * n + 0.00001 * n * n, 5) for n in grid)
    leaving = tuple(round(0.016 * n, 5) for n in grid)
    none = (0.0,) * len(grid)
    fitted = ("full_32", "full_64", "full_128", "balanced_32", "balanced_64", "balanced_128")
    errors = (0.031, -0.012, 0.004, -0.022, 0.017, -0.006)
    return LatencyTable(
        engine,
        "fp32",
        1,
        grid,
        0.12,
        0.0004,
        (*(entering,) * (encoders - 1), none),
        (*(leaving,) * (encoders - 1), none),
        fitted,
        errors,
    )


def mix(case: Case, *, count: int = 200, truncated: int = 3) -> MixResult:
    """Texts of many lengths; the time follows from the program that each falls on."""
    noise = np.random.default_rng(len(str(case)))
    tokens = np.clip(noise.lognormal(3.2, 0.6, count).round(), 3, 128).astype(int)
    lengths = [next(length for length in (32, 64, 128) if length >= number) for number in tokens]
    speed = 0.15 if case.budget == "full" else 0.08
    total = [speed * length * (1 + 0.05 * noise.random()) for length in lengths]
    return MixResult(
        case.engine, case.precision, case.budget, case.threads, tuple(lengths), tuple(tokens.tolist()),
        tuple(round(time, 4) for time in total), truncated,
    )  # fmt: skip


def cascade_mix(case: Case) -> MixResult:
    """Ten texts: a bag tier answers six in 0.1 ms, full the rest in 2 ms more; full alone takes 2 ms, and once 3."""
    first = MixTier("bag", 1.5, 0.75, (0.1,) * 10)
    last = MixTier("full", 1.0, None, (0.0,) * 6 + (2.0,) * 4)
    cascade = MixCascade((first, last), (0,) * 6 + (1,) * 4, (2.0,) * 9 + (3.0,))
    total = (0.125,) * 6 + (2.25,) * 4
    lengths, tokens = (0,) * 6 + (32,) * 4, (9,) * 10
    return MixResult(case.engine, case.precision, "cascade", case.threads, lengths, tokens, total, 0, cascade)


def state(*, temperature: float = 41.0, battery: Battery | None = None) -> State:
    """A quiet machine."""
    return State(
        clocks_mhz={"0": 2400.0, "1": 2395.5},
        temperatures_c={"x86_pkg_temp": temperature},
        throttle_counts={"0": 0, "1": 0},
        load_average=(0.21, 0.34, 0.4),
        available_bytes=11_200_000_000,
        battery=battery,
    )


def environment(**changes: object) -> Environment:
    """A small machine that tells everything; `changes` replace attributes."""
    attributes: dict[str, object] = {
        "device": "Example Board 5",
        "cpu": "Cortex-A76",
        "architecture": "aarch64",
        "cores": (Core(0, 600.0, 2400.0, "performance"), Core(1, 600.0, 2400.0, "performance")),
        "memory_bytes": 16_000_000_000,
        "system": "Debian GNU/Linux 12",
        "kernel": "6.1.0",
        "android": None,
        "versions": {"python": "3.11.2", "edge-power-runtime": "0.1.0", "numpy": "2.2.0", "onnxruntime": "1.31.0"},
        "before": state(),
        "after": state(temperature=43.5),
        "usage": Usage(12.5, 12.1, 0.3, 0.0, 14),
    }
    return Environment(**(attributes | changes))  # type: ignore[arg-type]


def bundle(**changes: object) -> BundleFacts:
    """What was profiled; `changes` replace attributes."""
    attributes: dict[str, object] = {
        "name": "minilm-sst2",
        "architecture": "bert",
        "manifest_sha256": "5f3aa6cfa45d21770ee984d6534be970e5078f8cad5e13624a8aa80dac5ee4e6",
        "schedules": {name: SCHEDULES[name] for name in ("full", "balanced")},
        "delegation": {},
    }
    return BundleFacts(**(attributes | changes))  # type: ignore[arg-type]


def reference(median_ms: float = 1.5, *, rounds: int = 20, seed: int = 3, noise: float = 0.01) -> Reference:
    """Two samples a round around a median."""
    generator = np.random.default_rng(seed)
    times = median_ms * generator.normal(1, noise, 2 * rounds)
    return Reference("a fixed product", (2,) * rounds, tuple(times.tolist()))


def report(measured: tuple[CaseResult, ...] | None = None, **changes: object) -> Report:
    """Two budgets at three lengths on ONNX Runtime, without a doubt; `changes` replace attributes."""
    results = tuple(map(result, cases())) if measured is None else measured
    attributes: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "created": "2025-05-04T09:30:00Z",
        "bundle": bundle(),
        "settings": Settings(10, len(results[0].run_ms), None, 5, (50.0, 90.0, 95.0, 99.0), "built-in", 0),
        "environment": environment(),
        "results": results,
        "mixes": (),
        "operations": (),
        "latency_tables": (),
        "flags": (),
    }
    return Report(**(attributes | changes))  # type: ignore[arg-type]


def flags(results: tuple[CaseResult, ...]) -> tuple[Flag, ...]:
    """One that concerns all cases, and two that concern the first."""
    first = results[0].case
    return (
        Flag(
            "cores-taken", None, "Other processes took 38 % of the cores that the profiler may use; under 5 % is well."
        ),
        Flag("few-samples", first, "p99 rests on 40 samples; ask for --iterations 100 or more."),
        Flag("wide-spread", first, "The median is known to 7 % either way; within 5 % is well."),
    )


def full_report() -> Report:
    """Everything that a report can hold: three engines, two precisions and thread counts, texts, operations, tables."""
    results = tuple(map(result, cases(precisions=("fp32", "int8"), threads=(1, 2))))
    results += tuple(map(result, cases(engines=("tflite", "executorch"))))
    one_thread = [one for one in results if one.case.threads == 1 and one.case.precision == "fp32"]
    longest = [one for one in one_thread if one.case.length == 128]
    delegated = Delegation("XnnpackBackend", {"linear": 37, "bmm": 12, "softmax": 6}, {"topk": 5, "index_select": 10})
    return report(
        results,
        mixes=tuple(mix(one.case) for one in longest),
        operations=tuple(operations_of(one) if one.case.engine == "onnx" else unavailable(one) for one in longest),
        latency_tables=(latency_table("onnx"), latency_table("tflite")),
        flags=flags(results),
        reference=reference(rounds=8),
        settings=Settings(10, 40, 600.0, 5, (50.0, 90.0, 95.0, 99.0), "reviews.txt", 200),
        bundle=bundle(delegation={"full_128": delegated, "balanced_128": replace(delegated, outside={"topk": 5})}),
        environment=environment(
            before=state(battery=Battery(81.0, "Discharging")), after=state(battery=Battery(80.0, "Discharging"))
        ),
    )


def large_report() -> Report:
    """24 cases of 1,000 samples."""
    every = cases(
        engines=("onnx", "tflite"), precisions=("fp32", "int8"), budgets=("full", "balanced", "fast"), lengths=(64, 128)
    )
    results = tuple(result(case, count=1000) for case in every)
    return report(results, bundle=bundle(schedules=SCHEDULES))


def bare_report() -> Report:
    """A machine that tells nothing, one case, one sample."""
    nothing = State({}, {}, {}, (), None, None)
    alone = replace(result(Case("tflite", "fp32", "balanced", 128, 1), count=1), startup=None)
    silent = environment(
        device=None, cpu=None, cores=(), memory_bytes=None, versions={}, before=nothing, after=nothing,
        usage=Usage(0.2, 0.2, None, None, None),
    )  # fmt: skip
    return report((alone,), environment=silent, bundle=bundle(schedules={}))
