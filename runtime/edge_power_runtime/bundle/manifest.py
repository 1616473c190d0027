"""bundle.json as frozen dataclasses, each with its reader; BUNDLE.md says the same in prose."""

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.cascades import CascadeEntry, is_known_cascade
from edge_power_runtime.bundle.files import BundlePath, FileEntry, Files
from edge_power_runtime.bundle.tensors import TensorSpec
from edge_power_runtime.engines import ENGINE_NAMES
from edge_power_runtime.errors import RetentionError
from edge_power_runtime.reading.jsonnode import LARGEST_INT32, Node
from edge_power_runtime.reading.records import Most, fill, one_of, read_record, whole
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from edge_power_runtime.tasks import TASK_NAMES, Task, TaskName, task_named

SCHEMA_VERSION = 1
MANIFEST_FILE = "bundle.json"
TOKENIZER_FILE = "tokenizer.json"
GOLDEN_FILE = "golden.json"
PRECISIONS = ("fp32", "fp16", "int8")
# Whose logits are the model's own but for the order of additions; others round its weights.
EXACT = "fp32"

Side = Literal["right", "left"]
Positive = Annotated[int, whole(1)]
Length = Annotated[int, whole(1, bounds.LENGTH)]
Encoder = Annotated[int, whole(1, bounds.ENCODERS)]


@dataclass(frozen=True, slots=True)
class Parity:
    """How near a program is to the eager model, measured at conversion.

    Attributes:
        texts: how many were compared.
        max_abs_error: the largest difference of a logit.
        label_agreement: fraction of texts with the same label.
        kept_agreement: fraction of the kept words that are the same (`retention.count_kept`).
        near_ties: texts set apart, since their kept words differ only by scores within 1e-6.
    """

    texts: int
    max_abs_error: float
    label_agreement: float
    kept_agreement: float
    near_ties: int


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


@dataclass(frozen=True, slots=True)
class Delegation:
    """Which operations of an ExecuTorch program a delegate took, counted at conversion.

    Attributes:
        delegate: such as XnnpackBackend.
        inside: operations that it runs, by kind.
        outside: operations that ExecuTorch's own kernels run, by kind.
    """

    delegate: str
    inside: Mapping[str, Positive]
    outside: Mapping[str, Positive]


@dataclass(frozen=True, slots=True)
class Program:
    """One graph: one budget at one length.

    Attributes:
        name: unique within the artifact.
        budget: the name of its budget.
        length: the static sequence length.
        first: the first encoder that it computes, counted from 1.
        last: the last one.
        file: the artifact's file that the engine opens.
        files: all files of the artifact that it needs: `file`, and for onnx the weights that its graph names.
        method: the method (executorch) or signature key (tflite); None for onnx, where a file is one program.
        inputs: what it takes, each (1, length).
        outputs: logits and, where words are dropped, kept.
        parity: None where it was not measured.
        delegation: of executorch; None for other engines, and where it was not counted.
        any_length: whether the graph takes every length from 1 to the program's, so that texts need no padding; other
            programs of its budget may share it.
    """

    name: str
    budget: str
    length: Length
    first: Encoder
    last: Encoder
    file: BundlePath
    files: Annotated[tuple[BundlePath, ...], Most(bounds.FILES)]
    method: str | None
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    parity: Parity | None
    delegation: Delegation | None = None
    any_length: bool = False

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read a program; documents may be older than `any_length`."""
        given = node.later("any_length")
        return fill(cls, node, any_length=given is not None and given.boolean())


@dataclass(frozen=True, slots=True)
class Stage(Program):
    """A program of a part of the encoders, with a head behind the last of them; it hands its word-vectors on.

    The stages of a budget at a length compute all of its encoders, one after the other. `length` is the text's, as it
    is for the whole program.

    Attributes:
        macs: its multiply-adds.
    """

    macs: int = field(kw_only=True)


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


@dataclass(frozen=True, slots=True)
class Configuration:
    """A budget at one length.

    Attributes:
        length: tokens that enter encoder 1.
        keep: tokens that leave each encoder.
        macs: multiply-adds of the program.
    """

    length: Length
    keep: Annotated[tuple[Positive, ...], Most(bounds.ENCODERS)]
    macs: int

    @property
    def retention(self) -> RetentionConfig:
        """The configuration as the value that knows its rules."""
        return RetentionConfig(self.length, self.keep)

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read a configuration and check that it is one."""
        found = fill(cls, node)
        try:
            RetentionConfig(found.length, found.keep)
        except RetentionError as error:
            node.field("keep").fail(f"a retention configuration ({error})")
        return found


