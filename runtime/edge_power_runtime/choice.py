"""A text on its way to a program, between the spans of a classifier's call."""

from typing import NamedTuple

import numpy as np

from edge_power_runtime.bundle.ways import Way
from edge_power_runtime.sessions import Session
from edge_power_runtime.text import EncodedText


class Choice(NamedTuple):
    """A text and its program; a tuple since it is made for every text, and a dataclass takes 1 us longer.

    Attributes:
        encoded: the text.
        way: that it takes.
        session: the program, loaded.
        inputs: what it is given.
    """

    encoded: EncodedText
    way: Way
    session: Session
    inputs: dict[str, np.ndarray]

    def run(self) -> dict[str, np.ndarray]:
        """Run the program: the third span of a call.

        Raises:
            EngineError: the engine failed.
        """
        return self.session.run(self.inputs)
