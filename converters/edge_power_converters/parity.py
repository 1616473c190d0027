"""Does a converted program say what the eager model says? Asked of the runtime's own sessions, on the new file."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from edge_power_converters.quiet import quiet
from edge_power_runtime.bundle.artifacts import Acceptance, Artifact
from edge_power_runtime.bundle.golden import GoldenOutput
from edge_power_runtime.bundle.programs import Parity, Program
from edge_power_runtime.bundle.tensors import handed_on
from edge_power_runtime.retention import RetentionConfig, count_kept, survivors
from edge_power_runtime.sessions import open_engine

# Two scores this close may change places between engines, which add attention in different orders.
NEAR_TIE = 1e-6


@dataclass(frozen=True, slots=True)
class Reference:
    """What the eager model says of one text at one length and retention.

    Attributes:
        retention: what it kept, and at which length.
        inputs: int64 (1, length) each, by name.
        num_tokens: how many of them are words.
        logits: float (labels,).
        survivors: for every encoder but the last the positions kept.
        scores: for every encoder but the last the significance by position, float (length,).
    """

    retention: RetentionConfig
    inputs: Mapping[str, np.ndarray]
    num_tokens: int
    logits: np.ndarray
    survivors: tuple[tuple[int, ...], ...]
    scores: tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class ProgramParity:
    """One program's agreement with its references.

    Attributes:
        program: its name.
        parity: the figures that go into the manifest.
        acceptance: what they must reach.
        answers: what it gave, by reference.
    """

    program: str
    parity: Parity
    acceptance: Acceptance
    answers: tuple[GoldenOutput, ...]

    @property
    def passed(self) -> bool:
        """Whether the figures reach it."""
        return self.acceptance.accepts(
            error=self.parity.max_abs_error,
            bound=self.acceptance.max_abs_error,
            labels=self.parity.label_agreement,
            kept=self.parity.kept_agreement,
        )


@dataclass(frozen=True, slots=True)
class _Comparison:
    answer: GoldenOutput
    error: float
    same_label: bool
    kept: int
    wanted: int
    near_tie: bool
    # Of a stage: what the next one is given, and the positions of its rows; of any other program nothing.
    handed_on: Mapping[str, np.ndarray]
    leaving: tuple[int, ...] | None


def check_artifact(
    directory: Path,
    artifact: Artifact,
    references: Callable[[Program], Sequence[Reference]],
    *,
    agree: Callable[[np.ndarray, np.ndarray], bool],
    progress: Callable[[str], None],
) -> tuple[Artifact, list[ProgramParity]]:
    """Run every program of an artifact on its references.

    Args:
        directory: of the bundle.
        artifact: whose files are in it.
        references: gives what the eager model says of a program's texts.
        agree: whether the logits of an engine and of the eager model, float (labels,) each, say the same labels.
        progress: told before each program.

    Returns:
        The artifact with the figures filled in, and the figures.
    """
    checked, acceptance = [], artifact.acceptance
    with quiet(f"checking {artifact.title}"):
        engine = open_engine(directory, artifact)
        for run in artifact.runs:
            before: list[_Comparison] = []
            for program in run:
                progress(program.name)
                examples = references(program)
                session = engine.session(program)
                found = [
                    _compare(session.run(stage.handed_on if stage else one.inputs), one, agree, stage)
                    for one, stage in zip_longest(examples, before)
                ]
                answers = tuple(item.answer for item in found)
                checked.append(ProgramParity(program.name, _summed_up(found), acceptance, answers))
                before = found
    return _with_parity(artifact, checked), checked


def _with_parity(artifact: Artifact, checked: Sequence[ProgramParity]) -> Artifact:
    found = {check.program: check.parity for check in checked}
    programs = tuple(dataclasses.replace(one, parity=found[one.name]) for one in artifact.programs)
    stages = artifact.stages and tuple(dataclasses.replace(one, parity=found[one.name]) for one in artifact.stages)
    return dataclasses.replace(artifact, programs=programs, stages=stages)


def _summed_up(found: Sequence[_Comparison]) -> Parity:
    firm = [item for item in found if not item.near_tie]
    wanted = sum(item.wanted for item in firm)
    return Parity(
        texts=len(found),
        max_abs_error=max((item.error for item in firm), default=0.0),
        label_agreement=_share(item.same_label for item in found),
        kept_agreement=sum(item.kept for item in firm) / wanted if wanted else 1.0,
        near_ties=len(found) - len(firm),
    )


def _compare(
    outputs: Mapping[str, np.ndarray],
    example: Reference,
    agree: Callable[[np.ndarray, np.ndarray], bool],
    before: _Comparison | None,
) -> _Comparison:
    logits = outputs["logits"][0]
    error = float(np.max(np.abs(logits - example.logits)))
    entering = before.leaving if before else None
    kept = survivors(outputs["kept"], example.retention, entering) if "kept" in outputs else ()
    swapped = _first_difference(kept or example.survivors, example)
    same, wanted = count_kept(kept or example.survivors, example.survivors, example.num_tokens)
    return _Comparison(
        answer=GoldenOutput(tuple(logits.tolist()), kept),
        error=error if math.isfinite(error) else math.inf,
        same_label=agree(logits, example.logits),
        kept=same,
        wanted=wanted,
        near_tie=(before is not None and before.near_tie) or (swapped is not None and swapped <= NEAR_TIE),
        handed_on=handed_on(outputs),
        leaving=kept[-1] if kept else entering,
    )


def _first_difference(kept: tuple[tuple[int, ...], ...], example: Reference) -> float | None:
    """How far the scores of wrongly kept and wrongly dropped words lie apart where the choice first differs."""
    for ours, theirs, scores in zip(kept, example.survivors, example.scores, strict=True):
        differing = {position for position in set(ours) ^ set(theirs) if position < example.num_tokens}
        if differing:
            found = scores[list(differing)]
            return float(np.max(found) - np.min(found))
    return None


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else 1.0
