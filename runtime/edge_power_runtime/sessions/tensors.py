"""Inputs as a program's specification asks for them; every engine's session starts here."""

from collections.abc import Mapping

import numpy as np

from edge_power_runtime.errors import EngineError
from edge_power_runtime.manifest import Program


class InputBinder:
    """Checks and casts the inputs of one program.

    The shape is checked here since LiteRT would silently resize the graph, and each engine would complain differently.
    """

    def __init__(self, program: Program) -> None:
        """Prepare for the inputs of `program`."""
        self._program = program.name
        self._specs = tuple((spec.name, np.dtype(spec.dtype), spec.shape) for spec in program.inputs)

    def bind(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Give the inputs in the order of the specification, with its types.

        Raises:
            EngineError: an input is missing or has another shape.
        """
        bound = []
        for name, dtype, shape in self._specs:
            array = inputs.get(name)
            if array is None:
                raise EngineError(f"program {self._program} got no input {name}; it got {', '.join(inputs) or 'none'}")
            if array.shape != shape:
                raise EngineError(f"program {self._program} got {name} of shape {array.shape}, expected {shape}")
            bound.append(array if array.dtype == dtype else array.astype(dtype))
        return bound
