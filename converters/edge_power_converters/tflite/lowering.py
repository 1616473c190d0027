"""Exported programs to one TFLite flatbuffer, with LiteRT's own converter."""

from collections.abc import Sequence

import torch
from torch.fx import GraphModule

from edge_power_converters.program import SourceProgram


def to_flatbuffer(programs: Sequence[SourceProgram]) -> bytes:
    """Convert programs to the signatures of one file, which holds what they share once."""
    import litert_torch

    first, *rest = programs
    builder = litert_torch.signature(first.name, to_module(first), sample_kwargs=first.samples())
    for program in rest:
        builder = builder.signature(program.name, to_module(program), sample_kwargs=program.samples())
    content: bytes = builder.convert().model_content()
    return content


def to_module(program: SourceProgram) -> GraphModule:
    """Give a program as a module for LiteRT's converter."""
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
