"""How many texts each tier answered, so that an app notices when its texts drift from those of the choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from edge_power_runtime.system.lifetime import start_afresh_after_fork


@dataclass(frozen=True, slots=True)
class TierCount:
    """What one tier did, of all texts that its cascade was asked since it was made.

    Attributes:
        name: of the tier.
        asked: texts that it was asked.
        answered: texts whose answer is its own.
        failed: texts that it gave no answer to; the tier before it answered.
    """

    name: str
    asked: int
    answered: int
    failed: int


class TierCounter:
    """Counts answers by tier; many threads may use it. A forked child begins at 0."""

    def __init__(self, names: Sequence[str]) -> None:
        """Begin at 0."""
        self._names = tuple(names)
        self.start_afresh()
        start_afresh_after_fork(self)

    def start_afresh(self) -> None:
        """Forget what was counted; a lock that another thread held in the parent of a fork, too."""
        self._lock = Lock()
        self._answered = [0] * len(self._names)
        self._failed = [0] * len(self._names)

    def add(self, answered: int, failed: int | None) -> None:
        """Count one answer.

        Args:
            answered: the place of the tier whose answer it is.
            failed: the place of the tier that failed; None where none did.
        """
        with self._lock:
            self._answered[answered] += 1
            if failed is not None:
                self._failed[failed] += 1

    def read(self) -> tuple[TierCount, ...]:
        """Give the counts of one moment, in the order of the tiers."""
        with self._lock:
            answered, failed = tuple(self._answered), tuple(self._failed)
        # Whoever is asked answers, fails, or passes the text on to the next.
        return tuple(
            TierCount(name, sum(answered[place:]) + sum(failed[place : place + 1]), answered[place], failed[place])
            for place, name in enumerate(self._names)
        )
