"""ExecuTorch: all programs as methods of one file, delegated to XNNPACK."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from torch.export import ExportedProgram

from edge_power_converters.executorch.delegation import count_delegated
from edge_power_converters.executorch.int8 import Int8Weights
from edge_power_converters.executorch.open_sizes import simplify_sizes
from edge_power_converters.executorch.rewrite import rewrite
from edge_power_converters.preconditions import check_programs
from edge_power_converters.program import Progress, SourceProgram, describe, file_entries
from edge_power_converters.quiet import quiet
from edge_power_converters.recipe import Recipe
from edge_power_runtime.bundle.artifacts import Artifact

if TYPE_CHECKING:
    from executorch.exir import EdgeProgramManager


def steps(programs: int) -> int:
    """How many steps the conversion of some programs has: ExecuTorch lowers all of them together."""
    return 1


def convert(programs: Sequence[SourceProgram], directory: Path, recipe: Recipe, *, progress: Progress) -> Artifact:
    """Write programs for ExecuTorch.

    Args:
        programs: at least one; they should share weights.
        directory: of the bundle.
        recipe: for executorch, at fp32 or int8.
        progress: told before the one step.

    Raises:
        ConversionError: a program cannot be converted.
        OSError: the file cannot be written.
    """
    recipe.check_precision("fp32", "int8")
    check_programs(programs, any_length=True)
    methods = {program.graph_name: program for program in programs}  # programs of any length share one
    progress(f"{len(methods)} programs")
    with quiet("converting to ExecuTorch"):
        # One set of weights for all programs, so that they share one copy in the file.
        int8 = Int8Weights() if recipe.precision == "int8" else None
        any_length = any(program.any_length for program in programs)
        lowered = _lower({name: rewrite(program, int8) for name, program in methods.items()}, any_length=any_length)
        # Counted before the memory plan, which adds operations that compute nothing.
        delegations = {name: count_delegated(lowered.exported_program(name)) for name in methods}
        content = bytes(lowered.to_executorch().buffer)
    path = directory / recipe.file("model", ".pte")
    path.write_bytes(content)
    return Artifact(
        engine=recipe.engine,
        precision=recipe.precision,
        files=file_entries(directory, [path]),
        programs=tuple(
            replace(
                describe(program, [path.name], method=program.graph_name, addressed_by="position"),
                delegation=delegations[program.graph_name],
            )
            for program in programs
        ),
        acceptance=recipe.acceptance,
        lowering=recipe.lowering,
        versions={name: version(name) for name in ("torch", "executorch")},
    )


def _lower(programs: dict[str, ExportedProgram], *, any_length: bool) -> "EdgeProgramManager":
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import EdgeCompileConfig, to_edge_transform_and_lower

    return to_edge_transform_and_lower(
        programs,
        transform_passes=[simplify_sizes],
        partitioner={name: [XnnpackPartitioner()] for name in programs},
        # Its check takes torch.sym_min, which ExecuTorch runs, for a function of Python.
        compile_config=EdgeCompileConfig(_check_ir_validity=not any_length),
    )
