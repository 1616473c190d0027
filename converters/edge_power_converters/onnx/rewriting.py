"""Puts nodes of our own in the place of a graph's: names that keep the module, constants that are there once."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx_ir as ir

MICROSOFT = "com.microsoft"
"""The domain of ONNX Runtime's own operators; every package of it has those for the CPU."""


class Rewriter:
    """Writes nodes in front of one node of a graph, under the name of its modules."""

    def __init__(self, model: ir.Model) -> None:
        """Change the graph of `model`."""
        self._model, self._graph = model, model.graph
        self._place = len(self._graph)
        self._at: ir.Node | None = None

    def move_to(self, node: ir.Node) -> None:
        """Write in front of `node` from now on, as a part of its modules."""
        self._at = node

    def add(
        self,
        operator: str,
        inputs: Sequence[ir.Value | None],
        attributes: Mapping[str, int | float | ir.Attr] | None = None,
        *,
        domain: str = "",
        outputs: int = 1,
    ) -> tuple[ir.Value, ...]:
        """Write a node; what it gives."""
        assert self._at is not None, "move_to comes first"
        modules, _, _kind = (self._at.name or "").rpartition("/")
        name = "/".join((*([modules] if modules else []), f"{operator}_{self._place}"))
        self._place += 1
        node = ir.node(operator, inputs, dict(attributes or {}), domain=domain, num_outputs=outputs, name=name)
        for number, value in enumerate(node.outputs):
            value.name = f"{name}.{number}"
        if domain:
            self._model.opset_imports[domain] = 1
        self._graph.insert_before(self._at, node)
        return tuple(node.outputs)

    def constant(self, name: str, content: np.ndarray) -> ir.Value:
        """The graph's constant of this name, made of `content` where it is not there yet."""
        known = self._graph.initializers.get(name)
        if known is not None:
            return known
        tensor = ir.tensor(content, name=name)
        value = ir.Value(name=name, shape=ir.Shape(content.shape), type=ir.TensorType(tensor.dtype), const_value=tensor)
        self._graph.register_initializer(value)
        return value

    def replace(self, node: ir.Node, value: ir.Value) -> None:
        """Let `value` stand for what `node` gives, and remove the node."""
        (old,) = node.outputs
        name = old.name
        old.replace_all_uses_with(value, replace_graph_outputs=True)
        self._graph.remove(node, safe=True)
        value.name = name

    def forget(self, constant: ir.Value) -> None:
        """Remove a constant that no node reads any more."""
        if constant.name is not None and not constant.uses():
            self._graph.initializers.pop(constant.name, None)


def weight_of(value: ir.Value | None) -> np.ndarray | None:
    """The content of a float32 constant."""
    if value is None or value.const_value is None or value.const_value.dtype != ir.DataType.FLOAT:
        return None
    return value.const_value.numpy()
