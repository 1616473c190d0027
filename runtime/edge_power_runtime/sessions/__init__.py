"""Programs loaded by an engine: one protocol, one module per engine, one explicit match."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from edge_power_runtime.bundle.manifest import Artifact, Program
from edge_power_runtime.engines import ENGINE_NAMES
from edge_power_runtime.errors import UnsupportedEngineError


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
        EngineError: the engine cannot load the artifact.
    """
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
