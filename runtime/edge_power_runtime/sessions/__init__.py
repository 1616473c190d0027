"""Programs loaded by an engine: one protocol, one module per engine, one explicit match."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.engines import ENGINE_NAMES, engine_info
from edge_power_runtime.errors import EngineError, UnsupportedEngineError


class Session(Protocol):
    """A loaded program. Classifier, cascade and profiler depend on this and on nothing below it."""

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run the program once.

        Args:
            inputs: by our names, of the shapes in the program's specification; integers of any width are cast.

        Returns:
            The outputs by our names; the arrays are the caller's own.

        Raises:
            EngineError: an input is missing or has another shape, or the engine failed.
        """
        ...


class Engine(Protocol):
    """An artifact opened by its engine, so that programs in one file share one loaded file."""

    def session(self, program: Program) -> Session:
        """Load a program of the artifact.

        Raises:
            EngineError: the engine does not find it or cannot load it.
            BundleError: its tensors are not those of the manifest, or it asks for a file that is not listed for
                it.
        """
        ...


def open_engine(bundle_path: Path, artifact: Artifact, *, num_threads: int = 1) -> Engine:
    """Open an artifact with the engine that reads it.

    Args:
        bundle_path: the bundle's directory.
        artifact: of this bundle.
        num_threads: that one run may use.

    Raises:
        MissingEngineError: the engine's package is not installed.
        UnsupportedEngineError: no session runs the artifact's engine.
        EngineError: the engine cannot load the artifact, or its package here is none that computes it rightly.
    """
    _check_runtime(artifact)
    match artifact.engine:
        case "onnx":
            from edge_power_runtime.sessions.onnx import OnnxEngine

            return OnnxEngine(bundle_path, num_threads=num_threads)
        case "tflite":
            from edge_power_runtime.sessions.tflite import TfliteEngine

            return TfliteEngine(bundle_path, num_threads=num_threads)
        case "executorch":
            from edge_power_runtime.sessions.executorch import ExecutorchEngine

            return ExecutorchEngine(bundle_path, num_threads=num_threads)
        case other:
            raise UnsupportedEngineError(f"no session for {other!r}; this runtime runs {', '.join(ENGINE_NAMES)}")


def _check_runtime(artifact: Artifact) -> None:
    """Refuse a package that the artifact was not found right on.

    Raises:
        EngineError: the one that would run it here is another.
    """
    if not artifact.runtimes:
        return
    package = engine_info(artifact.engine).package
    if package is not None and package not in artifact.runtimes:
        raise EngineError(
            f"{artifact.key} of this bundle gives right answers on {' and '.join(artifact.runtimes)}, found {package}; "
            f"run: pip install {artifact.runtimes[0]}, or choose another precision"
        )


def open_session(bundle_path: Path, artifact: Artifact, program: Program, *, num_threads: int = 1) -> Session:
    """Load one program; use `open_engine` for several of one artifact.

    Args:
        bundle_path: the bundle's directory.
        artifact: of this bundle.
        program: of this artifact.
        num_threads: that one run may use.

    Raises:
        EngineError: see `open_engine` and `Engine.session`.
        BundleError: see `Engine.session`.
    """
    return open_engine(bundle_path, artifact, num_threads=num_threads).session(program)
