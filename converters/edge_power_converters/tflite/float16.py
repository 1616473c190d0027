"""Weights stored as float16, which halves the file; LiteRT computes with float32, made of them when it opens the file.

tflite-runtime 2.14 is no reader of such a file: its XNNPACK keeps what DEQUANTIZE gives by the tensor's number alone,
so that the graphs of one file read each other's (of two programs, one gave the classifier's bias and nothing else).
"""

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edge_power_converters.tflite.flatbuffer import Code, TfliteFile, TfliteGraph

# Smaller ones would save less than the operator takes that widens them.
LEAST_NUMBERS = 1024
# tflite/tools/versioning/op_version.cc: of float16.
_DEQUANTIZE_VERSION, _GATHER_VERSION = 3, 5


def to_float16(content: bytes) -> bytes:
    """Store a file's large constants as float16, once for all its graphs.

    Args:
        content: of a .tflite file of float32.
    """
    file = TfliteFile(content)
    stored: dict[int, int] = {}
    for graph in file.graphs:
        _Narrowing(graph, stored).run()
    return file.write()


class _Narrowing:
    """Narrows the constants of one graph."""

    def __init__(self, graph: TfliteGraph, stored: dict[int, int]) -> None:
        """Take the graph, and the buffers of float16 by those of float32."""
        self._graph, self._stored = graph, stored
        self._wide: dict[int, Any] = {}

    def run(self) -> None:
        graph = self._graph
        graph.change({Code.EMBEDDING_LOOKUP: self._rows})
        for operator in graph.operators:
            operator.inputs = [self._widened(tensor) for tensor in operator.inputs]
        graph.put_first(self._wide.values())

    def _rows(self, operator: Any) -> list[Any]:
        """Widen the rows that are looked up, and not the table."""
        graph, (indices, table), result = self._graph, operator.inputs, operator.outputs[0]
        if not self._is_large(table):
            return [operator]
        rows = graph.computed(graph.shape(result), result, "rows", dtype=np.float16)
        gather = graph.operator(
            Code.GATHER,
            [self._narrow(table), indices],
            [rows],
            options=schema.GatherOptionsT(),
            version=_GATHER_VERSION,
        )
        return [gather, graph.operator(Code.DEQUANTIZE, [rows], [result], version=_DEQUANTIZE_VERSION)]

    def _widened(self, tensor: int) -> int:
        if not self._is_large(tensor):
            return tensor
        if tensor not in self._wide:
            wide = self._graph.computed(self._graph.shape(tensor), tensor, "wide")
            narrow = self._narrow(tensor)
            self._wide[tensor] = self._graph.operator(Code.DEQUANTIZE, [narrow], [wide], version=_DEQUANTIZE_VERSION)
        return int(self._wide[tensor].outputs[0])

    def _is_large(self, tensor: int) -> bool:
        # A vector stays: XNNPACK takes a bias only where it is a constant of float32.
        values = None if tensor < 0 else self._graph.floats(tensor)
        return values is not None and values.size >= LEAST_NUMBERS and values.size > max(values.shape)

    def _narrow(self, tensor: int) -> int:
        graph, buffer = self._graph, self._graph.buffer_of(tensor)
        if buffer not in self._stored:
            values = graph.floats(tensor)
            assert values is not None  # it is large
            self._stored[buffer] = graph.file.store(values.astype(np.float16))
        return graph.constant(self._stored[buffer], np.float16, graph.shape(tensor), graph.name(tensor))
