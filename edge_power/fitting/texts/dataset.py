"""Labelled text as tokens: what the phases of a fit train on, in arrays that stay small."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from edge_power.data import DataError, Example
from edge_power.tasks.learned import LearnedTask, learned
from edge_power_runtime.errors import InputError
from edge_power_runtime.tasks import TaskName, task_named
from edge_power_runtime.text import TextEncoder

CHUNK = 256

Item = dict[str, Any]  # what transformers calls the features of one example: arrays by the name of the model's argument


class TokenizedExamples(Dataset[Item]):
    """Tokenized texts with their labels; one flat array of ids, not a list for each text.

    An item holds `input_ids`, `token_type_ids` where the model has them, `labels`, and `taught` where a teacher has
    answered; `Collator` makes a batch.

    Attributes:
        task: by name; `learned` gives it as a value.
        labels: as `LearnedTask.truth` gives them, a row for each text; values as float32.
        truncated: how many texts were longer than the model takes, and were cut.
        input_ids: of all texts in a row, int32 (tokens,).
        taught: a teacher's logits, float32 (texts, labels); None where there is none.
    """

    def __init__(
        self,
        input_ids: np.ndarray,
        token_type_ids: np.ndarray | None,
        offsets: np.ndarray,
        labels: np.ndarray,
        cut: np.ndarray,
        *,
        task: TaskName,
        taught: np.ndarray | None = None,
    ) -> None:
        """Take over the arrays; `tokenize` makes them.

        Args:
            input_ids: of all texts in a row, int32 (tokens,).
            token_type_ids: likewise, int8 (tokens,); None where the model has no token types.
            offsets: where each text begins, and the end, int64 (texts + 1,).
            labels: see above.
            cut: whether a text was cut, bool (texts,).
            task: what the labels are for.
            taught: see above.
        """
        self.task: TaskName = task
        self.labels = labels
        self.taught = taught
        self.input_ids = input_ids
        self._token_type_ids = token_type_ids
        self._offsets = offsets
        self._cut = cut

    @property
    def learned(self) -> LearnedTask:
        """The task as a value."""
        return learned(task_named(self.task))

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of each text, int64 (texts,)."""
        return np.diff(self._offsets)

    @property
    def truncated(self) -> int:
        """How many texts were cut."""
        return int(self._cut.sum())

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.labels)

    def __getitem__(self, index: int) -> Item:
        """Give one text, as views of the arrays."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"text {index} of {len(self)}")
        tokens = slice(self._offsets[index % len(self)], self._offsets[index % len(self) + 1])
        item: Item = {"input_ids": self.input_ids[tokens]}
        if self._token_type_ids is not None:
            item["token_type_ids"] = self._token_type_ids[tokens]
        if self.taught is not None:
            item["taught"] = self.taught[index]
        return item | {"labels": self.labels[index]}

    def with_taught(self, taught: np.ndarray) -> "TokenizedExamples":
        """The same texts with a teacher's logits, float32 (texts, labels)."""
        return TokenizedExamples(
            self.input_ids,
            self._token_type_ids,
            self._offsets,
            self.labels,
            self._cut,
            task=self.task,
            taught=taught,
        )

    def with_copies(self, input_ids: Sequence[np.ndarray]) -> "TokenizedExamples":
        """The same texts several times over, one after the other, each time with other words.

        Args:
            input_ids: of all texts for each time, int32 (tokens,) each.
        """
        times, tokens = len(input_ids), len(self.input_ids)
        begins = np.concatenate([self._offsets[:-1] + time * tokens for time in range(times)])
        return TokenizedExamples(
            np.concatenate(input_ids),
            None if self._token_type_ids is None else np.tile(self._token_type_ids, times),
            np.concatenate((begins, [times * tokens])),
            np.concatenate([self.labels] * times),
            np.tile(self._cut, times),
            task=self.task,
        )

    def arrays(self) -> tuple[np.ndarray, ...]:
        """Everything that makes these texts what they are, for a fingerprint."""
        types = () if self._token_type_ids is None else (self._token_type_ids,)
        return (self.input_ids, *types, self._offsets, self.labels)

    def select(self, indices: Sequence[int] | np.ndarray) -> "TokenizedExamples":
        """Copy some texts, in the order given."""
        chosen = np.asarray(indices, dtype=np.int64)
        lengths = self.lengths[chosen]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        tokens = np.arange(offsets[-1]) + np.repeat(self._offsets[chosen] - offsets[:-1], lengths)
        return TokenizedExamples(
            self.input_ids[tokens],
            None if self._token_type_ids is None else self._token_type_ids[tokens],
            offsets,
            self.labels[chosen],
            self._cut[chosen],
            task=self.task,
            taught=None if self.taught is None else self.taught[chosen],
        )


def tokenize(
    examples: Iterable[Example],
    encoder: TextEncoder,
    to_labels: Callable[[Sequence[Example]], np.ndarray],
    *,
    task: TaskName,
    max_length: int,
    progress: Callable[[int], None] = lambda rows: None,
) -> TokenizedExamples:
    """Tokenize labelled texts in a stream.

    Text by text: the tokenizers library's own batches were no faster on SST-2 (67,349 texts in 1.6 s either way) and
    IMDB, and this gives the ids that a device gives.

    Args:
        examples: in any number.
        encoder: the model's.
        to_labels: turns examples into rows of labels; see `LearnedTask.truth`.
        task: what the labels are for.
        max_length: tokens that a longer text is cut at.
        progress: told how many rows were just done.

    Raises:
        DataError: a row cannot be read, or its label is none of the model's.
    """
    input_ids, token_type_ids, lengths, cut = array("i"), array("b"), array("q"), array("b")
    labels: list[np.ndarray] = []
    stream = iter(examples)
    while chunk := list(islice(stream, CHUNK)):
        labels.append(to_labels(chunk))
        for example in chunk:
            encoded = encoder.encode(example.content, max_length)
            input_ids.extend(encoded.ids)
            token_type_ids.extend(encoded.type_ids)
            lengths.append(encoded.num_tokens)
            cut.append(encoded.truncated)
        progress(len(chunk))
    return TokenizedExamples(
        np.array(input_ids, dtype=np.int32),
        np.array(token_type_ids, dtype=np.int8) if _has_token_types(encoder, max_length) else None,
        np.concatenate(([0], np.cumsum(np.array(lengths, dtype=np.int64)))),
        _joined(labels),
        np.array(cut, dtype=bool),
        task=task,
    )


