"""A text on its way through tiers, and the two kinds of answerer that use what another tier worked out of it."""

from threading import get_ident
from typing import Protocol, TypeGuard

from edge_power_runtime.answerer import Answerer, Span
from edge_power_runtime.prediction import Prediction
from edge_power_runtime.system import lifetime
from edge_power_runtime.system.lifetime import ANSWERING
from edge_power_runtime.text import EncodedText, Text, TextEncoder


class TokenReader(Answerer, Protocol):
    """Answers token ids; the first of its `spans` is what `encode` takes.

    Each answer is a new `Prediction`, which a cascade completes.
    """

    @property
    def encoder(self) -> TextEncoder:
        """The tokenizer."""
        ...

    @property
    def max_length(self) -> int:
        """Where `encode` cuts a text: the largest number of ids."""
        ...

    def encode(self, text: Text) -> EncodedText:
        """Tokenize a text or a pair and cut it to `max_length` ids.

        Raises:
            InputError: it is no text.
        """
        ...

    def answer_encoded(self, encoded: EncodedText) -> Prediction:
        """Answer a text that is encoded.

        Raises:
            EngineError: the engine failed.
        """
        ...

    def timed_encoded(self, encoded: EncodedText) -> tuple[Prediction, tuple[int, ...]]:
        """Answer a text that is encoded, and give the nanoseconds of each of `spans` but the first.

        Raises:
            EngineError: the engine failed.
        """
        ...


class Reading:
    """A text on its way through tiers.

    Attributes:
        text: or pair.
        handed_on: what a tier leaves for one that goes on from it, such as a stage's word-vectors; None elsewhere. Its
            type says whom it is for.
    """

    __slots__ = ("_encoded", "_encoder", "_max_length", "handed_on", "text")

    def __init__(self, text: Text) -> None:
        """Begin with a text of which nothing is known."""
        self.text = text
        self.handed_on: object = None
        self._encoded: EncodedText | None = None
        self._encoder: TextEncoder | None = None
        self._max_length = 0

    def encoded_for(self, reader: TokenReader) -> EncodedText:
        """Give the ids that `reader.encode` gives; where a tier before read alike, they are known.

        Raises:
            InputError: it is no text.
        """
        known, encoder, most = self._encoded, reader.encoder, reader.max_length
        if known is not None and (encoder is self._encoder or encoder.reads_as(self._encoder)):
            if most == self._max_length or (not known.truncated and known.num_tokens <= most):
                return known
        thread = get_ident()
        ANSWERING.add(thread)  # what lifetime.answering() does, without its microseconds
        try:
            if lifetime.is_ending:
                lifetime.refuse_at_the_end()
            found = reader.encode(self.text)
        finally:
            ANSWERING.discard(thread)
        self._encoded, self._encoder, self._max_length = found, encoder, most
        return found


class ReadingAnswerer(Protocol):
    """Answers a text on its way, with what the tiers before it worked out."""

    @property
    def gives_new(self) -> bool:
        """Whether each answer is a new `Prediction`, which a cascade completes; else it makes a copy."""
        ...

    @property
    def spans(self) -> tuple[Span, ...]:
        """See `Answerer.spans`."""
        ...

    def answer_reading(self, reading: Reading) -> Prediction:
        """Answer as a call does.

        Raises:
            TierFailure: it gives no answer, and the tier before it answers.
            EdgePowerError: see `Answerer`.
        """
        ...

    def timed_reading(self, reading: Reading) -> tuple[Prediction, tuple[int, ...]]:
        """Answer as `timed` does.

        Raises:
            TierFailure: it gives no answer, and the tier before it answers.
            EdgePowerError: see `Answerer`.
        """
        ...


class TierFailure(Exception):  # noqa: N818  never reaches a caller: a cascade turns it into a record of the answer
    """A tier that may fail did; the message is one line."""


def is_reading_answerer(answerer: object) -> TypeGuard[ReadingAnswerer]:
    """Whether an answerer answers texts on their way."""
    return all(hasattr(answerer, name) for name in ("gives_new", "answer_reading", "timed_reading"))


def is_token_reader(answerer: object) -> TypeGuard[TokenReader]:
    """Whether an answerer answers ids that are encoded already."""
    return all(hasattr(answerer, name) for name in ("encoder", "max_length", "answer_encoded", "timed_encoded"))


def is_answerer(answerer: object) -> TypeGuard[Answerer]:
    """Whether an object is an answerer, and not only something that can be called."""
    return callable(answerer) and all(hasattr(answerer, name) for name in ("task", "labels", "spans", "timed"))
