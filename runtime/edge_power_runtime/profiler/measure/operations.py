"""Where a program's time goes: its operations, by encoder and by what they are for."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.measure.onnx_profile import median_times, read_runs
from edge_power_runtime.profiler.measure.plan import program_of
from edge_power_runtime.profiler.report.record import Case, Operation, OperationGroup, Operations

DEFAULT_RUNS = 20
WARM_UP = 3
"""Runs that are not counted: the first ones fetch memory, and ONNX Runtime learns how much it needs."""

# The converter names a node after the modules that it was traced in: encoders.0/attention/encoder.query/Gemm_17.
# ONNX Runtime writes "fused " before the name of a node that it merged, or the fusion's name behind it.
_ENCODER = re.compile(r"encoders\.(\d{1,4})")
_GROUPS: dict[str, OperationGroup] = {"attention": "attention", "extract": "extract", "feed_forward": "ffn"}
_UNAVAILABLE = {
    "tflite": (
        "LiteRT's Python package does not time single operations; "
        "its own benchmark_model does, with --enable_op_profiling=true"
    ),
    "executorch": (
        "ExecuTorch's Python package is built without the event tracer that times single operations; "
        "the delegation report tells which of them its delegate runs"
    ),
}


def profile_operations(bundle: Bundle, cases: Sequence[Case], *, runs: int = DEFAULT_RUNS) -> tuple[Operations, ...]:
    """Time the operations of programs, where their engine can.

    Args:
        bundle: that has them.
        cases: each names a program; as in a report.
        runs: to take the median of.

    Returns:
        One for each case; where the engine does not time operations, it says why.

    Raises:
        InputError: the bundle has no such program, or `runs` is below 1.
        BundleError: a file is missing or altered.
        EngineError: the engine is not installed, or failed.
    """
    if runs < 1:
        raise InputError(f"operations are timed in at least 1 run; got {runs}")
    for engine, precision in dict.fromkeys((case.engine, case.precision) for case in cases):
        if engine not in _UNAVAILABLE:
            bundle.check(bundle.artifact(engine, precision).files)
    return tuple(_profile(bundle, case, runs) for case in cases)


def place_of(name: str) -> tuple[int | None, OperationGroup]:
    """Tell which encoder, from 1, a node belongs to, and what it is for, by its name.

    Args:
        name: of a node; one that our converter did not name belongs to no encoder and to the rest.
    """
    outer, _, inner = name.removeprefix("fused ").partition("/")
    found = _ENCODER.fullmatch(outer)
    if found is None:
        return None, "rest"
    return int(found[1]) + 1, _GROUPS.get(inner.partition("/")[0], "rest")


def _profile(bundle: Bundle, case: Case, runs: int) -> Operations:
    program = program_of(bundle, case)
    if case.engine in _UNAVAILABLE:
        return Operations(case, 0, (), _UNAVAILABLE[case.engine])
    return Operations(case, runs, _time(bundle, case, program, runs), None)


def _time(bundle: Bundle, case: Case, program: Program, runs: int) -> tuple[Operation, ...]:
    from edge_power_runtime.sessions.onnx import OnnxEngine  # its engine need not be there where others are profiled

    # Ones are a token, a real word and a token type in every model; time does not depend on which.
    inputs = {spec.name: np.ones(spec.shape, dtype=spec.dtype) for spec in program.inputs}
    engine = OnnxEngine(bundle.path, num_threads=case.threads)
    with tempfile.TemporaryDirectory(prefix="edge-power-") as folder:
        session = engine.profiling_session(program, Path(folder, "operations"))
        try:
            for _ in range(WARM_UP + runs):
                session.run(inputs)
        finally:
            # Also ends the writing; ONNX Runtime would else write on in the folder while it is removed.
            path = session.end_profiling()
        nodes = median_times(read_runs(path)[WARM_UP:])
    return tuple(Operation(node.name, node.kind, *place_of(node.name), node.time_us / 1000) for node in nodes)
