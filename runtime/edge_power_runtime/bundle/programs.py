"""Programs and stages as the manifest describes them, with what was measured of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.budgets import Length, Positive
from edge_power_runtime.bundle.files import BundlePath
from edge_power_runtime.bundle.tensors import TensorSpec
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import Most, fill, whole

Encoder = Annotated[int, whole(1, bounds.ENCODERS)]

# Engines whose graphs may have a length that is known when they run.
ANY_LENGTH = ("onnx", "executorch")


@dataclass(frozen=True, slots=True)
class Parity:
    """How near a program is to the eager model, measured at conversion.

    Attributes:
        texts: how many were compared.
        max_abs_error: the largest difference of a logit.
        label_agreement: fraction of texts with the same label.
        kept_agreement: fraction of the kept words that are the same (`retention.count_kept`).
        near_ties: texts set apart, since their kept words differ only by scores within 1e-6.
    """

    texts: int
    max_abs_error: float
    label_agreement: float
    kept_agreement: float
    near_ties: int


@dataclass(frozen=True, slots=True)
class Delegation:
    """Which operations of an ExecuTorch program a delegate took, counted at conversion.

    Attributes:
        delegate: such as XnnpackBackend.
        inside: operations that it runs, by kind.
        outside: operations that ExecuTorch's own kernels run, by kind.
    """

    delegate: str
    inside: Mapping[str, Positive]
    outside: Mapping[str, Positive]


@dataclass(frozen=True, slots=True)
class Program:
    """One graph: one budget at one length.

    Attributes:
        name: unique within the artifact.
        budget: the name of its budget.
        length: the static sequence length.
        first: the first encoder that it computes, counted from 1.
        last: the last one.
        file: the artifact's file that the engine opens.
        files: all files of the artifact that it needs: `file`, and for onnx the weights that its graph names.
        method: the method (executorch) or signature key (tflite); None for onnx, where a file is one program.
        inputs: what it takes, each (1, length).
        outputs: logits and, where words are dropped, kept.
        parity: None where it was not measured.
        delegation: of executorch; None for other engines, and where it was not counted.
        any_length: whether the graph takes every length from 1 to the program's, so that texts need no padding; other
            programs of its budget may share it.
    """

    name: str
    budget: str
    length: Length
    first: Encoder
    last: Encoder
    file: BundlePath
    files: Annotated[tuple[BundlePath, ...], Most(bounds.FILES)]
    method: str | None
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    parity: Parity | None
    delegation: Delegation | None = None
    any_length: bool = False

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read a program; documents may be older than `any_length`."""
        given = node.later("any_length")
        return fill(cls, node, any_length=given is not None and given.boolean())


@dataclass(frozen=True, slots=True)
class Stage(Program):
    """A program of a part of the encoders, with a head behind the last of them; it hands its word-vectors on.

    The stages of a budget at a length compute all of its encoders, one after the other. `length` is the text's, as it
    is for the whole program.

    Attributes:
        macs: its multiply-adds.
    """

    macs: int = field(kw_only=True)
