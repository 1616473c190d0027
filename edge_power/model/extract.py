"""Extract: score the word-vectors of one encoder and keep the most significant (PoWER-BERT, arXiv:2001.08950).

A choice of rows is made once per encoder and applied to everything that has a row per word: the word-vectors, the
attention probabilities and the mask. There is one eager form, for batches, and two forms for static graphs.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import torch

Lowering = Literal["topk", "compare"]
LOWERINGS: tuple[Lowering, ...] = ("topk", "compare")

# Added to scores, which lie in 0..heads * length: enough to put [CLS] first and padding last.
PRIORITY = 1e5


class Rows(Protocol):
    """The rows that an encoder passes on, most significant first."""

    def take(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis but one: (..., n, m) becomes (..., k, m)."""
        ...

    def take_vector(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis: (..., n) becomes (..., k)."""
        ...


def cls_priority(length: int) -> torch.Tensor:
    """What puts [CLS], which stands at 0, before every word: float (length,)."""
    priority = torch.zeros(length)
    priority[0] = PRIORITY
    return priority


def padding_penalty(mask: torch.Tensor) -> torch.Tensor:
    """What puts padding behind every word: 0 where `mask` (..., n) is 1, a large negative number where it is 0."""
    return (mask - 1) * PRIORITY


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of the rows that enter an encoder; rows that are dropped take their marks along.

    The eager model's; a static graph of one text carries its mask alone (`static_significance`).

    Attributes:
        votes: 1 where the row is a real word, 0 where it is padding, float (..., heads, 1, n).
        bias: added to attention scores: 0 at words, a large negative number at padding, float (..., 1, 1, n).
        priority: added to significance, so that [CLS] is kept first and padding last, float (..., n).
    """

    votes: torch.Tensor
    bias: torch.Tensor
    priority: torch.Tensor

    @classmethod
    def of(cls, mask: torch.Tensor, *, heads: int, cls_priority: torch.Tensor) -> "Marks":
        """The marks of a text.

        Args:
            mask: 1 at words, 0 at padding, float (..., length).
            heads: of every encoder.
            cls_priority: see `cls_priority`; zeros prefer no row.
        """
        penalty = padding_penalty(mask)
        row = mask.unsqueeze(-2).unsqueeze(-3)
        votes = row.expand(*mask.shape[:-1], heads, 1, mask.shape[-1])
        return cls(votes, penalty.unsqueeze(-2).unsqueeze(-3), penalty + cls_priority)

    def take(self, rows: Rows) -> "Marks":
        """The marks of the rows kept."""
        return Marks(rows.take_vector(self.votes), rows.take_vector(self.bias), rows.take_vector(self.priority))

    def mute(self, rows: torch.Tensor) -> "Marks":
        """Make padding of rows.

        Args:
            rows: true where a row becomes padding, bool (..., n).
        """
        marked, penalty = rows.unsqueeze(-2).unsqueeze(-3), -PRIORITY
        return Marks(
            self.votes.masked_fill(marked, 0),
            self.bias.masked_fill(marked, penalty),
            self.priority.masked_fill(rows, penalty),
        )

    def weaken(self, weights: torch.Tensor) -> "Marks":
        """Let rows count for less to the encoders that follow: a row of weight 0 is as good as padding.

        A weight multiplies what a row receives of attention before each query's attention is normalised, and its vote.

        Args:
            weights: in 0..1, float (..., n).
        """
        # The logarithm of 1e-9 is -21: as a share of attention it vanishes in float32, and its gradient stays finite.
        log_weights = weights.clamp_min(1e-9).log()
        return Marks(
            self.votes * weights.unsqueeze(-2).unsqueeze(-3),
            self.bias + log_weights.unsqueeze(-2).unsqueeze(-3),
            self.priority,
        )


def significance(probabilities: torch.Tensor, votes: torch.Tensor) -> torch.Tensor:
    """Attention that each word-vector receives from the others (PoWER-BERT, section 3.2).

    The sum over heads and over queries that are real words, without the diagonal. The paper takes the mean over heads,
    which ranks alike and costs one operation more. Its code lets padding vote; then the same text keeps other words in
    a longer graph.

    Args:
        probabilities: attention after the softmax, float (..., heads, n, n), queries before keys.
        votes: see Marks.

    Returns:
        The scores, float (..., n), in 0..heads * n.
    """
    length = probabilities.shape[-1]
    # Mixed precision would round the sums to 8 bits, and other words would be kept than without it.
    with torch.autocast(probabilities.device.type, enabled=False):
        received = product(votes, probabilities)
    # The diagonal of an n x n matrix is every (n+1)th of its numbers. A padding row's own entry is 0 already.
    own = probabilities.reshape(*probabilities.shape[:-2], 1, length * length)[..., :: length + 1]
    return (received - own).sum((-3, -2))


def static_significance(
    probabilities: torch.Tensor, mask: torch.Tensor, *, heads: torch.Tensor, words: torch.Tensor, own: torch.Tensor
) -> torch.Tensor:
    """`significance` of one text, for static graphs: products alone, so that XNNPACK takes it in one piece.

    Heads are summed first, which leaves a heads-th of the numbers to everything after. Sums are products with ones:
    ExecuTorch's delegate takes no sum and no slice with a step, and each would cut its graph in two.

    Args:
        probabilities: float (heads, n, n).
        mask: 1 at words, 0 at padding, float (n,).
        heads: ones, float (1, 1, heads).
        words: ones, float (1, 1, n).
        own: the unit matrix, float (1, n, n).

    Returns:
        The scores, float (n,).
    """
    length = mask.shape[0]
    summed = torch.bmm(heads, probabilities.reshape(1, -1, length * length)).reshape(1, length, length)
    received = torch.bmm(mask.reshape(1, 1, length), summed)
    # Taken away afterwards, not masked out before: words whose attention is equal tie exactly, in every engine.
    return (received - torch.bmm(words, summed * own)).reshape(length)


def product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """A matrix product, (..., n, m) x (..., m, k), with equal leading axes."""
    # matmul of two 3-D tensors is traced as expand + bmm, and ExecuTorch copies at every expand.
    return torch.bmm(a, b) if a.dim() == b.dim() == 3 else torch.matmul(a, b)


@dataclass(frozen=True, slots=True)
class BatchRows:
    """Rows chosen for each text of a batch: the eager form.

    Attributes:
        indices: int64 (batch, k).
    """

    indices: torch.Tensor

    @classmethod
    def choose(cls, priority: torch.Tensor, keep: int) -> "BatchRows":
        """Keep the `keep` highest of `priority` (batch, n); equals go to the earlier position."""
        return cls(torch.sort(priority, dim=-1, descending=True, stable=True).indices[..., :keep])

    def take(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis but one of (batch, n, m) or (batch, heads, n, m)."""
        indices = self.indices.unsqueeze(-1)
        return torch.take_along_dim(x, indices if x.dim() == 3 else indices.unsqueeze(1), dim=-2)

    def take_vector(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis of (batch, ..., n)."""
        batch, kept = self.indices.shape
        return torch.take_along_dim(x, self.indices.view(batch, *(1,) * (x.dim() - 2), kept), dim=-1)


@dataclass(frozen=True, slots=True)
class IndexRows:
    """Rows of one text by index: `topk` and `index_select`.

    A 1-D index is 10 times faster than `gather` with an index expanded over the hidden size, on all three engines.

    Attributes:
        kept: int64 (k,).
    """

    kept: torch.Tensor

    @classmethod
    def choose(cls, priority: torch.Tensor, keep: int) -> "IndexRows":
        """Keep the `keep` highest of `priority` (n,); equals as the engine's topk has them."""
        return cls(torch.topk(priority, keep, sorted=True).indices)

    def take(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis but one."""
        return torch.index_select(x, x.dim() - 2, self.kept)

    def take_vector(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis."""
        return torch.index_select(x, x.dim() - 1, self.kept)


@dataclass(frozen=True, slots=True)
class OneHotRows:
    """Rows of one text by a product with a 0/1 matrix: only operations that every delegate has.

    Attributes:
        selector: float (k, n), one 1 in each row.
    """

    selector: torch.Tensor

    @classmethod
    def choose(cls, priority: torch.Tensor, keep: int, *, earlier: torch.Tensor, ranks: torch.Tensor) -> "OneHotRows":
        """Keep the `keep` highest of `priority` (n,); equals go to the earlier position.

        Args:
            priority: float (n,).
            keep: k.
            earlier: float (n, n), 1 where the column stands before the row in the text.
            ranks: float (n, 1), 0..n-1.
        """
        column, row = priority.unsqueeze(1), priority.unsqueeze(0)
        above = (row > column).to(priority.dtype) + (row == column).to(priority.dtype) * earlier
        return cls((above.sum(1).unsqueeze(0) == ranks[:keep]).to(priority.dtype))

    @property
    def kept(self) -> torch.Tensor:
        """The rows as int64 (k,)."""
        positions = torch.arange(self.selector.shape[1], dtype=self.selector.dtype)
        return torch.mv(self.selector, positions).to(torch.int64)

    def take(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis but one."""
        return torch.matmul(self.selector, x)

    def take_vector(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis."""
        return torch.matmul(x, self.selector.transpose(0, 1))
