"""golden.json: what the model said where the bundle was made, and whether this device says the same."""

import math
import os
from dataclasses import dataclass

import numpy as np

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.manifest import GOLDEN_FILE, TOKENIZER_FILE, Artifact, Program
from edge_power_runtime.classifier import retention_of
from edge_power_runtime.errors import BundleError, VerificationError
from edge_power_runtime.reading.jsonnode import LARGEST_INT32, Node, parse_versioned
from edge_power_runtime.retention import RetentionConfig, survivors
from edge_power_runtime.sessions import Session, open_engine
from edge_power_runtime.tasks import Task
from edge_power_runtime.text import EncodedText, Text, TextEncoder

GOLDEN_SCHEMA_VERSION = 1
# Engines sum in different orders; design.md asks for 1e-4 at fp32 where an artifact records no bound of its own.
DEFAULT_ATOL = 1e-4

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


@dataclass(frozen=True, slots=True)
class ProgramCheck:
    """How a program on this device compares with its golden examples.

    Attributes:
        program: its name.
        texts: how many were compared; none is a failure.
        max_abs_error: the largest difference of a logit.
        label_agreement: fraction of texts with the same labels (`Task.agree`); 1 for regression.
        kept_agreement: fraction of texts with the same words kept by every encoder, padding aside.
        atol: the largest difference that is accepted.
        passed: whether there were texts and every logit was within `atol`.
    """

    program: str
    texts: int
    max_abs_error: float
    label_agreement: float
    kept_agreement: float
    atol: float
    passed: bool


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


def verify(
    bundle: Bundle | str | os.PathLike[str],
    *,
    engine: str | None = None,
    precision: str | None = None,
    num_threads: int = 1,
    atol: float | None = None,
) -> list[ProgramCheck]:
    """Run every golden example of a bundle through every program of an artifact, on this device.

    Args:
        bundle: opened, or its directory.
        engine: see `Bundle.artifact`.
        precision: see `Bundle.artifact`.
        num_threads: that one run may use.
        atol: the largest difference of a logit that is accepted; None takes what the program records, else 1e-4.

    Returns:
        One check per program, in the manifest's order.

    Raises:
        VerificationError: the tokenizer gives other ids than the golden ones.
        BundleError: a file is missing or altered.
        EngineError: the engine is not installed or failed.
    """
    if not isinstance(bundle, Bundle):
        bundle = Bundle.open(bundle)
    artifact = bundle.artifact(engine, precision)
    bundle.check(bundle.manifest.files)
    bundle.check(artifact.files)
    examples = read_golden(bundle.read(GOLDEN_FILE))
    encoder = _check_tokenizer(bundle, artifact, examples)
    loaded = open_engine(bundle.path, artifact, num_threads=num_threads)
    return [
        _check_program(bundle, program, loaded.session(program), encoder, examples, atol)
        for program in artifact.programs
    ]


def _check_tokenizer(bundle: Bundle, artifact: Artifact, examples: tuple[GoldenExample, ...]) -> TextEncoder:
    longest = max(program.length for program in artifact.programs)
    encoder = TextEncoder.from_json(bundle.read(TOKENIZER_FILE), bundle.manifest.tokenizer, longest)
    for number, example in enumerate(examples):
        found = encoder.encode(example.text)
        if found.ids != example.ids or found.type_ids != example.type_ids:
            raise VerificationError(
                f"{TOKENIZER_FILE} gives other token ids than examples[{number}] of {GOLDEN_FILE} in {bundle.path}: "
                f"found {found.ids} of types {found.type_ids}, expected {example.ids} of types {example.type_ids}; "
                "the tokenizers library here may be another version than the one that made the bundle"
            )
    return encoder


@dataclass(frozen=True, slots=True)
class _Difference:
    """One text's difference between a program's outputs and the golden ones."""

    error: float
    same_label: bool
    same_words: bool


def _check_program(
    bundle: Bundle,
    program: Program,
    session: Session,
    encoder: TextEncoder,
    examples: tuple[GoldenExample, ...],
    atol: float | None,
) -> ProgramCheck:
    retention, task = retention_of(bundle, program), bundle.manifest.answers()
    found: list[_Difference] = []
    for example in examples:
        if program.name in example.programs:
            encoded = EncodedText(example.ids, example.type_ids, truncated=False)
            outputs = session.run(encoder.pad(encoded, program.length))
            found.append(_difference(outputs, example, program, retention, task))
    bound = atol if atol is not None else program.parity.atol if program.parity else DEFAULT_ATOL
    worst = max((item.error for item in found), default=0.0)
    return ProgramCheck(
        program=program.name,
        texts=len(found),
        max_abs_error=worst,
        label_agreement=sum(item.same_label for item in found) / max(1, len(found)),
        kept_agreement=sum(item.same_words for item in found) / max(1, len(found)),
        atol=bound,
        passed=bool(found) and worst <= bound,
    )


def _difference(
    outputs: dict[str, np.ndarray], example: GoldenExample, program: Program, retention: RetentionConfig, task: Task
) -> _Difference:
    golden = example.programs[program.name]
    logits, expected = outputs["logits"][0], np.asarray(golden.logits, dtype=np.float64)
    if logits.shape != expected.shape:
        raise BundleError(
            f"{GOLDEN_FILE} has {expected.size} logits of program {program.name}, the program gives {logits.size}"
        )
    error = float(np.max(np.abs(logits - expected)))
    kept = survivors(outputs["kept"], retention) if "kept" in outputs else ()
    return _Difference(
        error=math.inf if math.isnan(error) else error,
        same_label=task.agree(logits, expected),
        same_words=_words(kept, len(example.ids)) == _words(golden.survivors, len(example.ids)),
    )


def _words(found: Survivors, num_tokens: int) -> list[set[int]]:
    return [{position for position in positions if position < num_tokens} for positions in found]


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
