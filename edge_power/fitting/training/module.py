"""The module that a phase trains and saves: a classifier, and what the search adds to it."""

from collections.abc import Sequence

import torch
from torch import nn

from edge_power.fitting.training.price import Price
from edge_power.model.classifier import ClassifierOutput, PowerForSequenceClassification
from edge_power.model.soft_extract import SoftExtract
from edge_power_runtime.retention import RetentionSchedule


class FitModel(nn.Module):
    """A classifier in training.

    Attributes:
        classifier: trained in place.
        soft_extract: of the search; None in the other phases.
        price: likewise.
        has_dropout: whether training drops numbers out.
    """

    def __init__(
        self,
        classifier: PowerForSequenceClassification,
        soft_extract: SoftExtract | None = None,
        price: Price | None = None,
    ) -> None:
        """Put the parts together."""
        super().__init__()
        self.classifier = classifier
        self.soft_extract = soft_extract
        self.price = price
        self.has_dropout = True

    def train(self, mode: bool = True) -> "FitModel":
        """Set the mode; without dropout the classifier always works as in evaluation, where nothing else differs."""
        super().train(mode)
        self.classifier.train(mode and self.has_dropout)
        return self

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        *,
        schedules: Sequence[RetentionSchedule] = (),
    ) -> dict[str, torch.Tensor]:
        """Classify a batch; its rows are dealt out to `schedules` in turn, so that one step trains every budget.

        Args:
            input_ids: int64 (batch, length).
            attention_mask: int64 (batch, length).
            token_type_ids: int64 (batch, length), or None.
            schedules: none keeps all words, or weakens them while a schedule is searched.

        Returns:
            logits, float (batch, labels), states, [CLS] after every encoder, float (encoders, batch, hidden), and
            exits, the logits of these, float (exits, batch, labels), where the classifier has some.
        """
        if not schedules:
            return _named(self.classifier(input_ids, attention_mask, token_type_ids, soft_extract=self.soft_extract))
        rows = torch.arange(len(input_ids), device=input_ids.device)
        hands = [rows[first :: len(schedules)] for first in range(min(len(schedules), len(rows)))]
        answers = []
        for hand, schedule in zip(hands, schedules, strict=False):  # a small batch has fewer hands than schedules
            types = None if token_type_ids is None else token_type_ids[hand]
            answers.append(_named(self.classifier(input_ids[hand], attention_mask[hand], types, retention=schedule)))
        order = torch.cat(hands).argsort()
        together = {name: torch.cat([answer[name] for answer in answers], dim=-2) for name in answers[0]}
        return {name: values[..., order, :] for name, values in together.items()}


def _named(output: ClassifierOutput) -> dict[str, torch.Tensor]:
    """What the trainer reads, the batch on the last axis but one."""
    named = {"logits": output.logits, "states": torch.stack(output.encoder.states)}
    return named | {"exits": torch.stack(output.exits)} if output.exits else named
