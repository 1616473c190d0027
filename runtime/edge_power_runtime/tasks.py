"""What logits mean: a task as a value. All else asks the value, and branches on no task's name."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, get_args

import numpy as np

from edge_power_runtime.errors import InputError

TaskName = Literal["classification", "regression", "multi_label_classification"]
TASK_NAMES: tuple[TaskName, ...] = get_args(TaskName)

DEFAULT_THRESHOLD = 0.5


class Decoded(NamedTuple):
    """What logits say of a text; a tuple since it is made for every text.

    Attributes:
        label: the likeliest label; None for regression.
        score: its probability; the value for regression.
        scores: the probability of every label, in their order; the value alone for regression.
        labels: those that the text has, the likeliest first: the one label of a classification, of a multi-label model
            those above the threshold, perhaps none, and none for regression.
    """

    label: str | None
    score: float
    scores: tuple[float, ...]
    labels: tuple[str, ...]


class Task(Protocol):
    """What a model answers, and how its logits are read."""

    @property
    def name(self) -> TaskName:
        """As manifests and records spell it."""
        ...

    @property
    def threshold(self) -> float | None:
        """The probability above which a text has a label; None where that is not what decides."""
        ...

    @property
    def no_confidence(self) -> str | None:
        """Why an answer has no confidence that a cascade could choose a tier by; None where it has one."""
        ...

    def num_logits(self, labels: Sequence[str]) -> int:
        """How many logits a model gives that knows these labels."""
        ...

    def expected_labels(self, labels: Sequence[str]) -> str | None:
        """What a model's labels must be, in words; None where these are."""
        ...

    def decode(self, logits: tuple[float, ...], labels: tuple[str, ...]) -> Decoded:
        """Read finite logits, one for each label or the one value."""
        ...

    def agree(self, ours: np.ndarray, theirs: np.ndarray) -> bool:
        """Whether the logits of two models, float (labels,) each, say the same labels; a regression has none."""
        ...


@dataclass(frozen=True, slots=True)
class Classification:
    """One label out of several: the likeliest, by softmax."""

    @property
    def name(self) -> TaskName:
        """As manifests spell it."""
        return "classification"

    @property
    def threshold(self) -> None:
        """The likeliest label is the answer, however likely it is."""

    @property
    def no_confidence(self) -> None:
        """It has one: the probability of the likeliest label."""

    def num_logits(self, labels: Sequence[str]) -> int:
        """One for each label."""
        return len(labels)

    def expected_labels(self, labels: Sequence[str]) -> str | None:
        """Two or more names."""
        return _expected_names(labels, self.name)

    def decode(self, logits: tuple[float, ...], labels: tuple[str, ...]) -> Decoded:
        """Softmax; of equals the first is the likeliest."""
        scores = softmax(logits)
        best = logits.index(max(logits))
        label = labels[best]
        return Decoded(label, scores[best], scores, (label,))

    def agree(self, ours: np.ndarray, theirs: np.ndarray) -> bool:
        """The likeliest label is the same."""
        return int(np.argmax(ours)) == int(np.argmax(theirs))


@dataclass(frozen=True, slots=True)
class Regression:
    """One value, as also a cross-encoder gives it that ranks pairs.

    Attributes:
        sigmoid: whether the value is the logit's sigmoid, in 0..1, as the text-classification pipeline of transformers
            shows it (`function_to_apply="sigmoid"`); otherwise it is the logit itself.
    """

    sigmoid: bool = False

    @property
    def name(self) -> TaskName:
        """As manifests spell it."""
        return "regression"

    @property
    def threshold(self) -> None:
        """There are no labels."""

    @property
    def no_confidence(self) -> str:
        """A value is not probable."""
        return "a value has no probability"

    def num_logits(self, labels: Sequence[str]) -> int:
        """The one value."""
        return 1

    def expected_labels(self, labels: Sequence[str]) -> str | None:
        """None at all."""
        return "empty, since the task is regression" if labels else None

    def decode(self, logits: tuple[float, ...], labels: tuple[str, ...]) -> Decoded:
        """The value, in the place of scores."""
        scores = sigmoid(logits) if self.sigmoid else logits
        return Decoded(None, scores[0], scores, ())

    def agree(self, ours: np.ndarray, theirs: np.ndarray) -> bool:
        """A value is no label: how far two are apart is told as such."""
        return True


