"""Multiply-adds that a schedule leaves of a model, over the true lengths of a set of texts.

The unpruned model is the one that the checkpoint describes: every encoder computes every row, and nothing is padded.
Ours computes one row of the last encoder whatever it keeps, so that even the full schedule costs less.
"""

from dataclasses import dataclass, replace

import numpy as np

from edge_power.errors import OptionError
from edge_power.model.config import ModelConfig
from edge_power.model.macs import count_macs, count_unpruned
from edge_power_runtime.profiler.judge.latency_table import expected_ms
from edge_power_runtime.profiler.report.record import LatencyTable
from edge_power_runtime.retention import RetentionSchedule

# Lengths that stand for all texts: more would change a fraction by less than a thousandth.
_MOST_LENGTHS = 32

# Rounding up leaves one word in every text that is asked for so little.
_LEAST = 1e-4

# Words whose multiply-adds take as long as reading an encoder's weights: MiniLM on ONNX Runtime, fp32, one thread of an
# x86-64 processor takes 2.8 ms for one word and about 0.19 ms for each further one.
FLOOR = 14

# Of the factor that `scaled` searches in 0..1/_LEAST: beyond the precision of a fraction.
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of schedules for one model and one set of texts.

    Attributes:
        config: of the model.
        whole: of the model to compare with: `config`, unless encoders were left out.
        lengths: tokens of texts, a sample that stands for all.
        unpruned: multiply-adds of the unpruned model for this sample.
        table: latency of the device that it is for; None guesses it.
    """

    config: ModelConfig
    whole: ModelConfig
    lengths: tuple[int, ...]
    unpruned: int
    table: LatencyTable | None = None

    @classmethod
    def of(
        cls,
        config: ModelConfig,
        lengths: np.ndarray,
        *,
        whole: ModelConfig | None = None,
        table: LatencyTable | None = None,
    ) -> "Cost":
        """Prepare for texts of these lengths.

        Args:
            config: of the model that is pruned.
            lengths: tokens of each text, int (texts,).
            whole: of the model to compare with, where encoders were left out; None is `config`.
            table: of the device that it is for, with rates; None guesses latency.
        """
        middles = (np.arange(_MOST_LENGTHS) + 0.5) / _MOST_LENGTHS
        sample = np.quantile(lengths, middles, method="nearest") if len(lengths) > _MOST_LENGTHS else lengths
        chosen = tuple(int(length) for length in sample)
        compared = whole or config
        return cls(config, compared, chosen, sum(count_unpruned(compared, length) for length in chosen), table)

    def with_encoders(self, encoders: int) -> "Cost":
        """The cost for the same texts of the whole model's lowest encoders."""
        return replace(self, config=replace(self.whole, num_encoders=encoders))

    def fraction(self, schedule: RetentionSchedule) -> float:
        """The part of the unpruned model's multiply-adds that is left, each text at its own length."""
        fitting = schedule.for_encoders(self.config.num_encoders)
        return sum(count_macs(self.config, fitting.at(length)).total for length in self.lengths) / self.unpruned

    @property
    def full(self) -> float:
        """The fraction that is left when nothing is dropped."""
        return self.fraction(RetentionSchedule.full(self.config.num_encoders))

    @property
    def least(self) -> float:
        """The fraction that is left when every encoder passes on one word."""
        return self.fraction(RetentionSchedule((_LEAST,) * self.config.num_encoders))

    def latency(self, schedule: RetentionSchedule) -> float:
        """Expected latency relative to the unpruned model's: by the table, or a floor per encoder and a slope per word.

        The floor is the reading of the encoder's weights, which takes as long as FLOOR words whatever is dropped.
        """
        if self.table is not None:
            full = RetentionSchedule.full(self.whole.num_encoders)
            return self._milliseconds(schedule.for_encoders(self.config.num_encoders)) / self._milliseconds(full)
        ours, whole = (len(self.lengths) * FLOOR * _per_word(config) for config in (self.config, self.whole))
        return (self.fraction(schedule) * self.unpruned + ours) / (self.unpruned + whole)

    def _milliseconds(self, schedule: RetentionSchedule) -> float:
        """Of all texts of the sample, each at its own length."""
        assert self.table is not None
        return sum(expected_ms(self.table, length, schedule.at(length).keep) for length in self.lengths)

    def check(self, target: float) -> None:
        """Refuse a target that no schedule meets.

        Raises:
            OptionError: one word after every encoder costs more.
        """
        if target < self.least:
            raise OptionError(
                f"a target of {target:g} of the multiply-adds is below {self.least:.3f}, which is left when every "
                "encoder passes on a single word; raise the target, or leave encoders out with `encoders`"
            )

    def scaled(self, schedule: RetentionSchedule, target: float) -> RetentionSchedule:
        """Multiply a schedule by the one factor with which it leaves just no more than `target`.

        Args:
            schedule: of any cost.
            target: a fraction of the unpruned model's multiply-adds.

        Raises:
            OptionError: one word after every encoder costs more.
        """
        self.check(target)
        below, above = 0.0, 1 / _LEAST
        for _ in range(_HALVINGS):
            middle = (below + above) / 2
            if self.fraction(_times(schedule, middle)) > target:
                above = middle
            else:
                below = middle
        return _times(schedule, below)


def _per_word(config: ModelConfig) -> int:
    """Multiply-adds of one word in all encoders, without attention between words."""
    return config.num_encoders * (4 * config.hidden_size**2 + 2 * config.hidden_size * config.intermediate_size)


def _times(schedule: RetentionSchedule, factor: float) -> RetentionSchedule:
    return RetentionSchedule(tuple(min(1.0, max(_LEAST, fraction * factor)) for fraction in schedule.fractions))
