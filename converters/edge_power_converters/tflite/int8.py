"""Dynamic int8 that LiteRT and tflite-runtime both compute right: weights per channel, inputs quantised as they come.

LiteRT's own form has a scale for each output channel in the weights' tensor. tflite-runtime 2.14, the last one, reads
the first of them for all channels and says nothing: its hybrid FULLY_CONNECTED knows one scale per tensor. So each
row of the weights is divided by its own scale, the tensor has the scale 1, and a MUL by the rows' scales follows; the
bias is divided by them too. The integers are the same as in LiteRT's form, and the MUL costs about a hundredth of the
time (docs/log/int8-litert.md).
"""

from typing import Any, NamedTuple

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edge_power_converters.tflite.flatbuffer import Code, TfliteFile, TfliteGraph, type_of
from edge_power_converters.tflite.heads import join_heads

# Smaller ones stay: the last layer of few labels decides alone, and its bytes are nothing.
LEAST_WEIGHTS = 1024
LARGEST = 127
# tflite/tools/versioning/op_version.cc: weights of int8 with inputs that have a zero point; a table of int8; float16.
_FULLY_CONNECTED_VERSION, _EMBEDDING_LOOKUP_VERSION, _CAST_VERSION = 9, 3, 4


def to_int8(content: bytes) -> bytes:
    """Quantise a file's fully connected layers and embedding tables, once for all its graphs.

    The products of heads with constants become fully connected ones first. What is added or multiplied by number, such
    as the positions, is stored narrow.

    Args:
        content: of a .tflite file of float32.
    """
    file = TfliteFile(content)
    weights = _Weights(file)
    for graph in file.graphs:
        join_heads(graph)
        rewriter = _Rewriter(graph, weights)
        graph.change(
            {
                Code.FULLY_CONNECTED: rewriter.fully_connected,
                Code.EMBEDDING_LOOKUP: rewriter.embedding_lookup,
                Code.ADD: rewriter.elementwise,
                Code.MUL: rewriter.elementwise,
            }
        )
    return file.write()


class _Rewriter:
    """Rewrites the operators of one graph."""

    def __init__(self, graph: TfliteGraph, weights: "_Weights") -> None:
        self._graph, self._weights = graph, weights

    def fully_connected(self, operator: Any) -> list[Any]:
        """Replace x W^T + b by (x Q^T + b / s) * s, where W = diag(s) Q and Q is of integers."""
        graph, weights = self._graph, operator.inputs[1]
        rows = self._weights.rows(graph, weights)
        if rows is None:
            return [operator]
        if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
            operator.inputs[2] = self._weights.scaled_bias(graph, operator.inputs[2], weights)
        scales = graph.constant(rows.scales, np.float32, (rows.shape[0],), f"{graph.name(weights)};scales")
        operator.inputs[1] = graph.constant(rows.integers, np.int8, rows.shape, graph.name(weights), scale=1.0)
        operator.builtinOptions.asymmetricQuantizeInputs = True
        operator.opcodeIndex = graph.file.index_of(Code.FULLY_CONNECTED, _FULLY_CONNECTED_VERSION)
        multiply = self._multiply(operator, scales)
        multiply.builtinOptions.fusedActivationFunction = operator.builtinOptions.fusedActivationFunction
        operator.builtinOptions.fusedActivationFunction = schema.ActivationFunctionType.NONE
        return [operator, multiply]

    def embedding_lookup(self, operator: Any) -> list[Any]:
        """Look up rows of integers, and their scales, and multiply."""
        graph, (indices, table) = self._graph, operator.inputs
        rows = self._weights.rows(graph, table)
        if rows is None:
            return [operator]
        all_scales = graph.constant(rows.scales, np.float32, (rows.shape[0], 1), f"{graph.name(table)};scales")
        scales = graph.computed((graph.shape(indices)[0], 1), operator.outputs[0], "scales")
        look_up = graph.operator(Code.EMBEDDING_LOOKUP, [indices, all_scales], [scales])
        operator.inputs[1] = graph.constant(rows.integers, np.int8, rows.shape, graph.name(table), scale=1.0)
        operator.opcodeIndex = graph.file.index_of(Code.EMBEDDING_LOOKUP, _EMBEDDING_LOOKUP_VERSION)
        return [operator, look_up, self._multiply(operator, scales)]

    def elementwise(self, operator: Any) -> list[Any]:
        """Store a large constant that an operator reads number by number narrow, and widen it at each run.

        DEQUANTIZE would be made once, but the XNNPACK of tflite-runtime 2.14 keeps what it makes by the tensor's number
        alone, so that the graphs of one file read each other's.
        """
        for place, tensor in enumerate(operator.inputs):
            values = self._graph.floats(tensor)
            if values is not None and values.size >= LEAST_WEIGHTS and values.size > max(values.shape):
                cast = self._widen(tensor, self._weights.narrow(self._graph, tensor, values))
                operator.inputs[place] = cast.outputs[0]
                return [cast, operator]
        return [operator]

    def _widen(self, tensor: int, narrow: "_Narrow") -> Any:
        graph, shape, options = self._graph, self._graph.shape(tensor), schema.CastOptionsT()
        options.inDataType, options.outDataType = type_of(narrow.dtype), type_of(np.float32)
        source = graph.constant(narrow.buffer, narrow.dtype, shape, graph.name(tensor))
        wide = graph.computed(shape, tensor, "wide")
        return graph.operator(Code.CAST, [source], [wide], options=options, version=_CAST_VERSION)

    def _multiply(self, operator: Any, scales: int) -> Any:
        """Give what an operator gave, times the scales, to whoever reads it."""
        graph, result = self._graph, operator.outputs[0]
        unscaled = graph.computed(graph.shape(result), result, "unscaled")
        operator.outputs = [unscaled]
        return graph.operator(Code.MUL, [unscaled, scales], [result], options=schema.MulOptionsT())


