"""What a bundle keeps of a text: named schedules, and their configurations at each length."""

from dataclasses import dataclass
from typing import Annotated, Self

from edge_power_runtime.bundle import bounds
from edge_power_runtime.errors import RetentionError
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import Most, fill, whole
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule

Positive = Annotated[int, whole(1)]
Length = Annotated[int, whole(1, bounds.LENGTH)]


@dataclass(frozen=True, slots=True)
class Configuration:
    """A budget at one length.

    Attributes:
        length: tokens that enter encoder 1.
        keep: tokens that leave each encoder.
        macs: multiply-adds of the program.
    """

    length: Length
    keep: Annotated[tuple[Positive, ...], Most(bounds.ENCODERS)]
    macs: int

    @property
    def retention(self) -> RetentionConfig:
        """The configuration as the value that knows its rules."""
        return RetentionConfig(self.length, self.keep)

    @classmethod
    def from_node(cls, node: Node) -> Self:
        """Read a configuration and check that it is one."""
        found = fill(cls, node)
        try:
            RetentionConfig(found.length, found.keep)
        except RetentionError as error:
            node.field("keep").fail(f"a retention configuration ({error})")
        return found


def _read_schedule(node: Node) -> tuple[float, ...]:
    fractions = tuple(item.number() for item in node.items(most=bounds.ENCODERS))
    try:
        return RetentionSchedule(fractions).fractions
    except RetentionError as error:
        node.fail(f"a retention schedule ({error})")


@dataclass(frozen=True, slots=True)
class Budget:
    """A named schedule, at every length that the bundle has it.

    Attributes:
        name: such as full, balanced, fast.
        schedule: a fraction per encoder; None where the configurations were given one by one.
        configurations: one per length.
        accuracy: on the host, at fp32; None where it was not measured.
    """

    name: str
    schedule: Annotated[tuple[float, ...], _read_schedule] | None
    configurations: Annotated[tuple[Configuration, ...], Most(bounds.LENGTHS)]
    accuracy: float | None
