"""golden.json: what the model said where the bundle was made; `edge_power_runtime.verify` asks a device."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Self

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.manifest import GOLDEN_FILE
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.errors import BundleError
from edge_power_runtime.reading.jsonnode import LARGEST_INT32, Node, parse_versioned
from edge_power_runtime.reading.records import Most, fill, read_record, whole
from edge_power_runtime.text import Text

GOLDEN_SCHEMA_VERSION = 1

Ids = Annotated[tuple[Annotated[int, whole(0, LARGEST_INT32)], ...], Most(bounds.LENGTH)]
Survivors = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class GoldenOutput:
    """What one program gave for one text.

    Attributes:
        logits: float32.
        survivors: per encoder but the last the positions kept; empty where nothing is dropped.
    """

    logits: tuple[float, ...]
    survivors: Survivors


@dataclass(frozen=True, slots=True)
class GoldenCascade:
    """What a cascade gave for one text, where it was put together.

    Attributes:
        tier: the name of the one that answered.
        logits: that it gave.
    """

    tier: str
    logits: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class GoldenExample:
    """A text with what is known about it.

    Attributes:
        text: one text, or a pair.
        ids: its token ids, padding left out.
        type_ids: its token type ids.
        programs: by the program's name what the eager model gave; some of the programs that hold the text.
        artifacts: by engine and precision (`onnx int8`), then by the program's name, what an artifact gave where it was
            converted, if its acceptance has a `repeat_error`.
        unpadded: likewise by artifact and program, what a program of any length is to give for the text as it is.
        bags: by the name of a bag tier's file the logits that it gives, the same on every machine.
        cascades: by engine and precision, then by the cascade's name, what it gave where it was put together.
    """

    text: Text
    ids: Ids
    type_ids: Ids
    programs: Mapping[str, GoldenOutput]
    artifacts: Mapping[str, Mapping[str, GoldenOutput]] | None = None
    unpadded: Mapping[str, Mapping[str, GoldenOutput]] | None = None
    bags: Mapping[str, tuple[float, ...]] | None = None
    cascades: Mapping[str, Mapping[str, GoldenCascade]] | None = None

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read an example, whose text stands under `text` and, where it is a pair, under `pair`."""
        text, pair = node.field("text").text(), node.optional("pair")
        return fill(cls, node, text=text if pair is None else (text, pair.text()))

    def expected(self, artifact: Artifact, program: Program) -> GoldenOutput | None:
        """What a program of `artifact` is to give on every device; None where it has no example here."""
        if program.any_length:
            return (self.unpadded or {}).get(artifact.key, {}).get(program.name)
        if artifact.acceptance.repeat_error is None:
            return self.programs.get(program.name)
        return (self.artifacts or {}).get(artifact.key, {}).get(program.name)

    def answer_of(self, artifact: Artifact, cascade: str) -> GoldenCascade | None:
        """What a cascade gave with `artifact` where it was put together; None where it has no answer here."""
        return (self.cascades or {}).get(artifact.key, {}).get(cascade)


def read_golden(data: bytes | str) -> tuple[GoldenExample, ...]:
    """Read golden.json.

    Raises:
        SchemaVersionError: it is written in a newer format.
        BundleError: it is malformed, or more than a device should have to work through; the message gives the JSON
            path.
    """
    if len(data) > bounds.GOLDEN_BYTES:
        raise BundleError(f"{GOLDEN_FILE} must have at most {bounds.GOLDEN_BYTES} bytes, has {len(data)}")
    node = parse_versioned(data, GOLDEN_FILE, newest=GOLDEN_SCHEMA_VERSION)
    items = node.field("examples").items(most=bounds.GOLDEN_EXAMPLES)
    examples = tuple(read_record(GoldenExample, item) for item in items)
    characters = sum(len(part) for example in examples for part in _parts_of(example.text))
    if characters > bounds.GOLDEN_CHARACTERS:
        raise BundleError(
            f"{GOLDEN_FILE}: the texts must have at most {bounds.GOLDEN_CHARACTERS} characters together, "
            f"found {characters}"
        )
    return examples


def _parts_of(text: Text) -> tuple[str, ...]:
    """Give the one text, or both of a pair."""
    return (text,) if isinstance(text, str) else text
