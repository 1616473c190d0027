"""What a model says about a text, and how it came to say so."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from edge_power_runtime.retention import RetentionConfig, survivors
from edge_power_runtime.tasks import likeliest


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a program on the way to an answer.

    Attributes:
        program: its name.
        length: that the text ran at: the program's, or its own where the program takes any length.
        retention: the configuration at this length.
        rows: its output `kept`, int64 (sum of what the encoders but the last keep,), as the engine gave it; None where
            the program drops nothing.
        first: the first encoder that it computed, counted from 1; above 1 it went on from the step before.
    """

    program: str
    length: int
    retention: RetentionConfig = field(repr=False)
    # Few callers ask for the rows, so they stay as the engine gave them. An array cannot be compared as a field is, so
    # equality goes by the others.
    rows: np.ndarray | None = field(repr=False, compare=False)
    first: int = 1

    def survivors(self, num_tokens: int) -> tuple[tuple[int, ...], ...]:
        """Positions of the words that each encoder but the last passes on, as `Prediction.survivors`.

        Those of a stage that goes on from another count the rows that this one handed on.

        Args:
            num_tokens: of the text; what is beyond is padding, and left out.

        Raises:
            RetentionError: the program gave rows that cannot be.
        """
        return _composed((self,), num_tokens)


def _composed(steps: Sequence[Step], num_tokens: int) -> tuple[tuple[int, ...], ...]:
    """What survives each encoder of steps that go on from one another, by positions of the text; see `Step.survivors`.

    Empty where none of them drops anything.
    """
    if all(step.rows is None for step in steps):
        return ()
    found: list[tuple[int, ...]] = []
    entering: tuple[int, ...] | None = None
    for step in steps:
        if step.rows is not None:
            found += survivors(step.rows, step.retention, entering)
        else:
            found += (entering or tuple(range(step.retention.length)),) * step.retention.passing
        entering = found[-1] if found else None
    return tuple(tuple(position for position in words if position < num_tokens) for words in found)


class TierRun(NamedTuple):
    """A tier of a cascade that was asked about a text; a tuple since it is made for every text.

    Attributes:
        name: of the tier.
        confidence: the largest probability that it gave, at its temperature; None where it failed.
        time_ms: from the question to its answer; where several texts were answered together, their mean.
        failure: why it gave no answer, in one line; None where it gave one.
        num_steps: how many of the prediction's steps are its own; those of the tiers stand in their order.
    """

    name: str
    confidence: float | None
    time_ms: float
    failure: str | None = None
    num_steps: int = 0


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says about one text.

    The last step gave the answer, so what is asked of the prediction alone (`program`, `survivors`) is that step's.

    Attributes:
        label: the likeliest label; None for regression.
        score: its probability; the value for regression.
        scores: the probability of every label, in the manifest's order; the value alone for regression.
        labels: those that the text has, the likeliest first: the one label of a classification, of a multi-label model
            those above the threshold, perhaps none, and none for regression.
        logits: what the last program gave, or a tier that runs none; empty where a callable told a label alone.
        num_tokens: tokens of the text that it read, [CLS] and [SEP] included.
        truncated: whether the text was longer than the longest program.
        steps: the programs that ran for it, in order, those of all tiers of a cascade; none where no tier ran one.
        tiers: of a cascade those that were asked, in order; empty of an answerer that is none.
    """

    label: str | None
    score: float
    scores: tuple[float, ...]
    labels: tuple[str, ...]
    logits: tuple[float, ...]
    num_tokens: int
    truncated: bool
    steps: tuple[Step, ...]
    # Not compared: the same answer takes another time at each call.
    tiers: tuple[TierRun, ...] = field(default=(), compare=False)

    @property
    def tier(self) -> str | None:
        """The name of the tier that gave the answer: the last that did not fail; None where there is no cascade."""
        return next((run.name for run in reversed(self.tiers) if run.failure is None), None)

    def with_tiers(self, tiers: tuple[TierRun, ...], steps: tuple[Step, ...]) -> "Prediction":
        """Give the same answer with the tiers that were asked for it, and the programs that they ran."""
        return Prediction(
            self.label,
            self.score,
            self.scores,
            self.labels,
            self.logits,
            self.num_tokens,
            self.truncated,
            steps,
            tiers,
        )

    @property
    def label_scores(self) -> tuple[float, ...]:
        """The probability of each of `labels`."""
        return likeliest(self.scores, len(self.labels))

    @property
    def program(self) -> str | None:
        """The name of the program that gave the answer, the last that ran; None where none did."""
        return self.steps[-1].program if self.steps else None

    @property
    def length(self) -> int | None:
        """The length that the text ran at."""
        return self.steps[-1].length if self.steps else None

    @property
    def retention(self) -> RetentionConfig | None:
        """The configuration of that program at this length."""
        return self.steps[-1].retention if self.steps else None

    @property
    def kept(self) -> tuple[int, ...]:
        """That program's output `kept`; empty where nothing is dropped, or no program ran."""
        rows = self.steps[-1].rows if self.steps else None
        return () if rows is None else tuple(rows.tolist())

    @property
    def path(self) -> tuple[Step, ...]:
        """The last of `steps`, and those before it that it went on from; in order, from the first encoder on."""
        path: tuple[Step, ...] = self.steps[-1:]
        for step in reversed(self.steps[:-1]):
            if path[0].first == step.first + len(step.retention.keep):
                path = (step, *path)
        return path

    @property
    def survivors(self) -> tuple[tuple[int, ...], ...]:
        """Positions of the words that each encoder but the last passes on, likeliest to matter first after [CLS].

        Positions index `Classifier.tokens`; padding is left out. Empty where the program drops nothing, or none ran.
        Of a model in stages they are those of the encoders that were computed.

        Raises:
            RetentionError: the program gave rows that cannot be.
        """
        return _composed(self.path, self.num_tokens)


def complete(prediction: Prediction, tiers: tuple[TierRun, ...], steps: tuple[Step, ...]) -> Prediction:
    """Do what `with_tiers` does to a prediction that nobody else has yet, and give it.

    A cascade does it for every text, and a copy would take as long as all else that it does.
    """
    object.__setattr__(prediction, "tiers", tiers)
    object.__setattr__(prediction, "steps", steps)
    return prediction
