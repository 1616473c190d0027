"""A tier at work: asked about a text, it settles the answer or passes the text on."""

from collections.abc import Sequence
from time import perf_counter_ns

from edge_power_runtime.answerer import Span
from edge_power_runtime.cascade.adapters import OfText, as_reading_answerer
from edge_power_runtime.cascade.confidence import confidence
from edge_power_runtime.cascade.reading import Reading, ReadingAnswerer, TierFailure, is_answerer
from edge_power_runtime.cascade.remote import Remote
from edge_power_runtime.cascade.tier import Tier
from edge_power_runtime.prediction import Prediction, Step, TierRun

_NS_PER_MS = 1e6


class Asked:
    """A text, and what the tiers said of it so far.

    Attributes:
        reading: the text.
        answer: the last that a tier gave; None before the first.
        place: of the tier that gave it.
        failed: the place of the tier that failed; None where none did.
        runs: one for each tier that was asked.
        steps: the programs that they ran.
    """

    __slots__ = ("answer", "failed", "place", "reading", "runs", "steps")

    def __init__(self, reading: Reading) -> None:
        """Begin with a text that nobody was asked about."""
        self.reading = reading
        self.answer: Prediction | None = None
        self.place = 0
        self.failed: int | None = None
        self.runs: list[TierRun] = []
        self.steps: tuple[Step, ...] = ()


class Rung:
    """One tier of a cascade, at its place.

    Attributes:
        spans: of the tier, with its name before each.
        gives_new: see `ReadingAnswerer`.
    """

    def __init__(self, tier: Tier, place: int, answerer: ReadingAnswerer) -> None:
        """Take over checked parts.

        Args:
            tier: name, temperature and threshold.
            place: from 0.
            answerer: the tier's.
        """
        self.spans = tuple(Span(f"{tier.name}.{span.name}", span.in_engine) for span in answerer.spans)
        self.gives_new = answerer.gives_new
        self._name, self._temperature, self._place = tier.name, tier.temperature, place
        self._threshold = 0.0 if tier.threshold is None else tier.threshold  # no confidence is below 0
        self._answerer = answerer

    def settles(self, asked: Asked) -> bool:
        """Ask the tier, and say whether the answer of `asked` stands.

        Raises:
            EdgePowerError: the tier is an answerer of ours and raised it.
        """
        start = perf_counter_ns()
        try:
            answer = self._answerer.answer_reading(asked.reading)
        except TierFailure as failure:
            return self._fail(asked, failure, perf_counter_ns() - start)
        return self._note(asked, answer, perf_counter_ns() - start)

    def settles_timed(self, asked: Asked) -> tuple[bool, tuple[int, ...]]:
        """Do what `settles` does, and give the nanoseconds of each of `spans`.

        Raises:
            EdgePowerError: see `settles`.
        """
        start = perf_counter_ns()
        try:
            answer, times = self._answerer.timed_reading(asked.reading)
        except TierFailure as failure:
            taken = perf_counter_ns() - start
            return self._fail(asked, failure, taken), (taken, *(0,) * (len(self.spans) - 1))
        return self._note(asked, answer, sum(times)), times

    def unsettled(self, asked: Sequence[Asked]) -> list[Asked]:
        """Ask the tier about several texts, together where it can, and give those whose answer does not stand.

        Raises:
            EdgePowerError: see `settles`.
        """
        if not (asked and isinstance(self._answerer, OfText) and self._answerer.takes_several):
            return [item for item in asked if not self.settles(item)]
        start = perf_counter_ns()
        answers = self._answerer.answer_several([item.reading for item in asked])
        mean = (perf_counter_ns() - start) // len(asked)
        return [item for item, answer in zip(asked, answers, strict=True) if not self._note(item, answer, mean)]

    def _note(self, asked: Asked, answer: Prediction, taken_ns: int) -> bool:
        sure = confidence(answer, self._temperature)
        asked.answer, asked.place = answer, self._place
        asked.steps += answer.steps
        asked.runs.append(TierRun(self._name, sure, taken_ns / _NS_PER_MS, None, len(answer.steps)))
        return sure >= self._threshold

    def _fail(self, asked: Asked, failure: TierFailure, taken_ns: int) -> bool:
        asked.failed = self._place
        asked.runs.append(TierRun(self._name, None, taken_ns / _NS_PER_MS, str(failure)))
        return True


def make_rungs(tiers: Sequence[Tier], labels: tuple[str, ...], timeout_s: float | None) -> tuple[Rung, ...]:
    """Put checked tiers to work.

    Args:
        tiers: in the order they are asked.
        labels: that all of them give.
        timeout_s: of the last one, where it is a callable that is no answerer.
    """
    return tuple(
        Rung(
            tier,
            place,
            as_reading_answerer(tier.answerer)
            if is_answerer(tier.answerer)
            else Remote(tier.answerer, labels, timeout_s),
        )
        for place, tier in enumerate(tiers)
    )
