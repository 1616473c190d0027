"""Whatever answers a text: the seam between those who ask, such as the profiler, and what runs for an answer."""

from dataclasses import dataclass
from typing import Protocol

from edge_power_runtime.prediction import Prediction
from edge_power_runtime.tasks import Task
from edge_power_runtime.text import Text


@dataclass(frozen=True, slots=True)
class Span:
    """A part of every answer that is timed by itself.

    Attributes:
        name: a word that no other span of the answerer has.
        in_engine: whether it is a program's run, with the session's checking and casting of inputs.
    """

    name: str
    in_engine: bool = False


class Answerer(Protocol):
    """Answers texts one at a time, and tells where the time went."""

    @property
    def task(self) -> Task:
        """What is answered, and how logits are read."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of a prediction's scores; empty for regression."""
        ...

    @property
    def spans(self) -> tuple[Span, ...]:
        """The parts of an answer in their order, the same for every text; together they are the whole of it."""
        ...

    def __call__(self, text: Text) -> Prediction:
        """Answer one text or one pair.

        Raises:
            InputError: it is no text.
            EngineError: the engine failed.
        """
        ...

    def timed(self, text: Text) -> tuple[Prediction, tuple[int, ...]]:
        """Answer as a call does, and take the time.

        Returns:
            The prediction, and the nanoseconds of each of `spans`; 0 for one that this text did not need.

        Raises:
            InputError: it is no text.
            EngineError: the engine failed.
        """
        ...
