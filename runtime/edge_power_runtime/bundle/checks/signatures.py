"""What programs take and give: a table by task and by the stage of the model that a program computes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edge_power_runtime.bundle.tensors import Role
from edge_power_runtime.tasks import TaskName

# The whole model; or of its stages the first, one with others before and behind it, and the last.
Part = Literal["whole", "first", "inner", "last"]
# A number of a shape that the manifest tells elsewhere: of rows that enter, of logits, of rows that `kept` names, of
# rows that a stage hands on, and of a word-vector's numbers, which all stages of an artifact have in common.
Size = Literal["length", "logits", "kept", "passed", "hidden"]

_INTEGERS = ("int32", "int64")


@dataclass(frozen=True, slots=True)
class TensorRule:
    """What the format says of a tensor.

    Attributes:
        role: what it holds.
        dtypes: those that it may have.
        shape: its shape; one whose size is 0 is not there.
    """

    role: Role
    dtypes: tuple[str, ...]
    shape: tuple[Literal[1] | Size, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a program takes and gives, each in the order of an executorch method.

    Attributes:
        inputs: `types` is left out where the model reads none.
        outputs: `kept` is left out where the program drops nothing.
    """

    inputs: tuple[TensorRule, ...]
    outputs: tuple[TensorRule, ...]


_TEXT = (
    TensorRule("ids", _INTEGERS, (1, "length")),
    TensorRule("mask", _INTEGERS, (1, "length")),
    TensorRule("types", _INTEGERS, (1, "length")),
)
_ANSWER = (
    TensorRule("logits", ("float32",), (1, "logits")),
    TensorRule("kept", _INTEGERS, ("kept",)),
)
_WORDS = (
    TensorRule("words", ("float32",), (1, "length", "hidden")),
    TensorRule("mask", ("float32",), (1, "length")),
)
_PASSED = (
    TensorRule("passed_words", ("float32",), (1, "passed", "hidden")),
    TensorRule("passed_mask", ("float32",), (1, "passed")),
)
SIGNATURES: Mapping[tuple[TaskName, Part], Signature] = {
    ("classification", "whole"): Signature(_TEXT, _ANSWER),
    ("classification", "first"): Signature(_TEXT, (*_ANSWER, *_PASSED)),
    ("classification", "inner"): Signature(_WORDS, (*_ANSWER, *_PASSED)),
    ("classification", "last"): Signature(_WORDS, _ANSWER),
    ("regression", "whole"): Signature(_TEXT, _ANSWER),
    ("multi_label_classification", "whole"): Signature(_TEXT, _ANSWER),
}
