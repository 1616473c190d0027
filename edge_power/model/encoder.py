"""One encoder: self-attention, extract, feed-forward.

Every tensor may have a batch axis in front, (batch, n, hidden), or none, (n, hidden): training and the eager reference
use the first, static graphs the second, where each engine's matrix product takes its fastest form.
"""

import torch
from torch import nn
from torch.nn import functional

from edge_power.model.activations import make_activation
from edge_power.model.config import ModelConfig
from edge_power.model.extract import product


class Encoder(nn.Module):
    """One encoder of a post-norm BERT (Devlin et al. 2018), in the parts that extract needs to come between.

    Extract stands between attention and the feed-forward layer, as in the paper's own code. Rows are dropped from the
    probabilities before their product with the values, so that everything after it runs on the kept rows alone.
    """

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation; weights come from a checkpoint."""
        super().__init__()
        hidden = config.hidden_size
        self.num_heads = config.num_heads
        self.dropout = config.dropout
        self.attention_dropout = config.attention_dropout
        self.query_scale: float | None = config.head_size**-0.5
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.value = nn.Linear(hidden, hidden)
        self.output = nn.Linear(hidden, hidden)
        self.attention_norm = nn.LayerNorm(hidden, config.norm_eps)
        self.expand = nn.Linear(hidden, config.intermediate_size)
        self.activation = make_activation(config.activation)
        self.contract = nn.Linear(config.intermediate_size, hidden)
        self.output_norm = nn.LayerNorm(hidden, config.norm_eps)

    def probabilities(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """Attention of every word-vector to every other.

        Args:
            x: (..., n, hidden).
            bias: 0 at words and a large negative number at padding, (..., 1, 1, n).

        Returns:
            (..., heads, n, n), queries before keys; each row sums to 1.
        """
        query, key = self._heads(self._scaled_query(x)), self._heads(self.key(x))
        scores = product(query, key.transpose(-1, -2))
        return torch.softmax(scores + bias, dim=-1)

    def context(self, probabilities: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Mix the values of all n word-vectors for the k rows of `probabilities`.

        Args:
            probabilities: (..., heads, k, n).
            x: (..., n, hidden).

        Returns:
            (..., k, hidden).
        """
        mixing = self._drop(probabilities, self.attention_dropout)
        return product(mixing, self._heads(self.value(x))).transpose(-3, -2).flatten(-2)

    def first_row_context(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """The context of row 0 alone, which is all that a [CLS] classifier reads of its last encoder.

        With one query, (q W_k^T) x^T equals q (x W_k)^T, and (p x) W_v equals p (x W_v): the products with the weights
        are made once and not once per word. The key's bias adds the same to every score, so softmax removes it; the
        value's bias is mixed by probabilities that sum to 1.

        Args:
            x: (..., n, hidden).
            bias: (..., 1, 1, n).

        Returns:
            (..., 1, hidden).
        """
        query = self._heads(self._scaled_query(first_row(x)))
        key = self.key.weight.unflatten(0, (self.num_heads, -1))
        value = self.value.weight.unflatten(0, (self.num_heads, -1)).transpose(-1, -2)
        # All heads read the same x, so they are its rows: (..., 1, heads, hidden). The axis of 1 keeps the products
        # with x batched, without which XNNPACK does not take them.
        words = x.unsqueeze(-3)
        scores = product(product(query, key).transpose(-3, -2), words.transpose(-1, -2))
        probabilities = torch.softmax(scores + bias, dim=-1)
        mixing = self._drop(probabilities, self.attention_dropout)
        mixed = product(mixing, words)
        context = product(mixed.transpose(-3, -2), value)
        return context.transpose(-3, -2).flatten(-2) + self.value.bias

    def finish(self, x: torch.Tensor, context: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
        """Everything after extract: output projection, residual, feed-forward.

        Args:
            x: the kept rows of what entered this encoder, (..., k, hidden).
            context: (..., k, hidden).
            weights: soft-extract's, by which each word-vector is multiplied where extract stands, (..., k).

        Returns:
            (..., k, hidden).
        """
        x = self.close_attention(x, context)
        if weights is not None:
            x = x * weights.unsqueeze(-1)
        return self.feed_forward(x)

    def close_attention(self, x: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """The output projection and the residual around attention; (..., k, hidden) both to the same."""
        normalised: torch.Tensor = self.attention_norm(x + self._drop(self.output(context), self.dropout))
        return normalised

    def feed_forward(self, x: torch.Tensor) -> torch.Tensor:
        """The feed-forward layer and the residual around it; (..., k, hidden) to the same."""
        wide = self.activation(self.expand(x))
        normalised: torch.Tensor = self.output_norm(x + self._drop(self.contract(wide), self.dropout))
        return normalised

    def for_tracing(self) -> "Encoder":
        """A twin that shares all weights but the query's, into which 1/sqrt(d) is multiplied: one operation fewer."""
        twin = Encoder.__new__(Encoder)
        nn.Module.__init__(twin)
        twin.num_heads, twin.query_scale = self.num_heads, None
        twin.dropout = twin.attention_dropout = 0.0
        for name, child in self.named_children():
            setattr(twin, name, child)
        if self.query_scale is not None:
            twin.query = nn.Linear(self.query.in_features, self.query.out_features)
            twin.query.weight = nn.Parameter(self.query.weight.detach() * self.query_scale, requires_grad=False)
            twin.query.bias = nn.Parameter(self.query.bias.detach() * self.query_scale, requires_grad=False)
        return twin

    def _drop(self, x: torch.Tensor, probability: float) -> torch.Tensor:
        """Dropout while training; a traced graph has no trace of it."""
        return functional.dropout(x, probability) if self.training and probability else x

    def _scaled_query(self, x: torch.Tensor) -> torch.Tensor:
        query: torch.Tensor = self.query(x)
        return query if self.query_scale is None else query * self.query_scale

    def _heads(self, x: torch.Tensor) -> torch.Tensor:
        """(..., n, hidden) to (..., heads, n, d)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(-3, -2)


def first_row(x: torch.Tensor) -> torch.Tensor:
    """That of [CLS], (..., n, hidden) to (..., 1, hidden)."""
    entering = x.shape[-2]
    if not isinstance(entering, int):  # in a graph for any length, torch.export would not know a slice to be one row
        return x.select(-2, 0).unsqueeze(-2)
    # Where one row enters, taking it is no slice to torch.export but an `alias`, which no converter knows.
    return x if entering == 1 else x[..., :1, :]
