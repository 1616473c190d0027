"""Programs of a length that is known when they run: how they are exported, and what their longest is."""

import warnings
from collections.abc import Mapping

import torch
from torch import nn
from torch.export import Dim, ExportedProgram
from torch.fx import GraphModule


def export_open(module: nn.Module, inputs: Mapping[str, torch.Tensor], longest: int) -> ExportedProgram:
    """Export a module whose inputs (1, n) may have any n in 1..`longest`.

    torch.export adds to such a graph what it supposed of sizes while tracing, such as that more than one row is kept.
    That holds of the sample and not of a short text, and decides nothing but strides of sizes of 1. It is taken out.

    Args:
        module: takes these inputs by name.
        inputs: tensors of their dtypes.
        longest: n at most.
    """
    length = Dim("length", min=1, max=longest)
    # Of at least two tokens: to torch.export a dimension of 1 is none that may change.
    samples = {name: torch.ones(1, max(2, longest), dtype=tensor.dtype) for name, tensor in inputs.items()}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.export warns of its own internals; nothing a caller could act on
        exported = torch.export.export(
            module,
            (),
            samples,
            dynamic_shapes={name: {1: length} for name in samples},
            strict=False,
            prefer_deferred_runtime_asserts_over_guards=True,
        )
    drop_assertions(exported.graph_module)
    return exported


def drop_assertions(module: GraphModule) -> None:
    """Take out what a graph asserts of sizes, and what was computed for that alone."""
    for node in module.graph.find_nodes(op="call_function", target=torch.ops.aten._assert_scalar.default):
        module.graph.erase_node(node)
    module.graph.eliminate_dead_code()
    module.recompile()


def longest_of(exported: ExportedProgram) -> int:
    """The most tokens that a program of any length takes."""
    (longest,) = {int(limits.upper) for limits in exported.range_constraints.values()}
    return longest
