"""Schedules along a search: the way on which it thinned words out has a schedule for every target above its own."""

from collections.abc import Sequence

from edge_power.fitting.cost import Cost
from edge_power.fitting.record import LogPoint
from edge_power_runtime.retention import RetentionSchedule

# Points of a search no further than this from a target, in multiply-adds of the unpruned model, are equally near.
_NEAR = 0.02


def along(log: Sequence[LogPoint], cost: Cost, target: float) -> RetentionSchedule:
    """The schedule of a search when it was last near a target, scaled to meet it.

    Args:
        log: of the search.
        cost: of schedules.
        target: a fraction of the unpruned model's multiply-adds.

    Raises:
        OptionError: the target is below what one word per encoder costs.
    """
    distances = [(abs(point.multiply_adds - target), point.masses) for point in log if point.multiply_adds is not None]
    nearest = max(_NEAR, min(distance for distance, _ in distances))
    masses = [masses for distance, masses in distances if distance <= nearest][-1]
    return cost.scaled(RetentionSchedule((*masses, masses[-1])), target)