def _joined(labels: Sequence[np.ndarray]) -> np.ndarray:
    """One array of many; values are float32 as the logits that they are compared with."""
    joined = np.concatenate(labels)
    return joined.astype(np.float32) if joined.dtype == np.float64 else joined


def _has_token_types(encoder: TextEncoder, max_length: int) -> bool:
    empty = encoder.encode("", max_length)
    return "token_type_ids" in encoder.pad(empty, empty.num_tokens)


def hold_out(
    dataset: TokenizedExamples, fraction: float = 0.1, *, seed: int
) -> tuple[TokenizedExamples, TokenizedExamples]:
    """Split rows off for choices that neither training nor the dev set may make.

    Rows with the same tokens go to the same side, since a text seen in training measures nothing: SST-2 has 376
    phrases twice. Labels are held out in proportion, and at least one text of each label stays in training. Of
    several labels a text goes by its rarest.

    Args:
        dataset: what is split.
        fraction: of the rows to hold out; reached to within one text, or the size of the largest group of equal texts.
        seed: the same seed gives the same split.

    Returns:
        What is left to train on, and what was held out; both in the order of `dataset`.

    Raises:
        InputError: `fraction` is not between 0 and 1.
        DataError: there are too few texts.
    """
    if not 0 < fraction < 1:
        raise InputError(f"the fraction to hold out is {fraction}, must be between 0 and 1")
    group_of = _groups(dataset)
    first = np.unique(group_of, return_index=True)[1]  # the first row of each different text
    strata = dataset.learned.strata(dataset.labels[first])
    generator = np.random.default_rng(seed)
    order = np.lexsort((generator.random(len(first)), strata))
    starts = np.concatenate(([True], np.diff(strata[order]) != 0))[: len(order)]
    held = np.zeros(len(first), dtype=bool)
    held[_spread(order, starts, np.bincount(group_of), fraction)] = True
    if not held.any():
        raise DataError(
            f"too few rows to hold some out: {len(dataset)} rows have {len(first)} different texts, and one text of "
            "each label stays for training; add rows, or give rows to choose by with `select`"
        )
    return dataset.select(np.flatnonzero(~held[group_of])), dataset.select(np.flatnonzero(held[group_of]))


def _groups(dataset: TokenizedExamples) -> np.ndarray:
    """Number the different texts by first appearance, pairs and token types told apart; int64 (rows,)."""
    numbers: dict[tuple[bytes, ...], int] = {}
    tokens = (
        tuple(values.tobytes() for name, values in dataset[row].items() if name != "labels")
        for row in range(len(dataset))
    )
    return np.array([numbers.setdefault(text, len(numbers)) for text in tokens], dtype=np.int64)


def _spread(order: np.ndarray, starts: np.ndarray, sizes: np.ndarray, fraction: float) -> list[int]:
    """Choose texts evenly along `order`, so that each run of one label gives its share; the first of a run stays."""
    chosen: list[int] = []
    free: list[int] = []
    seen = held = 0
    for group, is_first in zip(order.tolist(), starts.tolist(), strict=True):
        size = int(sizes[group])
        seen += size
        if is_first:
            continue
        free.append(group)
        if held + size / 2 <= fraction * seen:
            held += size
            chosen.append(group)
    return chosen or free[:1]  # of very few rows a share is less than half a text


@dataclass(frozen=True, slots=True)
class Collator:
    """Makes a batch of items, padded to the longest of them.

    Attributes:
        pad_id: the token that fills a text up.
    """

    pad_id: int

    def __call__(self, items: Sequence[Item]) -> dict[str, torch.Tensor]:
        """Pad and stack.

        Args:
            items: of a TokenizedExamples, at least one.

        Returns:
            input_ids and attention_mask, and token_type_ids where the items have them, int64 (batch, longest); labels
            as `TokenizedExamples.labels` has them; taught float32 (batch, labels), where the items have it.
        """
        lengths = np.array([len(item["input_ids"]) for item in items])
        is_word = np.arange(lengths.max()) < lengths[:, None]  # (batch, longest)
        batch = {
            "input_ids": _fill(is_word, [item["input_ids"] for item in items], self.pad_id),
            "attention_mask": torch.from_numpy(is_word.astype(np.int64)),
            "labels": torch.from_numpy(np.array([item["labels"] for item in items])),
        }
        if "token_type_ids" in items[0]:
            batch["token_type_ids"] = _fill(is_word, [item["token_type_ids"] for item in items], 0)
        if "taught" in items[0]:
            batch["taught"] = torch.from_numpy(np.stack([item["taught"] for item in items]))
        return batch


def _fill(is_word: np.ndarray, rows: Sequence[np.ndarray], padding: int) -> torch.Tensor:
    # A boolean index takes its places row by row, which is the order of the concatenated texts.
    filled = np.full(is_word.shape, padding, dtype=np.int64)
    filled[is_word] = np.concatenate(rows)
    return torch.from_numpy(filled)
