"""A bag tier from texts, labels and a second tier's answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from edge_power.cascading.bag.features import layout, matrix
from edge_power.cascading.bag.learn import learn
from edge_power.cascading.bag.rounding import rounded, to_bytes
from edge_power_runtime.text import EncodedText


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What a bag tier is trained on.

    Attributes:
        texts: labelled ones first.
        labels: ids of the labelled ones, int64 (labelled,).
        taught: the second tier's logits, float (texts, labels); None where it was not asked.
    """

    texts: Sequence[EncodedText]
    labels: np.ndarray
    taught: np.ndarray | None = None

    def targets(self, labels: int, distil: float) -> np.ndarray:
        """A distribution over labels for each text, float64 (texts, labels): the label and the answer, mixed."""
        truth = np.eye(labels)[self.labels]
        if self.taught is None:
            return truth
        answers = softmax(np.asarray(self.taught, dtype=np.float64), axis=1)
        answers[: len(truth)] = (1 - distil) * truth + distil * answers[: len(truth)]
        return answers


def train_bag(
    lesson: Lesson,
    *,
    labels: int,
    vocabulary: int,
    max_bytes: int,
    distil: float = 0.5,
    seed: int = 0,
    progress: Callable[[int], None] = lambda steps: None,
) -> bytes:
    """Train a bag tier and give its file; the same for the same texts and seed.

    Args:
        lesson: what to train on.
        labels: how many there are.
        vocabulary: one more than the largest token id that there can be.
        max_bytes: of the file.
        distil: weight of the second tier's answer against the label (Hinton et al., arXiv:1503.02531), in 0..1.
        seed: see `learn`.
        progress: is told of steps that were done.

    Raises:
        OptionError: `max_bytes` is too small for the vocabulary.
    """
    columns = layout(lesson.texts, vocabulary=vocabulary, labels=labels, max_bytes=max_bytes)
    learned = learn(matrix(lesson.texts, columns), lesson.targets(labels, distil), seed=seed, progress=progress)
    return to_bytes(rounded(columns, learned))
