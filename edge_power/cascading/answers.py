"""What every tier says of labelled texts, and what each answer costs: all that thresholds are chosen by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge_power.cascading.costs import Costs
from edge_power_runtime.answerer import Answerer
from edge_power_runtime.cascade.adapters import as_reading_answerer
from edge_power_runtime.cascade.reading import Reading
from edge_power_runtime.cascade.staged import StageAnswerer
from edge_power_runtime.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class TierAnswers:
    """One tier's answers.

    Attributes:
        logits: float64 (texts, labels).
        cost: of each text, float64 (texts,), without tokenizing it.
        is_stage: whether the next tier goes on from it, which costs that one as much more where this one is not asked.
    """

    logits: np.ndarray
    cost: np.ndarray
    is_stage: bool = False

    def of(self, rows: np.ndarray) -> "TierAnswers":
        """Those of some of the texts."""
        return replace(self, logits=self.logits[rows], cost=self.cost[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """All tiers' answers to the same texts.

    Attributes:
        truth: ids of the labels, int64 (texts,).
        tiers: in the order they are asked.
        reading: what it costs to tokenize a text, which is done once.
        alone: cost of the last tier where no other is asked, float64 (texts,); None where that is its cost behind
            others, too.
    """

    truth: np.ndarray
    tiers: tuple[TierAnswers, ...]
    reading: float = 0.0
    alone: np.ndarray | None = None

    def of(self, rows: np.ndarray) -> "Answers":
        """Those to some of the texts."""
        alone = None if self.alone is None else self.alone[rows]
        return Answers(self.truth[rows], tuple(tier.of(rows) for tier in self.tiers), self.reading, alone)

    def asking(self, places: Sequence[int]) -> "Answers":
        """Those of some of the tiers, the last among them."""
        asked, owed = [], np.zeros(len(self))
        for place, tier in enumerate(self.tiers):
            if place in places:
                asked.append(replace(tier, cost=owed + tier.cost))
                owed = np.zeros(len(self))
            elif tier.is_stage:
                owed = owed + tier.cost
        return replace(self, tiers=tuple(asked))

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
    """Have every tier answer every text; a stage goes on from the one before it.

    Args:
        answerers: in the order of the tiers.
        costs: of each tier, and of reading a text.
        texts: that are answered, at least one.
        truth: their labels' ids, int64 (texts,).
        progress: is told of texts that all tiers have answered.

    Raises:
        InputError: one is no text.
        EngineError: an engine failed.
    """
    asked = [as_reading_answerer(answerer) for answerer in answerers]
    logits: list[list[Sequence[float]]] = [[] for _ in asked]
    spent: list[list[float]] = [[] for _ in asked]
    alone = []
    for text in texts:
        reading = Reading(text)
        for place, answerer in enumerate(asked):
            found = answerer.answer_reading(reading)
            logits[place].append(found.logits)
            spent[place].append(costs.tiers[place](found.num_tokens))
        alone.append(costs.alone(found.num_tokens))
        progress(1)
    tiers = tuple(
        TierAnswers(np.array(said, dtype=np.float64), np.array(cost), isinstance(answerer, StageAnswerer))
        for answerer, said, cost in zip(answerers, logits, spent, strict=True)
    )
    return Answers(truth, tiers, costs.reading, np.array(alone))
