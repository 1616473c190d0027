"""Whether this device says what golden.json does: what the model said where the bundle was made."""

import math
import os
from dataclasses import dataclass

import numpy as np

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.golden import GoldenExample, Survivors, read_golden
from edge_power_runtime.bundle.manifest import GOLDEN_FILE, TOKENIZER_FILE, Program
from edge_power_runtime.errors import BundleError, VerificationError
from edge_power_runtime.model import Model
from edge_power_runtime.retention import RetentionConfig, survivors
from edge_power_runtime.tasks import Task
from edge_power_runtime.text import EncodedText

# Engines sum in different orders; design.md asks for 1e-4 at fp32 where an artifact records no bound of its own.
DEFAULT_ATOL = 1e-4


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
    model = Model.open(bundle, engine=engine, precision=precision, num_threads=num_threads)
    bundle = model.bundle
    # The two others are checked where they are read.
    bundle.check(entry for entry in bundle.manifest.files if entry.path not in (TOKENIZER_FILE, GOLDEN_FILE))
    examples = read_golden(bundle.read(GOLDEN_FILE))
    _check_tokenizer(model, examples)
    return [_check_program(model, program, examples, atol) for program in model.artifact.programs]


def _check_tokenizer(model: Model, examples: tuple[GoldenExample, ...]) -> None:
    longest = max(program.length for program in model.artifact.programs)
    for number, example in enumerate(examples):
        found = model.encoder.encode(example.text, longest)
        if found.ids != example.ids or found.type_ids != example.type_ids:
            raise VerificationError(
                f"{TOKENIZER_FILE} gives other token ids than examples[{number}] of {GOLDEN_FILE} in "
                f"{model.bundle.path}: found {found.ids} of types {found.type_ids}, expected {example.ids} of types "
                f"{example.type_ids}; "
                "the tokenizers library here may be another version than the one that made the bundle"
            )


@dataclass(frozen=True, slots=True)
class _Difference:
    """One text's difference between a program's outputs and the golden ones."""

    error: float
    same_label: bool
    same_words: bool


def _check_program(
    model: Model, program: Program, examples: tuple[GoldenExample, ...], atol: float | None
) -> ProgramCheck:
    # One program after the other, none kept: a device may have room for one and not for all.
    session, retention = model.load(program), model.bundle.retention_of(program)
    task = model.bundle.manifest.answers()
    found: list[_Difference] = []
    for example in examples:
        if program.name in example.programs:
            encoded = EncodedText(example.ids, example.type_ids, truncated=False)
            outputs = session.run(model.encoder.pad(encoded, program.length))
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
