"""bundle.json as frozen dataclasses, each with its reader; BUNDLE.md says the same in prose."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.artifacts import Artifact, UnknownArtifact, is_known
from edge_power_runtime.bundle.budgets import Budget, Configuration, Positive
from edge_power_runtime.bundle.cascades import CascadeEntry, is_known_cascade
from edge_power_runtime.bundle.files import FileEntry, Files
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.reading.jsonnode import LARGEST_INT32, Node
from edge_power_runtime.reading.records import Most, fill, read_record, whole
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from edge_power_runtime.tasks import TASK_NAMES, Task, TaskName, task_named

SCHEMA_VERSION = 1
MANIFEST_FILE = "bundle.json"
TOKENIZER_FILE = "tokenizer.json"
GOLDEN_FILE = "golden.json"

Side = Literal["right", "left"]


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
