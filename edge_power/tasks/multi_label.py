"""Any number of labels a text, out of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_power.data.example import Example
from edge_power.data.labels import infer_labels, label_sets, labels_of
from edge_power.tasks.metrics import MULTI_LABEL_NAMES, multi_label_metrics
from edge_power_runtime.tasks import MultiLabelClassification

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class LearnedMultiLabel:
    """Multi-label classification as it is trained and scored; `truth` is bool (texts, labels). See LearnedTask."""

    answers: MultiLabelClassification

    @property
    def default_metric(self) -> str:
        """Micro-F1."""
        return "f1_micro"

    def metric_names(self, num_labels: int) -> tuple[str, ...]:
        """See `multi_label_metrics`."""
        return MULTI_LABEL_NAMES

    def labels(self, examples: Sequence[Example], names: Sequence[str] | None, *, path: object) -> tuple[str, ...]:
        """The names, or the different labels there are."""
        there = [name for example in examples for name in labels_of(example, path)]
        return tuple(names or infer_labels(there, path=path))

    def truth(self, examples: Sequence[Example], labels: Sequence[str], *, path: object = None) -> np.ndarray:
        """Whether each text has each label, bool (texts, labels); see `label_sets`."""
        truth = np.zeros((len(examples), len(labels)), dtype=bool)
        for row, ids in enumerate(label_sets(examples, labels, path=path)):
            truth[row, list(ids)] = True
        return truth

    def strata(self, truth: np.ndarray) -> np.ndarray:
        """The rarest label of each text: nearly all sets of labels are too rare to be held out in proportion."""
        counts = truth.sum(axis=0)
        rarest: np.ndarray = np.where(truth, counts, len(truth) + 1).argmin(axis=1)
        return rarest

    def loss(self, logits: "torch.Tensor", truth: "torch.Tensor") -> "torch.Tensor":
        """Binary cross-entropy, the mean over texts and labels."""
        from torch.nn import functional

        return functional.binary_cross_entropy_with_logits(logits, truth.to(logits.dtype))

    def constant_loss(self, truth: np.ndarray) -> float:
        """The entropy of each label's share, the mean over labels."""
        shares = np.stack((truth.mean(axis=0), 1 - truth.mean(axis=0)))
        logs = np.log(shares, where=shares > 0, out=np.zeros_like(shares))
        return float(-(shares * logs).sum(axis=0).mean())

    def metrics(self, logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
        """See `multi_label_metrics`."""
        return multi_label_metrics(logits, truth, self.answers.above(logits))

    def gains(self, logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """The share of labels that are told rightly, against saying of each what holds of most texts."""
        right: np.ndarray = (self.answers.above(logits) == truth).mean(axis=1)
        constant: np.ndarray = (truth == (truth.mean(axis=0) > 0.5)).mean(axis=1)
        return right - constant
