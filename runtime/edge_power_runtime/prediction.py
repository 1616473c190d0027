"""What a model says about a text, and how it came to say so."""

from dataclasses import dataclass, field

import numpy as np

from edge_power_runtime.retention import RetentionConfig, survivors
from edge_power_runtime.tasks import likeliest


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a program on the way to an answer.

    Attributes:
        program: its name.
        length: of the program.
        retention: the program's configuration.
        rows: its output `kept`, int64 (sum of what the encoders but the last keep,), as the engine gave it; None where
            the program drops nothing.
    """

    program: str
    length: int
    retention: RetentionConfig = field(repr=False)
    # Few callers ask for the rows, so they stay as the engine gave them. An array cannot be compared as a field is, so
    # equality goes by the others.
    rows: np.ndarray | None = field(repr=False, compare=False)

    def survivors(self, num_tokens: int) -> tuple[tuple[int, ...], ...]:
        """Positions of the words that each encoder but the last passes on, as `Prediction.survivors`.

        Args:
            num_tokens: of the text; what is beyond is padding, and left out.

        Raises:
            RetentionError: the program gave rows that cannot be.
        """
        if self.rows is None:
            return ()
        found = survivors(self.rows, self.retention)
        return tuple(tuple(position for position in words if position < num_tokens) for words in found)


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
        logits: what the last program gave.
        num_tokens: tokens of the text that it read, [CLS] and [SEP] included.
        truncated: whether the text was longer than the longest program.
        steps: the programs that ran for it, in order; at least one.
    """

    label: str | None
    score: float
    scores: tuple[float, ...]
    labels: tuple[str, ...]
    logits: tuple[float, ...]
    num_tokens: int
    truncated: bool
    steps: tuple[Step, ...]

    @property
    def label_scores(self) -> tuple[float, ...]:
        """The probability of each of `labels`."""
        return likeliest(self.scores, len(self.labels))

    @property
    def program(self) -> str:
        """The name of the program that gave the answer."""
        return self.steps[-1].program

    @property
    def length(self) -> int:
        """The length of that program."""
        return self.steps[-1].length

    @property
    def retention(self) -> RetentionConfig:
        """The configuration of that program."""
        return self.steps[-1].retention

    @property
    def kept(self) -> tuple[int, ...]:
        """That program's output `kept`; empty where nothing is dropped."""
        rows = self.steps[-1].rows
        return () if rows is None else tuple(rows.tolist())

    @property
    def survivors(self) -> tuple[tuple[int, ...], ...]:
        """Positions of the words that each encoder but the last passes on, likeliest to matter first after [CLS].

        Positions index `Classifier.tokens`; padding is left out. Empty where the program drops nothing.

        Raises:
            RetentionError: the program gave rows that cannot be.
        """
        return self.steps[-1].survivors(self.num_tokens)
