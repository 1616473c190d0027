"""TFLite: all programs as signatures of one flatbuffer, which LiteRT and tflite-runtime read."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import torch
from torch.fx import GraphModule

from edge_power_converters.preconditions import check_programs
from edge_power_converters.program import Progress, SourceProgram, describe, file_entries
from edge_power_converters.quiet import quiet
from edge_power_converters.recipe import Recipe
from edge_power_runtime.bundle.manifest import Artifact


def steps(programs: int) -> int:
    """How many steps the conversion of some programs has: LiteRT's converter takes all of them at once."""
    return 1


def convert(programs: Sequence[SourceProgram], directory: Path, recipe: Recipe, *, progress: Progress) -> Artifact:
    """Write programs for LiteRT.

    Args:
        programs: at least one; they should share weights.
        directory: of the bundle.
        recipe: for tflite, at fp32.
        progress: told before the one step.

    Raises:
        ConversionError: a program cannot be converted.
        OSError: the file cannot be written.
    """
    recipe.check_precision("fp32")
    check_programs(programs)
    progress(f"{len(programs)} programs")
    with quiet("converting to TFLite"):
        content = _to_flatbuffer(programs)
    path = directory / recipe.file("model", ".tflite")
    path.write_bytes(content)
    return Artifact(
        engine=recipe.engine,
        precision=recipe.precision,
        files=file_entries(directory, [path]),
        programs=tuple(
            describe(program, [path.name], method=program.name, addressed_by="name", narrow=True)
            for program in programs
        ),
        acceptance=recipe.acceptance,
        lowering=recipe.lowering,
        versions={name: version(name) for name in ("torch", "litert-torch", "ai-edge-litert")},
    )


def _to_flatbuffer(programs: Sequence[SourceProgram]) -> bytes:
    import litert_torch

    first, *rest = programs
    builder = litert_torch.signature(first.name, _module(first), sample_kwargs=first.samples())
    for program in rest:
        builder = builder.signature(program.name, _module(program), sample_kwargs=program.samples())
    content: bytes = builder.convert().model_content()
    return content


def _module(program: SourceProgram) -> GraphModule:
    module = program.exported.module()
    # An exported module refuses eval(); the converter asks for this flag to see that dropout is off.
    module.training = False
    _gather(module)
    return module


def _gather(module: GraphModule) -> None:
    """Turn every index_select into TFLite's own GATHER, which copies whole rows.

    LiteRT's converter makes of it a transpose, GATHER_ND, a transpose back, a check of every index and a selection
    between each number and NaN: all of them outside XNNPACK.
    """
    # Importing litert_torch's operators registers torch.ops.tfl.
    from litert_torch.backend.experimental import torch_tfl  # noqa: F401

    graph = module.graph
    for node in graph.find_nodes(op="call_function", target=torch.ops.aten.index_select.default):
        values, axis, indices = node.args
        with graph.inserting_before(node):
            narrow = graph.call_function(torch.ops.aten.to.dtype, (indices, torch.int32))
            gathered = graph.call_function(torch.ops.tfl.gather.default, (values, narrow, axis))
        node.replace_all_uses_with(gathered)
        graph.erase_node(node)
    graph.lint()
    module.recompile()
