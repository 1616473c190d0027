"""Other rules by which extract can choose words, and the model that uses them."""

import zlib
from copy import deepcopy

import numpy as np
import torch

from edge_power.model.classifier import EncoderOutput, PowerEncoder, PowerForSequenceClassification
from edge_power.model.soft_extract import SoftExtract
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule


class FirstWords(PowerEncoder):
    """Keeps the words that stand first."""

    def score(self, probabilities: torch.Tensor, votes: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """The earlier the higher, float (batch, n)."""
        return -positions.to(probabilities)


class RandomWords(PowerEncoder):
    """Keeps words by a random order of each text, the same in every encoder and whenever the text is seen."""

    _order: torch.Tensor  # of the batch that is being encoded, float (batch, length)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        *,
        retention: RetentionConfig | RetentionSchedule | None = None,
        soft_extract: SoftExtract | None = None,
    ) -> EncoderOutput:
        """Draw the order, and encode as PowerEncoder does."""
        self._order = _random_order(input_ids, attention_mask)
        return super().forward(
            input_ids, attention_mask, token_type_ids, retention=retention, soft_extract=soft_extract
        )

    def score(self, probabilities: torch.Tensor, votes: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """What was drawn for each word, float (batch, n)."""
        return self._order.to(probabilities).gather(1, positions)


def _random_order(input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """A number in [0, 1) for each word, seeded by the text's own tokens, so that padding changes nothing."""
    order = np.zeros(input_ids.shape, dtype=np.float32)
    for row, (ids, words) in enumerate(zip(input_ids.cpu().numpy(), attention_mask.sum(1).tolist(), strict=True)):
        generator = np.random.default_rng(zlib.crc32(ids[:words].tobytes()))
        order[row, :words] = generator.random(words, dtype=np.float32)
    return torch.from_numpy(order).to(input_ids.device)


def with_encoder(model: PowerForSequenceClassification, encoder: PowerEncoder) -> PowerForSequenceClassification:
    """Copy a model, its weights in another kind of encoder.

    Args:
        model: left as it is.
        encoder: of the model's shape; its weights are overwritten.
    """
    encoder.load_state_dict(model.encoder.state_dict())
    copy = deepcopy(model)
    copy.encoder = encoder
    return copy.eval()
