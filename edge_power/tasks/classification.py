"""One label a text, out of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_power.data.example import Example
from edge_power.data.labels import infer_labels, label_ids, label_of
from edge_power.tasks.metrics import classification_metrics, classification_names
from edge_power_runtime.tasks import Classification

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class LearnedClassification:
    """Classification as it is trained and scored; `truth` is int64 (texts,), the ids of labels. See LearnedTask."""

    answers: Classification = Classification()

    @property
    def default_metric(self) -> str:
        """Accuracy."""
        return "accuracy"

    def metric_names(self, num_labels: int) -> tuple[str, ...]:
        """See `classification_metrics`."""
        return classification_names(num_labels)

    def labels(self, examples: Sequence[Example], names: Sequence[str] | None, *, path: object) -> tuple[str, ...]:
        """The names, or the different labels there are."""
        there = [label_of(example, path) for example in examples]
        return tuple(names or infer_labels(there, path=path))

    def truth(self, examples: Sequence[Example], labels: Sequence[str], *, path: object = None) -> np.ndarray:
        """Ids, int64 (texts,); see `label_ids`."""
        return np.fromiter(label_ids(examples, labels, path=path), np.int64)

    def strata(self, truth: np.ndarray) -> np.ndarray:
        """The labels, so that each is held out in proportion."""
        return truth

    def loss(self, logits: "torch.Tensor", truth: "torch.Tensor") -> "torch.Tensor":
        """Cross-entropy."""
        from torch.nn import functional

        return functional.cross_entropy(logits, truth)

    def constant_loss(self, truth: np.ndarray) -> float:
        """The entropy of the labels."""
        parts = np.bincount(truth) / len(truth)
        return float(-(parts * np.log(parts, where=parts > 0, out=np.zeros_like(parts))).sum())

    def metrics(self, logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
        """See `classification_metrics`; of equal logits the first counts."""
        return classification_metrics(logits.argmax(axis=1), truth, logits.shape[1])

    def gains(self, logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """Right or wrong, less that of the commonest label."""
        gains: np.ndarray = (logits.argmax(axis=1) == truth).astype(float) - (truth == np.bincount(truth).argmax())
        return gains
