"""golden.json: what the model said where the bundle was made; `edge_power_runtime.verify` asks a device."""

from dataclasses import dataclass

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.manifest import GOLDEN_FILE
from edge_power_runtime.errors import BundleError
from edge_power_runtime.reading.jsonnode import LARGEST_INT32, Node, parse_versioned
from edge_power_runtime.text import Text

GOLDEN_SCHEMA_VERSION = 1

Survivors = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class GoldenOutput:
    """What one program gave for one text.

    Attributes:
        logits: of the eager model.
        survivors: per encoder but the last the positions kept; empty where nothing is dropped.
    """

    logits: tuple[float, ...]
    survivors: Survivors


@dataclass(frozen=True, slots=True)
class GoldenExample:
    """A text with what is known about it.

    Attributes:
        text: one text, or a pair.
        ids: its token ids, padding left out.
        type_ids: its token type ids.
        programs: by the program's name; every program that holds the text.
    """

    text: Text
    ids: tuple[int, ...]
    type_ids: tuple[int, ...]
    programs: dict[str, GoldenOutput]


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
    examples = tuple(_read_example(item) for item in items)
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


def _read_example(node: Node) -> GoldenExample:
    text, pair = node.field("text").text(), node.optional("pair")
    return GoldenExample(
        text=text if pair is None else (text, pair.text()),
        ids=_read_ids(node.field("ids")),
        type_ids=_read_ids(node.field("type_ids")),
        programs={name: _read_output(item) for name, item in node.field("programs").entries().items()},
    )


def _read_ids(node: Node) -> tuple[int, ...]:
    return tuple(item.integer(0, LARGEST_INT32) for item in node.items(most=bounds.LENGTH))


def _read_output(node: Node) -> GoldenOutput:
    return GoldenOutput(
        logits=tuple(item.number() for item in node.field("logits").items()),
        survivors=tuple(
            tuple(position.integer() for position in item.items()) for item in node.field("survivors").items()
        ),
    )
