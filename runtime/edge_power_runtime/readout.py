"""What the answer is read from, and so what the last encoder computes: one value for the host and the device.

How it is computed, traced and counted stands beside the model, in `edge_power.model.readout`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Readout:
    """What a model's head reads of the last encoder.

    Attributes:
        name: for people.
        rows: word-vectors that the last encoder computes whatever enters it: the first ones, so that it chooses none.
        reading: encoders that compute them alone: the last one; none in a stage that hands its word-vectors on.
    """

    name: str
    rows: int
    reading: int = 1

    def passing(self, encoders: int) -> int:
        """How many of a model's encoders, from the first on, pass word-vectors on as retention says: all but the last.

        Their work grows with the words; that of the last one hardly does.
        """
        return encoders - self.reading

    def complete(self, keep: Sequence[int]) -> tuple[int, ...]:
        """Add what leaves the last encoder to the word-vectors that leave each passing one."""
        return (*keep, *(self.rows,) * self.reading)


CLS = Readout("[CLS]", rows=1)
# Of a stage that is not the last: each of its encoders passes on what retention says.
WORDS = Readout("word-vectors", rows=0, reading=0)
