"""What texts cost at a choice of lengths: against one padded length, and against no padding at all."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_power.lengths.counts import TokenCounts


@dataclass(frozen=True, slots=True)
class LengthCost:
    """The expected cost of a text at one budget: multiply-adds, or milliseconds.

    Attributes:
        budget: by name.
        lengths: of its programs, rising.
        texts: that were counted.
        cut: how many of them are longer than the largest length.
        expected: cost of a text, mean, each padded to the smallest length that holds it.
        padded: the same with all texts padded to the largest length.
        true: the same with each text at its own length, as long texts are cut; None where that is not known.
    """

    budget: str
    lengths: tuple[int, ...]
    texts: int
    cut: int
    expected: float
    padded: float
    true: float | None

    @property
    def of_padded(self) -> float:
        """The part of one padded length's cost that is left."""
        return self.expected / self.padded

    @property
    def of_true(self) -> float | None:
        """How many times the cost of the true lengths it is."""
        return None if self.true is None else self.expected / self.true


def length_cost(
    budget: str,
    counts: TokenCounts,
    lengths: Sequence[int],
    cost: Callable[[int], float],
    true_cost: Callable[[int], float] | None,
) -> LengthCost:
    """Weigh lengths for texts.

    Args:
        budget: by name.
        counts: of the texts, at least one.
        lengths: rising; texts longer than the last are cut.
        cost: of the program of one of these lengths.
        true_cost: of a program of any length; None where the budget has no schedule to tell it by.
    """
    fitting = counts.at_most(lengths[-1])

    def mean(price: Callable[[int], float]) -> float:
        spent = (price(tokens) * texts for tokens, texts in zip(fitting.tokens, fitting.texts, strict=True))
        return sum(spent) / fitting.total

    return LengthCost(
        budget=budget,
        lengths=tuple(lengths),
        texts=fitting.total,
        cut=fitting.cut,
        expected=mean(lambda tokens: cost(lengths[bisect_left(lengths, tokens)])),
        padded=cost(lengths[-1]),
        true=None if true_cost is None else mean(true_cost),
    )
