"""Products with weights in int8: weights rounded here, activations as they come (dynamic quantisation).

Weights have a scale for each output and cannot saturate (rounding.py). Activations have 8 bits. One scale for all rows
is what ONNX Runtime offers, and serves most products; but feed-forward layers of a BERT have single words with numbers
ten times those of the others, so there each row has its own (docs/log/int8-onnx.md). Tables have a scale for each row.
What is left, such as tables of positions, is stored as fp16.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edge_power_converters.onnx.half import LARGE_BYTES, halve, is_lookup
from edge_power_converters.onnx.rewriting import MICROSOFT, Rewriter, weight_of
from edge_power_converters.onnx.rounding import round_rows, round_weights


@dataclass(frozen=True, slots=True)
class Range:
    """How numbers of a row, divided by its largest, become the 256 of uint8.

    Attributes:
        zero: what 0 becomes.
        floor: the least divisor, which keeps a row without large numbers inside.
        signed: whether the largest is looked for among absolute values.
    """

    zero: int
    floor: float
    signed: bool

    @property
    def scale(self) -> np.float32:
        """Of one step, where the largest number is 1."""
        return np.float32(1 / (255 - self.zero))


# The floor is a number by which one may divide, and no more: a row of zeros stays zeros.
BOTH_SIGNS = Range(zero=128, floor=1e-6, signed=True)
# Gelu's least value is -0.17: 16 steps hold it once a step is 0.17 / 16 or more.
AFTER_GELU = Range(zero=16, floor=0.17 / 16 * (255 - 16), signed=False)


class Rounded:
    """Rounds each distinct constant once, for all programs of an artifact."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}

    def __call__(self, weight: np.ndarray, *, table: bool) -> tuple[np.ndarray, np.ndarray]:
        """Round the rows of a table, or the columns of a weight, to int8 and a scale for each; see rounding.py."""
        digest = hashlib.sha256(np.ascontiguousarray(weight).tobytes() + bytes([table])).digest()
        if digest not in self._known:
            self._known[digest] = round_rows(weight) if table else round_weights(weight)
        return self._known[digest]


def quantize(model: ir.Model, rounded: Rounded) -> None:
    """Let a graph multiply by int8 weights and look up int8 rows.

    Args:
        model: to change; nodes are named after their modules.
        rounded: one for all programs of an artifact.
    """
    quantizer = _Quantizer(Rewriter(model), rounded)
    for node in list(model.graph):
        if is_lookup(node):
            quantizer.look_up(node)
        elif node.op_type == "Gemm":
            quantizer.multiply(node)
    halve(model)


class _Quantizer:
    def __init__(self, rewriter: Rewriter, rounded: Rounded) -> None:
        self._rewriter, self._rounded = rewriter, rounded
        # Activations that several products read are quantised once.
        self._whole: dict[ir.Value, tuple[ir.Value, ...]] = {}
        self._by_row: dict[ir.Value, tuple[ir.Value, ir.Value]] = {}

    def look_up(self, node: ir.Node) -> None:
        """Look up int8 rows and their scales."""
        table, rows = node.inputs
        weight = _large_weight(table)
        if table is None or weight is None:
            return
        self._rewriter.move_to(node)
        numbers, scales = self._constants(table, self._rounded(weight, table=True))
        (found,) = self._rewriter.add("Gather", [numbers, rows])
        (scale,) = self._rewriter.add("Gather", [scales, rows])
        self._replace(node, table, self._rewriter.add("DequantizeLinear", [found, scale], {"axis": 0}))

    def multiply(self, node: ir.Node) -> None:
        """Multiply by int8: x @ weight + bias."""
        x, constant, *_ = node.inputs
        bias = node.inputs[2] if len(node.inputs) > 2 else None
        weight = _large_weight(constant)
        if x is None or constant is None or weight is None:
            return
        self._rewriter.move_to(node)
        transposed = (attribute := node.attributes.get("transB")) is not None and attribute.as_int() == 1
        numbers, scales = self._constants(constant, self._rounded(weight.T if transposed else weight, table=False))
        apart = _has_rows(x) and weight.shape[0] != weight.shape[1]
        product = self._rows_apart if apart else self._rows_together
        self._replace(node, constant, product(x, numbers, scales, bias))

    def _rows_together(
        self, x: ir.Value, weight: ir.Value, scale: ir.Value, bias: ir.Value | None
    ) -> tuple[ir.Value, ...]:
        if x not in self._whole:
            self._whole[x] = self._rewriter.add("DynamicQuantizeLinear", [x], outputs=3)
        rounded, x_scale, x_zero = self._whole[x]
        inputs = [rounded, weight, x_scale, scale, x_zero, None, bias]
        return self._rewriter.add("MatMulIntegerToFloat", inputs, domain=MICROSOFT)

    def _rows_apart(
        self, x: ir.Value, weight: ir.Value, scale: ir.Value, bias: ir.Value | None
    ) -> tuple[ir.Value, ...]:
        bounds = AFTER_GELU if (source := x.producer()) is not None and source.op_type == "Gelu" else BOTH_SIGNS
        step, zero = self._range_constants(bounds)
        if x not in self._by_row:
            self._by_row[x] = self._round_rows(x, bounds, step, zero)
        rounded, largest = self._by_row[x]
        (product,) = self._rewriter.add("MatMulIntegerToFloat", [rounded, weight, step, scale, zero], domain=MICROSOFT)
        result = self._rewriter.add("Mul", [product, largest])
        return result if bias is None else self._rewriter.add("Add", [result[0], bias])

    def _round_rows(self, x: ir.Value, bounds: Range, step: ir.Value, zero: ir.Value) -> tuple[ir.Value, ir.Value]:
        """Divide each row by its largest number and round; that, and the largest numbers, (rows, 1)."""
        add, constant = self._rewriter.add, self._rewriter.constant
        (size,) = add("Abs", [x]) if bounds.signed else (x,)
        (largest,) = add("ReduceMax", [size, constant("int8.last_axis", np.array([-1]))], {"keepdims": 1})
        (largest,) = add("Max", [largest, constant(f"int8.floor_{bounds.zero}", np.array(bounds.floor, np.float32))])
        (whole,) = add("Div", [x, largest])
        (rounded,) = add("QuantizeLinear", [whole, step, zero])
        return rounded, largest

    def _range_constants(self, bounds: Range) -> tuple[ir.Value, ir.Value]:
        step = self._rewriter.constant(f"int8.step_{bounds.zero}", np.array(bounds.scale, np.float32))
        return step, self._rewriter.constant(f"int8.zero_{bounds.zero}", np.array(bounds.zero, np.uint8))

    def _constants(self, source: ir.Value, rounded: tuple[np.ndarray, np.ndarray]) -> tuple[ir.Value, ir.Value]:
        numbers, scales = rounded
        constant = self._rewriter.constant
        return constant(f"{source.name}.int8", numbers), constant(f"{source.name}.scale", scales)

    def _replace(self, node: ir.Node, constant: ir.Value, result: tuple[ir.Value, ...]) -> None:
        self._rewriter.replace(node, result[0])
        self._rewriter.forget(constant)


def _large_weight(constant: ir.Value | None) -> np.ndarray | None:
    """A constant that is worth rounding: a matrix of some size."""
    weight = weight_of(constant)
    return weight if weight is not None and weight.ndim == 2 and weight.nbytes >= LARGE_BYTES else None


def _has_rows(x: ir.Value) -> bool:
    """Whether there is more than one row, so that it makes a difference whether each has its scale."""
    return x.shape is None or x.shape[0] != 1
