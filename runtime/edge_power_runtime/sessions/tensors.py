"""A program's tensors: the engine's compared with the manifest's at load, and inputs cast to them at every run."""

from collections.abc import Mapping, Sequence

import numpy as np

from edge_power_runtime.bundle.manifest import MANIFEST_FILE, Program
from edge_power_runtime.errors import BundleError, EngineError


def describe(dtype: str, shape: Sequence[object]) -> str:
    """Write down a tensor as it is compared, and as messages show it: int64 [1, 32]."""
    return f"{dtype} [{', '.join(map(str, shape))}]"


def check_tensors(program: Program, *, inputs: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Compare a program's tensors with those that its engine found in the file.

    Args:
        program: as the manifest has it.
        inputs: of the engine, by name, as `describe` writes them.
        outputs: likewise.

    Raises:
        BundleError: they are not the same.
    """
    for verb, specs, found in (("takes", program.inputs, inputs), ("gives", program.outputs, outputs)):
        expected = {spec.name: describe(spec.dtype, spec.shape) for spec in specs}
        for name in (*expected, *found):
            if found.get(name) != expected.get(name):
                raise BundleError(
                    f"program {program.name} in {program.file} {verb} {name} as {found.get(name, 'nothing')}, "
                    f"{MANIFEST_FILE} says {expected.get(name, 'nothing')}; the bundle was put together wrongly: "
                    "convert the model again"
                )


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
