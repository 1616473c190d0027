"""A program's tensors: the engine's compared with the manifest's at load, and inputs cast to them at every run."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.bundle.tensors import TensorSpec
from edge_power_runtime.errors import BundleError, EngineError

OPEN = "any"
"""A size that is known when a program runs."""


def describe(dtype: str, shape: Sequence[object]) -> str:
    """Write down a tensor as it is compared, and as messages show it: int64 [1, 32], or int64 [1, any].

    Args:
        dtype: as a manifest has it.
        shape: whole numbers; a name, or None, stands for a size that is known when the program runs.
    """
    sizes = (OPEN if size is None or isinstance(size, str) else str(size) for size in shape)
    return f"{dtype} [{', '.join(sizes)}]"


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
        expected = {spec.name: describe(spec.dtype, _shape(program, spec)) for spec in specs}
        if program.any_length:  # a shorter program of the graph may drop nothing, which is known when it runs
            expected.setdefault("kept", found.get("kept", "nothing"))
        for name in (*expected, *found):
            if found.get(name, "nothing") != expected.get(name, "nothing"):
                raise BundleError(
                    f"program {program.name} in {program.file} {verb} {name} as {found.get(name, 'nothing')}, "
                    f"{MANIFEST_FILE} says {expected.get(name, 'nothing')}; the bundle was put together wrongly: "
                    "convert the model again"
                )


def _shape(program: Program, spec: TensorSpec) -> tuple[object, ...]:
    """A tensor's shape in the engine's file: open where it follows the length of a text."""
    return (*spec.shape[:-1], OPEN) if program.any_length and spec.role != "logits" else spec.shape


class InputBinder:
    """Checks and casts the inputs of one program.

    The shape is checked here since LiteRT would silently resize the graph, and each engine would complain differently.
    """

    def __init__(self, program: Program) -> None:
        """Prepare for the inputs of `program`."""
        self._program = program.name
        self._specs = tuple((spec.name, np.dtype(spec.dtype), spec.shape) for spec in program.inputs)
        self._any_length = program.any_length

    def bind(self, inputs: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Give the inputs in the order of the specification, with its types.

        Raises:
            EngineError: an input is missing or has another shape.
        """
        bound = []
        for name, dtype, shape in self._specs_of(inputs) if self._any_length else self._specs:
            array = inputs.get(name)
            if array is None:
                raise EngineError(f"program {self._program} got no input {name}; it got {', '.join(inputs) or 'none'}")
            if array.shape != shape:
                raise EngineError(f"program {self._program} got {name} of shape {array.shape}, expected {shape}")
            bound.append(array if array.dtype == dtype else array.astype(dtype))
        return bound

    def _specs_of(self, inputs: Mapping[str, np.ndarray]) -> list[tuple[str, np.dtype[Any], tuple[int, ...]]]:
        """The inputs at the length of the ones that are given: all the same, and at least 1."""
        length = max((array.shape[-1] for array in inputs.values() if array.shape), default=1)
        return [(name, dtype, (*shape[:-1], max(1, length))) for name, dtype, shape in self._specs]
