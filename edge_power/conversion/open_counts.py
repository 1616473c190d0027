"""How a graph for any length comes to know how many words an encoder keeps, in the way that suits its engine.

Both ways give what `RetentionSchedule.at` says of each length.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
from torch import nn

from edge_power.conversion.tracing import hold_constant
from edge_power_runtime.retention import RetentionConfig

# Fractions are whole numbers of these parts, so that products with a length are exact, and below 2^63.
PARTS = 1 << 40


class Count(NamedTuple):
    """Of one encoder at the length of the text.

    Attributes:
        keep: rows that it passes on.
        told: of these, rows that the program tells: all, or none where nothing is dropped.
        drops: 1 where something is dropped, else 0; float, one number.
    """

    keep: int
    told: int
    drops: torch.Tensor


class Counts(Protocol):
    """Knows the counts of the encoders that drop words at some length."""

    def __call__(self, place: int, length: int, entering: int) -> Count:
        """Count the rows of an encoder.

        Args:
            place: of the encoder among those that drop.
            length: of the text, known when the graph runs.
            entering: rows that enter the encoder, likewise.
        """
        ...

    def join(self, kept: Sequence[tuple[torch.Tensor, Count]]) -> torch.Tensor:
        """Join the rows that the program tells, int64 (told of all encoders,).

        Args:
            kept: the rows that each encoder keeps, int64 (keep,), and its count.
        """
        ...


class CountsMaker(Protocol):
    """Makes counts for a schedule."""

    def __call__(
        self, drops: Sequence[int], fractions: Sequence[float], configurations: Sequence[RetentionConfig]
    ) -> Counts:
        """Make the counts of some encoders.

        Args:
            drops: encoders, counted from 0, that drop words at some length.
            fractions: of the schedule, one for each encoder.
            configurations: of the schedule at lengths 1, 2 and so on.
        """
        ...


class CountsLookedUp(nn.Module):
    """Numbers of tables, for engines that take a number out of a tensor: ONNX Runtime, which does it fastest so.

    Each encoder has tables of its own, and a number stays a tensor (1,) on the way: a graph then needs one look-up for
    it, where each number of a common table takes four operations (docs/log/int8-onnx.md).
    """

    def __init__(
        self, drops: Sequence[int], fractions: Sequence[float], configurations: Sequence[RetentionConfig]
    ) -> None:
        """See CountsMaker."""
        super().__init__()
        for place, encoder in enumerate(drops):
            kept = [config.keep[encoder] for config in configurations]
            dropping = [encoder in config.drops for config in configurations]
            told = [keep * drops for keep, drops in zip(kept, dropping, strict=True)]
            # By length, so that place 0 is never looked at.
            hold_constant(self, f"keep_{place}", torch.tensor([0, *kept]))
            hold_constant(self, f"told_{place}", torch.tensor([0, *told]))
            hold_constant(self, f"drops_{place}", torch.tensor([0, *dropping], dtype=torch.float32))

    def forward(self, place: int, length: int, entering: int) -> Count:
        """See Counts."""
        at = torch.full((1,), length)
        kept, told, drops = (
            torch.index_select(self.get_buffer(f"{name}_{place}"), 0, at) for name in ("keep", "told", "drops")
        )
        keep = _number(kept, most=entering)
        return Count(keep, _number(told, most=keep), drops)

    def join(self, kept: Sequence[tuple[torch.Tensor, Count]]) -> torch.Tensor:
        """See Counts."""
        return torch.cat([rows[: count.told] for rows, count in kept])


def _number(found: torch.Tensor, *, most: int) -> int:
    """A number that is known when the graph runs."""
    number: int = found.item()  # type: ignore[assignment]  # int() would ask for it while tracing
    torch._check(number >= 0)
    torch._check(number <= most)
    return number


class CountsReckoned(nn.Module):
    """Arithmetic with the length, for engines that plan their memory by the longest text: ExecuTorch."""

    drops_by_length: torch.Tensor
    none: torch.Tensor

    def __init__(
        self, drops: Sequence[int], fractions: Sequence[float], configurations: Sequence[RetentionConfig]
    ) -> None:
        """See CountsMaker."""
        super().__init__()
        kept = {encoder: [config.keep[encoder] for config in configurations] for encoder in drops}
        self.rules = [_rule(fractions[encoder], kept[encoder]) for encoder in drops]
        dropping = [[encoder in config.drops for encoder in drops] for config in configurations]
        # By length, so that row 0 is never looked at.
        hold_constant(self, "drops_by_length", torch.tensor([dropping[0], *dropping], dtype=torch.float32))
        hold_constant(self, "none", torch.zeros(2, dtype=torch.int64))

    def forward(self, place: int, length: int, entering: int) -> Count:
        """See Counts."""
        parts, slack = self.rules[place]
        # No encoder keeps more than enter it, which torch.export does not know.
        keep = torch.sym_min(entering, (parts * length + slack) // PARTS)
        return Count(keep, keep * torch.sym_min(1, entering - keep), self.drops_by_length[length, place])

    def join(self, kept: Sequence[tuple[torch.Tensor, Count]]) -> torch.Tensor:
        """See Counts.

        ExecuTorch leaves a tensor out of a `cat` for good where it is empty at the length that was traced, and takes a
        size of 1 for always 1. So all rows are joined, from the last encoder to the first, in front of two that are
        none; then those that are not told are cut off.
        """
        joined = self.none
        for rows, count in reversed(kept):
            joined = torch.cat([rows, joined])[count.keep - count.told :]
        return joined[: sum(count.told for _, count in kept)]


def _rule(fraction: float, kept: Sequence[int]) -> tuple[int, int]:
    """Find p and s such that (p n + s) // PARTS of n tokens are kept: p is the fraction, s rounds as the schedule does.

    Args:
        fraction: of the length.
        kept: what the schedule keeps of 1, 2 and more tokens.
    """
    parts = round(fraction * PARTS)
    slack = max(PARTS * keep - parts * length for length, keep in enumerate(kept, start=1))
    assert list(kept) == [(parts * length + slack) // PARTS for length in range(1, len(kept) + 1)]
    return parts, slack
