"""The engines' own benchmark programs: how each is told apart, given its inputs, started and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edge_power.profiling.devices.runner.output import (
    BENCHMARK_MODEL_RUNS,
    Turn,
    read_benchmark_model,
    read_executor_runner,
    read_perf_test,
)
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.engines import engine_name
from edge_power_runtime.errors import InputError

# It looks for test_data_set_0 beside the model, where several programs lie, and writes its samples to a file.
# What it removes there stands in this run's own copy of the bundle.
_WITH_RESULTS = """
inputs=$1 model=$2 results=$3; shift 3
data=$(dirname "$model")/test_data_set_0
rm -rf "$data" && cp -r "$inputs" "$data" || exit 1
"$@"; status=$?
rm -rf "$data"; cat "$results"
exit $status
"""
# On Android, ExecuTorch logs to the system's log and to no output (runtime/platform/default/android.cpp).
_WITH_LOGCAT = """
"$@" & pid=$!
wait $pid; status=$?
command -v logcat >/dev/null && logcat -d -v raw --pid=$pid -s ExecuTorch:I
exit $status
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a benchmark program.

    Attributes:
        runner: its path on the device.
        bundle: the folder of the bundle's copy there.
        inputs: the folder there of the files that `input_files` gave.
        results: a file there that does not exist.
        artifact: what holds the program.
        program: to run.
        threads: that one run may use.
        warmup: runs before the first timed one.
        runs: timed runs.
    """

    runner: str
    bundle: str
    inputs: str
    results: str
    artifact: Artifact
    program: Program
    threads: int
    warmup: int
    runs: int


class Benchmark(Protocol):
    """What differs between the benchmark programs."""

    @property
    def engine(self) -> str:
        """Whose programs it runs."""
        ...

    def most_runs(self, wanted: int) -> int:
        """How many runs one start may time, where `wanted` would be well."""
        ...

    def input_files(self, program: Program, arrays: Mapping[str, np.ndarray]) -> dict[str, bytes]:
        """Write inputs as files, by their names."""
        ...

    def command(self, start: Start) -> list[str]:
        """Write its command line."""
        ...

    def read(self, start: Start, text: str) -> Turn:
        """Read what it wrote."""
        ...


class PerfTest:
    """onnxruntime_perf_test, which takes its inputs as ONNX's own tests come."""

    engine = "onnx"

    def most_runs(self, wanted: int) -> int:
        """See Benchmark."""
        return wanted

    def input_files(self, program: Program, arrays: Mapping[str, np.ndarray]) -> dict[str, bytes]:
        """See Benchmark."""
        from onnx.numpy_helper import from_array

        tensors = [
            from_array(arrays[spec.name].astype(spec.dtype), spec.engine_name or spec.name) for spec in program.inputs
        ]
        return {f"input_{place}.pb": tensor.SerializeToString() for place, tensor in enumerate(tensors)}

    def command(self, start: Start) -> list[str]:
        """See Benchmark; the runtime's session has the same settings."""
        model = f"{start.bundle}/{start.program.file}"
        times = ["-m", "times", "-r", str(start.warmup + start.runs)]
        threads = ["-x", str(start.threads), "-y", "1"]
        wrapped = ["sh", "-c", _WITH_RESULTS, "sh", start.inputs, model, start.results]
        return [*wrapped, start.runner, "-e", "cpu", *times, *threads, model, start.results]

    def read(self, start: Start, text: str) -> Turn:
        """See Benchmark."""
        return read_perf_test(text, start.warmup)


