"""How the last encoder computes what the head reads of it, eager, traced and counted; only [CLS] is built."""

import torch

from edge_power.model.config import ModelConfig
from edge_power.model.encoder import Encoder, first_row


def rows_read(x: torch.Tensor) -> torch.Tensor:
    """The rows of what enters the last encoder that it computes, (..., n, hidden) to (..., 1, hidden)."""
    return first_row(x)


def context_read(last: Encoder, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Their context: (..., n, hidden) and what is added to scores, (..., 1, 1, n), to (..., 1, hidden)."""
    return last.first_row_context(x, bias)


def macs_read(config: ModelConfig, entering: int) -> int:
    """The last encoder's multiply-adds where `entering` word-vectors enter it.

    One row: query, key and value weights are applied once, and words enter at 2 * heads * hidden each.
    """
    hidden, wide = config.hidden_size, config.intermediate_size
    return 4 * hidden**2 + 2 * config.num_heads * entering * hidden + 2 * hidden * wide
