"""Extract: score the word-vectors of one encoder and keep the most significant (PoWER-BERT, arXiv:2001.08950).

A choice of rows is made once per encoder and applied to everything that has a row per word: the word-vectors, the
attention probabilities and the mask. There is one eager form, for batches, and two forms for static graphs.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import torch

Lowering = Literal["topk", "compare"]
LOWERINGS: tuple[Lowering, ...] = ("topk", "compare")

# Added to scores, which lie in 0..length <= 512: enough to put [CLS] first and padding last, and below float16's 65504.
PRIORITY = 1e4


class Rows(Protocol):
    """The rows that an encoder passes on, most significant first."""

    def take(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis but one: (..., n, m) becomes (..., k, m)."""
        ...

    def take_vector(self, x: torch.Tensor) -> torch.Tensor:
        """Select along the last axis: (..., n) becomes (..., k)."""
        ...


def significance(probabilities: torch.Tensor, voters: torch.Tensor) -> torch.Tensor:
    """Attention that each word-vector receives from the others (PoWER-BERT, section 3.2).

    The mean over heads of the sum over queries that are real words, without the diagonal. The paper's code lets padding
    vote; then the same text keeps other words in a longer graph.

    Args:
        probabilities: attention after the softmax, float (..., heads, n, n), queries before keys.
        voters: 1 / heads where the query is a real word, 0 where it is padding, float (..., n).

    Returns:
        The scores, float (..., n).
    """
    heads, length = probabilities.shape[-3], probabilities.shape[-1]
    # One product sums over heads and queries at once: (..., 1, heads * n) @ (..., heads * n, n).
    votes = voters.unsqueeze(-2).expand(*voters.shape[:-1], heads, length).flatten(-2).unsqueeze(-2)
    received = torch.matmul(votes, probabilities.flatten(-3, -2)).squeeze(-2)
    # The diagonal of an n x n matrix is every (n+1)th of its numbers. A padding row's own entry is 0 already.
    own = probabilities.flatten(-2)[..., :: length + 1].sum(-2) / heads
    return received - own


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
        """Select along the last axis of (batch, n)."""
        return torch.take_along_dim(x, self.indices, dim=-1)


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
        return torch.mv(self.selector, x)
