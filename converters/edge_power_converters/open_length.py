"""Programs of a length that is known when they run: how they are exported, and what their longest is."""

import operator
import warnings
from collections.abc import Iterable, Mapping

import sympy
import torch
from torch import nn
from torch.export import Dim, ExportedProgram
from torch.fx import GraphModule, Node

from edge_power_converters.errors import ConversionError

# Of PyTorch's expressions of sizes, those that sympy does not know by themselves.
_FUNCTIONS = {"FloorDiv": operator.floordiv, "Min": min, "Max": max}


def export_open(module: nn.Module, inputs: Mapping[str, torch.Tensor], longest: int) -> ExportedProgram:
    """Export a module whose inputs (1, n) may have any n in 1..`longest`.

    torch.export adds to such a graph what it supposed of sizes while tracing, such as that more than one row is kept.
    That holds of the sample and not of a short text, and decides nothing but strides of sizes of 1. It is taken out.

    Args:
        module: takes these inputs by name.
        inputs: tensors of their dtypes.
        longest: n at most.

    Raises:
        ConversionError: it supposed something else that is not so at every n.
    """
    length = Dim("length", min=1, max=longest)
    # Of at least two tokens: to torch.export a dimension of 1 is none that may change.
    samples = {name: torch.ones(1, max(2, longest), dtype=tensor.dtype) for name, tensor in inputs.items()}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.export warns of its own internals; nothing a caller could act on
        exported = torch.export.export(
            module,
            (),
            samples,
            dynamic_shapes={name: {1: length} for name in samples},
            strict=False,
            prefer_deferred_runtime_asserts_over_guards=True,
        )
    check_assertions(exported.graph_module, longest)
    drop_assertions(exported.graph_module)
    return exported


def check_assertions(module: GraphModule, longest: int) -> None:
    """Refuse a graph that was traced as if what its sample is like were so of every text.

    Args:
        module: with its assertions.
        longest: n at most.

    Raises:
        ConversionError: an assertion of n alone fixes a size and is wrong at some n.
    """
    of_inputs = {size for node in module.graph.find_nodes(op="placeholder") for size in _open_sizes(node)}
    for node in _assertions(module):
        condition = node.all_input_nodes[0].meta["val"].node.expr
        if len(condition.free_symbols) != 1 or condition.free_symbols - of_inputs or not _fixes_a_size(condition):
            continue
        holds = sympy.lambdify(list(condition.free_symbols), condition, modules=[_FUNCTIONS, "math"])
        wrong = next((length for length in range(1, longest + 1) if not holds(length)), None)
        if wrong is not None:
            raise ConversionError(
                f"a graph for any length was traced as if {condition} of every text, which is wrong at {wrong} tokens; "
                "convert without --dynamic-length"
            )


def _assertions(module: GraphModule) -> Iterable[Node]:
    return module.graph.find_nodes(op="call_function", target=torch.ops.aten._assert_scalar.default)


def _open_sizes(node: Node) -> set[sympy.Symbol]:
    shape = getattr(node.meta["val"], "shape", ())
    return {size.node.expr for size in shape if isinstance(size, torch.SymInt)}


def _fixes_a_size(condition: sympy.Basic) -> bool:
    """Whether it says what a size is, or is at most; others say that a size is not 0 or 1."""
    at_most = isinstance(condition, sympy.Lt | sympy.Le) and condition.rhs.is_number
    return at_most or isinstance(condition, sympy.Eq)


def drop_assertions(module: GraphModule) -> None:
    """Take out what a graph asserts of sizes, and what was computed for that alone."""
    for node in _assertions(module):
        module.graph.erase_node(node)
    module.graph.eliminate_dead_code()
    module.recompile()


def longest_of(exported: ExportedProgram) -> int:
    """The most tokens that a program of any length takes."""
    (longest,) = {int(limits.upper) for limits in exported.range_constraints.values()}
    return longest
