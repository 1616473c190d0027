"""Tiers asked in order: the answer of the first that is sure enough stands (TangoBERT, arXiv:2204.06271)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from time import perf_counter_ns
from typing import Self

from edge_power_runtime.answerer import Answerer, Span
from edge_power_runtime.cascade.counts import TierCount, TierCounter
from edge_power_runtime.cascade.reading import Reading
from edge_power_runtime.cascade.remote import Answer
from edge_power_runtime.cascade.rungs import Asked, make_rungs
from edge_power_runtime.cascade.tier import Tier, check_tiers, check_timeout
from edge_power_runtime.errors import InputError
from edge_power_runtime.prediction import Prediction, complete
from edge_power_runtime.text import Text

PORTION = 256
"""Texts of a list that go through the tiers together: what tiers hand on, such as word-vectors, is held for as many."""


class Cascade:
    """Answers by the first of its tiers that is sure enough; an `Answerer` of a classification.

    Each tier is asked in order. Its answer stands where its confidence (`confidence.py`) is at least its threshold. The
    last one's always stands, unless it is a callable that is no answerer and fails: then the answer of the tier before
    it stands, and `Prediction.tiers` says why. An answerer that fails raises, as it does alone.

    Many threads may ask at once, where the tiers allow it. A copy, and one that was pickled, counts from 0.

    Attributes:
        tiers: in the order they are asked; a second that is a cascade has given its own.
        timeout_s: after which the last tier is late; None for no end.
        task: a classification.
        labels: of every tier, in the order of a prediction's scores.
        spans: those of the tiers, named `tier.span`, and `decide`, the cascade's own part.
        gives_new: see `ReadingAnswerer`.
    """

    gives_new = True

    def __init__(
        self,
        first: Answerer,
        second: Answerer | Callable[[Text], Answer],
        threshold: float,
        *,
        temperature: float = 1.0,
        timeout_s: float | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        """Put two answerers together; more by nesting: `Cascade(a, Cascade(b, c, 0.8), 0.9)` has three tiers.

        Args:
            first: is asked every text.
            second: is asked where the first is not sure enough. Where it is no answerer but any callable, it is given a
                text or a pair, and answers with a label, a label and its probability, or a `Prediction`.
            threshold: in (1/labels, 1]: the first's answer stands where its confidence is at least this.
            temperature: above 0, of the first; see `confidence.py`.
            timeout_s: of a second that is no answerer: after as many seconds the first's answer stands. See `Remote`.
            names: of all tiers, each once; None is tier1, tier2, ..., and those that a second cascade gave its own.

        Raises:
            InputError: the two have other labels or another task, it is a task without one confidence, or a number is
                outside its range.
        """
        second = getattr(second, "cascade", None) or second
        rest = second.tiers if isinstance(second, Cascade) else (Tier(_numbered(0), second),)
        if isinstance(second, Cascade):
            if timeout_s is not None:
                raise InputError(
                    "`timeout_s` is for a callable, and the second is a cascade: give it where that is made"
                )
            timeout_s = second.timeout_s
        if names is None:
            names = [_numbered(0), *(_renumbered(tier.name, place) for place, tier in enumerate(rest, start=1))]
        if isinstance(names, str) or len(names) != 1 + len(rest):
            raise InputError(f"`names` is {names!r}, expected one name for each of {1 + len(rest)} tiers")
        own = Tier(names[0], first, temperature, threshold)
        self._take((own, *(replace(tier, name=name) for tier, name in zip(rest, names[1:], strict=True))), timeout_s)

    @classmethod
    def of(cls, tiers: Sequence[Tier], *, timeout_s: float | None = None) -> Self:
        """Put two or more tiers together, the last without a threshold.

        Args:
            tiers: in the order they are asked.
            timeout_s: see `Cascade`.

        Raises:
            InputError: see `Cascade`.
        """
        if len(tiers) < 2:
            raise InputError(f"a cascade needs two tiers or more, found {len(tiers)}")
        made = cls.__new__(cls)
        made._take(tuple(tiers), timeout_s)
        return made

    def _take(self, tiers: tuple[Tier, ...], timeout_s: float | None) -> None:
        self.task, self.labels = check_tiers(tiers)
        check_timeout(timeout_s, tiers[-1])
        self.tiers, self.timeout_s = tiers, timeout_s
        self._rungs = make_rungs(tiers, self.labels, timeout_s)
        self.spans: tuple[Span, ...] = (*(span for rung in self._rungs for span in rung.spans), Span("decide"))
        self._counter = TierCounter([tier.name for tier in tiers])

    def __call__(self, text: Text) -> Prediction:
        """Answer one text or one pair.

        Raises:
            InputError: it is no text.
            EngineError: the engine of a tier failed.
        """
        return self.answer_reading(Reading(text))

    def timed(self, text: Text) -> tuple[Prediction, tuple[int, ...]]:
        """Answer as a call does, and take the time of each of `spans`; see `Answerer.timed`.

        Raises:
            InputError: it is no text.
            EngineError: the engine of a tier failed.
        """
        return self.timed_reading(Reading(text))

    def answer_reading(self, reading: Reading) -> Prediction:
        """Answer a text on its way through tiers, of a cascade that has this one as a tier.

        Raises:
            EdgePowerError: see `__call__`.
        """
        asked = Asked(reading)
        for rung in self._rungs:
            if rung.settles(asked):
                break
        return self._finish(asked)

    def timed_reading(self, reading: Reading) -> tuple[Prediction, tuple[int, ...]]:
        """Do what `answer_reading` does, and take the time.

        Raises:
            EdgePowerError: see `__call__`.
        """
        start = perf_counter_ns()
        asked, times = Asked(reading), list[int]()
        for rung in self._rungs:
            is_settled, taken = rung.settles_timed(asked)
            times += taken
            if is_settled:
                break
        prediction = self._finish(asked)
        times += (0,) * (len(self.spans) - 1 - len(times))
        return prediction, (*times, max(0, perf_counter_ns() - start - sum(times)))

    def classify(self, texts: Iterable[Text]) -> list[Prediction]:
        """Answer several texts or pairs: the first tier all of them, then the next one those that are left, and so on.

        The answers are those of one call for each. Where a tier takes several at once, `TierRun.time_ms` is their mean.

        Raises:
            InputError: `texts` is one text, or one of them is no text.
            EngineError: the engine of a tier failed.
        """
        if isinstance(texts, str):
            raise InputError("classify() takes several texts, found one str; call cascade(text) or classify([text])")
        rest, found = iter(texts), list[Prediction]()
        while portion := [Asked(Reading(text)) for text in islice(rest, PORTION)]:
            waiting = portion
            for rung in self._rungs:
                waiting = rung.unsettled(waiting)
            found.extend(self._finish(asked) for asked in portion)
        return found

    def warm_up(self) -> None:
        """Warm up every tier that can be, so that no later text waits.

        Raises:
            EngineError: a program does not load or run.
        """
        for tier in self.tiers:
            warm_up = getattr(tier.answerer, "warm_up", None)
            if warm_up is not None:
                warm_up()

    def tier(self, name: str) -> Tier:
        """Give the tier of this name, such as `Prediction.tier`.

        Raises:
            InputError: there is none.
        """
        for tier in self.tiers:
            if tier.name == name:
                return tier
        raise InputError(f"no tier {name!r}; there are: {', '.join(tier.name for tier in self.tiers)}")

    def stats(self) -> tuple[TierCount, ...]:
        """Count by tier the texts since the cascade was made, in the order of the tiers.

        Where a first tier passes on more than it did where its threshold was chosen, the texts have drifted.
        """
        return self._counter.read()

    def _finish(self, asked: Asked) -> Prediction:
        answer, tiers = asked.answer, tuple(asked.runs)
        assert answer is not None
        self._counter.add(asked.place, asked.failed)
        if self._rungs[asked.place].gives_new:
            return complete(answer, tiers, asked.steps)
        return answer.with_tiers(tiers, asked.steps)

    def __reduce__(self) -> tuple[Callable[[], "Cascade"], tuple[()]]:
        """Say how to make another, of copies of the tiers, that counts from 0."""
        return partial(type(self).of, self.tiers, timeout_s=self.timeout_s), ()


def _numbered(place: int) -> str:
    return f"tier{place + 1}"


def _renumbered(name: str, place: int) -> str:
    """Give the name of a tier that stands one place further back than it did, which changes if it tells the place."""
    return _numbered(place) if name == _numbered(place - 1) else name
