"""A program's tensors as the manifest writes them down, and the format's names for what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self, TypeVar

from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import fill, one_of, whole

Role = Literal["ids", "mask", "types", "words", "logits", "kept", "passed_words", "passed_mask"]
DTYPES = ("int32", "int64", "float32")

# The format fixes what a tensor is called, so that no two can be taken for one another.
NAMES: Mapping[Role, str] = {
    "ids": "input_ids",
    "mask": "attention_mask",
    "types": "token_type_ids",
    "words": "words",
    "logits": "logits",
    "kept": "kept",
    "passed_words": "passed_words",
    "passed_mask": "passed_mask",
}
ROLES: Mapping[str, Role] = {name: role for role, name in NAMES.items()}
# In the order of an executorch method's inputs and outputs.
INPUT_NAMES = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT_NAMES = ("logits", "kept")

# What a stage hands on, by the names under which the next one takes it. A name is one tensor's within a graph, so that
# what goes in and what comes out cannot both be `words`.
_HANDED_ON: Mapping[str, str] = {"words": "passed_words", "attention_mask": "passed_mask"}
T = TypeVar("T")


def handed_on(outputs: Mapping[str, T]) -> dict[str, T]:
    """Give what the next stage takes of a stage's outputs; nothing where there is none."""
    return {taken: outputs[given] for taken, given in _HANDED_ON.items() if given in outputs}


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """An input or output of a program.

    Attributes:
        name: our name, which is that of its role.
        role: what it holds: token ids, mask, token types, word-vectors, logits, rows kept, or what a stage hands on.
        engine_name: what the engine calls it, which is `name`; None where the engine goes by position.
        position: its place among the inputs or outputs of a method; None where the engine goes by name.
        dtype: int32, int64 or float32.
        shape: static.
    """

    name: str
    role: Role
    engine_name: str | None
    position: int | None
    dtype: Annotated[str, one_of(DTYPES)]
    shape: tuple[Annotated[int, whole(1)], ...]

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read a specification of either kind; the role must be that of the name."""
        name = node.field("name").choice(ROLES)
        role = ROLES[name]
        if node.field("role").text() != role:
            node.field("role").fail(f"{role!r} for {name}")
        return fill(cls, node, name=name, role=role)
