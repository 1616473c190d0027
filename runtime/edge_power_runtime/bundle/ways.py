"""Which program of a budget runs a text, at which length, and what it keeps there."""

from collections.abc import Sequence
from typing import NamedTuple

from edge_power_runtime.bundle.manifest import Manifest
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.retention import RetentionConfig


class Way(NamedTuple):
    """How texts of some number of tokens run.

    Attributes:
        program: the shortest that holds them.
        length: that they run at: the program's, or their own where it takes any length.
        retention: the configuration at this length.
    """

    program: Program
    length: int
    retention: RetentionConfig


class Ways(dict[int, Way]):
    """The way of each number of tokens, found when it is first asked for; many threads may ask at once."""

    def __init__(self, manifest: Manifest, programs: Sequence[Program]) -> None:
        """Choose among the programs of one budget, the shortest first."""
        super().__init__()
        self._manifest, self._programs = manifest, programs

    def __missing__(self, num_tokens: int) -> Way:
        program = next(item for item in self._programs if item.length >= num_tokens)
        length = num_tokens if program.any_length else program.length
        way = self[num_tokens] = Way(program, length, self._manifest.retention_at(program, length))
        return way
