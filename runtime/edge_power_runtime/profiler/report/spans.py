"""The parts of an answer and the time of each, as the answerer names them."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_power_runtime.profiler.report.number import Number


@dataclass(frozen=True, slots=True)
class SpanTimes:
    """Milliseconds of one span of every timed answer.

    Attributes:
        name: as the answerer names it; each of a case has its own.
        in_engine: whether it is a program's run: checking and casting inputs, and the engine's own call.
        times_ms: of each sample, in the order they were taken.
    """

    name: str
    in_engine: bool
    times_ms: tuple[Number, ...]


def total_of(spans: Sequence[SpanTimes]) -> tuple[float, ...]:
    """Give the sum of at least one span, sample by sample, in ms.

    Raises:
        ValueError: they have different numbers of samples.
    """
    return tuple(map(sum, zip(*(span.times_ms for span in spans), strict=True)))
