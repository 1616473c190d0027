"""The labelled texts of a cascade, read, checked and shared out."""

from dataclasses import dataclass

import numpy as np

from edge_power.cascading.options import Options
from edge_power.data import DataError, Example, Source, read_examples
from edge_power.tasks.learned import learned
from edge_power_runtime.tasks import Classification
from edge_power_runtime.text import Text

# Part of the training texts that is held out to choose by, and the most that is of use.
HELD_OUT, _MOST_HELD_OUT = 0.2, 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Texts with their labels' ids.

    Attributes:
        texts: or pairs.
        truth: int64 (texts,).
    """

    texts: tuple[Text, ...]
    truth: np.ndarray

    def __len__(self) -> int:
        """How many there are."""
        return len(self.texts)

    def of(self, rows: np.ndarray) -> "Labelled":
        """Some of them."""
        return Labelled(tuple(self.texts[row] for row in rows), self.truth[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """All texts.

    Attributes:
        train: None where nothing is trained.
        select: to choose by; nothing was trained on them.
        dev: None where there is nothing to report on.
        unlabelled: without labels.
        is_held_out: whether `select` was part of the training texts.
    """

    train: Labelled | None
    select: Labelled
    dev: Labelled | None
    unlabelled: tuple[Text, ...]
    is_held_out: bool


def read_texts(options: Options, labels: tuple[str, ...]) -> Texts:
    """Read all texts.

    Args:
        options: name them.
        labels: of the tiers.

    Raises:
        DataError: a row cannot be read, its label is unknown, or all rows to choose by have one label.
    """
    train, select, dev = (_read(source, labels) for source in (options.train, options.select, options.dev))
    is_held_out = select is None
    if select is None:
        assert train is not None  # the options say so
        order = np.random.default_rng(options.seed).permutation(len(train))
        held_out = min(_MOST_HELD_OUT, round(HELD_OUT * len(train)))
        select, train = train.of(order[:held_out]), train.of(order[held_out:])
    if np.unique(select.truth).size < 2:
        where = f"the rows held out of {options.train}" if is_held_out else str(options.select)
        raise DataError(f"{where} have one label alone, {len(select)} rows; expected two or more, to choose by")
    unlabelled = () if options.unlabelled is None else _contents(options.unlabelled)
    return Texts(train, select, dev, unlabelled, is_held_out)


def _read(source: Source | None, labels: tuple[str, ...]) -> Labelled | None:
    if source is None:
        return None
    examples = list(read_examples(source, need_labels=True))
    truth = learned(Classification()).truth(examples, labels, path=source)
    return Labelled(tuple(map(_content, examples)), truth)


def _contents(source: Source) -> tuple[Text, ...]:
    return tuple(map(_content, read_examples(source, need_labels=False)))


def _content(example: Example) -> Text:
    return example.content