class _Rows:
    """A matrix by rows of integers, as it is stored.

    Attributes:
        shape: (rows, columns).
        integers: the buffer, int8, in -127..127.
        scales: the buffer, float32 (rows,).
        divisors: the scales as values.
    """

    def __init__(self, file: TfliteFile, values: np.ndarray) -> None:
        largest = np.abs(values).max(axis=1)
        self.divisors = np.where(largest > 0, largest / LARGEST, 1).astype(np.float32)
        self.shape = values.shape
        self.integers = file.store(np.rint(values / self.divisors[:, None]).astype(np.int8))
        self.scales = file.store(self.divisors)


class _Narrow(NamedTuple):
    """A constant in the narrowest numbers that hold it: integers exactly, others to 11 bits."""

    buffer: int
    dtype: type


class _Weights:
    """Quantises each matrix of a file once, whichever graphs read it."""

    def __init__(self, file: TfliteFile) -> None:
        self._file = file
        self._rows: dict[int, _Rows] = {}
        self._biases: dict[tuple[int, int], int] = {}
        self._narrow: dict[int, _Narrow] = {}

    def rows(self, graph: TfliteGraph, tensor: int) -> _Rows | None:
        """Give a constant matrix as rows of integers; None where it is none, or small."""
        values = graph.floats(tensor)
        if values is None or values.ndim != 2 or values.size < LEAST_WEIGHTS:
            return None
        buffer = graph.buffer_of(tensor)
        if buffer not in self._rows:
            self._rows[buffer] = _Rows(self._file, values)
        return self._rows[buffer]

    def narrow(self, graph: TfliteGraph, tensor: int, values: np.ndarray) -> _Narrow:
        """Give a constant as it is stored, narrow."""
        buffer = graph.buffer_of(tensor)
        if buffer not in self._narrow:
            whole = values.astype(np.int8)
            dtype = np.int8 if np.array_equal(whole, values) else np.float16
            self._narrow[buffer] = _Narrow(self._file.store(values.astype(dtype)), dtype)
        return self._narrow[buffer]

    def scaled_bias(self, graph: TfliteGraph, bias: int, weights: int) -> int:
        """Give the tensor of a bias divided by the scales of its weights, which are rows of integers."""
        values, key = graph.floats(bias), (graph.buffer_of(bias), graph.buffer_of(weights))
        assert values is not None  # LiteRT's converter makes constants of biases
        if key not in self._biases:
            self._biases[key] = self._file.store(values / self._rows[key[1]].divisors)
        return graph.constant(self._biases[key], np.float32, values.shape, graph.name(bias))
