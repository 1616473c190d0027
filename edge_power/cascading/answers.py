"""What every tier says of labelled texts, and what each answer costs: all that thresholds are chosen by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from edge_power.cascading.costs import Costs
from edge_power_runtime.answerer import Answerer
from edge_power_runtime.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class TierAnswers:
    """One tier's answers.

    Attributes:
        logits: float64 (texts, labels).
        cost: of each text, float64 (texts,), without tokenizing it.
    """

    logits: np.ndarray
    cost: np.ndarray

    def of(self, rows: np.ndarray) -> "TierAnswers":
        """Those of some of the texts."""
        return TierAnswers(self.logits[rows], self.cost[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """All tiers' answers to the same texts.

    Attributes:
        truth: ids of the labels, int64 (texts,).
        tiers: in the order they are asked.
        reading: what it costs to tokenize a text, which is done once.
    """

    truth: np.ndarray
    tiers: tuple[TierAnswers, ...]
    reading: float = 0.0

    def of(self, rows: np.ndarray) -> "Answers":
        """Those to some of the texts."""
        return Answers(self.truth[rows], tuple(tier.of(rows) for tier in self.tiers), self.reading)

    def __len__(self) -> int:
        """How many texts there are."""
        return self.truth.size


def ask(
    answerers: Sequence[Answerer],
    costs: Costs,
    texts: Sequence[Text],
    truth: np.ndarray,
    *,
    progress: Callable[[int], None],
) -> Answers:
    """Have every tier answer every text.

    Args:
        answerers: in the order of the tiers.
        costs: of each tier, and of reading a text.
        texts: that are answered, at least one.
        truth: their labels' ids, int64 (texts,).
        progress: is told of texts that one more tier has answered.

    Raises:
        InputError: one is no text.
        EngineError: an engine failed.
    """
    tiers = []
    for answerer, cost in zip(answerers, costs.tiers, strict=True):
        logits, spent = [], []
        for text in texts:
            found = answerer(text)
            logits.append(found.logits)
            spent.append(cost(found.num_tokens))
            progress(1)
        tiers.append(TierAnswers(np.array(logits, dtype=np.float64), np.array(spent)))
    return Answers(truth, tuple(tiers), costs.reading)
