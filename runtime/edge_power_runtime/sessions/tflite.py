"""LiteRT, or tflite-runtime before it: one file, one Interpreter, a signature per program."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edge_power_runtime.bundle.manifest import Program
from edge_power_runtime.bundle.paths import resolve
from edge_power_runtime.engines import missing_engine
from edge_power_runtime.errors import EngineError
from edge_power_runtime.sessions.tensors import InputBinder, check_tensors, describe
from edge_power_runtime.system.huge_pages import huge_pages
from edge_power_runtime.system.native_output import hushed


class TfliteEngine:
    """The file of a tflite artifact, opened once.

    An Interpreter prepares every signature of its file, whichever is asked for, each with its own packed weights (14 MB
    of weights: 113 MB and 61 ms for 8 signatures, 28 MB and 25 ms for one). So programs share one Interpreter: one each
    would multiply that again. For every signature but the first the signature runner is the only public way in.
    """

    def __init__(self, bundle_path: Path, *, num_threads: int = 1) -> None:
        """Find the interpreter.

        Raises:
            MissingEngineError: neither ai-edge-litert nor tflite-runtime is installed.
            EngineError: tflite-runtime is, and numpy is too new for it.
        """
        self._interpreter_class = find_interpreter()
        self._bundle_path = bundle_path
        self._num_threads = num_threads
        self._interpreters: dict[Path, Any] = {}
        # Signatures share the interpreter's tensors, and an interpreter is not thread-safe.
        self._lock = threading.Lock()

    def session(self, program: Program) -> "TfliteSession":
        """Find the signature of `program`.

        Raises:
            EngineError: LiteRT cannot load the file, or finds no such signature.
            BundleError: the signature has other tensors than the manifest says.
        """
        path = resolve(self._bundle_path, program.file)
        with self._lock:
            try:
                runner = self._interpreter(path).get_signature_runner(program.method)
            except (ValueError, RuntimeError) as error:
                raise EngineError(f"TFLite cannot load program {program.name} from {path}: {error}") from error
            inputs, outputs = _described(runner.get_input_details()), _described(runner.get_output_details())
        check_tensors(program, inputs=inputs, outputs=outputs)
        return TfliteSession(runner, program, self._lock)

    def _interpreter(self, path: Path) -> Any:
        if path not in self._interpreters:
            with huge_pages(), hushed():  # LiteRT tells that it made the XNNPACK delegate
                interpreter = self._interpreter_class(model_path=str(path), num_threads=self._num_threads)
                # tflite-runtime 2.14 applies XNNPACK here and nowhere else: without this line its signatures run on
                # the slow reference path with one thread (28 against 13 ms).
                interpreter.allocate_tensors()
            self._interpreters[path] = interpreter
        return self._interpreters[path]


class TfliteSession:
    """A program as a signature runner; runs of one file wait for each other."""

    def __init__(self, runner: Callable[..., dict[str, np.ndarray]], program: Program, lock: threading.Lock) -> None:
        """Wrap a signature runner of an Interpreter that `lock` guards."""
        self._runner = runner
        self._lock = lock
        self._program = program.name
        self._binder = InputBinder(program)
        self._inputs = [spec.name for spec in program.inputs]
        self._outputs = [spec.name for spec in program.outputs]

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run the program; see `Session.run`."""
        feed = dict(zip(self._inputs, self._binder.bind(inputs), strict=True))
        try:
            with self._lock:
                outputs = self._runner(**feed)
            return {name: outputs[name] for name in self._outputs}
        except (ValueError, RuntimeError, KeyError) as error:
            raise EngineError(f"TFLite failed in program {self._program}: {error}") from error


def _described(details: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    # The shape's signature has a -1 where the shape may change; elsewhere it is the shape.
    return {
        name: describe(np.dtype(tensor["dtype"]).name, tensor["shape_signature"].tolist())
        for name, tensor in details.items()
    }


def find_interpreter() -> Any:
    """Import the Interpreter class: ai-edge-litert's, else that of tflite-runtime, its predecessor.

    Raises:
        MissingEngineError: neither is installed.
        EngineError: only tflite-runtime is, and under numpy 2 its Interpreter would crash the process.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter

        return Interpreter
    except ModuleNotFoundError:
        pass
    try:
        from tflite_runtime.interpreter import Interpreter as LegacyInterpreter
    except ModuleNotFoundError as error:
        raise missing_engine("tflite") from error
    check_numpy_for_tflite_runtime(np.__version__)
    return LegacyInterpreter


def check_numpy_for_tflite_runtime(version: str) -> None:
    """Refuse numpy 2 beside tflite-runtime, whose last release (2.14) was built against numpy 1.

    Raises:
        EngineError: `version` is 2 or newer.
    """
    if int(version.split(".")[0]) >= 2:
        raise EngineError(
            f"tflite-runtime needs numpy 1, found numpy {version}; run: pip install 'numpy<2', or use its successor: "
            'pip install "edge-power-runtime[tflite]"'
        )
