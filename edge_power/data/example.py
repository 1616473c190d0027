"""One row of labelled text, and how errors speak of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_power_runtime.errors import EdgePowerError

if TYPE_CHECKING:
    from edge_power_runtime.text import Text

_LONGEST_QUOTE = 60

Label = str | tuple[str, ...]
"""One label, a name or a number as the data has it; or several, where the data has a list of them."""


class DataError(EdgePowerError):
    """Labelled text cannot be read, or a row of it makes no sense to the model."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row.

    Attributes:
        text: what is classified; the first of two where there is a pair.
        pair: the second text, or None.
        label: one as a str, several as a tuple; None where the data has none.
        row: its row in the data. A table's header is row 1; JSON lines and data sets have none, and begin at row 1.
    """

    text: str
    pair: str | None
    label: Label | None
    row: int

    @property
    def content(self) -> "Text":
        """What a model reads: the text, or both of a pair."""
        return self.text if self.pair is None else (self.text, self.pair)


def place(source: object, row: int) -> str:
    """Say where a row is; `source` is what its data is called by, or None."""
    return f"row {row}" if source is None else f"{source}, row {row}"


def quote(text: str) -> str:
    """Quote on one line, cut short."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "...")
