"""Artifacts: what one engine needs at one precision, and what its programs must reach."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.files import Files
from edge_power_runtime.bundle.programs import Program, Stage
from edge_power_runtime.engines import ENGINE_NAMES
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import Most, one_of

PRECISIONS = ("fp32", "fp16", "int8")
# Whose logits are the model's own but for the order of additions; others round its weights.
EXACT = "fp32"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What every program of an artifact must reach, where it is converted and on each device.

    Attributes:
        max_abs_error: the largest difference of a logit from the eager model; None where that is not asked.
        label_agreement: the least fraction of texts with the eager model's label.
        kept_agreement: the least fraction of the eager model's kept words that are kept.
        repeat_error: the largest difference of a logit from what the artifact itself gave where it was converted, which
            golden.json has then; None where a device is compared with the eager model.
    """

    max_abs_error: float | None
    label_agreement: float
    kept_agreement: float
    repeat_error: float | None = None

    def accepts(self, *, error: float, bound: float | None, labels: float, kept: float) -> bool:
        """Whether a program reached it; no number is a failure.

        Args:
            error: the largest difference of a logit from what it is compared with.
            bound: how large it may be.
            labels: the fraction of texts with the same label.
            kept: the fraction of kept words that are the same.
        """
        near = math.isfinite(error) if bound is None else error <= bound
        return near and labels >= self.label_agreement and kept >= self.kept_agreement


def at_precision(name: str, precision: str, mark: str) -> str:
    """Add a precision to a name, which stands for fp32 where it is alone."""
    return name if precision == EXACT else f"{name}{mark}{precision}"


@dataclass(frozen=True, slots=True)
class Artifact:
    """Everything for one engine at one precision.

    Attributes:
        engine: onnx, executorch or tflite.
        precision: fp32, fp16 or int8.
        files: what must be shipped for it.
        programs: what it can run.
        acceptance: what they must reach.
        lowering: how the graphs were made, in the converter's words.
        versions: of the tools that made it.
        runtimes: the packages that compute it rightly, such as ai-edge-litert; empty where all of its engine do.
        stages: programs of parts of the encoders; None where it has none.
    """

    engine: Annotated[str, one_of(ENGINE_NAMES)]
    precision: Annotated[str, one_of(PRECISIONS)]
    files: Files
    programs: Annotated[tuple[Program, ...], Most(bounds.PROGRAMS)]
    acceptance: Acceptance
    lowering: str
    versions: Mapping[str, str]
    runtimes: tuple[str, ...] = ()
    stages: Annotated[tuple[Stage, ...], Most(bounds.PROGRAMS)] | None = None

    @property
    def every_program(self) -> tuple[Program, ...]:
        """Those of the whole model, then the stages."""
        return (*self.programs, *(self.stages or ()))

    @property
    def runs(self) -> tuple[tuple[Program, ...], ...]:
        """Programs that run one after the other on a text: each of the whole model alone, and stages in their order."""
        stages: dict[tuple[str, int], list[Program]] = {}
        for stage in sorted(self.stages or (), key=lambda stage: stage.first):
            stages.setdefault((stage.budget, stage.length), []).append(stage)
        return (*((program,) for program in self.programs), *map(tuple, stages.values()))

    @property
    def title(self) -> str:
        """What people are told: the engine, and the precision where it is not fp32."""
        return at_precision(self.engine, self.precision, " ")

    @property
    def key(self) -> str:
        """Its name in golden.json, and in messages that compare precisions: engine and precision."""
        return f"{self.engine} {self.precision}"

    @property
    def size_bytes(self) -> int:
        """The size of all files together."""
        return sum(entry.size_bytes for entry in self.files)


@dataclass(frozen=True, slots=True)
class UnknownArtifact:
    """An artifact of an engine or a precision that this runtime does not know: it is passed over, and its files listed.

    Attributes:
        engine: as the manifest calls it.
        precision: likewise.
        files: what must be shipped for it.
    """

    engine: str
    precision: str
    files: Files


def is_known(artifact: Node) -> bool:
    """Whether this runtime knows the engine and the precision of an artifact that is yet to be read."""
    engine, precision = artifact.field("engine").text(), artifact.field("precision").text()
    return engine in ENGINE_NAMES and precision in PRECISIONS
