"""What enters the first encoder: a word-vector for each token, from its word, its place and its type."""

import torch
from torch import nn
from torch.nn import functional

from edge_power.model.config import ModelConfig


class Embeddings(nn.Module):
    """Word + position + token type, normalised, and projected where they are narrower than a word-vector."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation."""
        super().__init__()
        size = config.embedding_size or config.hidden_size
        self.position_offset, self.dropout = config.position_offset, config.dropout
        # RoBERTa counts the words that are no padding, and padding has the row before theirs, wherever it stands.
        self.uncounted = config.pad_id if config.position_offset else None
        self.word = nn.Embedding(config.vocab_size, size)
        self.position = nn.Embedding(config.position_offset + config.max_positions, size)
        self.token_type = nn.Embedding(config.num_token_types, size) if config.num_token_types else None
        self.norm = nn.LayerNorm(size, config.norm_eps)
        self.projection = nn.Linear(size, config.hidden_size) if config.embedding_size else None

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor | None) -> torch.Tensor:
        """(..., n) token ids and token types, which are not looked at where there is no table, to (..., n, hidden)."""
        embedded = self.word(input_ids)
        if self.token_type is not None:
            embedded = embedded + self.token_type(token_type_ids)
        embedded = self.norm(embedded + self._positions(input_ids))
        if self.training:
            embedded = functional.dropout(embedded, self.dropout)
        return embedded if self.projection is None else self.projection(embedded)

    def _positions(self, input_ids: torch.Tensor) -> torch.Tensor:
        """What is added for the place of each token, (n, size) or (..., n, size)."""
        first = self.position_offset
        if self.uncounted is None:
            return self.position.weight[first : first + input_ids.shape[-1]]
        counted = (input_ids != self.uncounted).to(torch.int64)
        places: torch.Tensor = self.position(torch.cumsum(counted, -1) * counted + (first - 1))
        return places

    def for_tracing(self, *, typed: bool) -> "Embeddings":
        """A twin that shares the tables; where it is given no token types, type 0 joins the positions.

        Args:
            typed: whether programs take token_type_ids.
        """
        if self.token_type is None or typed:
            return self
        twin = self._twin()
        twin.token_type = None
        # Rows that no token has stay out of the file; that of padding, which is before the others, stays in.
        twin.position_offset = 0 if self.uncounted is None else 1
        unused = self.position_offset - twin.position_offset
        positions = self.position.weight[unused:] + self.token_type.weight[0]
        twin.position = nn.Embedding.from_pretrained(positions.detach())
        return twin

    def for_any_length(self, longest: int) -> "Embeddings":
        """A twin that shares all tables but that of positions, which ends behind the last place of a text.

        Args:
            longest: tokens that a text has at most.
        """
        if self.uncounted is not None:
            return self
        twin = self._twin()
        twin.position_offset = 0
        # One row more than there are places: torch.export makes a graph for the whole table another one than for a
        # part of it.
        rows = self.position.weight.detach()[self.position_offset :][:longest]
        twin.position = nn.Embedding.from_pretrained(functional.pad(rows, (0, 0, 0, 1)))
        return twin

    def _twin(self) -> "Embeddings":
        twin = Embeddings.__new__(Embeddings)
        nn.Module.__init__(twin)
        twin.uncounted, twin.position_offset, twin.dropout = self.uncounted, self.position_offset, 0.0
        twin.word, twin.position, twin.token_type = self.word, self.position, self.token_type
        twin.norm, twin.projection = self.norm, self.projection
        return twin
