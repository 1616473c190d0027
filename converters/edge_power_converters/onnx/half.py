"""Weights as fp16: half the bytes. ONNX Runtime's CPU computes in fp32, so it widens them when it loads a graph."""

import numpy as np
import onnx_ir as ir

from edge_power_converters.onnx.rewriting import Rewriter, weight_of

# A page: what is smaller would save nothing, since each tensor begins on a page of its own.
LARGE_BYTES = 1 << 12


def halve(model: ir.Model) -> None:
    """Store the large float32 constants of a graph as fp16.

    A Cast behind a constant is folded when a session is opened. Behind a table, rows are cast after they are looked
    up: so the table itself stays as it is in the file, and in memory.

    Args:
        model: to change; numbers that fp16 cannot hold stay as they are.
    """
    rewriter = Rewriter(model)
    for value in list(model.graph.initializers.values()):
        weight = weight_of(value)
        if weight is not None and weight.nbytes >= LARGE_BYTES and np.abs(weight).max() <= np.finfo(np.float16).max:
            _halve(rewriter, value, weight)


def _halve(rewriter: Rewriter, value: ir.Value, weight: np.ndarray) -> None:
    half = rewriter.constant(f"{value.name}.fp16", weight.astype(np.float16))
    wide: ir.Value | None = None
    # A node may read a constant twice; consumers are listed in the order of the graph.
    for node, place in sorted(value.uses(), key=lambda use: use.idx):
        rewriter.move_to(node)
        if is_lookup(node) and place == 0:
            (rows,) = rewriter.add("Gather", [half, node.inputs[1]])
            (found,) = rewriter.add("Cast", [rows], {"to": ir.DataType.FLOAT})
            rewriter.replace(node, found)
            continue
        if wide is None:
            (wide,) = rewriter.add("Cast", [half], {"to": ir.DataType.FLOAT})
        node.replace_input_with(place, wide)
    rewriter.forget(value)


def is_lookup(node: ir.Node) -> bool:
    """Whether a node takes whole rows of a table."""
    axis = node.attributes.get("axis")
    return node.op_type == "Gather" and (axis is None or axis.as_int() == 0)