@dataclass(frozen=True, slots=True)
class MultiLabelClassification:
    """Any number of labels out of several, each on its own, by sigmoid.

    Attributes:
        threshold: a text has the labels whose probability is above it; in (0, 1).

    Raises:
        InputError: the threshold is outside.
    """

    threshold: float = DEFAULT_THRESHOLD

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    @property
    def name(self) -> TaskName:
        """As manifests spell it."""
        return "multi_label_classification"

    @property
    def no_confidence(self) -> str:
        """Each label has a confidence of its own."""
        return "several labels a text are as many answers, each with its own probability"

    def num_logits(self, labels: Sequence[str]) -> int:
        """One for each label."""
        return len(labels)

    def expected_labels(self, labels: Sequence[str]) -> str | None:
        """Two or more names."""
        return _expected_names(labels, self.name)

    def decode(self, logits: tuple[float, ...], labels: tuple[str, ...]) -> Decoded:
        """Sigmoid; of equals the first comes first."""
        scores = sigmoid(logits)
        best = logits.index(max(logits))
        threshold = self.threshold
        above = [place for place, score in enumerate(scores) if score > threshold]
        if len(above) > 1:
            above.sort(key=logits.__getitem__, reverse=True)
        return Decoded(labels[best], scores[best], scores, tuple([labels[place] for place in above]))

    def agree(self, ours: np.ndarray, theirs: np.ndarray) -> bool:
        """The labels above the threshold are the same."""
        return bool((self.above(ours) == self.above(theirs)).all())

    def above(self, logits: np.ndarray) -> np.ndarray:
        """Whether each probability is above the threshold, bool in the shape of `logits`."""
        # sigmoid(x) > t where x > ln(t / (1 - t)), and nothing can overflow; 0 for 0.5.
        return logits.astype(np.float64) > math.log(self.threshold / (1 - self.threshold))


def task_named(name: TaskName, *, threshold: float | None = None, sigmoid: bool = False) -> Task:
    """Give the task of this name.

    Args:
        name: of a manifest, or of a model's configuration.
        threshold: of a multi-label model; None takes 0.5.
        sigmoid: of a regression, see `Regression`.

    Raises:
        InputError: an option is another task's, or the threshold is outside (0, 1).
    """
    if threshold is not None and name != "multi_label_classification":
        raise InputError(f"the threshold {threshold} is for a multi-label model; this is a {name}: leave it out")
    if sigmoid and name != "regression":
        raise InputError(f"the sigmoid is for a model of one value; this is a {name}: leave it out")
    match name:
        case "classification":
            return Classification()
        case "regression":
            return Regression(sigmoid)
        case "multi_label_classification":
            return MultiLabelClassification(DEFAULT_THRESHOLD if threshold is None else threshold)


def check_threshold(threshold: float) -> None:
    """Check the probability above which a text has a label.

    Raises:
        InputError: it is no number above 0 and below 1.
    """
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 < threshold < 1:  # NaN is none
        raise InputError(f"the threshold is {threshold!r}, must be above 0 and below 1, such as {DEFAULT_THRESHOLD}")


def softmax(logits: Sequence[float]) -> tuple[float, ...]:
    """Turn finite logits into probabilities, e^(x_i) / sum_j e^(x_j), shifted by the largest, so none overflows."""
    largest = max(logits)
    weights = [math.exp(logit - largest) for logit in logits]
    total = sum(weights)
    return tuple([weight / total for weight in weights])


def sigmoid(logits: Sequence[float]) -> tuple[float, ...]:
    """Turn each finite logit into a probability, 1 / (1 + e^-x), by the power that cannot overflow."""
    powers = [math.exp(-abs(logit)) for logit in logits]
    return tuple(
        [1 / (1 + power) if logit >= 0 else power / (1 + power) for logit, power in zip(logits, powers, strict=True)]
    )


def likeliest(scores: Sequence[float], count: int) -> tuple[float, ...]:
    """The highest scores, in falling order: those of `Decoded.labels`, where `count` is how many these are."""
    return tuple(sorted(scores, reverse=True)[:count])


def _expected_names(labels: Sequence[str], task: TaskName) -> str | None:
    if len(labels) < 2 or not all(labels):
        return f"two or more non-empty strings, since the task is {task}"
    return None
