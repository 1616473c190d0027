"""ONNX Runtime: one graph, one InferenceSession, on the CPU."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.bundle.paths import resolve
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.engines import missing_engine
from edge_power_runtime.errors import BundleError, EngineError
from edge_power_runtime.sessions.onnx_external import external_locations
from edge_power_runtime.sessions.tensors import InputBinder, check_tensors, describe
from edge_power_runtime.system.huge_pages import huge_pages

_DTYPES = {"tensor(int32)": "int32", "tensor(int64)": "int64", "tensor(float)": "float32"}


class OnnxEngine:
    """The graphs of an onnx artifact, each a file of its own."""

    def __init__(self, bundle_path: Path, *, num_threads: int = 1) -> None:
        """Remember where the graphs are; telemetry is switched off unless the environment says otherwise.

        Raises:
            MissingEngineError: onnxruntime is not installed.
        """
        # From 1.29 on it keeps a database of usage in the user's home, and a thread sends that to its makers; it looks
        # at this variable when it is imported. A device sends nothing that its owner did not ask for.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        try:
            import onnxruntime
        except ModuleNotFoundError as error:
            raise missing_engine("onnx") from error
        self._runtime = onnxruntime
        self._bundle_path = bundle_path
        self._num_threads = num_threads

    def session(self, program: Program) -> "OnnxSession":
        """Load the graph of `program`.

        Raises:
            EngineError: ONNX Runtime refuses it.
            BundleError: it keeps weights in a file that is not listed for the program, or has other tensors than the
                manifest says.
        """
        return self._open(program, self._options())

    def profiling_session(self, program: Program, prefix: Path) -> "OnnxSession":
        """Load the graph of `program` so that each run's operations are timed, which slows them.

        Args:
            program: of the artifact.
            prefix: how the file begins that `OnnxSession.end_profiling` writes; its directory must exist.

        Raises:
            EngineError: see `session`.
            BundleError: likewise.
        """
        options = self._options()
        options.enable_profiling = True
        options.profile_file_prefix = str(prefix)
        return self._open(program, options)

    def _options(self) -> Any:
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads = self._num_threads
        options.inter_op_num_threads = 1
        options.execution_mode = self._runtime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = self._runtime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3  # errors: its warnings are for whoever converts, not for a device's log
        options.add_session_config_entry("session.load_model_format", "ONNX")  # the one that _check_weights reads
        return options

    def _open(self, program: Program, options: Any) -> "OnnxSession":
        path = resolve(self._bundle_path, program.file)
        self._check_weights(program, path)
        try:
            with huge_pages():
                session = self._runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exceptions share no base but Exception
            raise EngineError(f"ONNX Runtime cannot load program {program.name} from {path}: {error}") from error
        check_tensors(program, inputs=_described(session.get_inputs()), outputs=_described(session.get_outputs()))
        return OnnxSession(session, program)

    def _check_weights(self, program: Program, path: Path) -> None:
        """Refuse a graph that has weights in a file which the program does not list: no digest might cover it."""
        try:
            names = external_locations(path.read_bytes())
        except (ValueError, OSError) as error:
            raise BundleError(f"{program.file} in the bundle {self._bundle_path} is no ONNX graph: {error}") from error
        # A link leads the engine elsewhere, so real places are compared, not names.
        listed = {os.path.realpath(self._bundle_path / name) for name in program.files}
        for name in sorted(names):
            if "/" in name or "\\" in name or "\0" in name or os.path.realpath(path.parent / name) not in listed:
                raise BundleError(
                    f"{program.file} in the bundle {self._bundle_path} keeps weights in {name!r}; expected one of the "
                    f"program's files beside it, whose digests {MANIFEST_FILE} holds: convert the model again"
                )


def _described(tensors: Any) -> dict[str, str]:
    return {tensor.name: describe(_DTYPES.get(tensor.type, tensor.type), tensor.shape) for tensor in tensors}


class OnnxSession:
    """A program as an InferenceSession, which many threads may run at once."""

    def __init__(self, session: Any, program: Program) -> None:
        """Wrap a loaded `onnxruntime.InferenceSession`."""
        self._run = session.run
        self._end_profiling = session.end_profiling
        self._program = program.name
        self._binder = InputBinder(program)
        self._inputs = [spec.name for spec in program.inputs]
        # Other programs of any length may share the graph, and drop words where this one does not.
        self._any_length = program.any_length
        specs = session.get_outputs() if program.any_length else program.outputs
        self._outputs = [spec.name for spec in specs]

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run the program; see `Session.run`."""
        feed = dict(zip(self._inputs, self._binder.bind(inputs), strict=True))
        try:
            outputs = self._run(self._outputs, feed)
        except Exception as error:  # as above
            raise EngineError(f"ONNX Runtime failed in program {self._program}: {error}") from error
        found = dict(zip(self._outputs, outputs, strict=True))
        if self._any_length and "kept" in found and not found["kept"].size:
            del found["kept"]  # as a static program that drops nothing has no such output
        return found

    def end_profiling(self) -> Path:
        """Write the times of all runs since loading, of a session that `profiling_session` loaded; return the file."""
        return Path(self._end_profiling())
