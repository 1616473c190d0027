"""An exported program as ExecuTorch computes it exactly, and with int8 weights where they are asked for."""

import math

import torch
from torch.export import ExportedProgram
from torch.fx import Graph, GraphModule, Node

from edge_power_converters.errors import ConversionError
from edge_power_converters.executorch.int8 import Int8Weights
from edge_power_converters.open_length import export_open, longest_of
from edge_power_converters.program import SourceProgram

# Of float64's 53 bits a float32 needs 24: two that differ, differ by 2^-24 of their size, and 2^-40 for each of up to
# 2^15 positions stays below that; two that are equal come apart by the position alone.
TIE_BREAK = 2.0**-40
# Float32's smallest normal number, added to the size so that zeros come apart too; it is far above 2^40 * 2^-1074.
SMALLEST = 2.0**-126
# gelu in its tanh form is x * sigmoid(x * (LINEAR + CUBIC * x^2)), as 1 + tanh(z) = 2 * sigmoid(2z)
# (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2).
LINEAR = 2 * math.sqrt(2 / math.pi)
CUBIC = 0.044715 * LINEAR


def rewrite(program: SourceProgram, int8: Int8Weights | None = None) -> ExportedProgram:
    """Replace what ExecuTorch computes otherwise than PyTorch.

    Args:
        program: to rewrite; it is left as it is.
        int8: replaces weights too, by these.

    Raises:
        ConversionError: the values of a topk are used; only its indices may be.
    """
    module = program.exported.module(check_guards=False)
    longest = longest_of(program.exported) if program.any_length else None
    topk = module.graph.find_nodes(op="call_function", target=torch.ops.aten.topk.default)
    gelu = [
        node
        for node in module.graph.find_nodes(op="call_function", target=torch.ops.aten.gelu.default)
        if node.kwargs.get("approximate") == "tanh"
    ]
    if not topk and not gelu and int8 is None:
        return program.exported
    if int8 is not None:  # first, for it asks what the exported nodes are, and others are added below
        int8.replace(module)
    for number, node in enumerate(topk):
        if any(user.args[1] == 0 and user.users for user in node.users):
            raise ConversionError(f"program {program.name} uses the values of a topk; expected the indices alone")
        _stabilise(module, node, f"tie_break_{number}", longest)
    for node in gelu:
        _spell_out(module.graph, node)
    module.graph.lint()
    module.recompile()
    if longest is None:
        return torch.export.export(module, (), program.samples(), strict=False)
    return export_open(module, program.inputs, longest)


def _stabilise(module: GraphModule, node: Node, name: str, longest: int | None) -> None:
    """Rewrite a topk so that equal values keep their order.

    ExecuTorch's topk returns ties in an order of its own. ONNX Runtime's and LiteRT's give the lower index first, and
    so does a stable sort. The values are ranked as float64, each made smaller by 2^-40 of its size per position: 0.4 us
    a topk.
    """
    graph, values = module.graph, node.all_input_nodes[0]
    # Of one more, since torch.export makes a graph for the whole of a constant another one than for a part.
    rows = values.meta["val"].shape[-1] if longest is None else longest + 1
    module.register_buffer(name, TIE_BREAK * torch.arange(rows, dtype=torch.float64))
    with graph.inserting_before(node):
        places = graph.get_attr(name)
        if longest is not None:
            entering = graph.call_function(torch.ops.aten.sym_size.int, (values, 0))
            places = graph.call_function(torch.ops.aten.slice.Tensor, (places, 0, 0, entering))
        wide = graph.call_function(torch.ops.aten.to.dtype, (values, torch.float64))
        size = graph.call_function(torch.ops.aten.abs.default, (wide,))
        above_zero = graph.call_function(torch.ops.aten.add.Tensor, (size, SMALLEST))
        step = graph.call_function(torch.ops.aten.mul.Tensor, (above_zero, places))
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
