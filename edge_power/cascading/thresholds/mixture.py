"""What a cascade does at some thresholds, worked out from its tiers' answers without asking them again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_power.cascading.answers import Answers
from edge_power.cascading.thresholds.temperature import confidences


@dataclass(frozen=True, slots=True)
class Mixture:
    """A cascade's figures on some texts.

    Attributes:
        thresholds: of each tier but the last; above 1 where it passes everything on.
        passed_on: of all texts the fraction that each tier but the last passes on.
        accuracy: of the cascade.
        last_accuracy: of the last tier alone.
        mean: cost of a text; that of every tier that was asked.
        p95: the cost that 95 % of the texts stay within.
        last_mean: of the last tier alone.
        last_p95: likewise.
    """

    thresholds: tuple[float, ...]
    passed_on: tuple[float, ...]
    accuracy: float
    last_accuracy: float
    mean: float
    p95: float
    last_mean: float
    last_p95: float

    @property
    def lost(self) -> float:
        """Accuracy lost against the last tier alone."""
        return self.last_accuracy - self.accuracy


class Tiers:
    """Answers with each tier's confidence, of which thresholds are tried."""

    def __init__(self, answers: Answers, temperatures: Sequence[float]) -> None:
        """Work out what does not depend on thresholds.

        Args:
            answers: of two tiers or more.
            temperatures: of each tier but the last, at least.
        """
        self._right = np.array([tier.logits.argmax(axis=1) == answers.truth for tier in answers.tiers])
        self._spent = answers.reading + np.cumsum([tier.cost for tier in answers.tiers], axis=0)
        self._last_cost = answers.reading + (answers.tiers[-1].cost if answers.alone is None else answers.alone)
        first = answers.tiers[:-1]
        self.confidences = np.array(
            [confidences(tier.logits, one) for tier, one in zip(first, temperatures, strict=False)]
        )

    def answering(self, thresholds: Sequence[float]) -> np.ndarray:
        """The place of the tier whose answer stands, int64 (texts,)."""
        stands = self.confidences >= np.array(thresholds)[:, None]
        last = np.ones((1, stands.shape[1]), dtype=bool)
        places: np.ndarray = np.concatenate([stands, last]).argmax(axis=0)
        return places

    def losses(self, thresholds: Sequence[float]) -> np.ndarray:
        """1 where the last tier alone is right and the cascade wrong, -1 the other way round, else 0; (texts,)."""
        ours = np.take_along_axis(self._right, self.answering(thresholds)[None], axis=0)[0]
        return self._right[-1].astype(np.int64) - ours.astype(np.int64)

    def mixture(self, thresholds: Sequence[float]) -> Mixture:
        """Give the figures."""
        places = self.answering(thresholds)
        cost = np.take_along_axis(self._spent, places[None], axis=0)[0]
        last_accuracy = float(self._right[-1].mean())
        return Mixture(
            thresholds=tuple(float(one) for one in thresholds),
            passed_on=tuple(float((places > place).mean()) for place in range(len(thresholds))),
            accuracy=last_accuracy - float(self.losses(thresholds).mean()),
            last_accuracy=last_accuracy,
            mean=float(cost.mean()),
            p95=float(np.percentile(cost, 95)),
            last_mean=float(self._last_cost.mean()),
            last_p95=float(np.percentile(self._last_cost, 95)),
        )
