"""What a word is charged while soft-extract is trained: the lambda of the paper, given or steered towards a target."""

import math

import torch
from torch import nn

from edge_power.model.soft_extract import SoftExtract

# The part of the search over which the wanted multiply-adds fall in a straight line; then they hold.
FALLEN = 0.75

# Of what a word of any encoder is worth on average: on SST-2 the first words go at this price, and the steering need
# not first find the right power of ten. A gradient cannot tell it: a model that begins as its own teacher has none.
_FIRST = 0.005

# The distance from what is wanted, in multiply-adds of the unpruned model, at which the steering pulls with full force;
# that force multiplies the price by e at once, and by e^30 over a whole search. Further below what is wanted, words are
# paid for: a task that hardly needs them would never ask them back, however low the price.
_FULL_FORCE, _OVER_ALL = 0.03, 30.0

# A price has a logarithm, also where nothing is worth anything.
_LEAST = 1e-12


class Price(nn.Module):
    """The price of a word; steered, it makes the multiply-adds fall to a target. Its state is saved with the model's.

    This is a Lagrangian relaxation: a retention parameter falls while the task's gradient pays less for its words than
    they cost, and the price is such that the wanted number of them falls.
    """

    def __init__(
        self,
        words: float,
        *,
        fixed: float | None = None,
        worth: float = 1.0,
        start: float = 1.0,
        target: float = 1.0,
    ) -> None:
        """Begin a search.

        Args:
            words: mean length of the texts, [CLS] left out; a mass is charged in words.
            fixed: the paper's lambda, never changed; None steers.
            worth: what a word of one encoder is worth on average: the loss of an answer that is always the same, which
                needs none, divided by the words of all encoders.
            start: multiply-adds of the full schedule, a fraction of the unpruned model's.
            target: likewise, of what is searched.
        """
        super().__init__()
        self._words, self._fixed, self._start, self._target = words, fixed, start, target
        self._log: torch.Tensor
        self._pull: torch.Tensor
        first = math.log(max(_FIRST * worth, _LEAST))
        self.register_buffer("_log", torch.tensor(first, dtype=torch.float64))
        self.register_buffer("_pull", torch.zeros((), dtype=torch.float64))

    @property
    def value(self) -> float:
        """lambda; negative while far too few words are left."""
        if self._fixed is not None:
            return self._fixed
        log, pull = float(self._log), float(self._pull)
        return -math.exp(log) if pull <= -1 else math.exp(log + pull)

    def charge(self, soft_extract: SoftExtract) -> torch.Tensor:
        """Give what the words cost that are passed on, mass in words of a text of mean length.

        A fixed price is the paper's, lambda * sum_j j * mass(j) (PoWER-BERT, section 3.3). A steered one is the same in
        every encoder, as the multiply-adds of a word are: weighted by j, the late encoders starve.
        """
        mass = soft_extract.mass() * self._words
        weights = torch.ones_like(mass) if self._fixed is None else torch.arange(1, len(mass) + 1).to(mass)
        return self.value * (weights * mass).sum()

    def wanted(self, progress: float) -> float:
        """Multiply-adds that should be left at a part of the search, a fraction of the unpruned model's."""
        return self._start - (self._start - self._target) * min(1.0, progress / FALLEN)

    def steer(self, multiply_adds: float, *, step: int, steps: int) -> None:
        """Raise the price where more is left than wanted, lower it where less is, and turn it where far less is.

        Args:
            multiply_adds: that are left, a fraction of the unpruned model's.
            step: just done, from 1.
            steps: of the whole search.
        """
        if self._fixed is not None:
            return
        pull = max(-1.0, min(1.0, (multiply_adds - self.wanted(step / steps)) / _FULL_FORCE))
        self._pull.fill_(pull)
        if pull > -1:
            self._log += pull * _OVER_ALL / steps
