"""Whether this device says what golden.json does: what the model said where the bundle was made."""

import math
import os
from dataclasses import dataclass

import numpy as np

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.golden import GoldenExample, GoldenOutput, read_golden
from edge_power_runtime.bundle.manifest import GOLDEN_FILE, TOKENIZER_FILE, Program
from edge_power_runtime.errors import BundleError, VerificationError
from edge_power_runtime.model import Model
from edge_power_runtime.retention import count_kept, survivors
from edge_power_runtime.text import EncodedText


@dataclass(frozen=True, slots=True)
class ProgramCheck:
    """How a program on this device compares with its golden examples.

    Attributes:
        program: its name.
        texts: how many were compared; none is a failure.
        max_abs_error: the largest difference of a logit; where the artifact repeats what it gave at its conversion, of
            texts of which it keeps the same words.
        label_agreement: fraction of texts with the same labels (`Task.agree`), or with logits as near as is accepted.
        kept_agreement: fraction of the kept words that are the same.
        atol: the largest difference of a logit that is accepted; None where labels and words alone are asked for.
        passed: whether there were texts, and they reached the artifact's acceptance.
    """

    program: str
    texts: int
    max_abs_error: float
    label_agreement: float
    kept_agreement: float
    atol: float | None
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
        atol: the largest difference of a logit that is accepted; None takes what the bundle records.

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
    kept: int
    wanted: int

    @property
    def same_words(self) -> bool:
        return self.kept == self.wanted


def _check_program(
    model: Model, program: Program, examples: tuple[GoldenExample, ...], atol: float | None
) -> ProgramCheck:
    # One program after the other, none kept: a device may have room for one and not for all.
    session, acceptance = model.load(program), model.artifact.acceptance
    repeats = acceptance.repeat_error is not None
    bound = atol if atol is not None else acceptance.repeat_error if repeats else acceptance.max_abs_error
    found: list[_Difference] = []
    for example in examples:
        golden = example.expected(model.artifact, program.name)
        if golden is not None:
            encoded = EncodedText(example.ids, example.type_ids, truncated=False)
            outputs = session.run(model.encoder.pad(encoded, program.length))
            found.append(_difference(model, program, golden, outputs, encoded.num_tokens))
    # Rounded weights keep other words on another machine where scores are nearly equal; the logits are others then.
    compared = [item for item in found if item.same_words or not repeats]
    worst = max((item.error for item in compared), default=0.0)
    labels = sum(item.same_label or (bound is not None and item.error <= bound) for item in found) / max(1, len(found))
    wanted = sum(item.wanted for item in found)
    kept = sum(item.kept for item in found) / wanted if wanted else 1.0
    return ProgramCheck(
        program=program.name,
        texts=len(found),
        max_abs_error=worst,
        label_agreement=labels,
        kept_agreement=kept,
        atol=bound,
        passed=bool(found) and acceptance.accepts(error=worst, bound=bound, labels=labels, kept=kept),
    )


def _difference(
    model: Model, program: Program, golden: GoldenOutput, outputs: dict[str, np.ndarray], num_tokens: int
) -> _Difference:
    retention, task = model.bundle.retention_of(program), model.bundle.manifest.answers()
    logits, expected = outputs["logits"][0], np.asarray(golden.logits, dtype=np.float64)
    if logits.shape != expected.shape:
        raise BundleError(
            f"{GOLDEN_FILE} has {expected.size} logits of program {program.name}, the program gives {logits.size}"
        )
    error = float(np.max(np.abs(logits - expected)))
    kept = survivors(outputs["kept"], retention) if "kept" in outputs else ()
    if len(kept) != len(golden.survivors):
        raise BundleError(
            f"{GOLDEN_FILE} has the kept words of {len(golden.survivors)} encoders of program {program.name}, the "
            f"program gives those of {len(kept)}"
        )
    same, wanted = count_kept(kept, golden.survivors, num_tokens)
    return _Difference(
        error=math.inf if math.isnan(error) else error,
        same_label=task.agree(logits, expected),
        kept=same,
        wanted=wanted,
    )
