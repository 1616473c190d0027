"""What a converter asks of programs before it lowers them, so that a refusal names the program and the node."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from torch.fx import Node

from edge_power_converters.errors import ConversionError
from edge_power_converters.program import DTYPES, SourceProgram
from edge_power_runtime.bundle.tensors import ROLES

# Operators that the tests convert for all three engines and compare with PyTorch, on real texts or on every activation.
OPERATORS = frozenset(
    {
        *("_assert_tensor_metadata", "arange", "bmm", "clamp", "cumsum", "embedding", "gelu", "hardswish", "hardtanh"),
        *("index_select", "layer_norm", "leaky_relu", "linear", "matmul", "mish", "mv", "relu", "reshape", "sigmoid"),
        *("silu", "cat", "softmax.int", "tanh", "topk", "unsqueeze", "add.Tensor", "eq.Tensor", "flatten.using_ints"),
        *("gt.Tensor", "mul.Tensor", "ne.Scalar", "select.int", "slice.Tensor", "sub.Tensor", "sum.dim_IntList"),
        *("to.dtype", "transpose.int", "unflatten.int"),
    }
)
# What torch.export adds where the length is known only when the program runs: numbers, and what must hold of them.
OF_ANY_LENGTH = frozenset({"full", "item", "sym_size.int", "sym_min", "add", "sub", "mul", "floordiv"})
# Of what is computed on the way from the inputs to the outputs.
INNER_DTYPES = (*DTYPES, torch.bool)


def check_programs(programs: Sequence[SourceProgram], *, any_length: bool = False) -> None:
    """Refuse programs that a converter would stumble over, or change without a word.

    Args:
        programs: to convert together.
        any_length: whether the engine takes programs of any length.

    Raises:
        ConversionError: there is none, or two have one name; a program takes or gives what no manifest knows; a node
            has an operator, a dtype or a shape that is not expected. The message names the program and the node.
    """
    if not programs:
        raise ConversionError("no program to convert; give at least one length")
    names = [program.name for program in programs]
    for program in programs:
        if names.count(program.name) > 1:
            raise ConversionError(f"two programs are called {program.name}; each budget and length may be given once")
        for verb, tensors in (("takes", program.inputs), ("gives", program.outputs)):
            for name, tensor in tensors.items():
                _check_tensor(f"program {program.name} {verb}", name, tensor)
        for node in program.exported.graph.nodes:
            _check_node(
                f"program {program.name}: the node {node.name}", node, is_open=any_length and program.any_length
            )


def _check_tensor(subject: str, name: str, tensor: torch.Tensor) -> None:
    if name not in ROLES:
        raise ConversionError(f"{subject} {name}; expected tensors called {', '.join(ROLES)}")
    if tensor.dtype not in DTYPES:
        raise ConversionError(f"{subject} {name} as {tensor.dtype}; expected {_listed(DTYPES)}")


def _check_node(subject: str, node: Node, *, is_open: bool) -> None:
    known = OPERATORS | {"getitem"} | (OF_ANY_LENGTH if is_open else frozenset())
    if node.op == "call_function" and (operator := operator_of(node)) not in known:
        raise ConversionError(
            f"{subject} is {operator}, which is compared with PyTorch on no engine; expected one of "
            f"{', '.join(sorted(OPERATORS))}"
        )
    for tensor in _tensors(node.meta.get("val")):
        if not is_open and not all(isinstance(size, int) for size in tensor.shape):
            raise ConversionError(
                f"{subject} has the shape ({', '.join(map(str, tensor.shape))}); expected whole numbers alone: export "
                "without dynamic shapes"
            )
        if tensor.dtype not in INNER_DTYPES:
            raise ConversionError(f"{subject} gives {tensor.dtype}; expected {_listed(INNER_DTYPES)}")


def operator_of(node: Node) -> str:
    """Name what a node calls: ATen's operators without their prefix and without `default`, others as Python does."""
    name = str(node.target) if isinstance(node.target, torch._ops.OpOverload) else getattr(node.target, "__name__", "")
    return name.removeprefix("aten.").removesuffix(".default")


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """The tensors among what a node gives."""
    for item in value if isinstance(value, tuple | list) else (value,):
        if isinstance(item, torch.Tensor):
            yield item


def _listed(dtypes: Iterable[torch.dtype]) -> str:
    return " or ".join(map(str, dtypes))
