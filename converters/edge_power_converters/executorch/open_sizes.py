"""Sizes of programs of any length, as ExecuTorch and XNNPACK's delegate take them best."""

from torch.fx import GraphModule
from torch.fx.passes.infra.pass_base import PassResult

from edge_power_converters.open_length import drop_assertions


def simplify_sizes(module: GraphModule) -> PassResult:
    """Write -1 for the one size of a view that is known when the program runs, and assert nothing of sizes.

    The delegate takes such a view, and none with a number computed by another operation: at each it would cut its
    graph in two, which doubles the pieces of a MiniLM. What lowering asserts of sizes is what `export_open` took out.
    """
    from executorch.exir.dialects._ops import ops

    changed = False
    for node in module.graph.find_nodes(op="call_function", target=ops.edge.aten.view_copy.default):
        x, shape = node.args
        if sum(not isinstance(size, int) for size in shape) == 1:
            node.args = x, [size if isinstance(size, int) else -1 for size in shape]
            changed = True
    if changed:  # else each size is a number, and nothing is asserted of it
        drop_assertions(module)
    return PassResult(module, changed)
