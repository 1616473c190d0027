"""int8: linear layers and tables of a program with weights of 8 bits, and a scale for each of their rows."""

import operator

import torch
from torch.fx import Graph, GraphModule, Node

# Symmetric: XNNPACK's kernels take weights without a zero point.
LARGEST = 127
# Of the scale that holds a row's largest number, tried in this order: of equals the widest.
FRACTIONS = [1 - 0.02 * step for step in range(16)]
RANGE = (-LARGEST, LARGEST, torch.int8)


class Int8Weights:
    """Weights of 8 bits, each made once for all the programs that share it."""

    def __init__(self) -> None:
        """Begin without any."""
        import torch.ao.quantization.fx._decomposed  # noqa: F401, which defines the operators for quantised numbers

        # By the address of a weight. The weight is kept beside, so that no other comes to lie there.
        self._made: dict[int, tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}

    def replace(self, module: GraphModule) -> None:
        """Replace the weights of a program by these, in place; the caller recompiles it.

        A linear layer computes on activations of 8 bits as well, with a scale and a zero point for each row, which are
        found while the program runs: XNNPACK's qd8-f32-qc8w. The layer that gives an output of the program stays as it
        is, as do products of two activations.
        """
        inputs: dict[Node, Node] = {}
        outputs = module.graph.output_node().all_input_nodes
        for node in list(module.graph.nodes):
            if node.target == torch.ops.aten.linear.default and node not in outputs:
                self._replace_layer(module, node, inputs)
            elif node.target in (torch.ops.aten.embedding.default, torch.ops.aten.slice.Tensor) and _is_table(node):
                self._replace_lookup(module, node)

    def _replace_layer(self, module: GraphModule, node: Node, inputs: dict[Node, Node]) -> None:
        (x, weight), bias = node.all_input_nodes[:2], node.args[2:]
        if weight.op != "get_attr":
            return
        rows, scale = self._rows(module, weight)
        zero = torch.zeros(len(scale), dtype=torch.int64)
        with module.graph.inserting_before(node):
            if x not in inputs:  # what several layers read is quantised once
                inputs[x] = _rounded(module.graph, x)
            constants = [
                _hold(module, f"{_flat(weight)}_{name}", value)
                for name, value in (("int8", rows), ("scale", scale), ("zero", zero))
            ]
            wide = module.graph.call_function(
                torch.ops.quantized_decomposed.dequantize_per_channel.default,
                (*constants, 0, *RANGE),
            )
        node.args = (inputs[x], wide, *bias)

    def _replace_lookup(self, module: GraphModule, node: Node) -> None:
        """Look rows and their scales up, and multiply: operations that every build of ExecuTorch has."""
        table, graph = node.all_input_nodes[0], module.graph
        look_up = node.target
        assert callable(look_up)
        rows, scale = self._rows(module, table)
        with graph.inserting_before(node):
            found, factor = (
                graph.call_function(look_up, (_hold(module, f"{_flat(table)}_{name}", value), *node.args[1:]))
                for name, value in (("int8", rows), ("factor", scale.unsqueeze(1)))
            )
            # XNNPACK makes floats of them, where ExecuTorch's own `to` takes 0.27 ms for 64 x 384; the scale is 1 here.
            wide = graph.call_function(
                torch.ops.quantized_decomposed.dequantize_per_tensor.default, (found, 1.0, 0, *RANGE)
            )
            product = graph.call_function(torch.ops.aten.mul.Tensor, (wide, factor))
        node.replace_all_uses_with(product)
        graph.erase_node(node)

    def _rows(self, module: GraphModule, weight: Node) -> tuple[torch.Tensor, torch.Tensor]:
        """A weight's rows as whole numbers, int8 (rows, columns), and by what each is multiplied, float (rows,)."""
        value = operator.attrgetter(str(weight.target))(module).detach()
        if value.data_ptr() not in self._made:
            rows, scale = _nearest(value)
            self._made[value.data_ptr()] = rows, scale, value
        return self._made[value.data_ptr()][:2]


def _nearest(value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of whole numbers and their scales: of some scales for each row the one with the least squared error.

    Where the largest number of a row is alone, it pays to cut it off and to hold the others more finely (Banner et al.
    2019, arXiv:1810.05723, choose the range so). Zeros have any scale.
    """
    largest = value.abs().amax(1, keepdim=True)
    full = torch.where(largest > 0, largest / LARGEST, 1.0)
    best, least = full, torch.full_like(full, torch.inf)
    for fraction in FRACTIONS:
        scale = full * fraction
        error = (_whole(value, scale) * scale - value).square().sum(1, keepdim=True)
        best, least = torch.where(error < least, scale, best), torch.minimum(error, least)
    return _whole(value, best).to(torch.int8), best.squeeze(1)


def _whole(value: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    return torch.round(value / scale).clamp(-LARGEST, LARGEST)


def _is_table(node: Node) -> bool:
    """Whether a node takes rows of a table, which holds at least as many: there may be two token types, of 64 words."""
    table = node.all_input_nodes[0]
    if table.op != "get_attr" or table.meta["val"].ndim != 2 or node.meta["val"].ndim != 2:
        return False
    return bool(
        table.meta["val"].shape[1] == node.meta["val"].shape[1] and len(table.meta["val"]) >= len(node.meta["val"])
    )


def _rounded(graph: Graph, x: Node) -> Node:
    """What 8 bits hold of each row of an activation: the chain of operations that XNNPACK's delegate recognises."""
    ops, range_ = torch.ops.quantized_decomposed, (-128, 127, torch.int8)
    chosen = graph.call_function(ops.choose_qparams_per_token_asymmetric.default, (x, torch.int8))
    scale, zero = (graph.call_function(operator.getitem, (chosen, place)) for place in (0, 1))
    narrow = graph.call_function(ops.quantize_per_token.default, (x, scale, zero, *range_))
    return graph.call_function(ops.dequantize_per_token.default, (narrow, scale, zero, *range_, torch.float32))


def _flat(node: Node) -> str:
    return str(node.target).replace(".", "_")


def _hold(module: GraphModule, name: str, value: torch.Tensor) -> Node:
    """Name a constant of the program; the caller says before which node."""
    module.register_buffer(name, value)
    return module.graph.get_attr(name)
