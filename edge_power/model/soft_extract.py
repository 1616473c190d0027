"""Soft-extract: the trainable form of extract, by which the search learns how many word-vectors are needed.

PoWER-BERT (arXiv:2001.08950, section 3.3) multiplies the word-vector at each significance rank by a trainable parameter
in [0, 1] and adds lambda * sum_j j * mass(j) to the loss, mass(j) being the sum of encoder j's parameters. Three
things are done in another way here.

Ranks are relative. The weights of one encoder are a step function on [0, 1], and of the n words after [CLS] the one
at rank i takes its mean over [i/n, (i+1)/n]. So one function serves every length, the weights of a text sum to exactly
n times the function's mean, and neither padding nor [CLS], which is always kept, has a share.

The function is 1 for the ranks before an edge, falls in a straight line over EDGE steps, and is 0 behind it; one
parameter says where. With a parameter for every rank the search weakens all words alike, which costs the task next to
nothing, since attention divides by what is left: on SST-2 three quarters of them ended between 0.1 and 0.9, and the
schedule that their means say had 0.914 of the texts held out right at half of the multiply-adds, before any
re-training. With an edge it had 0.942.

A word that was weakened stays so: in the encoders that follow it receives attention, and votes, in proportion to its
weight (`Marks.weaken`). In the paper's own code a word-vector multiplied by 0 becomes a constant that all others still
attend to, so that the search judges another model than the one that extract makes. Here a weight of 0 is extract.
"""

import torch
from torch import nn

from edge_power_runtime.readout import CLS
from edge_power_runtime.retention import RetentionSchedule

# Steps of an encoder's function of the relative rank: fine enough for the 64 words that a longer text may rank.
RESOLUTION = 64

# Steps over which the weights fall: so many ranks give the edge its gradient. A fifth of the words are neither kept nor
# dropped, few enough that the search's own model does as extract will (0.944 where extract has 0.942).
EDGE = 13

# The smallest fraction that a schedule is given; rounding up keeps at least one word in any case.
_LEAST = 1e-3


class SoftExtract(nn.Module):
    """Retention parameters of every passing encoder; the last keeps what is read of it, whatever is learned.

    Attributes:
        retention: where the edge is, from 0 (all words are dropped) to 1 (none is); float (passing,), begins at 1.
    """

    def __init__(self, num_encoders: int, mean_length: float) -> None:
        """Begin with everything kept.

        Args:
            num_encoders: L.
            mean_length: tokens of a text, [CLS] included, for which a schedule counts [CLS].
        """
        super().__init__()
        self.num_encoders, self.mean_length = num_encoders, mean_length
        self.retention = nn.Parameter(torch.ones(CLS.passing(num_encoders)))

    def steps(self) -> torch.Tensor:
        """The weights as functions of the relative rank, float (passing, RESOLUTION)."""
        rank = torch.arange(RESOLUTION).to(self.retention)
        # At retention 1 the last rank has exactly 1, where clamp still passes the gradient on: the edge can move.
        end = self.retention.unsqueeze(1) * (RESOLUTION - 1 + EDGE)
        return ((end - rank) / EDGE).clamp(0, 1)

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
        steps = self.steps()[encoder]
        # What each rank's share of the axis has in common with each step, (batch, n, RESOLUTION), on an axis of
        # (words - 1) * RESOLUTION: in whole numbers each row sums to RESOLUTION exactly, so that no weight passes 1 by
        # rounding and has to be clamped, which would take its gradient away. [CLS] has rank 0 and stands before it.
        begin, width = (ranks.unsqueeze(-1) - 1) * RESOLUTION, words.view(-1, 1, 1) - 1
        step = torch.arange(RESOLUTION, device=steps.device) * width
        common = (torch.minimum(begin + RESOLUTION, step + width) - torch.maximum(begin, step)).clamp_min(0)
        means = (common / RESOLUTION).to(steps) @ steps
        return torch.where(ranks == 0, torch.ones_like(means), means)

    def mass(self) -> torch.Tensor:
        """The fraction of the words after [CLS] that each encoder passes on, float (passing,)."""
        return self.steps().mean(dim=1)

    @torch.no_grad()
    def clip(self) -> None:
        """Put every parameter back into [0, 1], as after each step of the optimiser."""
        self.retention.clamp_(0, 1)

    @torch.no_grad()
    def schedule(self) -> RetentionSchedule:
        """Fractions of all words, each at most the one before; only those of passing encoders are learned."""
        kept = (1 + (self.mean_length - 1) * self.mass().double()) / self.mean_length
        fractions = torch.cummin(kept.clamp(_LEAST, 1), dim=0).values.tolist()
        return RetentionSchedule(tuple(fractions)).for_encoders(self.num_encoders)


def ranks_of(priority: torch.Tensor) -> torch.Tensor:
    """The rank of each row, 0 for the highest and equals by position, int64 (batch, n) from float (batch, n)."""
    order = torch.sort(priority, dim=-1, descending=True, stable=True).indices
    return torch.empty_like(order).scatter_(1, order, torch.arange(order.shape[1]).to(order).expand_as(order))
