"""One value a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge_power.data.example import DataError, Example
from edge_power.data.labels import label_values
from edge_power.tasks.metrics import REGRESSION_NAMES, regression_metrics
from edge_power_runtime.tasks import Regression

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class LearnedRegression:
    """Regression as it is trained and scored, on the logit itself; `truth` is float (texts,). See LearnedTask."""

    answers: Regression = Regression()

    @property
    def default_metric(self) -> str:
        """Spearman's correlation."""
        return "spearman"

    def metric_names(self, num_labels: int) -> tuple[str, ...]:
        """See `regression_metrics`."""
        return REGRESSION_NAMES

    def labels(self, examples: Sequence[Example], names: Sequence[str] | None, *, path: object) -> tuple[str, ...]:
        """None; to name some is a mistake."""
        if names:
            raise DataError(
                f"{len(names)} labels are named, and a regression has none; give names or the task, not both"
            )
        return ()

    def truth(self, examples: Sequence[Example], labels: Sequence[str], *, path: object = None) -> np.ndarray:
        """Values, float64 (texts,); see `label_values`."""
        return np.fromiter(label_values(examples, path=path), np.float64)

    def strata(self, truth: np.ndarray) -> np.ndarray:
        """One for all."""
        return np.zeros(len(truth))

    def loss(self, logits: "torch.Tensor", truth: "torch.Tensor") -> "torch.Tensor":
        """The mean squared error of the single output."""
        from torch.nn import functional

        return functional.mse_loss(logits.squeeze(-1), truth.to(logits.dtype))

    def constant_loss(self, truth: np.ndarray) -> float:
        """The variance."""
        return float(truth.var())

    def metrics(self, logits: np.ndarray, truth: np.ndarray) -> dict[str, float]:
        """See `regression_metrics`."""
        return regression_metrics(logits[:, 0], truth)

    def gains(self, logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """By squared error, against the mean."""
        gains: np.ndarray = np.square(truth - truth.mean()) - np.square(logits[:, 0] - truth)
        return gains