class BenchmarkModel:
    """LiteRT's benchmark_model."""

    engine = "tflite"

    def most_runs(self, wanted: int) -> int:
        """See Benchmark."""
        return min(wanted, BENCHMARK_MODEL_RUNS)

    def input_files(self, program: Program, arrays: Mapping[str, np.ndarray]) -> dict[str, bytes]:
        """See Benchmark."""
        return _raw_files(program, arrays)

    def command(self, start: Start) -> list[str]:
        """See Benchmark; its limits in seconds would add runs, or take some away."""
        # It goes by the order of the inputs, which is the manifest's; a name that is not the tensor's own only makes
        # it warn. Without files, ids would be random numbers that no vocabulary holds.
        names = [spec.engine_name or spec.name for spec in start.program.inputs]
        shapes = [",".join(map(str, spec.shape)) for spec in start.program.inputs]
        files = [f"{name}:{start.inputs}/{place}.bin" for place, name in enumerate(names)]
        return [
            start.runner,
            f"--graph={start.bundle}/{start.artifact.files[0].path}",
            f"--signature_to_run_for={start.program.method}",
            f"--num_threads={start.threads}",
            f"--num_runs={start.runs}",
            f"--warmup_runs={start.warmup}",
            "--min_secs=0",
            "--warmup_min_secs=0",
            "--max_secs=3600",
            "--enable_op_profiling=false",  # some builds have it on, and it slows every run
            f"--input_layer={','.join(names)}",
            f"--input_layer_shape={':'.join(shapes)}",
            f"--input_layer_value_files={','.join(files)}",
        ]

    def read(self, start: Start, text: str) -> Turn:
        """See Benchmark."""
        return read_benchmark_model(text)


class ExecutorRunner:
    """ExecuTorch's executor_runner, which runs from the first time on, so that its first runs are the warm-up."""

    engine = "executorch"

    def most_runs(self, wanted: int) -> int:
        """See Benchmark."""
        return wanted

    def input_files(self, program: Program, arrays: Mapping[str, np.ndarray]) -> dict[str, bytes]:
        """See Benchmark."""
        return _raw_files(program, arrays)

    def command(self, start: Start) -> list[str]:
        """See Benchmark."""
        files = [f"{start.inputs}/{place}.bin" for place in range(len(start.program.inputs))]
        return [
            *("sh", "-c", _WITH_LOGCAT, "sh", start.runner),
            f"--model_path={start.bundle}/{start.artifact.files[0].path}",
            f"--method_name={start.program.method}",
            f"--num_executions={start.warmup + start.runs}",
            f"--cpu_threads={start.threads}",
            f"--inputs={','.join(files)}",
        ]

    def read(self, start: Start, text: str) -> Turn:
        """See Benchmark."""
        return read_executor_runner(text, start.warmup)


_BY_NAME: Mapping[str, Benchmark] = {
    "onnxruntime_perf_test": PerfTest(),
    "benchmark_model": BenchmarkModel(),
    "executor_runner": ExecutorRunner(),
}


def recognise(name: str, engines: tuple[str, ...]) -> Benchmark:
    """Find out which benchmark program a file is.

    Args:
        name: of the file; builds carry more than the program's own name, such as android_aarch64_benchmark_model.
        engines: that the user asked for; they decide where the name does not tell.

    Raises:
        InputError: neither tells, or they disagree.
    """
    known = ", ".join(f"{program} ({benchmark.engine})" for program, benchmark in _BY_NAME.items())
    found = next((benchmark for program, benchmark in _BY_NAME.items() if program in name), None)
    if found is None and len(engines) == 1:
        found = next(benchmark for benchmark in _BY_NAME.values() if benchmark.engine == engine_name(engines[0]))
    if found is None:
        raise InputError(f"the runner {name} is none of {known}; rename it, or say whose it is with `engines`")
    if engines and engines != (found.engine,):
        raise InputError(f"the runner {name} runs {found.engine}, and `engines` asks for {', '.join(engines)}")
    return found


def _raw_files(program: Program, arrays: Mapping[str, np.ndarray]) -> dict[str, bytes]:
    """The inputs' bytes, little-endian as every Android is, by their place."""
    return {
        f"{place}.bin": arrays[spec.name].astype(np.dtype(spec.dtype).newbyteorder("<")).tobytes()
        for place, spec in enumerate(program.inputs)
    }
