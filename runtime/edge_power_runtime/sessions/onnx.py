"""ONNX Runtime: one graph, one InferenceSession, on the CPU."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edge_power_runtime.engines import missing_engine
from edge_power_runtime.errors import EngineError
from edge_power_runtime.huge_pages import huge_pages
from edge_power_runtime.manifest import Program
from edge_power_runtime.paths import resolve
from edge_power_runtime.sessions.tensors import InputBinder


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
        """
        return self._open(program, self._options())

    def profiling_session(self, program: Program, prefix: Path) -> "OnnxSession":
        """Load the graph of `program` so that each run's operations are timed, which slows them.

        Args:
            program: of the artifact.
            prefix: how the file begins that `OnnxSession.end_profiling` writes; its directory must exist.

        Raises:
            EngineError: ONNX Runtime refuses it.
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
        return options

    def _open(self, program: Program, options: Any) -> "OnnxSession":
        path = resolve(self._bundle_path, program.file or "")
        try:
            with huge_pages():
                session = self._runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exceptions share no base but Exception
            raise EngineError(f"ONNX Runtime cannot load program {program.name} from {path}: {error}") from error
        return OnnxSession(session, program)


class OnnxSession:
    """A program as an InferenceSession, which many threads may run at once."""

    def __init__(self, session: Any, program: Program) -> None:
        """Wrap a loaded `onnxruntime.InferenceSession`."""
        self._run = session.run
        self._end_profiling = session.end_profiling
        self._program = program.name
        self._binder = InputBinder(program)
        self._inputs = [spec.engine_name for spec in program.inputs]
        self._outputs = [spec.engine_name for spec in program.outputs]
        self._names = [spec.name for spec in program.outputs]

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run the program; see `Session.run`."""
        feed = dict(zip(self._inputs, self._binder.bind(inputs), strict=True))
        try:
            outputs = self._run(self._outputs, feed)
        except Exception as error:  # as above
            raise EngineError(f"ONNX Runtime failed in program {self._program}: {error}") from error
        return dict(zip(self._names, outputs, strict=True))

    def end_profiling(self) -> Path:
        """Write the times of all runs since loading, of a session that `profiling_session` loaded; return the file."""
        return Path(self._end_profiling())
