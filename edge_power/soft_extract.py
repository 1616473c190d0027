"""Soft-extract: the trainable form of extract, by which the search learns how many word-vectors are needed.

PoWER-BERT (arXiv:2001.08950, section 3.3) multiplies the word-vector at each significance rank by a trainable parameter
in [0, 1] and adds lambda * sum_j j * mass(j) to the loss, mass(j) being the sum of encoder j's parameters. Two things
are done in another way here.

Ranks are relative. The parameters of one encoder are a step function on [0, 1], and of the n words after [CLS] the one
at rank i takes its mean over [i/n, (i+1)/n]. So one set of parameters serves every length, every parameter has a
gradient in every text, the weights of a text sum to exactly n times the mean of the parameters, and neither padding nor
[CLS], which is always kept, has a share.

A word that was weakened stays so: in the encoders that follow it receives attention, and votes, in proportion to its
weight (`Marks.weaken`). In the paper's own code a word-vector multiplied by 0 becomes a constant that all others still
attend to, so that the search judges another model than the one that extract makes. Here a weight of 0 is extract.
"""

import torch
from torch import nn

from edge_power_runtime.retention import RetentionSchedule

# Steps of an encoder's function of the relative rank: fine enough for the 64 words that a longer text may rank.
RESOLUTION = 64

# The smallest fraction that a schedule is given; rounding up keeps at least one word in any case.
_LEAST = 1e-3


class SoftExtract(nn.Module):
    """Retention parameters of every encoder but the last, which keeps one word whatever is learned.

    Attributes:
        retention: in [0, 1], float (encoders - 1, RESOLUTION); begins at 1.
    """

    def __init__(self, num_encoders: int, mean_length: float) -> None:
        """Begin with everything kept.

        Args:
            num_encoders: L.
            mean_length: tokens of a text, [CLS] included, for which a schedule counts [CLS].
        """
        super().__init__()
        self.mean_length = mean_length
        self.retention = nn.Parameter(torch.ones(num_encoders - 1, RESOLUTION))

    def weights(self, encoder: int, priority: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """The weight of each row, by the rank of its significance.

        Args:
            encoder: from 0.
            priority: by which extract would choose, float (batch, n): [CLS] first, padding last.
            words: of each text, int64 (batch,).

        Returns:
            In [0, 1] up to rounding, float (batch, n); 1 at [CLS].
        """
        ranks = ranks_of(priority)
        steps = self.retention[encoder]
        # What each rank's share of the axis has in common with each step, (batch, n, RESOLUTION), on an axis of
        # (words - 1) * RESOLUTION: in whole numbers each row sums to RESOLUTION exactly, so that no weight passes 1 by
        # rounding and has to be clamped, which would take its gradient away. [CLS] has rank 0 and stands before it.
        begin, width = (ranks.unsqueeze(-1) - 1) * RESOLUTION, words.view(-1, 1, 1) - 1
        step = torch.arange(RESOLUTION, device=steps.device) * width
        common = (torch.minimum(begin + RESOLUTION, step + width) - torch.maximum(begin, step)).clamp_min(0)
        means = (common / RESOLUTION).to(steps) @ steps
        return torch.where(ranks == 0, torch.ones_like(means), means)

    def mass(self) -> torch.Tensor:
        """The fraction of the words after [CLS] that each encoder passes on, float (encoders - 1,)."""
        return self.retention.mean(dim=1)

    @torch.no_grad()
    def clip(self) -> None:
        """Put every parameter back into [0, 1], as after each step of the optimiser."""
        self.retention.clamp_(0, 1)

    @torch.no_grad()
    def schedule(self) -> RetentionSchedule:
        """Fractions of all words, each at most the one before; the last encoder's is not learned."""
        kept = (1 + (self.mean_length - 1) * self.mass().double()) / self.mean_length
        fractions = torch.cummin(kept.clamp(_LEAST, 1), dim=0).values.tolist()
        return RetentionSchedule((*fractions, fractions[-1]))


def ranks_of(priority: torch.Tensor) -> torch.Tensor:
    """The rank of each row, 0 for the highest and equals by position, int64 (batch, n) from float (batch, n)."""
    order = torch.sort(priority, dim=-1, descending=True, stable=True).indices
    return torch.empty_like(order).scatter_(1, order, torch.arange(order.shape[1]).to(order).expand_as(order))
