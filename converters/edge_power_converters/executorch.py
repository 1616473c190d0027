"""ExecuTorch: all programs as methods of one file, delegated to XNNPACK."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import torch
from torch.export import ExportedProgram

from edge_power_converters.errors import ConversionError
from edge_power_converters.program import Progress, SourceProgram, check_unique, describe, file_entries
from edge_power_converters.quiet import quiet
from edge_power_runtime.manifest import Artifact

FILE = "model.pte"
# Of float64's 53 bits a float32 needs 24: two that differ, differ by 2^-24 of their size, and 2^-40 for each of up to
# 2^15 positions stays below that; two that are equal come apart by the position alone.
TIE_BREAK = 2.0**-40
# Float32's smallest normal number, added to the size so that zeros come apart too; it is far above 2^40 * 2^-1074.
SMALLEST = 2.0**-126


def convert(programs: Sequence[SourceProgram], directory: Path, *, lowering: str, progress: Progress) -> Artifact:
    """Write programs for ExecuTorch.

    Args:
        programs: at least one; they should share weights.
        directory: of the bundle.
        lowering: recorded in the artifact.
        progress: told before each step.

    Raises:
        ConversionError: a program cannot be converted.
        OSError: the file cannot be written.
    """
    check_unique(programs)
    progress(f"{len(programs)} programs")
    with quiet("converting to ExecuTorch"):
        content = _to_flatbuffer({program.name: stable_topk(program) for program in programs})
    path = directory / FILE
    path.write_bytes(content)
    return Artifact(
        engine="executorch",
        precision="fp32",
        files=file_entries(directory, [path]),
        programs=tuple(describe(program, FILE, method=program.name, addressed_by="position") for program in programs),
        lowering=lowering,
        versions={name: version(name) for name in ("torch", "executorch")},
    )


def stable_topk(program: SourceProgram) -> ExportedProgram:
    """Rewrite every topk so that equal values keep their order.

    ExecuTorch's topk returns ties in an order of its own. ONNX Runtime's and LiteRT's give the lower index first, and
    so does a stable sort. The values are ranked as float64, each made smaller by 2^-40 of its size per position: 0.4 us
    a topk.

    Raises:
        ConversionError: the values of a topk are used; only its indices may be.
    """
    module = program.exported.module()
    graph = module.graph
    found = graph.find_nodes(op="call_function", target=torch.ops.aten.topk.default)
    for number, node in enumerate(found):
        if any(user.args[1] == 0 and user.users for user in node.users):
            raise ConversionError(f"program {program.name} uses the values of a topk; expected the indices alone")
        values = node.args[0]
        length = values.meta["val"].shape[-1]
        name = f"tie_break_{number}"
        module.register_buffer(name, TIE_BREAK * torch.arange(length, dtype=torch.float64))
        with graph.inserting_before(node):
            wide = graph.call_function(torch.ops.aten.to.dtype, (values, torch.float64))
            size = graph.call_function(torch.ops.aten.abs.default, (wide,))
            above_zero = graph.call_function(torch.ops.aten.add.Tensor, (size, SMALLEST))
            step = graph.call_function(torch.ops.aten.mul.Tensor, (above_zero, graph.get_attr(name)))
            apart = graph.call_function(torch.ops.aten.sub.Tensor, (wide, step))
        node.replace_input_with(values, apart)
    if not found:
        return program.exported
    graph.lint()
    module.recompile()
    return torch.export.export(module, (), program.samples(), strict=False)


def _to_flatbuffer(programs: dict[str, ExportedProgram]) -> bytes:
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    lowered = to_edge_transform_and_lower(programs, partitioner={name: [XnnpackPartitioner()] for name in programs})
    return bytes(lowered.to_executorch().buffer)
