"""The time of each encoder, from the engine's own operations or from a fitted latency table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from edge_power_runtime.profiler.report.record import CaseResult, LatencyTable, OperationGroup, Operations
from edge_power_runtime.profiler.report.rows import retention
from edge_power_runtime.retention import RetentionConfig

GROUPS: tuple[OperationGroup, ...] = get_args(OperationGroup)


@dataclass(frozen=True, slots=True)
class EncoderTime:
    """Milliseconds by encoder.

    Attributes:
        by_encoder: per encoder, per group of `GROUPS`; per encoder one figure where groups are not known.
        source: where the figures come from, in words.
    """

    by_encoder: tuple[tuple[float, ...], ...]
    source: str

    @property
    def has_groups(self) -> bool:
        """Whether the figures are told apart by group."""
        return len(self.by_encoder[0]) == len(GROUPS)


def by_operations(one: Operations, encoders: int) -> EncoderTime | None:
    """Add up the operations of each encoder by group.

    Args:
        one: of a program.
        encoders: how many the program has.

    Returns:
        None where no operation tells its encoder; operations outside of encoders are left out.
    """
    times = np.zeros((encoders, len(GROUPS)))
    inside = [found for found in one.operations if found.encoder is not None]
    if not inside:
        return None
    for found in inside:
        if found.encoder is not None and 1 <= found.encoder <= encoders:
            times[found.encoder - 1, GROUPS.index(found.group)] += found.time_ms
    return EncoderTime(tuple(map(tuple, times.tolist())), f"Time of its operations, median of {one.runs} profiled runs")


def by_table(result: CaseResult, tables: Sequence[LatencyTable]) -> EncoderTime | None:
    """Read the encoders' times from the table of the case's engine, precision and threads; None where there is none."""
    case = result.case
    for table in tables:
        same = (table.engine, table.precision, table.threads) == (case.engine, case.precision, case.threads)
        if same and len(table.entering_ms) == len(result.keep):
            times = tuple((ms,) for ms in _from_table(retention(result), table))
            last = "" if any(times[-1]) else "; the last encoder is part of what every program costs"
            return EncoderTime(times, f"Time by the fitted latency table, an estimate{last}")
    return None


def _from_table(config: RetentionConfig, table: LatencyTable) -> Iterator[float]:
    grid = table.word_vectors
    pairs = zip(config.entering, config.keep, table.entering_ms, table.leaving_ms, strict=True)
    for encoder, (before, after, into, out) in enumerate(pairs):
        choosing = table.extract_ms * (encoder in config.drops)
        yield float(choosing + np.interp(before, grid, into) + np.interp(after, grid, out))
