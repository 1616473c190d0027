"""Sizes that are known when a graph runs, without the operations that carry them around."""

import onnx_ir as ir

# Inputs that are a size as a tensor (1,): how many to take, where to begin and where to end.
SIZES = {"TopK": (1,), "Slice": (1, 2)}


def shorten_sizes(graph: ir.Graph) -> None:
    """Let nodes read a size where it is computed.

    The exporter takes each size out of its tensor (1,) and puts it into another: Reshape, Gather, Reshape. Where only
    such steps lie between a tensor (1,) and a node that reads a size, the node reads that tensor. On a processor with
    VNNI a pruned int8 MiniLM spends a twentieth of its time on them.

    Args:
        graph: to change; what nothing reads any more is removed.
    """
    skipped = []
    for node in graph:
        for place in SIZES.get(node.op_type, ()):
            size = node.inputs[place]
            source = _source(size)
            if size is not None and source is not size:
                node.replace_input_with(place, source)
                skipped.append(size)
    for size in skipped:
        _remove_unread(graph, size)


def _source(size: ir.Value | None) -> ir.Value | None:
    """The first tensor (1,) of the steps that a size went through; the size itself where there was none."""
    found = value = size
    while value is not None and (node := value.producer()) is not None and _keeps_its_number(node):
        value = node.inputs[0]
        if value is not None and value.shape == [1]:
            found = value
    return found


def _keeps_its_number(node: ir.Node) -> bool:
    """Whether a node gives the one number of its first input in another shape."""
    source = node.inputs[0]
    if source is None or source.shape not in ([1], []):
        return False
    return node.op_type in ("Reshape", "Squeeze", "Unsqueeze") or (node.op_type == "Gather" and source.shape == [1])


def _remove_unread(graph: ir.Graph, value: ir.Value | None) -> None:
    """Remove what computes a value that nothing reads, and what computed its inputs alone."""
    while value is not None and not value.uses() and (node := value.producer()) is not None and node.graph is graph:
        value = node.inputs[0]
        graph.remove(node, safe=True)
