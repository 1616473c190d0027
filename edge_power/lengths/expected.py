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
        expected: cost of a text, mean, each padded to the smallest length that holds it, or not at all.
        padded: the same with all texts padded to the largest length.
        true: the same with each text at its own length, as long texts are cut; None where that is not known.
        any_length: whether programs take each text at its own length, up to the largest.
    """

    budget: str
    lengths: tuple[int, ...]
    texts: int
    cut: int
    expected: float
    padded: float
    true: float | None
    any_length: bool = False

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
    *,
    any_length: bool = False,
) -> LengthCost:
    """Weigh lengths for texts.

    Args:
        budget: by name.
        counts: of the texts, at least one.
        lengths: rising; texts longer than the last are cut.
        cost: of the program of one of these lengths.
        true_cost: of a program of any length; None where the budget has no schedule to tell it by.
        any_length: whether the programs are such; then there is a schedule.
    """
    fitting = counts.at_most(lengths[-1])

    def mean(price: Callable[[int], float]) -> float:
        spent = (price(tokens) * texts for tokens, texts in zip(fitting.tokens, fitting.texts, strict=True))
        return sum(spent) / fitting.total

    def in_steps(tokens: int) -> float:
        return cost(lengths[bisect_left(lengths, tokens)])

    true = None if true_cost is None else mean(true_cost)
    return LengthCost(
        budget=budget,
        lengths=tuple(lengths),
        texts=fitting.total,
        cut=fitting.cut,
        expected=true if any_length and true is not None else mean(in_steps),
        padded=cost(lengths[-1]),
        true=true,
        any_length=any_length,
    )
