"""Whether this device says what golden.json does: what the model said where the bundle was made."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.cascades import BagEntry
from edge_power_runtime.bundle.golden import GoldenCascade, GoldenExample, GoldenOutput, read_golden
from edge_power_runtime.bundle.manifest import GOLDEN_FILE, TOKENIZER_FILE
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.bundle.tensors import handed_on
from edge_power_runtime.cascade.bag import BagTier
from edge_power_runtime.cascade.cascade import Cascade
from edge_power_runtime.errors import BundleError, VerificationError
from edge_power_runtime.model import Model
from edge_power_runtime.prediction import Prediction
from edge_power_runtime.retention import count_kept, survivors
from edge_power_runtime.text import EncodedText, Text

NEAR = 0.01
"""A confidence as near to its threshold may be on the other side of it on another machine: the text is set apart."""

_BAG_ERROR = 1e-6
"""A bag tier's logits are the same bit for bit; this is for readers of golden.json that hold fewer digits."""


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
        tier_agreement: of a cascade, whose name `program` is then, the fraction of texts that the same tier answered or
            that are within `NEAR` of a threshold; None of programs and of bag tiers.
    """

    program: str
    texts: int
    max_abs_error: float
    label_agreement: float
    kept_agreement: float
    atol: float | None
    passed: bool
    tier_agreement: float | None = None


def verify(
    bundle: Bundle | str | os.PathLike[str],
    *,
    engine: str | None = None,
    precision: str | None = None,
    num_threads: int = 1,
    atol: float | None = None,
) -> list[ProgramCheck]:
    """Run every golden example of a bundle through every program of an artifact, and its cascades, on this device.

    Args:
        bundle: opened, or its directory.
        engine: see `Bundle.artifact`.
        precision: see `Bundle.artifact`.
        num_threads: that one run may use.
        atol: the largest difference of a logit that is accepted; None takes what the bundle records.

    Returns:
        One check per program, in the manifest's order, and per stage, which goes on from what the one before gave; then
        one for each bag tier and each cascade of which golden.json has answers.

    Raises:
        VerificationError: the tokenizer gives other ids than the golden ones.
        BundleError: a file is missing or altered.
        EngineError: the engine is not installed or failed.
    """
    # At most one program of a cascade is held, as a device may have room for no more.
    model = Model.open(bundle, engine=engine, precision=precision, num_threads=num_threads, max_loaded_programs=1)
    bundle = model.bundle
    # The two others are checked where they are read.
    bundle.check(entry for entry in bundle.manifest.files if entry.path not in (TOKENIZER_FILE, GOLDEN_FILE))
    examples = read_golden(bundle.read(GOLDEN_FILE))
    _check_tokenizer(model, examples)
    checks = [check for run in model.artifact.runs for check in _check_run(model, run, examples, atol)]
    return [*checks, *_check_cascades(model, examples, atol)]


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
    # Here, and in the stages before.
    same_words: bool
    # Of a stage: what the next one is given, and the positions of its rows.
    handed_on: Mapping[str, np.ndarray]
    leaving: tuple[int, ...] | None


def _check_run(
    model: Model, run: Sequence[Program], examples: tuple[GoldenExample, ...], atol: float | None
) -> Iterator[ProgramCheck]:
    """Check programs that run one after the other: one of the whole model, or the stages of one."""
    # One program after the other, none kept: a device may have room for one and not for all.
    before: dict[int, _Difference] = {}
    for program in run:
        session, found = model.load(program), {}
        for number, example in enumerate(examples):
            golden = example.expected(model.artifact, program)
            if golden is not None and (program.first == 1 or number in before):
                encoded = EncodedText(example.ids, example.type_ids, truncated=False)
                stage = before.get(number)
                length = encoded.num_tokens if program.any_length else program.length
                inputs = model.encoder.pad(encoded, length) if stage is None else stage.handed_on
                found[number] = _difference(model, program, golden, session.run(inputs), encoded.num_tokens, stage)
        yield _summed_up(model, program, list(found.values()), atol)
        before = found


def _summed_up(model: Model, program: Program, found: Sequence[_Difference], atol: float | None) -> ProgramCheck:
    acceptance = model.artifact.acceptance
    repeats = acceptance.repeat_error is not None
    bound = atol if atol is not None else acceptance.repeat_error if repeats else acceptance.max_abs_error
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
    model: Model,
    program: Program,
    golden: GoldenOutput,
    outputs: dict[str, np.ndarray],
    num_tokens: int,
    before: _Difference | None,
) -> _Difference:
    manifest = model.bundle.manifest
    retention, task = manifest.retention_at(program, num_tokens), manifest.answers()
    logits, expected = outputs["logits"][0], np.asarray(golden.logits, dtype=np.float64)
    if logits.shape != expected.shape:
        raise BundleError(
            f"{GOLDEN_FILE} has {expected.size} logits of program {program.name}, the program gives {logits.size}"
        )
    error = float(np.max(np.abs(logits - expected)))
    entering = None if before is None else before.leaving
    kept = survivors(outputs["kept"], retention, entering) if "kept" in outputs else ()
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
        same_words=same == wanted and (before is None or before.same_words),
        handed_on=handed_on(outputs),
        leaving=kept[-1] if kept else entering,
    )


def _check_cascades(model: Model, examples: Sequence[GoldenExample], atol: float | None) -> Iterator[ProgramCheck]:
    """Check each bag tier, then each cascade, of which there are golden answers."""
    manifest, artifact = model.bundle.manifest, model.artifact
    known = [entry for entry in manifest.cascades if entry.name in model.bundle.cascades_of(artifact)]
    opened = {entry.name: cascade for entry in known if (cascade := model.at(entry.name).cascade) is not None}
    bags = {
        tier.file: opened[entry.name].tier(tier.name).answerer
        for entry in known
        for tier in entry.tiers
        if isinstance(tier, BagEntry)
    }
    for file, bag in bags.items():
        expected = [(item.text, item.bags[file]) for item in examples if item.bags and file in item.bags]
        if expected and isinstance(bag, BagTier):
            yield _check_bag(file, bag, expected)
    for name, cascade in opened.items():
        answers = [(item.text, found) for item in examples if (found := item.answer_of(artifact, name)) is not None]
        if answers:
            yield _check_cascade(model, name, cascade, answers, atol)


def _check_bag(file: str, bag: BagTier, expected: Sequence[tuple[Text, tuple[float, ...]]]) -> ProgramCheck:
    errors, same = [], []
    for text, golden in expected:
        logits = bag(text).logits
        errors.append(_error(file, logits, golden))
        same.append(bag.task.agree(np.array(logits), np.array(golden)))
    error, labels = max(errors), sum(same) / len(same)
    passed = error <= _BAG_ERROR and labels == 1
    return ProgramCheck(file, len(expected), error, labels, 1.0, _BAG_ERROR, passed)


def _check_cascade(
    model: Model,
    name: str,
    cascade: Cascade,
    expected: Sequence[tuple[Text, GoldenCascade]],
    atol: float | None,
) -> ProgramCheck:
    acceptance = model.artifact.acceptance
    # With rounded weights other words may be kept here, and other logits follow: labels decide then.
    bound = atol if atol is not None else None if acceptance.repeat_error is not None else acceptance.max_abs_error
    errors, same, agreed = [], [], 0
    for text, golden in expected:
        found = cascade(text)
        if found.tier == golden.tier:
            errors.append(_error(name, found.logits, golden.logits))
            alike = cascade.task.agree(np.array(found.logits), np.array(golden.logits))
            same.append(alike or (bound is not None and errors[-1] <= bound))
        agreed += found.tier == golden.tier or _is_near(cascade, found)
    error, labels, tiers = max(errors, default=0.0), sum(same) / max(1, len(same)), agreed / len(expected)
    passed = tiers == 1 and acceptance.accepts(error=error, bound=bound, labels=labels if same else 1.0, kept=1.0)
    return ProgramCheck(name, len(expected), error, labels if same else 1.0, 1.0, bound, passed, tiers)


def _is_near(cascade: Cascade, found: Prediction) -> bool:
    """Whether a tier was asked whose confidence is near its threshold."""
    thresholds = {tier.name: tier.threshold for tier in cascade.tiers}
    pairs = ((run.confidence, thresholds[run.name]) for run in found.tiers)
    return any(sure is not None and most is not None and abs(sure - most) <= NEAR for sure, most in pairs)


def _error(what: str, logits: Sequence[float], golden: Sequence[float]) -> float:
    if len(logits) != len(golden):
        raise BundleError(f"{GOLDEN_FILE} has {len(golden)} logits of {what}, which gives {len(logits)}")
    return max(abs(ours - theirs) for ours, theirs in zip(logits, golden, strict=True))
