"""Answerers made to answer a `Reading`, so that a cascade asks all of its tiers alike."""

from collections.abc import Callable, Sequence
from time import perf_counter_ns

from edge_power_runtime.answerer import Answerer, Span
from edge_power_runtime.cascade.reading import (
    Reading,
    ReadingAnswerer,
    TokenReader,
    is_reading_answerer,
    is_token_reader,
)
from edge_power_runtime.prediction import Prediction
from edge_power_runtime.text import Text


def as_reading_answerer(answerer: Answerer) -> ReadingAnswerer:
    """Give an answerer that answers a text on its way as `answerer` answers a text."""
    answerer = getattr(answerer, "cascade", None) or answerer  # a classifier at a cascade's name
    if is_reading_answerer(answerer):
        return answerer
    if is_token_reader(answerer):
        return _OfTokens(answerer)
    return OfText(answerer)


class _OfTokens:
    """A token reader that takes the ids that a tier before it read."""

    gives_new = True

    def __init__(self, reader: TokenReader) -> None:
        self.spans: tuple[Span, ...] = reader.spans
        self._reader = reader
        self._answer = reader.answer_encoded

    def answer_reading(self, reading: Reading) -> Prediction:
        return self._answer(reading.encoded_for(self._reader))

    def timed_reading(self, reading: Reading) -> tuple[Prediction, tuple[int, ...]]:
        start = perf_counter_ns()
        encoded = reading.encoded_for(self._reader)
        read = perf_counter_ns()
        prediction, times = self._reader.timed_encoded(encoded)
        return prediction, (read - start, *times)


class OfText:
    """Any other answerer: it is asked as anybody asks it.

    Attributes:
        spans: the answerer's.
        takes_several: whether it answers a list by itself.
    """

    gives_new = False

    def __init__(self, answerer: Answerer) -> None:
        """Take over an answerer."""
        self.spans: tuple[Span, ...] = answerer.spans
        self._answerer = answerer
        self._classify: Callable[[list[Text]], list[Prediction]] | None = getattr(answerer, "classify", None)
        self.takes_several = self._classify is not None

    def answer_reading(self, reading: Reading) -> Prediction:
        """See `ReadingAnswerer`."""
        return self._answerer(reading.text)

    def timed_reading(self, reading: Reading) -> tuple[Prediction, tuple[int, ...]]:
        """See `ReadingAnswerer`."""
        return self._answerer.timed(reading.text)

    def answer_several(self, readings: Sequence[Reading]) -> list[Prediction]:
        """Answer several texts together, where it `takes_several`."""
        assert self._classify is not None
        return self._classify([reading.text for reading in readings])
