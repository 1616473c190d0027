"""A tier without encoders: word pieces and pairs of neighbours looked up in a table, summed, one linear layer.

This is fastText's classifier (Joulin et al., arXiv:1607.01759, section 2) with the two matrices multiplied out: what a
piece or a pair adds to each logit is one row of the table. The sum is taken over the square root of their number.
"""

import math
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Self

import numpy as np

from edge_power_runtime.answerer import Span
from edge_power_runtime.cascade.bag_file import BagTable, read_bag
from edge_power_runtime.errors import BundleError
from edge_power_runtime.prediction import Prediction
from edge_power_runtime.system import lifetime
from edge_power_runtime.tasks import Classification, Task
from edge_power_runtime.text import EncodedText, Text, TextEncoder

# Of the pairs' hash, which BUNDLE.md specifies: all of it is unsigned arithmetic of 32 bits.
_FIRST, _SECOND, _MIX = np.uint32(2654435761), np.uint32(2246822519), np.uint32(3266489917)
_FAR, _NEAR = np.uint32(15), np.uint32(13)


def hash_pairs(ids: np.ndarray) -> np.ndarray:
    """Hash every pair of neighbours of a text; BUNDLE.md has test vectors.

    Args:
        ids: uint32 (n,), n at least 1.

    Returns:
        uint32 (n - 1,).
    """
    hashed = ids[:-1] * _FIRST
    hashed += ids[1:] * _SECOND
    hashed ^= hashed >> _FAR
    hashed *= _MIX
    hashed ^= hashed >> _NEAR
    return hashed


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one piece or one pair of a text adds to the logits.

    Attributes:
        position: of the piece, or of the first of the pair.
        is_pair: whether it is the piece with the one after it.
        logits: what it adds to each; zeros for what the table does not know.
    """

    position: int
    is_pair: bool
    logits: tuple[float, ...]


class BagTier:
    """Answers a text by a table, in microseconds; an `Answerer`, and a `TokenReader` of a cascade.

    Many threads may ask at once. A copy, and one that was pickled, shares nothing.

    Attributes:
        task: a classification.
        labels: in the order of a prediction's scores.
        spans: the parts of a call: tokenize and cut the text, look up, name the label.
        encoder: the tokenizer.
        max_length: where texts are cut: the largest number of ids.
        table: that is looked up in.
    """

    spans: tuple[Span, ...] = (Span("encode"), Span("look_up"), Span("decode"))

    def __init__(self, table: BagTable, encoder: TextEncoder, labels: tuple[str, ...], *, max_length: int) -> None:
        """Put checked parts together; `from_bytes` reads them.

        Raises:
            BundleError: the table is for another number of labels.
        """
        if table.rows.shape[1] != len(labels):
            raise BundleError(
                f"the bag tier knows {table.rows.shape[1]} labels, the bundle has {len(labels)}; train it for these"
            )
        self.task: Task = Classification()
        self.labels = labels
        self.encoder = encoder
        self.max_length = max_length
        self.table = table
        self._largest_id, self._first_bucket = table.pieces.size - 1, table.first_bucket
        self._buckets = np.uint32(table.buckets)
        # The last row is for what has none; a table of 4 MB is not copied for it, but the far smaller `pieces` is.
        self._pieces = np.where(table.pieces < 0, table.rows.shape[0], table.pieces)
        self._rows = np.concatenate([table.rows, np.zeros((1, len(labels)), np.int8)])
        self._weights = np.append(np.left_shift(1, table.shifts, dtype=np.int64), 0).astype(np.float64)
        self._scale, self._bias = table.scale.astype(np.float64), table.bias.astype(np.float64)

    @classmethod
    def from_bytes(
        cls, data: bytes, encoder: TextEncoder, labels: tuple[str, ...], *, max_length: int, name: str = "the bag tier"
    ) -> Self:
        """Read a bag tier's file and check all of it.

        Args:
            data: the content.
            encoder: the tokenizer that it was trained with.
            labels: of the bundle, in the order of the logits.
            max_length: where texts are cut.
            name: the file's, for messages.

        Raises:
            BundleError: it is no such file, its tensors do not fit each other, or it is for other labels.
        """
        return cls(read_bag(data, name), encoder, labels, max_length=max_length)

    def __call__(self, text: Text) -> Prediction:
        """Answer one text or one pair.

        Raises:
            InputError: it is no text.
        """
        with lifetime.answering():
            return self.answer_encoded(self.encode(text))

    def timed(self, text: Text) -> tuple[Prediction, tuple[int, ...]]:
        """Do what a call does, and take the time of each of `spans`; see `Answerer.timed`.

        Raises:
            InputError: it is no text.
        """
        with lifetime.answering():
            start = perf_counter_ns()
            encoded = self.encode(text)
            read = perf_counter_ns()
            prediction, times = self.timed_encoded(encoded)
        return prediction, (read - start, *times)

    def encode(self, text: Text) -> EncodedText:
        """Tokenize a text or a pair and cut it: the first span of a call.

        Raises:
            InputError: it is no text.
        """
        return self.encoder.encode(text, self.max_length)

    def answer_encoded(self, encoded: EncodedText) -> Prediction:
        """Answer a text of which `encode` gave the ids."""
        return self._decode(encoded, self.logits(encoded))

    def timed_encoded(self, encoded: EncodedText) -> tuple[Prediction, tuple[int, ...]]:
        """Do what `answer_encoded` does, and give the nanoseconds of each of `spans` but the first."""
        start = perf_counter_ns()
        logits = self.logits(encoded)
        looked = perf_counter_ns()
        prediction = self._decode(encoded, logits)
        return prediction, (looked - start, perf_counter_ns() - looked)

    def logits(self, encoded: EncodedText) -> tuple[float, ...]:
        """Sum up what a text's pieces and pairs add to each logit.

        The sum is of whole numbers below 2^53, which doubles hold exactly in any order; so the logits are the same bit
        for bit wherever they are computed.

        Args:
            encoded: a text of at least one id.
        """
        places = self._places(encoded)
        sums = self._weights[places] @ self._rows[places].astype(np.float64)
        return tuple((self._bias + self._scale * sums / math.sqrt(len(places))).tolist())

    def contributions(self, encoded: EncodedText) -> tuple[Contribution, ...]:
        """Tell what each piece, then each pair adds to the logits; with the bias they add up to these."""
        places = self._places(encoded)
        parts = self._scale * (self._weights[places, None] * self._rows[places]) / math.sqrt(len(places))
        pieces = encoded.num_tokens
        return tuple(
            Contribution(number if number < pieces else number - pieces, number >= pieces, tuple(values))
            for number, values in enumerate(parts.tolist())
        )

    def _places(self, encoded: EncodedText) -> np.ndarray:
        """The rows of a text's ids, then of its pairs; int64 (2 * ids - 1,)."""
        ids = np.array(encoded.ids, dtype=np.uint32)
        size = ids.size
        places = np.empty(2 * size - 1, dtype=np.int64)
        places[size:] = hash_pairs(ids) % self._buckets
        places[size:] += self._first_bucket
        if max(encoded.ids) > self._largest_id:  # a token that was added to the tokenizer since
            known = ids <= self._largest_id
            places[:size] = np.where(known, self._pieces[np.where(known, ids, 0)], self._rows.shape[0] - 1)
        else:
            places[:size] = self._pieces[ids]
        return places

    def _decode(self, encoded: EncodedText, logits: tuple[float, ...]) -> Prediction:
        label, score, scores, labels = self.task.decode(logits, self.labels)
        return Prediction(label, score, scores, labels, logits, encoded.num_tokens, encoded.truncated, steps=())
