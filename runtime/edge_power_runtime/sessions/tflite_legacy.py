"""A file as an Interpreter: for tflite-runtime, whose last release is 2.14, and for processors of old."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edge_power_runtime.sessions.tensors import describe
from edge_power_runtime.sessions.tflite import Signature

try:
    from ai_edge_litert.interpreter import Interpreter
except ModuleNotFoundError:
    from tflite_runtime.interpreter import Interpreter


class InterpretedFile:
    """A file as an Interpreter; each signature has its own packed weights (fp32 MiniLM: 42 MB each)."""

    def __init__(self, path: Path, num_threads: int) -> None:
        """Open it.

        Raises:
            ValueError: it is damaged.
            RuntimeError: it cannot be prepared.
        """
        self._interpreter = Interpreter(model_path=str(path), num_threads=num_threads)
        # 2.14 applies XNNPACK here and nowhere else: without this line its signatures run on the slow reference path
        # with one thread (28 against 13 ms).
        self._interpreter.allocate_tensors()

    def signature(self, key: str) -> Signature:
        """Find a program; see `SignatureFile.signature`."""
        runner = self._interpreter.get_signature_runner(key)

        def run(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
            outputs: dict[str, np.ndarray] = runner(**inputs)
            return outputs

        return Signature(_described(runner.get_input_details()), _described(runner.get_output_details()), run)


def _described(details: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    # The shape's signature has a -1 where the shape may change; elsewhere it is the shape.
    return {
        name: describe(np.dtype(tensor["dtype"]).name, tensor["shape_signature"].tolist())
        for name, tensor in details.items()
    }
