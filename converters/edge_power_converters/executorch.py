"""ExecuTorch: all programs as methods of one file, delegated to XNNPACK."""

import math
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch.export import ExportedProgram
from torch.fx import Graph, GraphModule, Node

from edge_power_converters.errors import ConversionError
from edge_power_converters.preconditions import check_programs
from edge_power_converters.program import Progress, SourceProgram, describe, file_entries
from edge_power_converters.quiet import quiet
from edge_power_converters.recipe import Recipe
from edge_power_runtime.bundle.manifest import Artifact, Delegation

if TYPE_CHECKING:
    from executorch.exir import EdgeProgramManager

# Of float64's 53 bits a float32 needs 24: two that differ, differ by 2^-24 of their size, and 2^-40 for each of up to
# 2^15 positions stays below that; two that are equal come apart by the position alone.
TIE_BREAK = 2.0**-40
# Float32's smallest normal number, added to the size so that zeros come apart too; it is far above 2^40 * 2^-1074.
SMALLEST = 2.0**-126
# gelu in its tanh form is x * sigmoid(x * (LINEAR + CUBIC * x^2)), as 1 + tanh(z) = 2 * sigmoid(2z)
# (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2).
LINEAR = 2 * math.sqrt(2 / math.pi)
CUBIC = 0.044715 * LINEAR
# Nodes of a lowered graph that only name one of several results; nothing runs for them.
UNPACK = frozenset({"getitem"})


def steps(programs: int) -> int:
    """How many steps the conversion of some programs has: ExecuTorch lowers all of them together."""
    return 1


def convert(programs: Sequence[SourceProgram], directory: Path, recipe: Recipe, *, progress: Progress) -> Artifact:
    """Write programs for ExecuTorch.

    Args:
        programs: at least one; they should share weights.
        directory: of the bundle.
        recipe: for executorch, at fp32.
        progress: told before the one step.

    Raises:
        ConversionError: a program cannot be converted.
        OSError: the file cannot be written.
    """
    recipe.check_precision("fp32")
    check_programs(programs)
    progress(f"{len(programs)} programs")
    with quiet("converting to ExecuTorch"):
        lowered = _lower({program.name: rewrite(program) for program in programs})
        # Counted before the memory plan, which adds operations that compute nothing.
        delegations = {program.name: count_delegated(lowered.exported_program(program.name)) for program in programs}
        content = bytes(lowered.to_executorch().buffer)
    path = directory / recipe.file("model", ".pte")
    path.write_bytes(content)
    return Artifact(
        engine=recipe.engine,
        precision=recipe.precision,
        files=file_entries(directory, [path]),
        programs=tuple(
            replace(
                describe(program, [path.name], method=program.name, addressed_by="position"),
                delegation=delegations[program.name],
            )
            for program in programs
        ),
        acceptance=recipe.acceptance,
        lowering=recipe.lowering,
        versions={name: version(name) for name in ("torch", "executorch")},
    )


def rewrite(program: SourceProgram) -> ExportedProgram:
    """Replace what ExecuTorch computes otherwise than PyTorch.

    Raises:
        ConversionError: the values of a topk are used; only its indices may be.
    """
    module = program.exported.module()
    topk = module.graph.find_nodes(op="call_function", target=torch.ops.aten.topk.default)
    gelu = [
        node
        for node in module.graph.find_nodes(op="call_function", target=torch.ops.aten.gelu.default)
        if node.kwargs.get("approximate") == "tanh"
    ]
    if not topk and not gelu:
        return program.exported
    for number, node in enumerate(topk):
        if any(user.args[1] == 0 and user.users for user in node.users):
            raise ConversionError(f"program {program.name} uses the values of a topk; expected the indices alone")
        _stabilise(module, node, f"tie_break_{number}")
    for node in gelu:
        _spell_out(module.graph, node)
    module.graph.lint()
    module.recompile()
    return torch.export.export(module, (), program.samples(), strict=False)


def _stabilise(module: GraphModule, node: Node, name: str) -> None:
    """Rewrite a topk so that equal values keep their order.

    ExecuTorch's topk returns ties in an order of its own. ONNX Runtime's and LiteRT's give the lower index first, and
    so does a stable sort. The values are ranked as float64, each made smaller by 2^-40 of its size per position: 0.4 us
    a topk.
    """
    graph, values = module.graph, node.all_input_nodes[0]
    length = values.meta["val"].shape[-1]
    module.register_buffer(name, TIE_BREAK * torch.arange(length, dtype=torch.float64))
    with graph.inserting_before(node):
        wide = graph.call_function(torch.ops.aten.to.dtype, (values, torch.float64))
        size = graph.call_function(torch.ops.aten.abs.default, (wide,))
        above_zero = graph.call_function(torch.ops.aten.add.Tensor, (size, SMALLEST))
        step = graph.call_function(torch.ops.aten.mul.Tensor, (above_zero, graph.get_attr(name)))
        apart = graph.call_function(torch.ops.aten.sub.Tensor, (wide, step))
    node.replace_input_with(values, apart)


def _spell_out(graph: Graph, node: Node) -> None:
    """Rewrite gelu's tanh form: XNNPACK's delegate takes it for the exact form, which differs by up to 5e-4."""
    x = node.all_input_nodes[0]
    mul, add = torch.ops.aten.mul.Tensor, torch.ops.aten.add.Tensor
    with graph.inserting_before(node):
        square = graph.call_function(mul, (x, x))
        slope = graph.call_function(add, (graph.call_function(mul, (square, CUBIC)), LINEAR))
        gate = graph.call_function(torch.ops.aten.sigmoid.default, (graph.call_function(mul, (x, slope)),))
        product = graph.call_function(mul, (x, gate))
    node.replace_all_uses_with(product)
    graph.erase_node(node)


def count_delegated(lowered: ExportedProgram) -> Delegation | None:
    """Count the operations of a lowered program that its delegate took, and those that it left; None without one."""
    from executorch.devtools.backend_debug import get_delegation_info

    module = lowered.graph_module
    kinds = [kind for kind in get_delegation_info(module).delegation_by_operator.values() if kind.op_type not in UNPACK]
    backends = {part.backend_id for part in module.children() if hasattr(part, "backend_id")}
    if not backends:
        return None
    kinds.sort(key=lambda kind: kind.op_type)
    return Delegation(
        delegate=", ".join(sorted(backends)),
        inside={kind.op_type: kind.delegated for kind in kinds if kind.delegated},
        outside={kind.op_type: kind.non_delegated for kind in kinds if kind.non_delegated},
    )


def _lower(programs: dict[str, ExportedProgram]) -> "EdgeProgramManager":
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    return to_edge_transform_and_lower(programs, partitioner={name: [XnnpackPartitioner()] for name in programs})
