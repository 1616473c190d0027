"""Names in an ONNX graph: a node's tells its modules, so that a profile can group them; a value's is a number."""

import ast
from collections.abc import Sequence
from itertools import count

import onnx_ir as ir

SCOPES = "pkg.torch.onnx.name_scopes"
"""Where torch.onnx notes a node's modules, outermost first: a list of dotted paths, then the operation's name."""


def name_nodes(graph: ir.Graph) -> None:
    """Name every node after its modules, its kind and its place: `encoders.0/attention/query/Gemm_12`.

    A node that the exporter notes no modules of keeps its kind and place alone.
    """
    for place, node in enumerate(graph.all_nodes()):
        node.name = "/".join((*module_parts(scopes_of(node)), f"{node.op_type}_{place}"))


def shorten_values(graph: ir.Graph) -> None:
    """Number what passes from node to node, and leave its shape for whoever reads the graph to infer.

    Names and shapes were a third of a graph, and a bundle with stages has dozens. The graph's own inputs, outputs and
    constants keep their names.
    """
    kept = {*graph.inputs, *graph.outputs}
    for value in graph.initializers.values():
        value.shape = value.type = None
    taken = {value.name for value in kept} | set(graph.initializers)
    names = (name for name in map(str, count()) if name not in taken)
    for node in graph.all_nodes():
        for value in node.outputs:
            if value not in kept:
                value.name, value.shape, value.type = next(names), None, None


def scopes_of(node: ir.Node) -> list[str]:
    """The dotted paths of the modules that a node was traced in, outermost first, without the root's empty one."""
    noted = node.metadata_props.get(SCOPES)
    if noted is None:
        return []
    *modules, _operation = ast.literal_eval(noted)
    return [path for path in modules if path]


def module_parts(scopes: Sequence[str]) -> list[str]:
    """Shorten paths: each leaves out what it shares with the one before it.

    A shared module is noted under the first path that leads to it, so the outermost part alone tells which of its
    calls a node belongs to.
    """
    parts: list[str] = []
    before: list[str] = []
    for scope in scopes:
        path = scope.split(".")
        shared = 0
        while shared < min(len(path), len(before)) and path[shared] == before[shared]:
            shared += 1
        # torch.export marks a module's second call, third call, ... by "@1", "@2", ...
        names = [name.partition("@")[0] for name in path[shared:]]
        parts += [".".join(names)] if names else []
        before = path
    return parts
