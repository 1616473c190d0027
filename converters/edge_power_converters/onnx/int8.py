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
    """How a row's numbers become the 256 of uint8.

    Attributes:
        zero: what 0 becomes; there are 255 - zero steps above it.
        signed: whether numbers below 0 may be as large as those above.
        least_step: what keeps the numbers below 0 inside where those above are small too; 0 where nothing has to.
    """

    zero: int
    signed: bool
    least_step: float


# A row of zeros has steps of 0: whatever its numbers become then, 0 times their products is 0, as it should be.
BOTH_SIGNS = Range(zero=128, signed=True, least_step=0.0)
# Gelu gives nothing below -0.17.
AFTER_GELU = Range(zero=16, signed=False, least_step=0.17 / 16)


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
        elif node.op_type == "Gelu":
            # 5e-4 away from the exact one, far less than a step of what follows, and takes 0.6 of its time.
            node.attributes["approximate"] = ir.AttrString("approximate", "tanh")
    halve(model)


class _Quantizer:
    def __init__(self, rewriter: Rewriter, rounded: Rounded) -> None:
        self._rewriter, self._rounded = rewriter, rounded
        # Activations that several products read are quantised once.
        self._whole: dict[ir.Value, tuple[ir.Value, ...]] = {}
        # Zero points by their value and, where that is known only when the graph runs, the name of their number.
        self._zeros: dict[tuple[int, str], ir.Value] = {}

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
        apart = _rows(x) != 1 and weight.shape[0] != weight.shape[1]
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
        add, constant = self._rewriter.add, self._rewriter.constant
        bounds = AFTER_GELU if (source := x.producer()) is not None and source.op_type == "Gelu" else BOTH_SIGNS
        rounded, steps = self._round_rows(x, bounds)
        zero = constant(f"int8.zero_{bounds.zero}", np.array(bounds.zero, np.uint8))
        one = constant("int8.one", np.array(1, np.float32))
        (product,) = add("MatMulIntegerToFloat", [rounded, weight, one, scale, zero], domain=MICROSOFT)
        result = add("Mul", [product, steps])
        return result if bias is None else add("Add", [result[0], bias])

    def _round_rows(self, x: ir.Value, bounds: Range) -> tuple[ir.Value, ir.Value]:
        """Round each row by a step of its own; that, and the steps, (rows, 1)."""
        add, constant = self._rewriter.add, self._rewriter.constant
        (size,) = add("Abs", [x]) if bounds.signed else (x,)
        (largest,) = add("ReduceMax", [size, constant("int8.last_axis", np.array([-1]))], {"keepdims": 0})
        share = constant(f"int8.share_{bounds.zero}", np.array(1 / (255 - bounds.zero), np.float32))
        (steps,) = add("Mul", [largest, share])
        if bounds.least_step:
            (steps,) = add("Max", [steps, constant("int8.least_step", np.array(bounds.least_step, np.float32))])
        (rounded,) = add("QuantizeLinear", [x, steps, self._zero_points(x, steps, bounds.zero)], {"axis": 0})
        return rounded, add("Reshape", [steps, constant("int8.column", np.array([-1, 1]))])[0]

    def _zero_points(self, x: ir.Value, steps: ir.Value, zero: int) -> ir.Value:
        """A zero point for each row of `x`, uint8 (rows,)."""
        rows = _rows(x)
        if isinstance(rows, int):
            return self._rewriter.constant(f"int8.zeros_{zero}_{rows}", np.full(rows, zero, np.uint8))
        if (zero, rows) not in self._zeros:
            (shape,) = self._rewriter.add("Shape", [steps])
            value = ir.AttrTensor("value", ir.tensor(np.array([zero], np.uint8)))
            (self._zeros[zero, rows],) = self._rewriter.add("ConstantOfShape", [shape], {"value": value})
        return self._zeros[zero, rows]

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


def _rows(x: ir.Value) -> int | str:
    """How many rows there are; the name of that number where it is known only when the graph runs."""
    assert x.shape is not None, f"{x.name} has no shape"
    rows = x.shape[0]
    if isinstance(rows, int):
        return rows
    assert rows.value is not None, f"{x.name} has a number of rows without a name"
    return rows.value
