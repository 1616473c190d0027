"""Names of an ONNX graph's nodes after the modules that they were traced in, so that a profile can group them."""

import ast
from collections.abc import Sequence

import onnx_ir as ir

SCOPES = "pkg.torch.onnx.name_scopes"
"""Where torch.onnx notes a node's modules, outermost first: a list of dotted paths, then the operation's name."""


def name_nodes(graph: ir.Graph) -> None:
    """Name every node after its modules, its kind and its place: `encoders.0/attention/query/Gemm_12`.

    A node that the exporter notes no modules of keeps its kind and place alone.
    """
    for place, node in enumerate(graph.all_nodes()):
        node.name = "/".join((*module_parts(scopes_of(node)), f"{node.op_type}_{place}"))


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
