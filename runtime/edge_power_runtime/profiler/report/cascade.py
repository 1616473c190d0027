"""What a mix of texts tells of a cascade: who answered, how long each tier took, and what the last one takes alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from edge_power_runtime.profiler.report.number import Number


@dataclass(frozen=True, slots=True)
class MixTier:
    """A tier of the cascade.

    Attributes:
        name: of the tier.
        temperature: that its logits are divided by.
        threshold: its answer stands where its confidence is at least this; None in the last tier.
        times_ms: of each sample, what the tier took; 0 where it was not asked.
    """

    name: str
    temperature: Number
    threshold: Number | None
    times_ms: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class MixCascade:
    """How a cascade answered the texts of a mix.

    Attributes:
        tiers: in the order they are asked, two at least.
        answered: of each sample, the place of the tier whose answer stands, from 0.
        alone_ms: text to prediction by the last tier alone, in the order of the texts and in the same rounds; as many
            as there was time for.
    """

    tiers: tuple[MixTier, ...]
    answered: tuple[int, ...]
    alone_ms: tuple[Number, ...]

    def share(self, place: int) -> float:
        """The fraction of the samples that the tier at `place` answered."""
        return sum(found == place for found in self.answered) / len(self.answered)

    @property
    def passed_on(self) -> tuple[float, ...]:
        """Of all samples the fraction that each tier but the last passed on."""
        count = len(self.answered)
        return tuple(sum(found > place for found in self.answered) / count for place in range(len(self.tiers) - 1))

    def asked_ms(self, place: int) -> tuple[float, ...]:
        """What the tier at `place` took, of the samples that it was asked."""
        times = zip(self.tiers[place].times_ms, self.answered, strict=True)
        return tuple(time for time, found in times if found >= place)

    def speed_up(self, total_ms: Sequence[float], of: Callable[[Sequence[float]], float] = fmean) -> float | None:
        """How many times as fast the cascade is as its last tier alone; None where no time was seen.

        Args:
            total_ms: text to prediction by the cascade.
            of: what is compared, of the same texts by both: the mean, or a percentile.
        """
        count = min(len(total_ms), len(self.alone_ms))
        ours = of(total_ms[:count]) if count else 0.0
        return of(self.alone_ms[:count]) / ours if ours > 0 else None


def p95(samples: Sequence[float]) -> float:
    """The 95th percentile of at least one sample, where a cascade's tail is."""
    return float(np.percentile(samples, 95))