def _read_schedule(node: Node) -> tuple[float, ...]:
    fractions = tuple(item.number() for item in node.items(most=bounds.ENCODERS))
    try:
        return RetentionSchedule(fractions).fractions
    except RetentionError as error:
        node.fail(f"a retention schedule ({error})")


@dataclass(frozen=True, slots=True)
class Budget:
    """A named schedule, at every length that the bundle has it.

    Attributes:
        name: such as full, balanced, fast.
        schedule: a fraction per encoder; None where the configurations were given one by one.
        configurations: one per length.
        accuracy: on the host, at fp32; None where it was not measured.
    """

    name: str
    schedule: Annotated[tuple[float, ...], _read_schedule] | None
    configurations: Annotated[tuple[Configuration, ...], Most(bounds.LENGTHS)]
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class TokenizerEntry:
    """What tokenizer.json does not say by itself.

    Attributes:
        pad_id: the token that fills a text up to the length.
        has_token_types: whether the programs take token_type_ids.
        truncation_side: the end of a text that is cut off where it is too long.
        split_special_tokens: whether a special token that a text spells out, such as [SEP], is read as ordinary text.
    """

    # Engines take ids as int32: a larger one would come out of the cast as another token.
    pad_id: Annotated[int, whole(0, LARGEST_INT32)]
    has_token_types: bool
    truncation_side: Side = "right"
    split_special_tokens: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of bundle.json.

    Attributes:
        schema_version: of the format; this runtime reads 1.
        name: of the model.
        architecture: the family, such as bert.
        task: by name; `answers` gives it as a value.
        labels: in the order of the logits; empty for regression.
        threshold: of a multi-label model, the probability above which a text has a label; None for other tasks.
        max_length: the longest length of a configuration: a text of more tokens is cut, whatever the budget.
        tokenizer: see TokenizerEntry.
        files: those that belong to no artifact: tokenizer.json, golden.json, config.json, ...
        budgets: the first is the default.
        artifacts: one per engine and precision that this runtime knows.
        versions: of the tools that made the bundle.
        created_by: the program that made it.
        unknown: the other artifacts.
        cascades: those of which this runtime knows every tier; the bundle answers by the first, unless told otherwise.
        unknown_cascades: the names of the others.
    """

    schema_version: Positive
    name: str
    architecture: str
    task: TaskName
    labels: Annotated[tuple[str, ...], Most(bounds.LABELS)]
    threshold: float | None = field(default=None, kw_only=True)
    max_length: Positive
    tokenizer: TokenizerEntry
    files: Files
    budgets: Annotated[tuple[Budget, ...], Most(bounds.BUDGETS)]
    artifacts: tuple[Artifact, ...]
    versions: Mapping[str, str]
    created_by: str
    unknown: tuple[UnknownArtifact, ...] = ()
    cascades: tuple[CascadeEntry, ...] = ()
    unknown_cascades: tuple[str, ...] = ()

    @property
    def num_logits(self) -> int:
        """Values that a program gives: one per label, or one for regression."""
        return self.answers().num_logits(self.labels)

    def answers(self, *, threshold: float | None = None, sigmoid: bool = False) -> Task:
        """Give the task as a value, which reads logits.

        Args:
            threshold: instead of the manifest's own.
            sigmoid: see `Regression`.

        Raises:
            InputError: an option is another task's, or the threshold is outside (0, 1).
        """
        return task_named(self.task, threshold=self.threshold if threshold is None else threshold, sigmoid=sigmoid)

    @property
    def listed(self) -> tuple[FileEntry, ...]:
        """Every file that the manifest lists: the bundle's own, whether or not this runtime knows what they are for."""
        return (*self.files, *(entry for artifact in self.every_artifact for entry in artifact.files))

    @property
    def every_artifact(self) -> tuple[Artifact | UnknownArtifact, ...]:
        """The artifacts that this runtime knows, and the others."""
        return (*self.artifacts, *self.unknown)

    def retention_at(self, program: Program, num_tokens: int) -> RetentionConfig:
        """What a program keeps of a text, a stage its part; reading the manifest made sure that there is an answer.

        Args:
            program: of one of its artifacts.
            num_tokens: of the text; a program of any length runs it without padding.
        """
        budget = next(item for item in self.budgets if item.name == program.budget)
        if program.any_length:
            assert budget.schedule is not None
            return RetentionSchedule(budget.schedule).at(num_tokens)
        whole = next(item.retention for item in budget.configurations if item.length == program.length)
        return whole.part(program.first, program.last)

    @property
    def unpruned_macs(self) -> dict[int, int]:
        """Multiply-adds by length, where a budget of the bundle drops nothing."""
        every = (item for budget in self.budgets for item in budget.configurations)
        return {item.length: item.macs for item in every if item.retention.is_full}

    def configuration(self, budget: str, length: int) -> Configuration | None:
        """Find a budget's configuration at one length."""
        found = (item for entry in self.budgets if entry.name == budget for item in entry.configurations)
        return next((item for item in found if item.length == length), None)

    def cascade(self, name: str) -> CascadeEntry | None:
        """Find a cascade by its name."""
        return next((entry for entry in self.cascades if entry.name == name), None)

    def to_json(self) -> str:
        """Write the manifest; `read_manifest` gives an equal one back, and the same manifest the same text.

        Of cascades that this runtime does not know it has the names alone, and writes none.
        """
        fields = dataclasses.asdict(self)
        if self.threshold is None:  # the key is that of one task
            del fields["threshold"]
        del fields["unknown_cascades"]
        if not self.cascades:
            del fields["cascades"]
        for entry in (fields, *fields["artifacts"]):
            entry["versions"] = dict(sorted(entry["versions"].items()))
            if entry.get("stages", ()) is None:  # few artifacts have some
                del entry["stages"]
        for artifact in fields["artifacts"]:
            for program in (*artifact["programs"], *artifact.get("stages", ())):
                if not program["any_length"]:  # the key is that of few programs
                    del program["any_length"]
        fields["artifacts"] += fields.pop("unknown")
        return json.dumps(fields, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read a manifest; whether its parts fit together is checked later."""
        artifacts = node.field("artifacts").items()
        later = node.later("cascades")
        cascades = () if later is None else later.items(most=bounds.CASCADES)
        return fill(
            cls,
            node,
            threshold=_read_threshold(node),
            artifacts=tuple(read_record(Artifact, item) for item in artifacts if is_known(item)),
            unknown=tuple(read_record(UnknownArtifact, item) for item in artifacts if not is_known(item)),
            cascades=tuple(read_record(CascadeEntry, item) for item in cascades if is_known_cascade(item)),
            unknown_cascades=tuple(item.field("name").text() for item in cascades if not is_known_cascade(item)),
        )


def _read_threshold(node: Node) -> float | None:
    task = node.field("task").choice(TASK_NAMES)
    if task_named(task).threshold is None:
        if (given := node.later("threshold")) is not None:
            given.fail(f"null, since the task is {task}")
        return None
    given = node.field("threshold")
    if not 0 < given.number() < 1:
        given.fail("a number above 0 and below 1")
    return given.number()
